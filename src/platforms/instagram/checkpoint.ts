import { z } from 'zod';
import type { Checkpoint } from '../../core/platform.ts';

/**
 * A container of ours. The platform keeps it for 24 hours
 * (https://developers.facebook.com/docs/instagram-platform/content-publishing); we build another one after 20.
 */
const part = z.strictObject({
  id: z.string().regex(/^\d+$/),
  expiresAt: z.iso.datetime(),
  /** The platform has said FINISHED. */
  ready: z.boolean(),
});

const schema = z.strictObject({
  version: z.literal(1),
  /** Items of a carousel in the order of job.media; null where there is none yet. */
  children: z.array(part.nullable()),
  /** What media_publish is asked with. */
  container: part.nullable(),
  /** How often the parts being processed have been looked at; decides when to look again. */
  looks: z.int().nonnegative(),
});

export type Part = z.infer<typeof part>;
export type Containers = z.infer<typeof schema>;

const PART_LIFE_MS = 20 * 3_600_000;

export const NOTHING: Containers = { version: 1, children: [], container: null, looks: 0 };

/** null: nothing was prepared. 'unreadable': something was, and we cannot tell what. */
export function readCheckpoint(checkpoint: Checkpoint | null): Containers | 'unreadable' | null {
  if (checkpoint === null) return null;
  const parsed = schema.safeParse(checkpoint);
  return parsed.success ? parsed.data : 'unreadable';
}

export function newPart(id: string, now: Date): Part {
  return { id, expiresAt: new Date(now.getTime() + PART_LIFE_MS).toISOString(), ready: false };
}

export function isExpired(part: Part, now: Date): boolean {
  return Date.parse(part.expiresAt) <= now.getTime();
}
