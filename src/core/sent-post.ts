import { asObject, asText } from './json-value.ts';
import type { Post, PostKind, PostMedia } from './post.ts';

/** What was sent, as it is stored with the arm: an edit or a deletion afterwards must not change what is looked for. */
export function snapshotPost(post: Post): Readonly<Record<string, unknown>> {
  return { ...post, dueAt: post.dueAt.toISOString() };
}

/** The stored post again; null when the record is not one of ours. */
export function readSentPost(value: unknown): Post | null {
  const stored = asObject(value);
  if (stored === null) return null;
  const { source, id, userId, platform, kind, text, body, hashtags, media, options, metadata } = stored;
  const dueAt = new Date(asText(stored['dueAt']) ?? Number.NaN);
  const whole =
    [source, id, userId, platform, kind, text, body].every((part) => typeof part === 'string') &&
    Array.isArray(hashtags) &&
    Array.isArray(media) &&
    asObject(options) !== null &&
    asObject(metadata) !== null &&
    !Number.isNaN(dueAt.getTime());
  if (!whole) return null;
  // Written by snapshotPost and by nobody else; the check above tells records of other versions apart.
  return { ...(stored as unknown as Post), kind: kind as PostKind, media: media as PostMedia[], dueAt };
}
