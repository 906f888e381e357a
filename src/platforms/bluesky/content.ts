import type { z } from 'zod';
import { countGraphemes } from '../../core/graphemes.ts';
import { asFilledText } from '../../core/json-value.ts';
import type { FollowUp, MediaFile } from '../../core/platform.ts';
import type { Post } from '../../core/post.ts';
import { threadFollowUps, threadPart, threadParts } from '../../core/thread.ts';
import { COLLECTION } from './api.ts';
import { capabilities } from './capabilities.ts';
import type { blobRef, Stamp } from './checkpoint.ts';
import type { Facet } from './facets.ts';

/** lexicons/com/atproto/label/defs.json */
const SELF_LABELS = 'com.atproto.label.defs#selfLabels';

interface Attached {
  readonly file: MediaFile;
  readonly blob: z.infer<typeof blobRef>;
}

/** lexicons/app/bsky/feed/post.json: 300 graphemes and 3000 bytes. */
const BYTES_PER_GRAPHEME = 10;

/** The texts of the thread, or the one text; null when it cannot be cut into fitting parts. */
export function partsOf({ text, options }: Post): readonly string[] | null {
  const count = (part: string) =>
    Math.max(countGraphemes(part), Math.ceil(Buffer.byteLength(part) / BYTES_PER_GRAPHEME));
  return threadParts(text, options['thread'] === true, { max: capabilities.text.max, count });
}

export function followUps(post: Post): readonly FollowUp[] {
  return threadFollowUps(partsOf(post), countGraphemes);
}

/** What one visible act says, and the name of the one that it answers to. */
export function partOf(post: Post, effect: string): ReturnType<typeof threadPart> {
  return threadPart(partsOf(post) ?? [post.text], effect);
}

/** com.atproto.repo.strongRef */
export interface RecordRef {
  readonly uri: string;
  readonly cid: string;
}

export interface Said {
  readonly text: string;
  readonly facets: readonly Facet[];
  /** Of a part of a thread. */
  readonly reply: { readonly root: RecordRef; readonly parent: RecordRef } | null;
}

/** The record but for its time: lexicons/app/bsky/feed/post.json. Files and the card go with the post itself. */
export function draftOf(post: Post, { text, facets, reply }: Said, attached: readonly Attached[]): string {
  const embed = reply === null ? embedOf(post, attached) : null;
  const languages = textsOf(post.options['language']);
  const labels = textsOf(post.options['labels']);
  return JSON.stringify({
    $type: COLLECTION,
    text,
    ...(reply === null ? {} : { reply }),
    ...(facets.length === 0 ? {} : { facets }),
    ...(embed === null ? {} : { embed }),
    ...(languages.length === 0 ? {} : { langs: languages }),
    ...(labels.length === 0
      ? {}
      : { labels: { $type: SELF_LABELS, values: labels.map((val) => ({ val })) } }),
  });
}

/** One text, or a list of them: problems.ts has judged both. */
function textsOf(value: unknown): readonly string[] {
  const all: readonly unknown[] = Array.isArray(value) ? value : [value];
  return all.map(asFilledText).filter((text) => text !== null);
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
