import { type Comments, postToComment } from '../comments.ts';
import type { SimAccount, SimResponse, SimWorld } from '../simulator.ts';
import { onlyQuery, pick, requestedFields } from './fields.ts';
import { requireCommentScope } from './gate.ts';
import { badParameter, ERRORS, refuse } from './refusals.ts';

// specs: IGComment
export const COMMENT_FIELDS = ['id', 'text', 'timestamp', 'username', 'like_count', 'hidden', 'parent_id'];
/** "a maximum of 50 comments per query" */
const MAX_PAGE_SIZE = 50;
const MAX_TEXT = 2200;

/** POST /{media}/comments */
export function addComment(
  world: SimWorld,
  comments: Comments,
  account: SimAccount,
  media: string,
  parameters: ReadonlyMap<string, string>,
): SimResponse {
  requireCommentScope(account);
  for (const name of parameters.keys()) {
    if (name !== 'message') badParameter(`Param ${name} is not a known parameter`);
  }
  const post = postToComment(world, media);
  if (post === undefined) return refuse(ERRORS.objectMissing);
  const text = parameters.get('message') ?? '';
  if (text.trim() === '') badParameter('The parameter message is required');
  if ([...text].length > MAX_TEXT) badParameter('Param message is too long');
  const id = `179${world.nextNumber()}`;
  comments.add(account, media, { id, text, url: `${post.url}c/${id}/` });
  return { status: 200, json: { id } };
}

export function listComments(
  world: SimWorld,
  comments: Comments,
  account: SimAccount,
  media: string,
  query: URLSearchParams,
): SimResponse {
  requireCommentScope(account);
  onlyQuery(query, ['fields', 'limit', 'after']);
  const names = requestedFields(query, COMMENT_FIELDS, ['id', 'text', 'timestamp']);
  if (postToComment(world, media) === undefined) return refuse(ERRORS.objectMissing);
  const limit = Number(query.get('limit') ?? MAX_PAGE_SIZE);
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_PAGE_SIZE)
    badParameter(`Param limit must be between 1 and ${MAX_PAGE_SIZE}`);
  const all = comments.below(media);
  const after = query.get('after');
  const start = after === null ? 0 : all.findIndex(({ id }) => cursor(id) === after) + 1;
  if (after !== null && start === 0) badParameter('Invalid cursor');
  const page = all.slice(start, start + limit);
  const last = page.at(-1);
  const next = start + limit < all.length ? { next: 'https://graph.facebook.com/next' } : {};
  return {
    status: 200,
    json: {
      data: page.map(({ id, text, at, author }) =>
        pick(
          {
            id,
            text,
            // The platform writes whole seconds and '+0000'.
            timestamp: at.replace(/(\.\d+)?Z$/, '+0000'),
            username: author.name,
            like_count: 0,
            hidden: false,
          },
          ['id', ...names],
        ),
      ),
      ...(last === undefined ? {} : { paging: { cursors: { after: cursor(last.id) }, ...next } }),
    },
  };
}

const cursor = (id: string) => Buffer.from(id).toString('base64url');
