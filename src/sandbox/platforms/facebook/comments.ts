import type { Comments } from '../comments.ts';
import { graphTime, onlyQuery, pageOf, pick } from '../graph-fields.ts';
import { badParameter } from '../graph-refusal.ts';
import type { SimAccount, SimRequest, SimResponse, SimWorld } from '../simulator.ts';
import { requireScopes } from './gate.ts';
import { fieldsOf, formOf } from './parameters.ts';
import { missingObject } from './refusals.ts';
import type { State } from './state.ts';

const MAX_TEXT = 8_000;

/** POST /{post}/comments and /{video}/comments, https://developers.facebook.com/docs/pages-api/comments-mentions */
export function addComment(
  world: SimWorld,
  state: State,
  comments: Comments,
  account: SimAccount,
  id: string,
  request: SimRequest,
): SimResponse {
  requireScopes(account, 'comment');
  const post = postOf(world, state, id);
  const text = formOf(request, 'comments').get('message') ?? '';
  if (text.trim() === '') badParameter('Missing message or attachment');
  if ([...text].length > MAX_TEXT) badParameter('Param message is too long');
  const comment = `${post.split('_')[1]}_${world.nextNumber()}`;
  comments.add(account, post, {
    id: comment,
    text,
    url: `https://www.facebook.com/${post}?comment_id=${comment.split('_')[1]}`,
  });
  return { status: 200, json: { id: comment } };
}

export function listComments(
  world: SimWorld,
  state: State,
  comments: Comments,
  id: string,
  request: SimRequest,
): SimResponse {
  const { query } = request;
  onlyQuery(query, ['fields', 'limit', 'after', 'filter', 'order']);
  if (!['toplevel', 'stream'].includes(query.get('filter') ?? 'toplevel'))
    badParameter('Param filter must be one of {TOPLEVEL, STREAM}');
  const order = query.get('order') ?? 'chronological';
  if (!['chronological', 'reverse_chronological'].includes(order))
    badParameter('Param order must be one of {CHRONOLOGICAL, REVERSE_CHRONOLOGICAL}');
  const names = fieldsOf(query, 'Comment', ['created_time', 'from', 'message']);
  const post = postOf(world, state, id);
  const newestFirst = comments.below(post);
  const sorted = order === 'chronological' ? newestFirst.toReversed() : newestFirst;
  return pageOf(world, request, sorted, ({ id: comment, author, text, at }) =>
    pick(
      {
        id: comment,
        message: text,
        created_time: graphTime(at),
        from: { id: author.id, name: author.name },
        like_count: 0,
      },
      names,
    ),
  );
}

/** The public post that an id of a post or of a video means; stories have no comments. */
function postOf(world: SimWorld, state: State, id: string): string {
  const video = state.videos.get(id);
  const post = video === undefined ? id : `${video.account}_${video.finish?.postId ?? ''}`;
  const account = post.split('_')[0] ?? '';
  const shown = world.visible(account).some((one) => one.id === post && /^\d+_\d+$/.test(one.id));
  return shown ? post : missingObject(id);
}
