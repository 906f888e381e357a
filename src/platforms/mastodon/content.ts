import { asFilledText, isTrue } from '../../core/json-value.ts';
import type { Post } from '../../core/post.ts';

/** The text as it is sent: a card is made by the server, from an address in the text. */
export function textOf({ text, link }: Post): string {
  if (link === null || text.includes(link.url)) return text;
  return text.trim() === '' ? link.url : `${text.trimEnd()}\n\n${link.url}`;
}

export function contentWarning({ options }: Post): string {
  return asFilledText(options['content_warning']) ?? '';
}

/** https://docs.joinmastodon.org/methods/statuses/#create */
export function statusBody(post: Post, mediaIds: readonly string[]): string {
  const { options } = post;
  const warning = contentWarning(post);
  const language = asFilledText(options['language']);
  const visibility = asFilledText(options['visibility']);
  return JSON.stringify({
    status: textOf(post),
    ...(mediaIds.length === 0 ? {} : { media_ids: mediaIds }),
    ...(visibility === null ? {} : { visibility }),
    ...(warning === '' ? {} : { spoiler_text: warning }),
    ...(isTrue(options['sensitive']) ? { sensitive: true } : {}),
    ...(language === null ? {} : { language }),
  });
}
