import { z } from 'zod';
import { notPrepared } from '../../core/answer-errors.ts';
import { PublishError, withKind } from '../../core/errors.ts';
import type { Arm, HttpResponse } from '../../core/http.ts';
import type { Job, Published } from '../../core/platform.ts';
import { createApi } from './api.ts';
import { NOTHING, readCheckpoint } from './checkpoint.ts';
import { mastodonError } from './errors.ts';
import { findInListing } from './listing.ts';
import { published } from './published.ts';
import { isRepeat } from './repeat.ts';

/** A scheduled status has an id too, but nobody sees it. */
const created = z.object({ id: z.string().min(1), url: z.string().nullish(), created_at: z.string() });

/**
 * Sends the prepared request, once. A repeat under the same key is answered with the first one when that was made, which
 * makes it the look as well (docs/guarantees.md). Where it would be no such question any more, only a list without the
 * status lets it leave.
 */
export async function publish(job: Job, arm: Arm): Promise<Published> {
  const state = readCheckpoint(job);
  if (state === 'unreadable' || state.request === null) throw notPrepared(job, 'Mastodon');
  const asking = job.sentBefore && isRepeat(job, state);
  if (job.sentBefore && !asking) {
    const seen = await findInListing(job);
    if (seen.state === 'published') return seen;
    if (seen.state !== 'absent') throw tooLate();
  }
  const { key, body } = state.request;
  const response = await createApi(job, job.account).createStatus(body, key, arm);
  const made = response.status === 200 ? created.safeParse(response.json) : null;
  if (made?.success === true) return published(made.data);
  if (response.status < 400) throw withoutId(response);
  const error = mastodonError(response, job.now(), 'armed');
  // A refused question says nothing of the status that it asks for.
  if (job.sentBefore) throw withKind(error, 'unknown');
  if (error.code === 'MEDIA_LOST') await job.save(NOTHING);
  throw error;
}

function withoutId(response: HttpResponse): PublishError {
  return new PublishError({
    kind: 'unknown',
    code: `HTTP_${response.status}`,
    message: 'The server took the post but named no id of it.',
    hint: 'Look at the Mastodon account whether the post is there.',
    traceId: response.headers['x-request-id'],
  });
}

/** Nothing was sent now. */
function tooLate(): PublishError {
  return new PublishError({
    kind: 'unknown',
    code: 'REPEAT_TOO_LATE',
    message: 'An earlier send may have arrived, and the server no longer tells whether this would double it.',
    hint: 'Look at the Mastodon account whether the post is there.',
  });
}
