import { type FollowUp, MAIN_EFFECT } from '../../core/platform.ts';
import type { Post } from '../../core/post.ts';
import { capabilities } from './capabilities.ts';
import { type Poll, readOptions } from './options.ts';
import { splitText } from './split.ts';
import { weightOf } from './weight.ts';

/** https://docs.x.com/x-api/posts/create-post: Premium accounts. */
const PREMIUM_MAX = 25_000;
/** Ours: half of the 100 posts that X takes from an account in 15 minutes. */
export const MAX_PARTS = 50;

/** The body of POST /2/tweets; X refuses every key that it does not know. */
export interface PostBody {
  readonly text: string;
  readonly media?: { readonly media_ids: readonly string[] };
  readonly poll?: Poll;
  readonly reply?: { readonly in_reply_to_tweet_id: string };
  readonly reply_settings?: string;
}

export function maxWeight(post: Post): number {
  return readOptions(post.options).premium ? PREMIUM_MAX : capabilities.text.max;
}

/** The text with the link that X makes its card of, unless it holds it already. */
export function wholeText(post: Post): string {
  if (post.link === null || post.text.includes(post.link.url)) return post.text;
  return post.text.trim() === '' ? post.link.url : `${post.text.trimEnd()}\n\n${post.link.url}`;
}

/** The texts of the thread, or the one text; null when it cannot be cut into fitting parts. */
export function partsOf(post: Post): readonly string[] | null {
  const text = wholeText(post);
  const max = maxWeight(post);
  if (!readOptions(post.options).thread || weightOf(text) <= max) return [text];
  if (weightOf(text) > max * MAX_PARTS) return null;
  const parts = splitText(text, max);
  return parts === null || parts.length > MAX_PARTS ? null : parts;
}

export function followUps(post: Post): readonly FollowUp[] {
  const parts = partsOf(post) ?? [];
  return parts.slice(1).map((_text, index) => ({
    effect: effectName(index + 2),
    label: `part ${index + 2} of ${parts.length}`,
  }));
}

/** What one visible act says, and the name of the one that it answers to. */
export function partOf(
  post: Post,
  effect: string,
): { readonly text: string; readonly before: string | null } {
  const parts = partsOf(post) ?? [wholeText(post)];
  if (effect === MAIN_EFFECT) return { text: parts[0] ?? '', before: null };
  const index = parts.findIndex((_text, at) => effectName(at + 1) === effect);
  return { text: parts[index] ?? '', before: index === 1 ? MAIN_EFFECT : effectName(index) };
}

/** Files of the post that X shows: it makes the card of a link itself. */
export function shownMedia(post: Post): Post['media'] {
  return post.media.filter(({ role }) => role !== 'cover');
}

function effectName(part: number): string {
  return `part:${part}`;
}
