import { PublishError } from '../../core/errors.ts';
import type { Arm, HttpResponse } from '../../core/http.ts';
import type { Accepted, Job } from '../../core/platform.ts';
import { saidIn } from './answers.ts';
import { callerOf, photosPublishId, postPhotos, putChunk } from './api.ts';
import { type PhotosState, readCheckpoint, type VideoState } from './checkpoint.ts';
import { chunkAt, planChunks } from './chunks.ts';
import { photosBody } from './content.ts';
import { tiktokError } from './errors.ts';
import { accepted } from './outcome.ts';

/** The one visible act: the last chunk of a video, with which TikTok has it, or the list of photos to fetch. */
export async function publish(job: Job, arm: Arm): Promise<Accepted> {
  const state = readCheckpoint(job.checkpoint);
  if (state === null || state === 'unreadable' || state.kind === 'nothing') throw notPrepared();
  return state.kind === 'video' ? await lastChunk(job, state, arm) : await photos(job, state, arm);
}

/** The same upload never becomes a second post. */
async function lastChunk(job: Job, state: VideoState, arm: Arm): Promise<Accepted> {
  const video = job.media.find(({ role }) => role === 'video');
  if (video?.sha256 !== state.sha256)
    throw unclear('OTHER_FILE', 'The video file is another one than that of the upload.');
  const plan = planChunks(state.total);
  const { start, end } = chunkAt(plan, plan.count - 1);
  const response = await putChunk({ context: job }, state, start, video.source(start, end), arm);
  // 206: more is missing.
  return response.status === 201 ? accepted(job, state) : refuse(job, response);
}

async function photos(job: Job, state: PhotosState, arm: Arm): Promise<Accepted> {
  if (state.publishId !== null) throw notPrepared();
  const urls = await Promise.all(job.media.map((file) => file.publicUrl()));
  const response = await postPhotos(callerOf(job, job.account), arm, photosBody(job.post, state, urls));
  const publishId = photosPublishId(response);
  return publishId === null ? refuse(job, response) : accepted(job, { ...state, publishId });
}

function refuse(job: Job, response: HttpResponse): never {
  if (saidIn(response) !== null) throw tiktokError(response, job.now(), 'armed');
  throw unclear(
    `HTTP_${response.status}`,
    `TikTok's answer (HTTP ${response.status}) is none to this request.`,
  );
}

function notPrepared(): PublishError {
  return unclear('NOT_PREPARED', 'The post was not prepared for TikTok.');
}

function unclear(code: string, message: string): PublishError {
  return new PublishError({
    kind: 'unknown',
    code,
    message,
    hint: 'Nothing to do: TikTok is asked what became of it.',
  });
}
