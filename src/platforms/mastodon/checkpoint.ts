import { z } from 'zod';
import { type Job, MAIN_EFFECT, type MediaFile } from '../../core/platform.ts';

/** A server removes files that belong to no status after a day. */
const UPLOAD_LIFE_MS = 20 * 60 * 60_000;

const upload = z.object({
  /** Of the file, to notice that another one stands under the same address now. */
  sha256: z.string(),
  id: z.string(),
  ready: z.boolean(),
  /** How often its processing was looked at. */
  looks: z.number(),
  /** Milliseconds since the epoch. */
  at: z.number(),
});

const schema = z.object({
  v: z.literal(1),
  /** In the order of job.media; what has not begun is missing at the end. */
  uploads: z.array(upload),
  /** The visible request once all is ready: the server knows its repeat by the key. */
  request: z
    .object({
      /** The visible act that it makes. */
      effect: z.string().default(MAIN_EFFECT),
      key: z.string(),
      body: z.string(),
    })
    .nullable(),
  /** False when it was made after another one may have been sent. */
  original: z.boolean(),
});

export type Upload = z.infer<typeof upload>;
export type State = z.infer<typeof schema>;

export const NOTHING: State = { v: 1, uploads: [], request: null, original: true };

/** `unreadable`: written by another version or damaged; what it stood for may be out. */
export function readCheckpoint({
  checkpoint,
  effect,
}: Pick<Job, 'checkpoint' | 'effect'>): State | 'unreadable' {
  if (checkpoint === null) return NOTHING;
  const parsed = schema.safeParse(checkpoint);
  if (!parsed.success) return 'unreadable';
  // Each part of a thread has a request, and so a key, of its own.
  const own = parsed.data.request === null || parsed.data.request.effect === effect;
  return own ? parsed.data : { ...parsed.data, request: null, original: true };
}

/** Without what serves no longer: another file, or one that the server has cleaned up. */
export function keepUsable(state: State, media: readonly MediaFile[], now: Date): State {
  const end = state.uploads.findIndex(
    ({ sha256, at }, index) => sha256 !== media[index]?.sha256 || now.getTime() - at > UPLOAD_LIFE_MS,
  );
  return end === -1 ? state : { ...state, uploads: state.uploads.slice(0, end), request: null };
}
