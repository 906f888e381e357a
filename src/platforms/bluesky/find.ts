import type { Found, Job } from '../../core/platform.ts';
import { createApi } from './api.ts';
import { nothing, readCheckpoint } from './checkpoint.ts';
import { findInListing } from './listing.ts';
import { published } from './uri.ts';

const LOOK_AGAIN_MS = 60_000;

/** The account's own server says whether there is a record under our key; without a key its records are listed. */
export async function find(job: Job): Promise<Found> {
  const read = readCheckpoint(job);
  const state = read === 'unreadable' ? nothing(job.effect) : read;
  if (state.stamp === null || !state.original) return findInListing(job);
  const { rkey } = state.stamp;
  const answer = await createApi(job, job.account).getRecord(job.account.id, rkey);
  // The key stays: a request that is still under way then writes the same record.
  if (answer === null) return { state: 'absent', proof: 'own-key', checkpoint: { ...state, kept: true } };
  if (!('status' in answer)) return published(job.account.id, rkey);
  return {
    state: 'unknown',
    reason: `The server of the account does not say whether the post is there (HTTP ${answer.status}).`,
    lookAt: new Date(job.now().getTime() + LOOK_AGAIN_MS),
  };
}
