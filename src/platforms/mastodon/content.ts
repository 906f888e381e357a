import { asFilledText, isTrue } from '../../core/json-value.ts';
import type { FollowUp } from '../../core/platform.ts';
import type { Post } from '../../core/post.ts';
import type { Size } from '../../core/split-text.ts';
import { threadFollowUps, threadPart, threadParts } from '../../core/thread.ts';
import { capabilities } from './capabilities.ts';
import { countCharacters } from './count.ts';
import { OPTION_SHAPES, type Poll } from './options.ts';

/** Of a server that has changed nothing. */
const USUAL = { max: capabilities.text.max, perAddress: 23 };

/** The text as it is sent: a card is made by the server, from an address in the text. */
export function textOf({ text, link }: Post): string {
  if (link === null || text.includes(link.url)) return text;
  return text.trim() === '' ? link.url : `${text.trimEnd()}\n\n${link.url}`;
}

export function contentWarning({ options }: Post): string {
  return asFilledText(options['content_warning']) ?? '';
}

export const isThread = ({ options }: Pick<Post, 'options'>): boolean => options['thread'] === true;

/** What a part may hold, as the account's server says once it was asked. The warning stands before every part, and counts. */
export function sizeOf(post: Post): Size {
  const { max, perAddress } = post.textLimit ?? USUAL;
  const warning = contentWarning(post);
  return { max, count: (part) => countCharacters(`${warning}${part}`, perAddress) };
}

/** The texts of the thread, or the one text; null when it cannot be cut into fitting parts. */
export function partsOf(post: Post): readonly string[] | null {
  return threadParts(textOf(post), isThread(post), sizeOf(post));
}

export function followUps(post: Post): readonly FollowUp[] {
  return threadFollowUps(partsOf(post), sizeOf(post).count);
}

/** What one visible act says, and the name of the one that it answers to. */
export function partOf(post: Post, effect: string): ReturnType<typeof threadPart> {
  return threadPart(partsOf(post) ?? [textOf(post)], effect);
}

export function poll({ options }: Pick<Post, 'options'>): Poll | null {
  return OPTION_SHAPES.poll.schema
    .nullable()
    .catch(null)
    .parse(options['poll'] ?? null);
}

/** With the first part of a thread. */
function pollOf(post: Post): { readonly poll?: object } {
  const asked = poll(post);
  if (asked === null) return {};
  const { options, duration_minutes: minutes, multiple = false } = asked;
  return { poll: { options, expires_in: minutes * 60, multiple } };
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
    ...(parent === null ? pollOf(post) : { in_reply_to_id: parent }),
    ...(mediaIds.length === 0 ? {} : { media_ids: mediaIds }),
    ...(visibility === null ? {} : { visibility }),
    ...(warning === '' ? {} : { spoiler_text: warning }),
    ...(isTrue(options['sensitive']) ? { sensitive: true } : {}),
    ...(language === null ? {} : { language }),
  });
}
