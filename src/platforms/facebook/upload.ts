/** Videos on their way to Facebook: invisible until the finish, which publish.ts sends. */
import { PublishError } from '../../core/errors.ts';
import type { Job, MediaFile, Prepared } from '../../core/platform.ts';
import type { Offsets, Video } from './answers.ts';
import { readVideo, startClip, startVideo, transferVideo, uploadClip } from './api.ts';
import { type ClipCheckpoint, expiresAt, type VideoCheckpoint } from './checkpoint.ts';
import { nextLook } from './looks.ts';
import { processingFailed } from './refusals.ts';
import { uploadedBytes, videoState } from './video-state.ts';

/** Facebook may ask for a chunk again, but not for ever. */
const MAX_STANDSTILLS = 3;

/** In the pieces that Facebook asks for. */
export async function prepareVideo(
  job: Job,
  file: MediaFile,
  earlier: VideoCheckpoint | null,
): Promise<Prepared> {
  let checkpoint = earlier ?? (await beginVideo(job, file));
  let standstills = 0;
  while (!checkpoint.uploaded) {
    const wanted = await transfer(job, file, checkpoint);
    if (wanted === 'session ended') {
      checkpoint = await beginVideo(job, file);
      standstills += 1;
    } else {
      standstills += wanted.start_offset > checkpoint.start ? 0 : 1;
      const uploaded = wanted.start_offset === wanted.end_offset;
      checkpoint = { ...checkpoint, start: wanted.start_offset, end: wanted.end_offset, uploaded };
      await job.save(checkpoint);
    }
    if (standstills > MAX_STANDSTILLS) throw standingStill();
  }
  return { ready: true, checkpoint };
}

async function transfer(
  job: Job,
  file: MediaFile,
  { sessionId, start, end }: VideoCheckpoint,
): Promise<Offsets | 'session ended'> {
  try {
    return await transferVideo(job, sessionId, start, file.source(start, Math.min(end, file.info.bytes)));
  } catch (error) {
    // 1363041: the upload session is over; its bytes are lost, the post is not.
    if (error instanceof PublishError && error.code.endsWith('1363041')) return 'session ended';
    throw error;
  }
}

async function beginVideo(job: Job, file: MediaFile): Promise<VideoCheckpoint> {
  const until = expiresAt(job.now());
  const session = await startVideo(job, file.info.bytes);
  const checkpoint: VideoCheckpoint = {
    kind: 'video',
    videoId: session.video_id,
    sha256: file.sha256,
    uploaded: false,
    looks: 0,
    finished: false,
    expiresAt: until,
    sessionId: session.upload_session_id,
    start: session.start_offset,
    end: session.end_offset,
  };
  await job.save(checkpoint);
  return checkpoint;
}

/** In one piece, or, after an interruption, from the byte that Facebook has reached. */
export async function prepareClip(
  job: Job,
  file: MediaFile,
  kind: ClipCheckpoint['kind'],
  earlier: ClipCheckpoint | null,
): Promise<Prepared> {
  if (earlier?.uploaded) return { ready: true, checkpoint: earlier };
  const resumed = earlier === null ? null : await resume(job, earlier);
  const checkpoint = resumed?.checkpoint ?? (await beginClip(job, file, kind));
  const received = resumed?.received ?? 0;
  if (received !== 'all' && received < file.info.bytes) {
    await uploadClip(job, checkpoint.uploadUrl, file, received);
  }
  if (received === 'all' || uploadedBytes(await readUsable(job, checkpoint)) === 'all') {
    return { ready: true, checkpoint: { ...checkpoint, uploaded: true, looks: 0 } };
  }
  const waiting = { ...checkpoint, looks: checkpoint.looks + 1 };
  return { ready: false, checkpoint: waiting, lookAt: nextLook(job.now(), checkpoint.looks) };
}

/** null: its session is over. */
async function resume(
  job: Job,
  checkpoint: ClipCheckpoint,
): Promise<{ readonly checkpoint: ClipCheckpoint; readonly received: number | 'all' } | null> {
  const video = await readUsable(job, checkpoint);
  return videoState(video).state === 'expired' ? null : { checkpoint, received: uploadedBytes(video) };
}

async function readUsable(job: Job, { videoId }: ClipCheckpoint): Promise<Video> {
  const video = await readVideo(job, videoId);
  const state = videoState(video);
  if (state.state === 'failed') throw new PublishError(processingFailed(state.reason));
  return video;
}

async function beginClip(job: Job, file: MediaFile, kind: ClipCheckpoint['kind']): Promise<ClipCheckpoint> {
  const until = expiresAt(job.now());
  const session = await startClip(job, kind === 'reel' ? 'video_reels' : 'video_stories');
  const checkpoint: ClipCheckpoint = {
    kind,
    videoId: session.video_id,
    sha256: file.sha256,
    uploaded: false,
    looks: 0,
    finished: false,
    expiresAt: until,
    uploadUrl: session.upload_url,
  };
  await job.save(checkpoint);
  return checkpoint;
}

function standingStill(): PublishError {
  return new PublishError({
    kind: 'temporary',
    code: 'UPLOAD_STANDSTILL',
    message: 'Facebook asks for the same part of the video again and again.',
    hint: 'Nothing to do: it is tried again.',
  });
}
