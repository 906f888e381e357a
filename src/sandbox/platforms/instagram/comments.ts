import { type Comments, postToComment } from '../comments.ts';
import { graphTime, onlyQuery, pageOf, pick, requestedFields } from '../graph-fields.ts';
import { badParameter, refuse } from '../graph-refusal.ts';
import type { SimAccount, SimRequest, SimResponse, SimWorld } from '../simulator.ts';
import { requireCommentScope } from './gate.ts';
import { ERRORS } from './refusals.ts';

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
  request: SimRequest,
): SimResponse {
  const { query } = request;
  requireCommentScope(account);
  onlyQuery(query, ['fields', 'limit', 'after']);
  const names = requestedFields(query, COMMENT_FIELDS, ['id', 'text', 'timestamp']);
  if (postToComment(world, media) === undefined) return refuse(ERRORS.objectMissing);
  const page = { size: MAX_PAGE_SIZE, max: MAX_PAGE_SIZE };
  return pageOf(
    world,
    request,
    comments.below(media),
    ({ id, text, at, author }) =>
      pick(
        {
          id,
          text,
          timestamp: graphTime(at),
          username: author.name,
          like_count: 0,
          hidden: false,
        },
        ['id', ...names],
      ),
    page,
  );
}
