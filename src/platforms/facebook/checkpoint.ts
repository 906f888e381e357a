import { z } from 'zod';
import { PublishError } from '../../core/errors.ts';
import type { Checkpoint, Job } from '../../core/platform.ts';

/** Unpublished photos live about 24 hours; upload sessions are given the same. */
const LIFETIME_MS = 20 * 3_600_000;

const photo = z.object({ sha256: z.string(), id: z.string(), expiresAt: z.iso.datetime() });

/** Photos, uploaded but not published, in the order of the post; for texts and links an empty list. */
const feed = z.object({ kind: z.literal('feed'), photos: z.array(photo) });

const photoStory = z.object({ kind: z.literal('photo_story'), photos: z.array(photo) });

const upload = {
  videoId: z.string(),
  /** Of the file, so that another file never goes out under the first one's id. */
  sha256: z.string(),
  uploaded: z.boolean(),
  /** How often Facebook was asked whether it is ready: the next look waits longer. */
  looks: z.number().int(),
  /** Facebook has said yes to the finish. */
  finished: z.boolean(),
  expiresAt: z.iso.datetime(),
};

/** `start` and `end`: the bytes that Facebook asks for next. */
const video = z.object({
  kind: z.literal('video'),
  ...upload,
  sessionId: z.string(),
  start: z.number().int(),
  end: z.number().int(),
});

/** A reel or a video story: bytes go to rupload. */
const clip = z.object({
  kind: z.enum(['reel', 'video_story']),
  ...upload,
  uploadUrl: z.string(),
  /** Only the finish of a story names it. */
  postId: z.string().optional(),
});

const schema = z.discriminatedUnion('kind', [feed, photoStory, video, clip]);

export type FacebookCheckpoint = z.infer<typeof schema>;
export type PhotosCheckpoint = z.infer<typeof feed> | z.infer<typeof photoStory>;
export type VideoCheckpoint = z.infer<typeof video>;
export type ClipCheckpoint = z.infer<typeof clip>;
export type UploadCheckpoint = VideoCheckpoint | ClipCheckpoint;

/** null: there is none. 'unreadable': written by another version, or damaged. */
export function readCheckpoint(checkpoint: Checkpoint | null): FacebookCheckpoint | null | 'unreadable' {
  if (checkpoint === null) return null;
  const parsed = schema.safeParse(checkpoint);
  return parsed.success ? parsed.data : 'unreadable';
}

/** What may be built upon: parts that have expired, or that belong to other files, are left out. */
export function usableCheckpoint(job: Job): FacebookCheckpoint | null {
  const checkpoint = readCheckpoint(job.checkpoint);
  if (checkpoint === 'unreadable' && job.armedAt !== null) throw unreadable();
  if (checkpoint === null || checkpoint === 'unreadable') return null;
  const now = job.now().getTime();
  const isUsable = ({ sha256, expiresAt }: { sha256: string; expiresAt: string }): boolean =>
    Date.parse(expiresAt) > now && job.media.some((file) => file.sha256 === sha256);
  if ('photos' in checkpoint) return { ...checkpoint, photos: checkpoint.photos.filter(isUsable) };
  return isUsable(checkpoint) ? checkpoint : null;
}

export function expiresAt(now: Date): string {
  return new Date(now.getTime() + LIFETIME_MS).toISOString();
}

/** It may hold the ids of something that went out, so nothing may be built anew beside it. */
function unreadable(): PublishError {
  return new PublishError({
    kind: 'unknown',
    code: 'CHECKPOINT_UNREADABLE',
    message: 'What was remembered about this post cannot be read, and it may already be out.',
    hint: 'Nothing to do yet: the Page is read back by itself.',
  });
}
