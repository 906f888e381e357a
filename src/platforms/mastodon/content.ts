import { asFilledText, isTrue } from '../../core/json-value.ts';
import type { FollowUp } from '../../core/platform.ts';
import type { Post } from '../../core/post.ts';
import { threadFollowUps, threadPart, threadParts } from '../../core/thread.ts';
import { capabilities } from './capabilities.ts';
import { countCharacters } from './count.ts';

/** characters_reserved_per_url of a server that has changed nothing. */
const PER_ADDRESS = 23;

/** The text as it is sent: a card is made by the server, from an address in the text. */
export function textOf({ text, link }: Post): string {
  if (link === null || text.includes(link.url)) return text;
  return text.trim() === '' ? link.url : `${text.trimEnd()}\n\n${link.url}`;
}

export function contentWarning({ options }: Post): string {
  return asFilledText(options['content_warning']) ?? '';
}

/**
 * The texts of the thread, or the one text; null when it cannot be cut into fitting parts. Which server it goes to is not
 * known here, so a part holds what each takes unless it was changed. The warning stands before every part, and counts.
 */
export function partsOf(post: Post): readonly string[] | null {
  const warning = contentWarning(post);
  const count = (part: string) => countCharacters(`${warning}${part}`, PER_ADDRESS);
  return threadParts(textOf(post), post.options['thread'] === true, { max: capabilities.text.max, count });
}

export function followUps(post: Post): readonly FollowUp[] {
  return threadFollowUps(partsOf(post));
}

/** What one visible act says, and the name of the one that it answers to. */
export function partOf(post: Post, effect: string): ReturnType<typeof threadPart> {
  return threadPart(partsOf(post) ?? [textOf(post)], effect);
}

/** https://docs.joinmastodon.org/methods/statuses/#create */
export function statusBody(
  post: Post,
  text: string,
  mediaIds: readonly string[],
  parent: string | null,
): string {
  const { options } = post;
  const warning = contentWarning(post);
  const language = asFilledText(options['language']);
  const visibility = asFilledText(options['visibility']);
  return JSON.stringify({
    status: text,
    ...(parent === null ? {} : { in_reply_to_id: parent }),
    ...(mediaIds.length === 0 ? {} : { media_ids: mediaIds }),
    ...(visibility === null ? {} : { visibility }),
    ...(warning === '' ? {} : { spoiler_text: warning }),
    ...(isTrue(options['sensitive']) ? { sensitive: true } : {}),
    ...(language === null ? {} : { language }),
  });
}
