import { PublishError } from '../../core/errors.ts';
import type { Found, Job } from '../../core/platform.ts';
import { askStatus, callerOf } from './api.ts';
import { readCheckpoint } from './checkpoint.ts';
import { lookThroughVideos } from './listing.ts';
import { again, outcomeOf } from './outcome.ts';

/** Which TikTok answers once it keeps a post's status no longer, about a day. */
const FORGOTTEN: readonly string[] = ['invalid_publish_id', 'token_not_authorized_for_specified_publish_id'];

/**
 * TikTok's word under the id it gave us decides. Where there is none (photos whose answer was lost), or none any more,
 * the public posts of the account can show the post, and never its absence.
 */
export async function find(job: Job): Promise<Found> {
  const state = readCheckpoint(job.checkpoint);
  const named = state === null || state === 'unreadable' || state.kind === 'nothing' ? null : state;
  if (named === null || named.publishId === null) return await lookThroughVideos(job, named);
  const { publishId } = named;
  try {
    return outcomeOf(job, { ...named, publishId }, await askStatus(callerOf(job, job.account), publishId));
  } catch (error) {
    if (!(error instanceof PublishError)) throw error;
    if (FORGOTTEN.includes(error.code)) return await lookThroughVideos(job, named);
    return again(job, `TikTok could not be asked: ${error.message}`);
  }
}
