import type { Job, MediaFile } from '../../core/platform.ts';

/** The video of a post; null when it has none. */
export function videoOf(job: Job): MediaFile | null {
  return job.media.find(({ role }) => role === 'video') ?? null;
}
