import { PublishError } from '../../core/errors.ts';
import { HttpFailure } from '../../core/http.ts';
import type { Job, MediaFile, Prepared } from '../../core/platform.ts';
import { askSession, callerOf, openSession, parse, sendRange } from './api.ts';
import { isUsable, readCheckpoint, type Upload } from './checkpoint.ts';
import { youtubeError } from './errors.ts';
import { isShort } from './link.ts';
import { readOptions } from './options.ts';
import { videoResource } from './resource.ts';
import type { SessionAnswer } from './session-answer.ts';

// Every range but the last must be a multiple of this, and all of one size.
const RANGE_UNIT = 256 * 1024;
const MAX_RANGE = 8 * 1024 * 1024;
// The last range is the armed request, so it should be short: at most a 64th of the file until ranges are 8 MiB.
const WANTED_RANGES = 64;
const FAILURES_WITHOUT_PROGRESS = 3;
const PAUSE_MS = 1000;

/**
 * Opens the upload session and sends every byte range but the last; YouTube shows nothing of it. Resumes where the
 * session says it is.
 */
export async function prepare(job: Job): Promise<Prepared> {
  const video = videoOf(job);
  const resumed = await resume(job, video);
  const upload = resumed ?? (await begin(job, video));
  return { ready: true, checkpoint: await sendAllButLast(job, video, upload) };
}

/** Bytes of one range of a file of `total` bytes. */
export function rangeSize(total: number): number {
  const wanted = Math.ceil(total / WANTED_RANGES / RANGE_UNIT) * RANGE_UNIT;
  return Math.min(MAX_RANGE, Math.max(RANGE_UNIT, wanted));
}

/** The session of an earlier attempt as far as it got, or null: begin anew. */
async function resume(job: Job, video: MediaFile): Promise<Upload | null> {
  const saved = readCheckpoint(job.checkpoint);
  // Once armed, a session may have become a video: only `find` may give it up.
  const armed = job.armedAt !== null;
  if (saved === null) return null;
  if (saved === 'unreadable') {
    if (armed) throw mayBeOut('what was noted about the upload cannot be read');
    return null;
  }
  if (!isUsable(saved, video, job.now()) && !armed) return null;
  if (saved.sha256 !== video.sha256) throw mayBeOut('the video file is another one than that of the upload');
  const answer = await askSession(callerOf(job, job.account), saved);
  if (answer.state === 'open') return { ...saved, stored: answer.stored };
  // The late request of an earlier tick completed it: publish asks for the video without sending a byte.
  if (answer.state === 'complete') return { ...saved, stored: saved.total };
  if (answer.state === 'other') throw youtubeError(answer.response, job.now(), 'not armed');
  if (armed) throw mayBeOut('YouTube no longer knows the upload session');
  return null;
}

async function begin(job: Job, video: MediaFile): Promise<Upload> {
  const { info, sha256 } = video;
  const startedAt = job.now().toISOString();
  const response = await openSession(callerOf(job, job.account), {
    resource: videoResource(job.post),
    notifySubscribers: readOptions(job.post.options).notifySubscribers,
    bytes: info.bytes,
    mime: info.mime,
  });
  const session = parse.location(response);
  if (session === null) throw youtubeError(response, job.now(), 'not armed');
  const upload: Upload = {
    v: 1,
    session,
    startedAt,
    total: info.bytes,
    sha256,
    mime: info.mime,
    short: isShort(info),
    stored: 0,
  };
  await job.save(upload);
  return upload;
}

async function sendAllButLast(job: Job, video: MediaFile, upload: Upload): Promise<Upload> {
  const size = rangeSize(upload.total);
  let { stored } = upload;
  let failures = 0;
  while (upload.total - stored > size) {
    // Rejects when the tick is told to stop.
    await job.sleep(failures * PAUSE_MS);
    const before = stored;
    const sent = await attempt(() =>
      sendRange(callerOf(job, job.account), upload, before, video.source(before, before + size)),
    );
    const answer =
      sent instanceof HttpFailure || isServerFault(sent)
        ? await askSession(callerOf(job, job.account), upload)
        : sent;
    if (answer.state !== 'open') throw refused(job, answer);
    stored = answer.stored;
    failures = stored > before ? 0 : failures + 1;
    if (failures >= FAILURES_WITHOUT_PROGRESS) throw stuck(sent);
  }
  return { ...upload, stored };
}

async function attempt(send: () => Promise<SessionAnswer>): Promise<SessionAnswer | HttpFailure> {
  try {
    return await send();
  } catch (error) {
    if (error instanceof HttpFailure) return error;
    throw error;
  }
}

function isServerFault(answer: SessionAnswer): boolean {
  return answer.state === 'other' && answer.response.status >= 500;
}

function refused(job: Job, answer: Exclude<SessionAnswer, { state: 'open' }>): PublishError {
  if (answer.state === 'complete')
    return mayBeOut('YouTube calls the upload complete before its last bytes were sent');
  if (answer.state === 'other') return youtubeError(answer.response, job.now(), 'not armed');
  return new PublishError({
    kind: 'temporary',
    code: 'UPLOAD_SESSION_GONE',
    message: 'YouTube ended the upload session before the video was complete.',
    hint: 'Nothing to do: the upload begins anew.',
  });
}

function stuck(last: SessionAnswer | HttpFailure): Error {
  if (last instanceof HttpFailure) return last;
  return new PublishError({
    kind: 'temporary',
    code: 'UPLOAD_STUCK',
    message: `YouTube did not store a part of the video in ${FAILURES_WITHOUT_PROGRESS} attempts.`,
    hint: 'Nothing to do: the upload goes on where it stopped.',
  });
}

function mayBeOut(why: string): PublishError {
  return new PublishError({
    kind: 'unknown',
    code: 'UPLOAD_UNCLEAR',
    message: `An earlier upload of this video may have been completed: ${why}.`,
    hint: 'Look in YouTube Studio whether the video is there.',
  });
}

function videoOf(job: Job): MediaFile {
  const video = job.media.find(({ role }) => role === 'video');
  if (video !== undefined) return video;
  throw new PublishError({
    kind: 'rejected',
    code: 'VIDEO_MISSING',
    message: 'The post has no video, and YouTube publishes only videos.',
    hint: 'Attach a video to the post and schedule it again.',
  });
}
