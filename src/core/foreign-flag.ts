import { DateTime } from 'luxon';
import { asFilledText, isTrue, type JsonObject } from './json-value.ts';

/** What `_publishing_by` of our own flags begins with, in SQL too. */
const OURS = 'content-publisher';
/** An older scheduler takes over a flag after 5 minutes and may then still be at work. */
const LEAVE_ALONE_MS = 15 * 60_000;
const SKEW_MS = 60_000;

export type ForeignFlag =
  | { readonly state: 'none' }
  /** Somebody else may be publishing it at this moment. */
  | { readonly state: 'busy'; readonly until: Date }
  /** Left behind: it may be live, so the account is read back as after a lost answer. */
  | { readonly state: 'stale'; readonly at: Date };

/**
 * Judges the in-flight flag of another publisher. Its `_publishing_at` often has no zone, so it is read as UTC and
 * in every zone given; the latest reading that is not in the future counts.
 */
export function judgeForeignFlag(
  metadata: JsonObject,
  zones: readonly (string | null)[],
  updatedAt: string | null,
  now: Date,
): ForeignFlag {
  if (!isTrue(metadata['_publishing'])) return { state: 'none' };
  if (asFilledText(metadata['_publishing_by'])?.startsWith(OURS)) return { state: 'none' };
  const text = asFilledText(metadata['_publishing_at']) ?? asFilledText(updatedAt);
  const readings = ['utc', ...zones.filter((zone) => zone !== null)]
    .map((zone) =>
      text === null ? Number.NaN : DateTime.fromISO(text.replace(' ', 'T'), { zone }).toMillis(),
    )
    .filter((at) => !Number.isNaN(at) && at <= now.getTime() + SKEW_MS);
  if (readings.length === 0) return { state: 'stale', at: new Date(now.getTime() - LEAVE_ALONE_MS) };
  const at = Math.max(...readings);
  return now.getTime() - at < LEAVE_ALONE_MS
    ? { state: 'busy', until: new Date(at + LEAVE_ALONE_MS) }
    : { state: 'stale', at: new Date(at) };
}
