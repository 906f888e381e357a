import { notPrepared } from '../../core/answer-errors.ts';
import { PublishError } from '../../core/errors.ts';
import type { Arm, HttpResponse } from '../../core/http.ts';
import type { Job, Published } from '../../core/platform.ts';
import { createApi } from './api.ts';
import { NOTHING, readCheckpoint } from './checkpoint.ts';
import { FILES_LOST, linkedinError, traceIdOf } from './errors.ts';
import { findInListing } from './listing.ts';
import { isRepeat } from './repeat.ts';
import { findPostUrn, parsePostUrn, postUrl, published } from './urn.ts';

/** How far LinkedIn's clock and the database's may be apart. */
const CLOCK_SKEW_MS = 10_000;

/**
 * Sends the prepared bytes, once. A repeat after a send of unknown outcome is answered with 422 and the first one's
 * URN when that went out, which makes it the look as well (docs/guarantees.md). Where it would be no such question any
 * more, only a list without the post lets it leave.
 */
export async function publish(job: Job, arm: Arm): Promise<Published> {
  const state = readCheckpoint(job.checkpoint);
  if (state === 'unreadable' || state.body === null) throw notPrepared(job, 'LinkedIn');
  const asking = job.sentBefore && isRepeat(job, state);
  if (job.sentBefore && !asking) {
    const seen = await findInListing(job);
    if (seen.state === 'published') return seen;
    if (seen.state !== 'absent') throw tooLate();
  }
  const response = await createApi(job, job.account).createPost(state.body, arm);

  const created = response.status === 201 ? parsePostUrn(response.headers['x-restli-id']) : null;
  if (created !== null) return published(created);
  if (response.status < 400) throw withoutId(response);
  const error = linkedinError(response, job.now(), 'armed');
  if (error.code === 'DUPLICATE_POST') return await duplicate(job, response, error);
  // The question was refused, which says nothing of the post it asks for.
  if (asking) throw unclear(error.code, error.message, response);
  if (FILES_LOST.includes(error.code) && error.kind === 'temporary') {
    await job.save(NOTHING);
  }
  throw error;
}

/** Evidence only after a send of unknown outcome, and only for a post made since then that is no other target's. */
async function duplicate(job: Job, response: HttpResponse, error: PublishError): Promise<Published> {
  const original = findPostUrn(response.text);
  if (original === null) {
    if (!job.sentBefore) throw error;
    throw unclear(
      error.code,
      'LinkedIn says that this post exists already, but not which one it is.',
      response,
    );
  }
  const sentAt = job.sentBefore ? job.armedAt : null;
  const ours = sentAt !== null && original.createdAt.getTime() >= sentAt.getTime() - CLOCK_SKEW_MS;
  if (ours && !(await job.isKnownId(original.urn))) return published(original);
  throw new PublishError({
    kind: 'rejected',
    code: error.code,
    message: `The same text is already on the account: ${postUrl(original.urn)}`,
    hint: error.hint,
    platformCode: error.platformCode,
    traceId: error.traceId,
  });
}

function withoutId(response: HttpResponse): PublishError {
  return unclear(`HTTP_${response.status}`, 'LinkedIn took the post but named no id of it.', response);
}

function unclear(code: string, message: string, response: HttpResponse): PublishError {
  return new PublishError({
    kind: 'unknown',
    code,
    message,
    hint: 'Look at the LinkedIn account whether the post is there.',
    traceId: traceIdOf(response),
  });
}

/** Nothing was sent now. */
function tooLate(): PublishError {
  return new PublishError({
    kind: 'unknown',
    code: 'REPEAT_TOO_LATE',
    message: 'An earlier send may have arrived, and LinkedIn no longer tells whether this would double it.',
    hint: 'Look at the LinkedIn account whether the post is there.',
  });
}
