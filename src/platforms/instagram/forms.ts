import type { MediaFile } from '../../core/platform.ts';
import type { Post } from '../../core/post.ts';
import { Secret } from '../../core/secret.ts';
import type { Form } from './api.ts';
import { captionOf, type Options, readOptions } from './problems.ts';

// Parameters of https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/media

/** One item of a carousel. A caption of its own would be ignored. */
export async function itemForm(file: MediaFile): Promise<Form> {
  const type = file.role === 'video' ? { media_type: 'VIDEO' } : {};
  return { ...type, is_carousel_item: 'true', ...(await fileFields(file)), ...altText(file) };
}

/** What is published: a carousel over its items, or a post of one file. */
export function carouselForm(post: Post, children: readonly string[]): Form {
  return { media_type: 'CAROUSEL', children: children.join(','), ...captionFields(post, readOptions(post)) };
}

export async function singleForm(post: Post, file: MediaFile, cover: MediaFile | undefined): Promise<Form> {
  const options = readOptions(post);
  switch (post.kind) {
    case 'story':
      return { media_type: 'STORIES', ...(await fileFields(file)) };
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

function userTags({ user_tags: tags }: Options): Form {
  if (tags == null || tags.length === 0) return {};
  return {
    user_tags: JSON.stringify(tags.map((tag) => ({ ...tag, username: tag.username.replace(/^@/, '') }))),
  };
}

function altText({ role, altText: text }: MediaFile): Form {
  return role === 'video' || text === undefined ? {} : { alt_text: text };
}
