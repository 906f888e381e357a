import { z } from 'zod';
import type { Checkpoint } from '../../core/platform.ts';

// The address lives an hour.
const URL_LIFE_MS = 50 * 60_000;
/** By then it has surely ended, and with it every request that was on its way to it. */
export const URL_GONE_MS = 70 * 60_000;

const common = {
  v: z.literal(1),
  /** For the address of the post; null for drafts. */
  username: z.string().nullable(),
  /** As it was told to TikTok; null for drafts. */
  privacyLevel: z.string().nullable(),
};

const schema = z.discriminatedUnion('kind', [
  z.object({
    ...common,
    kind: z.literal('video'),
    publishId: z.string().min(1),
    /** A credential. */
    uploadUrl: z.string().min(1),
    openedAt: z.iso.datetime(),
    total: z.int().positive(),
    sha256: z.string(),
    mime: z.string(),
    /** TikTok has said that it has all of it. */
    sent: z.boolean(),
    failures: z.int(),
  }),
  z.object({
    ...common,
    kind: z.literal('photos'),
    /** null until they were sent. */
    publishId: z.string().min(1).nullable(),
    disableComment: z.boolean(),
    failures: z.int(),
  }),
  /** What was prepared serves no longer. */
  z.object({
    v: z.literal(1),
    kind: z.literal('nothing'),
    /** How often TikTok has failed at this post with a fault of its own; so in all three. */
    failures: z.int(),
  }),
]);

export type State = z.infer<typeof schema>;
export type VideoState = Extract<State, { kind: 'video' }>;
export type PhotosState = Extract<State, { kind: 'photos' }>;

/** `unreadable`: there is something, written by another version or damaged; what it stood for may be out. */
export function readCheckpoint(checkpoint: Checkpoint | null): State | null | 'unreadable' {
  if (checkpoint === null) return null;
  const parsed = schema.safeParse(checkpoint);
  return parsed.success ? parsed.data : 'unreadable';
}

export function nothing(failures: number): State {
  return { v: 1, kind: 'nothing', failures };
}

/** open: its address can be used. ending: perhaps. gone: surely not. */
export function addressAge(
  { openedAt }: Pick<VideoState, 'openedAt'>,
  now: Date,
): 'open' | 'ending' | 'gone' {
  const age = now.getTime() - Date.parse(openedAt);
  if (age < URL_LIFE_MS) return 'open';
  return age < URL_GONE_MS ? 'ending' : 'gone';
}
