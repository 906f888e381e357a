import type { FollowUp } from '../../core/platform.ts';
import type { Post } from '../../core/post.ts';
import { threadFollowUps, threadPart, threadParts } from '../../core/thread.ts';
import { trimEnd } from '../../core/trim-end.ts';
import { capabilities } from './capabilities.ts';
import { lengthOf } from './count.ts';
import { readOptions } from './options.ts';

const ADDRESS = /(?:https?:\/\/|\bwww\.)[^\s<>"“”]+/gi;

/** A text container needs a text: a link alone stands for itself. */
export function wholeText({ text, link }: Post): string {
  return text.trim() === '' && link !== null ? link.url : text;
}

/** The texts of the thread, or the one text; null when it cannot be cut into fitting parts. */
export function partsOf(post: Post): readonly string[] | null {
  const { thread } = readOptions(post.options);
  return threadParts(wholeText(post), thread, { max: capabilities.text.max, count: lengthOf });
}

export function followUps(post: Post): readonly FollowUp[] {
  return threadFollowUps(partsOf(post), lengthOf);
}

/** What one visible act says, and the name of the one that it answers to. */
export function partOf(post: Post, effect: string): ReturnType<typeof threadPart> {
  return threadPart(partsOf(post) ?? [wholeText(post)], effect);
}

/** Different addresses in a text, as Threads counts links: with or without 'https://' (…/docs/threads/posts#links). */
export function linksIn(text: string): ReadonlySet<string> {
  return new Set((text.match(ADDRESS) ?? []).map((address) => trimEnd(address, '.,;:!?)\'’"')));
}
