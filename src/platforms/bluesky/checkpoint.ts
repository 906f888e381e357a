import { z } from 'zod';
import { type Job, MAIN_EFFECT, type MediaFile } from '../../core/platform.ts';

/** Files that no record names are removed by the server, nobody says when: they are uploaded shortly before. */
const BLOB_LIFE_MS = 60 * 60_000;

/** As the server hands it out; a record holds it unchanged. */
export const blobRef = z.object({
  $type: z.literal('blob'),
  ref: z.object({ $link: z.string().min(1) }),
  mimeType: z.string(),
  size: z.number(),
});

const schema = z.object({
  v: z.literal(1),
  /** The visible act that the record is of; the files are those of the post. */
  effect: z.string().default(MAIN_EFFECT),
  /** In the order of job.media; what has not begun is missing at the end. */
  blobs: z.array(z.object({ sha256: z.string(), at: z.number(), blob: blobRef })),
  /** The record as JSON, all but its time. */
  draft: z.string().nullable(),
  /** Key and time of the record. Once it may have been sent they stay: a repeat then only writes the same again. */
  stamp: z.object({ rkey: z.string(), createdAt: z.string() }).nullable(),
  /** A request with this stamp may still arrive, although the record is not there yet. */
  kept: z.boolean(),
  /** False when the stamp was made after another one may have been sent. */
  original: z.boolean(),
});

export type State = z.infer<typeof schema>;
export type Stamp = NonNullable<State['stamp']>;

/** `unreadable`: written by another version or damaged; what it stood for may be out. */
export function readCheckpoint({
  checkpoint,
  effect,
}: Pick<Job, 'checkpoint' | 'effect'>): State | 'unreadable' {
  if (checkpoint === null) return nothing(effect);
  const parsed = schema.safeParse(checkpoint);
  if (!parsed.success) return 'unreadable';
  // Each part of a thread has a record, and so a key, of its own.
  return parsed.data.effect === effect ? parsed.data : nothing(effect);
}

export function nothing(effect: string): State {
  return { v: 1, effect, blobs: [], draft: null, stamp: null, kept: false, original: true };
}

/** Without what serves no longer: another file, or one that may have been removed. The same file gets the same name. */
export function keepUsable(state: State, media: readonly MediaFile[], now: Date): State {
  const end = state.blobs.findIndex(
    ({ sha256, at }, index) => sha256 !== media[index]?.sha256 || now.getTime() - at > BLOB_LIFE_MS,
  );
  return end === -1 ? state : { ...state, blobs: state.blobs.slice(0, end), draft: null };
}
