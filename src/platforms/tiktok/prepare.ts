import { PublishError } from '../../core/errors.ts';
import type { Job, Prepared } from '../../core/platform.ts';
import { askCreator, callerOf } from './api.ts';
import { type PhotosState, readCheckpoint } from './checkpoint.ts';
import { isPhotos } from './content.ts';
import { obey } from './creator.ts';
import { readOptions } from './options.ts';
import { failuresBefore, uploadAllButLast } from './upload.ts';

/**
 * A video: everything but its last chunk is sent. Photos: they get addresses that TikTok can fetch. Before either TikTok
 * is asked what the account may post.
 */
export async function prepare(job: Job): Promise<Prepared> {
  if (isPhotos(job.post)) return { ready: true, checkpoint: await preparePhotos(job) };
  const video = job.media.find(({ role }) => role === 'video');
  if (video === undefined) throw videoMissing();
  return { ready: true, checkpoint: await uploadAllButLast(job, video) };
}

async function preparePhotos(job: Job): Promise<PhotosState> {
  const saved = readCheckpoint(job.checkpoint);
  // Only TikTok's word that it gave the first one up (`find` leaves 'nothing') lets photos go a second time.
  const givenUp = saved !== null && saved !== 'unreadable' && saved.kind === 'nothing';
  if (job.sentBefore && !givenUp) throw mayBeOut();
  // A converted one is uploaded here, while there is time.
  for (const file of job.media) await file.publicUrl();
  const draft = readOptions(job.post.options).draft;
  const creator = draft ? null : await askCreator(callerOf(job, job.account));
  const settings = creator === null ? null : obey(creator, job.post, null);
  return {
    v: 1,
    kind: 'photos',
    publishId: null,
    username: creator?.creator_username ?? null,
    privacyLevel: settings?.privacyLevel ?? null,
    disableComment: settings?.disableComment ?? false,
    failures: failuresBefore(job),
  };
}

function videoMissing(): PublishError {
  return new PublishError({
    kind: 'rejected',
    code: 'VIDEO_MISSING',
    message: 'The post has no video.',
    hint: 'Attach a video to the post and schedule it again.',
  });
}

function mayBeOut(): PublishError {
  return new PublishError({
    kind: 'unknown',
    code: 'PHOTOS_UNCLEAR',
    message: 'The pictures may be on TikTok already: the answer to an earlier send was lost.',
    hint: 'Look at the TikTok account whether the post is there.',
  });
}
