/** The invisible part of a video: its upload is opened, and everything but the last chunk sent. */
import { PublishError } from '../../core/errors.ts';
import { HttpFailure, type HttpResponse } from '../../core/http.ts';
import type { Job, MediaFile } from '../../core/platform.ts';
import { type PublishStatus, saidIn } from './answers.ts';
import { askCreator, askStatus, callerOf, openUpload, putChunk } from './api.ts';
import { addressAge, nothing, readCheckpoint, type VideoState } from './checkpoint.ts';
import { type ChunkPlan, chunkAt, nextChunk, planChunks } from './chunks.ts';
import { sourceInfo, videoInfo } from './content.ts';
import { obey } from './creator.ts';
import { tiktokError } from './errors.ts';
import { readOptions } from './options.ts';

const FAILURES_WITHOUT_PROGRESS = 3;
const PAUSE_MS = 1000;
/** Its address has ended, or the upload server does not know it. */
const ADDRESS_GONE: readonly number[] = [403, 404];

interface Upload {
  readonly state: VideoState;
  /** The chunk to go on with. */
  readonly next: number;
}

/** Every chunk but the last is there when it returns. Resumes where TikTok says the upload is. */
export async function uploadAllButLast(job: Job, video: MediaFile): Promise<VideoState> {
  const { state, next } = (await resume(job, video)) ?? (await begin(job, video));
  const plan = planChunks(state.total);
  await sendUpTo(plan.count - 1, job, video, state, plan, next);
  return state;
}

/** The upload of an earlier attempt, or null: begin anew. What may have become a post only `find` may give up. */
async function resume(job: Job, video: MediaFile): Promise<Upload | null> {
  const saved = readCheckpoint(job.checkpoint);
  const armed = job.armedAt !== null;
  if (saved === null || saved === 'unreadable' || saved.kind === 'photos') {
    if (saved !== null && armed) throw mayBeOut('what was noted about the upload cannot be read');
    return null;
  }
  if (saved.kind === 'nothing') return null;
  const sameFile = saved.sha256 === video.sha256 && saved.total === video.info.bytes;
  if (!sameFile && armed) throw mayBeOut('the video file is another one than that of the upload');
  const age = addressAge(saved, job.now());
  if (!sameFile || (age !== 'open' && !armed)) return null;
  const status = await statusOf(job, saved);
  if (status === null || status.status === 'FAILED') return null;
  const incomplete = status.status === 'PROCESSING_UPLOAD' && (status.uploadedBytes ?? 0) < saved.total;
  if (!incomplete || saved.sent) throw mayBeOut('TikTok has all of it');
  if (age === 'open') {
    return { state: saved, next: nextChunk(planChunks(saved.total), status.uploadedBytes ?? 0) };
  }
  if (age === 'ending' && job.sentBefore) throw mayBeOut('the address of its upload is about to end');
  return null;
}

/** null: TikTok does not know it, which before anything was sent costs nothing but the upload. */
async function statusOf(job: Job, { publishId }: VideoState): Promise<PublishStatus | null> {
  try {
    return await askStatus(callerOf(job, job.account), publishId);
  } catch (error) {
    if (!(error instanceof PublishError) || error.kind !== 'rejected') throw error;
    if (job.armedAt !== null) throw mayBeOut(error.message);
    return null;
  }
}

async function begin(job: Job, video: MediaFile): Promise<Upload> {
  const caller = callerOf(job, job.account);
  const { info, sha256 } = video;
  const draft = readOptions(job.post.options).draft;
  const creator = draft ? null : await askCreator(caller);
  const settings = creator === null ? null : obey(creator, job.post, info);
  const openedAt = job.now().toISOString();
  const opened = await openUpload(
    caller,
    sourceInfo(planChunks(info.bytes)),
    settings === null ? null : videoInfo(job.post, settings),
  );
  const state: VideoState = {
    v: 1,
    kind: 'video',
    ...opened,
    username: creator?.creator_username ?? null,
    privacyLevel: settings?.privacyLevel ?? null,
    openedAt,
    total: info.bytes,
    sha256,
    mime: info.mime,
    sent: false,
    failures: failuresBefore(job),
  };
  await job.save(state);
  return { state, next: 0 };
}

export function failuresBefore(job: Job): number {
  const saved = readCheckpoint(job.checkpoint);
  return saved === null || saved === 'unreadable' ? 0 : saved.failures;
}

async function sendUpTo(
  end: number,
  job: Job,
  video: MediaFile,
  state: VideoState,
  plan: ChunkPlan,
  from: number,
): Promise<void> {
  let next = from;
  let failures = 0;
  while (next < end) {
    // Rejects when the tick is told to stop.
    await job.sleep(failures * PAUSE_MS);
    const sent = await attempt(job, video, state, plan, next);
    if (!(sent instanceof HttpFailure) && sent.status === 206) {
      next += 1;
      failures = 0;
      continue;
    }
    if (!(sent instanceof HttpFailure)) await judgeRefusal(job, state, sent);
    // Lost, a server's fault or a range that is not the next one: TikTok says how far it is.
    const there = await uploadedBytes(job, state);
    const reached = there === undefined ? next : Math.min(end, nextChunk(plan, there));
    failures = reached > next ? 0 : failures + 1;
    next = reached;
    if (failures >= FAILURES_WITHOUT_PROGRESS) throw sent instanceof HttpFailure ? sent : stuck();
  }
}

async function attempt(
  job: Job,
  video: MediaFile,
  state: VideoState,
  plan: ChunkPlan,
  index: number,
): Promise<HttpResponse | HttpFailure> {
  const { start, end } = chunkAt(plan, index);
  try {
    return await putChunk({ context: job }, state, start, video.source(start, end));
  } catch (error) {
    if (error instanceof HttpFailure) return error;
    throw error;
  }
}

/** Throws unless asking how far the upload is can help. */
async function judgeRefusal(job: Job, state: VideoState, response: HttpResponse): Promise<void> {
  if (response.status === 201) throw mayBeOut('TikTok calls it complete before its last bytes were sent');
  if (saidIn(response) !== null && response.status < 500) throw tiktokError(response, job.now(), 'not armed');
  if (ADDRESS_GONE.includes(response.status)) throw await addressGone(job, state);
}

async function uploadedBytes(job: Job, state: VideoState): Promise<number | undefined> {
  const known = await statusOf(job, state);
  if (known === null || known.status === 'FAILED') throw await addressGone(job, state);
  const { status, uploadedBytes: bytes } = known;
  if (status !== 'PROCESSING_UPLOAD' || bytes === state.total) throw mayBeOut('TikTok has all of it');
  return bytes;
}

async function addressGone(job: Job, { failures }: VideoState): Promise<PublishError> {
  if (job.sentBefore) return mayBeOut('the address of its upload has ended');
  await job.save(nothing(failures));
  return new PublishError({
    kind: 'temporary',
    code: 'UPLOAD_ADDRESS_GONE',
    message: 'TikTok ended the upload before the video was complete.',
    hint: 'Nothing to do: the upload begins anew.',
  });
}

function stuck(): PublishError {
  return new PublishError({
    kind: 'temporary',
    code: 'UPLOAD_STUCK',
    message: `TikTok did not take a part of the video in ${FAILURES_WITHOUT_PROGRESS} attempts.`,
    hint: 'Nothing to do: the upload goes on where it stopped.',
  });
}

function mayBeOut(why: string): PublishError {
  return new PublishError({
    kind: 'unknown',
    code: 'UPLOAD_UNCLEAR',
    message: `An earlier upload of this video may have become a post: ${why}.`,
    hint: 'Look at the TikTok account whether the video is there.',
  });
}
