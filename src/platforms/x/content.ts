import type { FollowUp } from '../../core/platform.ts';
import type { Post } from '../../core/post.ts';
import { threadFollowUps, threadPart, threadParts } from '../../core/thread.ts';
import { capabilities } from './capabilities.ts';
import { type Poll, readOptions } from './options.ts';
import { weightOf } from './weight.ts';

/** https://docs.x.com/x-api/posts/create-post: Premium accounts. */
const PREMIUM_MAX = 25_000;

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
  const { thread } = readOptions(post.options);
  return threadParts(wholeText(post), thread, { max: maxWeight(post), count: weightOf });
}

export function followUps(post: Post): readonly FollowUp[] {
  return threadFollowUps(partsOf(post), weightOf);
}

/** What one visible act says, and the name of the one that it answers to. */
export function partOf(post: Post, effect: string): ReturnType<typeof threadPart> {
  return threadPart(partsOf(post) ?? [wholeText(post)], effect);
}

/** Files of the post that X shows: it makes the card of a link itself. */
export function shownMedia(post: Post): Post['media'] {
  return post.media.filter(({ role }) => role !== 'cover');
}
