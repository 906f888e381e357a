import { PublishError } from '../../core/errors.ts';
import { type Job, MAIN_EFFECT, type MediaFile } from '../../core/platform.ts';
import { Secret } from '../../core/secret.ts';
import type { Form } from './api.ts';
import { partOf } from './content.ts';
import { readOptions } from './options.ts';

// Parameters of https://developers.facebook.com/docs/threads/reference/publishing. Never auto_publish_text: the answer to
// that one request would hold the only name by which the post can be asked for again.

/** Files of a carousel, which go with the post itself. */
export function itemsOf({ post, media, effect }: Job): readonly MediaFile[] {
  return post.kind === 'carousel' && effect === MAIN_EFFECT ? shown(media) : [];
}

/** One item of a carousel. */
export async function itemForm(file: MediaFile): Promise<Form> {
  return { is_carousel_item: 'true', ...(await fileFields(file)) };
}

/** What is published: the post, or a part of its thread. */
export async function containerForm(job: Job, items: readonly string[]): Promise<Form> {
  const { post, media, effect } = job;
  const { text, before } = partOf(post, effect);
  if (before !== null) return { media_type: 'TEXT', text, reply_to_id: parentId(job, before) };
  const said = text === '' ? {} : { text };
  if (post.kind === 'carousel')
    return { media_type: 'CAROUSEL', children: items.join(','), ...said, ...optionFields(job) };
  const [file] = shown(media);
  if (file !== undefined) return { ...(await fileFields(file)), ...said, ...optionFields(job) };
  const link = post.link === null ? {} : { link_attachment: post.link.url };
  return { media_type: 'TEXT', ...said, ...link, ...optionFields(job) };
}

function parentId({ out }: Job, before: string): string {
  const id = out[before];
  if (id !== undefined) return id;
  throw new PublishError({
    kind: 'temporary',
    code: 'PARENT_UNKNOWN',
    message: 'The part of the thread that this one answers to is not known. Nothing was sent.',
    hint: 'Nothing: it is tried again by itself.',
  });
}

function optionFields({ post, media }: Job): Form {
  const { replyControl, topicTag, poll, quote, gif, locationId, spoiler } = readOptions(post.options);
  const text = post.kind === 'text';
  return {
    ...(replyControl === null ? {} : { reply_control: replyControl }),
    ...(topicTag === null ? {} : { topic_tag: topicTag }),
    ...(quote === null ? {} : { quote_post_id: quote }),
    ...(locationId === null ? {} : { location_id: locationId }),
    ...(poll === null || !text ? {} : { poll_attachment: JSON.stringify(namedOptions(poll)) }),
    ...(gif === null || !text ? {} : { gif_attachment: JSON.stringify({ gif_id: gif, provider: 'GIPHY' }) }),
    ...(spoiler && shown(media).length > 0 ? { is_spoiler_media: 'true' } : {}),
  };
}

/** option_a, option_b … */
function namedOptions(options: readonly string[]): Form {
  return Object.fromEntries(options.map((text, index) => [`option_${'abcd'[index]}`, text]));
}

async function fileFields(file: MediaFile): Promise<Form> {
  // Addresses with characters outside of ASCII are refused; `href` has them encoded.
  const url = Secret.unknown(new URL(await file.publicUrl()).href);
  const described = file.altText === undefined ? {} : { alt_text: file.altText };
  return file.role === 'video'
    ? { media_type: 'VIDEO', video_url: url, ...described }
    : { media_type: 'IMAGE', image_url: url, ...described };
}

function shown(media: readonly MediaFile[]): readonly MediaFile[] {
  return media.filter(({ role }) => role !== 'cover');
}
