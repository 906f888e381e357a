import { z } from 'zod';
import { notPrepared } from '../../core/answer-errors.ts';
import { PublishError, withKind } from '../../core/errors.ts';
import type { Arm } from '../../core/http.ts';
import type { Job, Published } from '../../core/platform.ts';
import { createApi } from './api.ts';
import { readCheckpoint } from './checkpoint.ts';
import { putBody } from './content.ts';
import { blueskyError } from './errors.ts';
import { findInListing } from './listing.ts';
import { published, uriOf } from './uri.ts';

const stored = z.object({ uri: z.string(), cid: z.string().min(1) });

/**
 * Writes the record under its own key, once. The same again under the same key changes nothing, whenever it arrives; a
 * record whose key was made after another may have been sent leaves only when a list shows none.
 */
export async function publish(job: Job, arm: Arm): Promise<Published> {
  const state = readCheckpoint(job);
  if (state === 'unreadable' || state.draft === null || state.stamp === null)
    throw notPrepared(job, 'Bluesky');
  if (job.sentBefore && !state.original) {
    const seen = await findInListing(job);
    if (seen.state === 'published') return seen;
    if (seen.state !== 'absent') throw keyLost();
  }
  const { id } = job.account;
  const response = await createApi(job, job.account).putRecord(putBody(id, state.draft, state.stamp), arm);
  const answer = response.status === 200 ? stored.safeParse(response.json) : null;
  if (answer?.success === true && answer.data.uri === uriOf(id, state.stamp.rkey))
    return published(id, state.stamp.rkey);
  const error = blueskyError(response, job.now(), 'armed');
  // Says nothing of the earlier send; the key is asked for.
  if (job.sentBefore) throw withKind(error, 'unknown');
  if (error.code === 'BlobNotFound') await job.save({ ...state, blobs: [], draft: null });
  throw error;
}

/** Nothing was sent now. */
function keyLost(): PublishError {
  return new PublishError({
    kind: 'unknown',
    code: 'KEY_LOST',
    message: 'An earlier send may have arrived, and the key it had is not known any more.',
    hint: 'Look at the Bluesky account whether the post is there.',
  });
}
