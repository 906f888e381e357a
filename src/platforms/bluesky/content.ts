import type { z } from 'zod';
import { asFilledText } from '../../core/json-value.ts';
import type { MediaFile } from '../../core/platform.ts';
import type { Post } from '../../core/post.ts';
import { COLLECTION } from './api.ts';
import type { blobRef, Stamp } from './checkpoint.ts';
import type { Facet } from './facets.ts';

interface Attached {
  readonly file: MediaFile;
  readonly blob: z.infer<typeof blobRef>;
}

/** The record but for its time: lexicons/app/bsky/feed/post.json. */
export function draftOf(post: Post, facets: readonly Facet[], attached: readonly Attached[]): string {
  const embed = embedOf(post, attached);
  const language = asFilledText(post.options['language']);
  return JSON.stringify({
    $type: COLLECTION,
    text: post.text,
    ...(facets.length === 0 ? {} : { facets }),
    ...(embed === null ? {} : { embed }),
    ...(language === null ? {} : { langs: [language] }),
  });
}

/** The visible request: the same bytes for the same draft and stamp. */
export function putBody(repo: string, draft: string, { rkey, createdAt }: Stamp): string {
  const record: unknown = JSON.parse(draft);
  return JSON.stringify({ repo, collection: COLLECTION, rkey, record: { ...Object(record), createdAt } });
}

function embedOf(post: Post, attached: readonly Attached[]): Readonly<Record<string, unknown>> | null {
  const [first] = attached;
  if (post.kind === 'link' && post.link !== null) {
    const { url: uri, title, description = '' } = post.link;
    const thumb = first === undefined ? {} : { thumb: first.blob };
    const external = { uri, title: title ?? post.title ?? new URL(uri).host, description, ...thumb };
    return { $type: 'app.bsky.embed.external', external };
  }
  if (first === undefined) return null;
  if (first.file.role === 'video') {
    const { blob, file } = first;
    const alt = file.altText === undefined ? {} : { alt: file.altText };
    return { $type: 'app.bsky.embed.video', video: blob, ...alt, ...aspectRatio(file) };
  }
  const images = attached.map(({ file, blob }) => ({
    image: blob,
    alt: file.altText ?? '',
    ...aspectRatio(file),
  }));
  return { $type: 'app.bsky.embed.images', images };
}

/** Without it pictures jump while they load. */
function aspectRatio({ info: { width, height } }: MediaFile): object {
  return width === undefined || height === undefined ? {} : { aspectRatio: { width, height } };
}

/** Kind and number of files, as they can be told from a record too. */
export function shapeOfPost(post: Post): string {
  const files = post.media.filter(({ role }) => role !== 'cover').length;
  if (post.kind === 'link') return 'external:0';
  if (files === 0) return 'text:0';
  return post.media.some(({ role }) => role === 'video') ? 'video:1' : `images:${files}`;
}
