import { refuse } from '../refusal.ts';
import type { SimAccount, SimRequest, SimResponse, SimWorld } from '../simulator.ts';
import { badRequest, duplicateContent, forbidden, notAuthorized } from './answers.ts';
import { parseBody } from './gate.ts';
import { ownMedia } from './media.ts';
import { type CreateRequest, createRequest } from './spec.ts';
import { type Media, processingOf, type State, type StoredPost } from './state.ts';
import { lengthOf } from './text.ts';

const MAX_TEXT = 280;
const MAX_PREMIUM_TEXT = 25_000;
const DUPLICATE_WINDOW_MS = 24 * 3_600_000;
/** Of X's ids: their upper bits are the milliseconds since then. */
const EPOCH = 1_288_834_974_657;

/** POST /2/tweets */
export function createPost(
  request: SimRequest,
  account: SimAccount,
  state: State,
  world: SimWorld,
): SimResponse {
  const body = parseBody(request, createRequest);
  const { text } = body;
  if (text === undefined) return refuse(badRequest('text must be sent, even when it is empty'));
  const media = (body.media?.media_ids ?? []).map((id) => usable(id, account, state, world));
  checkForm(body, text, media, account);
  const parent = body.reply === undefined ? null : parentOf(body.reply.in_reply_to_tweet_id, account, state);

  const now = world.now().getTime();
  const files = media.map(({ finished }) => finished?.sha256 ?? '');
  const twin = [...state.posts.values()].some(
    (post) =>
      post.author === account.id &&
      post.text === text &&
      post.replyTo === (parent?.id ?? null) &&
      post.media.map(({ finished }) => finished?.sha256).join() === files.join() &&
      now - post.createdAt < DUPLICATE_WINDOW_MS,
  );
  if (twin) return refuse(duplicateContent());

  const id = ((BigInt(now - EPOCH) << 22n) | BigInt(world.nextNumber() % 2 ** 22)).toString();
  const post: StoredPost = {
    id,
    author: account.id,
    text,
    createdAt: now,
    media,
    poll: body.poll !== undefined,
    replyTo: parent?.id ?? null,
    root: parent?.root ?? id,
  };
  state.posts.set(id, post);
  world.publish({
    account: account.id,
    id,
    kind: kindOf(text, media, parent !== null),
    text,
    media: files,
    url: `https://x.com/${usernameOf(account)}/status/${id}`,
  });
  return { status: 201, json: { data: { id, text, edit_history_post_ids: [id] } } };
}

export function usernameOf({ name }: SimAccount): string {
  return name.toLowerCase().replace(/[^a-z0-9_]/g, '') || 'somebody';
}

function usable(id: string, account: SimAccount, state: State, world: SimWorld): Media {
  const media = ownMedia(id, account, state, world);
  const processing = processingOf(media, world.now().getTime(), world.processingMs);
  const ready = media.finished !== undefined && media.finished.flaw === null && processing !== 'in_progress';
  return ready ? media : refuse(badRequest('Your media IDs are invalid.'));
}

function checkForm(body: CreateRequest, text: string, media: readonly Media[], account: SimAccount): void {
  const max = account.extra?.['premium'] === true ? MAX_PREMIUM_TEXT : MAX_TEXT;
  if (text.trim() === '' && media.length === 0) refuse(badRequest('text or media is required'));
  if (lengthOf(text) > max)
    refuse(forbidden('Your Tweet text is too long. For more information, see the character limit.'));
  if ((text.match(/(?<![\w$])\$[a-z]{1,6}\b/gi) ?? []).length > 1)
    refuse(forbidden('A post may have at most one cashtag.'));
  if (media.length > 0 && body.poll !== undefined) refuse(badRequest('media and poll exclude one another'));
  const single = media.some(({ category }) => category !== 'tweet_image');
  if (single && media.length > 1) refuse(badRequest('Up to four photos, or one GIF, or one video'));
}

function parentOf(id: string, account: SimAccount, state: State): StoredPost {
  const parent = state.posts.get(id);
  if (parent === undefined)
    return refuse(forbidden('You attempted to reply to a Tweet that is deleted or not visible to you.'));
  const mentioned = parent.text.toLowerCase().includes(`@${usernameOf(account)}`);
  if (parent.author === account.id || mentioned) return parent;
  return refuse(
    notAuthorized('You can only reply to or quote posts where you are mentioned or are the author.'),
  );
}

function kindOf(text: string, media: readonly Media[], reply: boolean): string {
  const [first] = media;
  if (first !== undefined) {
    if (first.category === 'tweet_video') return 'video';
    return media.length > 1 ? 'carousel' : 'image';
  }
  if (reply) return 'reply';
  return /https?:\/\/\S/i.test(text) ? 'link' : 'text';
}
