import { z } from 'zod';
import type { Checkpoint, MediaFile } from '../../core/platform.ts';

const upload = z.object({
  /** Of the file, to notice that another one stands under the same address now. */
  sha256: z.string(),
  urn: z.string(),
  /** started: bytes are missing. sent: LinkedIn processes it. ready: AVAILABLE, or nobody may look. */
  stage: z.enum(['started', 'sent', 'ready']),
  /** Of the upload addresses, milliseconds since the epoch; null when LinkedIn named no time. */
  expiresAt: z.number().nullable(),
  /** Addresses that the bytes go to, in order; permissions to write. */
  parts: z.array(z.object({ url: z.string(), first: z.number(), last: z.number() })),
  /** Of the parts that are there; only videos have them. */
  etags: z.array(z.string()),
  uploadToken: z.string(),
  /** How often its processing was looked at. */
  looks: z.number(),
});

const schema = z.object({
  v: z.literal(1),
  /** In the order of job.media; what has not begun is missing at the end. */
  uploads: z.array(upload),
  /** The exact bytes of the visible request once all is ready: a repeat must not differ in one of them. */
  body: z.string().nullable(),
  /** False when these bytes were made after another version may have been sent. */
  original: z.boolean(),
});

export type Upload = z.infer<typeof upload>;
export type State = z.infer<typeof schema>;

export const NOTHING: State = { v: 1, uploads: [], body: null, original: true };

/** `unreadable`: written by another version or damaged; what it stood for may be out. */
export function readCheckpoint(checkpoint: Checkpoint | null): State | 'unreadable' {
  if (checkpoint === null) return NOTHING;
  const parsed = schema.safeParse(checkpoint);
  return parsed.success ? parsed.data : 'unreadable';
}

/** Without what serves no longer: another file, or an upload that was not finished in time. */
export function keepUsable(state: State, media: readonly MediaFile[], now: Date): State {
  const usable = (kept: Upload, index: number): boolean =>
    kept.sha256 === media[index]?.sha256 &&
    (kept.stage !== 'started' || kept.expiresAt === null || kept.expiresAt > now.getTime());
  const end = state.uploads.findIndex((kept, index) => !usable(kept, index));
  return end === -1 ? state : { ...state, uploads: state.uploads.slice(0, end), body: null };
}
