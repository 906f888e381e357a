import type { Found, Job } from '../../core/platform.ts';
import { NOTHING, readCheckpoint } from './checkpoint.ts';
import { findInListing } from './listing.ts';
import { isRepeat } from './repeat.ts';

/**
 * An organization's posts are listed where the token may. Otherwise, and when they do not tell, the repeat is the look:
 * for 7 minutes after the first arm the same bytes are answered with the first one's URN. Later only a person knows.
 */
export async function find(job: Job): Promise<Found> {
  const read = readCheckpoint(job.checkpoint);
  const state = read === 'unreadable' ? NOTHING : read;
  const listed = await findInListing(job);
  if (listed.state !== 'published' && isRepeat(job, state)) {
    return { state: 'absent', proof: 'repeat', checkpoint: state };
  }
  // Proven not to be out, it is built again from the post as it is now; its uploads still serve.
  return listed.state === 'absent' ? { ...listed, checkpoint: { ...state, body: null } } : listed;
}
