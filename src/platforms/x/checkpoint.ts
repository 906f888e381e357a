import { z } from 'zod';
import type { Checkpoint, MediaFile } from '../../core/platform.ts';

/** X forgets unused files after 24 hours. */
const LIFETIME_MS = 20 * 3_600_000;

const upload = z.object({
  /** Of the file, so that another one never goes out under the first one's id. */
  sha256: z.string(),
  id: z.string(),
  /** Under which lists of posts name the file, e.g. '3_1900000000000000000'. */
  mediaKey: z.string().nullable(),
  /** started: bytes are missing. sent: X has all of them. described: with its alt text. ready: may be posted. */
  stage: z.enum(['started', 'sent', 'described', 'ready']),
  /** Segments that are there. */
  segments: z.int(),
  /** When its processing is worth a look; null: there is nothing to wait for. */
  lookAt: z.iso.datetime().nullable(),
  looks: z.int(),
  expiresAt: z.iso.datetime(),
});

const schema = z.object({
  v: z.literal(1),
  /** In the order of job.media; what has not begun is missing at the end. */
  uploads: z.array(upload),
});

export type Upload = z.infer<typeof upload>;
export type State = z.infer<typeof schema>;

export const NOTHING: State = { v: 1, uploads: [] };

/** What cannot be read is built anew: files that were never posted are invisible, and posts are found without it. */
export function readCheckpoint(checkpoint: Checkpoint | null): State {
  const parsed = schema.safeParse(checkpoint);
  return parsed.success ? parsed.data : NOTHING;
}

/** Without what serves no longer: another file, or one that X may have forgotten. */
export function keepUsable(state: State, media: readonly MediaFile[], now: Date): State {
  const end = state.uploads.findIndex(
    (kept, index) => kept.sha256 !== media[index]?.sha256 || Date.parse(kept.expiresAt) <= now.getTime(),
  );
  return end === -1 ? state : { ...state, uploads: state.uploads.slice(0, end) };
}

export function expiresAt(now: Date): string {
  return new Date(now.getTime() + LIFETIME_MS).toISOString();
}
