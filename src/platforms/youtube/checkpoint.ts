import { z } from 'zod';
import type { Checkpoint, MediaFile } from '../../core/platform.ts';

// Google keeps a session for about a week; guarantees.md's "Arm" says what is rebuilt when.
const SESSION_LIFE_MS = 6 * 24 * 3_600_000;

const schema = z.object({
  v: z.literal(1),
  /** The session URI, which is a credential. */
  session: z.string().min(1),
  startedAt: z.iso.datetime(),
  total: z.int().positive(),
  sha256: z.string(),
  mime: z.string(),
  /** Upright or square and at most 3 minutes: its address is /shorts/…. */
  short: z.boolean(),
  /** Bytes that YouTube has confirmed: the last byte range begins here. */
  stored: z.int().nonnegative(),
});

/** One resumable upload session. */
export type Upload = z.infer<typeof schema>;

/** `unreadable`: there is something, written by another version or damaged; what it stood for may be out. */
export function readCheckpoint(checkpoint: Checkpoint | null): Upload | null | 'unreadable' {
  if (checkpoint === null) return null;
  const parsed = schema.safeParse(checkpoint);
  return parsed.success ? parsed.data : 'unreadable';
}

/** Whether a session that was never armed still serves this file. */
export function isUsable(upload: Upload, video: MediaFile, now: Date): boolean {
  const age = now.getTime() - Date.parse(upload.startedAt);
  return age < SESSION_LIFE_MS && upload.sha256 === video.sha256 && upload.total === video.info.bytes;
}
