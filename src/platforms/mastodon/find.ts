import type { Found, Job } from '../../core/platform.ts';
import { NOTHING, readCheckpoint } from './checkpoint.ts';
import { findInListing } from './listing.ts';
import { isRepeat } from './repeat.ts';

/**
 * The account's statuses are listed. When they do not show it, the repeat is the look: for 50 minutes the server answers
 * to the same key with the first one. It remembers the key only once that one is made, so two under way at the same time
 * may both be made: nothing is repeated while the first may be.
 */
export async function find(job: Job): Promise<Found> {
  const read = readCheckpoint(job);
  const state = read === 'unreadable' ? NOTHING : read;
  const repeatable = isRepeat(job, state);
  if (repeatable && job.lastPossibleAt !== null && job.now() < job.lastPossibleAt) {
    return {
      state: 'unknown',
      reason: 'The first request may still be under way.',
      lookAt: job.lastPossibleAt,
    };
  }
  const listed = await findInListing(job);
  if (listed.state !== 'published' && repeatable) {
    return { state: 'absent', proof: 'repeat', checkpoint: state };
  }
  // Proven not to be out, it is built again from the post as it is now; its uploads still serve.
  return listed.state === 'absent' ? { ...listed, checkpoint: { ...state, request: null } } : listed;
}
