import type { Job, MediaFile } from '../../core/platform.ts';
import type { Post } from '../../core/post.ts';
import { Secret } from '../../core/secret.ts';
import type { Form } from './api.ts';
import { captionOf, type Options, readOptions } from './problems.ts';

// Parameters of https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/media

/** One item of a carousel. A caption of its own would be ignored. */
export async function itemForm({ post, media }: Pick<Job, 'post' | 'media'>, file: MediaFile): Promise<Form> {
  const type = file.role === 'video' ? { media_type: 'VIDEO' } : {};
  const place = media.filter(({ role }) => role !== 'cover').indexOf(file);
  const tags = userTags(readOptions(post), place);
  return { ...type, is_carousel_item: 'true', ...(await fileFields(file)), ...altText(file), ...tags };
}

/** What is published: a carousel over its items, or a post of one file. */
export function carouselForm(post: Post, children: readonly string[]): Form {
  return { media_type: 'CAROUSEL', children: children.join(','), ...captionFields(post, readOptions(post)) };
}

export async function singleForm(post: Post, file: MediaFile, cover: MediaFile | undefined): Promise<Form> {
  const options = readOptions(post);
  switch (post.kind) {
    case 'story':
      return { media_type: 'STORIES', ...(await fileFields(file)), ...userTags(options) };
    case 'reel':
    case 'video':
      return {
        media_type: 'REELS',
        ...(await fileFields(file)),
        ...captionFields(post, options),
        ...reelFields(options),
        ...userTags(options),
        ...(cover === undefined ? {} : { cover_url: await publicUrl(cover) }),
      };
    default:
      return {
        ...(await fileFields(file)),
        ...captionFields(post, options),
        ...userTags(options),
        ...altText(file),
      };
  }
}

async function fileFields(file: MediaFile): Promise<Form> {
  const url = await publicUrl(file);
  return file.role === 'video' ? { video_url: url } : { image_url: url };
}

/** The platform refuses addresses with characters outside of ASCII; `href` has them encoded. */
async function publicUrl(file: MediaFile): Promise<Secret> {
  return Secret.unknown(new URL(await file.publicUrl()).href);
}

function captionFields(post: Post, { collaborators, location_id: place }: Options): Form {
  const caption = captionOf(post);
  return {
    ...(caption === '' ? {} : { caption }),
    ...(collaborators == null || collaborators.length === 0
      ? {}
      : { collaborators: JSON.stringify(collaborators.map((name) => name.replace(/^@/, ''))) }),
    ...(place == null ? {} : { location_id: place }),
  };
}

function reelFields({ share_to_feed: share, thumb_offset: offset }: Options): Form {
  return {
    ...(share == null ? {} : { share_to_feed: String(share) }),
    ...(offset == null ? {} : { thumb_offset: String(offset) }),
  };
}

/** Those on one file: a carousel has several, and a tag that names none is for the first. */
function userTags({ user_tags: all }: Options, place = 0): Form {
  const tags = (all ?? [])
    .filter(({ file = 0 }) => file === place)
    .map(({ file: _file, username, ...at }) => ({ username: username.replace(/^@/, ''), ...at }));
  return tags.length === 0 ? {} : { user_tags: JSON.stringify(tags) };
}

function altText({ role, altText: text }: MediaFile): Form {
  return role === 'video' || text === undefined ? {} : { alt_text: text };
}
