/** What a post becomes on TikTok. https://developers.tiktok.com/doc/content-posting-api-reference-direct-post */
import type { Post } from '../../core/post.ts';
import type { PhotosState } from './checkpoint.ts';
import type { ChunkPlan } from './chunks.ts';
import type { Settings } from './creator.ts';
import { readOptions } from './options.ts';

export interface PostInfo {
  readonly privacy_level: string;
  readonly title: string;
  readonly disable_duet: boolean;
  readonly disable_comment: boolean;
  readonly disable_stitch: boolean;
  readonly video_cover_timestamp_ms?: number;
  readonly brand_content_toggle: boolean;
  readonly brand_organic_toggle: boolean;
  readonly is_aigc: boolean;
}

export interface SourceInfo {
  readonly source: 'FILE_UPLOAD';
  readonly video_size: number;
  readonly chunk_size: number;
  readonly total_chunk_count: number;
}

export interface PhotosBody {
  readonly media_type: 'PHOTO';
  readonly post_mode: 'DIRECT_POST' | 'MEDIA_UPLOAD';
  readonly post_info: Readonly<Record<string, string | boolean>>;
  readonly source_info: {
    readonly source: 'PULL_FROM_URL';
    readonly photo_images: readonly string[];
    readonly photo_cover_index: number;
  };
}

export function isPhotos({ kind }: Pick<Post, 'kind'>): boolean {
  return kind === 'image' || kind === 'carousel';
}

export function sourceInfo({ total, size, count }: ChunkPlan): SourceInfo {
  return { source: 'FILE_UPLOAD', video_size: total, chunk_size: size, total_chunk_count: count };
}

export function videoInfo(post: Post, settings: Settings): PostInfo {
  const { coverMs, brandContent, brandOrganic, aiGenerated } = readOptions(post.options);
  return {
    privacy_level: settings.privacyLevel,
    title: post.text,
    disable_duet: settings.disableDuet,
    disable_comment: settings.disableComment,
    disable_stitch: settings.disableStitch,
    ...(coverMs === null ? {} : { video_cover_timestamp_ms: coverMs }),
    brand_content_toggle: brandContent,
    brand_organic_toggle: brandOrganic,
    is_aigc: aiGenerated,
  };
}

/** A draft's owner chooses the rest in the TikTok app. */
export function photosBody(post: Post, prepared: PhotosState, urls: readonly string[]): PhotosBody {
  const { privacyLevel } = prepared;
  const { photoTitle, photoCover, autoAddMusic, brandContent, brandOrganic } = readOptions(post.options);
  const words = { ...(photoTitle === null ? {} : { title: photoTitle }), description: post.text };
  return {
    media_type: 'PHOTO',
    post_mode: privacyLevel === null ? 'MEDIA_UPLOAD' : 'DIRECT_POST',
    post_info:
      privacyLevel === null
        ? words
        : {
            ...words,
            privacy_level: privacyLevel,
            disable_comment: prepared.disableComment,
            auto_add_music: autoAddMusic,
            brand_content_toggle: brandContent,
            brand_organic_toggle: brandOrganic,
          },
    source_info: { source: 'PULL_FROM_URL', photo_images: urls, photo_cover_index: photoCover },
  };
}
