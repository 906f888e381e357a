import type { Found, Job } from '../../core/platform.ts';
import { readCheckpoint } from './checkpoint.ts';
import { findInListing } from './listing.ts';
import { isRepeat } from './repeat.ts';

/**
 * An organization's posts are listed where the token may. Otherwise, and when they do not tell, the repeat is the look:
 * for 7 minutes after the first arm the same bytes are answered with the first one's URN. Later only a person knows.
 */
export async function find(job: Job): Promise<Found> {
  const state = readCheckpoint(job.checkpoint);
  const listed = await findInListing(job);
  if (listed.state === 'published' || state === 'unreadable' || !isRepeat(job, state)) return listed;
  return { state: 'absent', proof: 'repeat', checkpoint: job.checkpoint };
}
