import { PublishError } from '../../core/errors.ts';
import type { Arm } from '../../core/http.ts';
import type { Job, Published } from '../../core/platform.ts';
import { askSession, callerOf, sendRange } from './api.ts';
import { readCheckpoint, type Upload } from './checkpoint.ts';
import { youtubeError } from './errors.ts';
import { publishedVideo } from './outcome.ts';
import type { SessionAnswer } from './session-answer.ts';

/** Sends the last byte range: with it the video exists. The same session never makes a second one. */
export async function publish(job: Job, arm: Arm): Promise<Published> {
  const upload = readCheckpoint(job.checkpoint);
  if (upload === null || upload === 'unreadable')
    throw unclear('NOT_PREPARED', 'The upload was not prepared.');
  const answer = await complete(job, upload, arm);
  switch (answer.state) {
    case 'complete':
      return await publishedVideo(job, answer.video, upload.short);
    case 'open':
      throw unclear(
        'UPLOAD_INCOMPLETE',
        `YouTube stored ${answer.stored} of ${upload.total} bytes of the video.`,
      );
    case 'gone':
      throw unclear('UPLOAD_SESSION_GONE', 'YouTube no longer knows the upload session of the video.');
    case 'other':
      throw youtubeError(answer.response, job.now(), 'armed');
  }
}

async function complete(job: Job, upload: Upload, arm: Arm): Promise<SessionAnswer> {
  const { stored, total } = upload;
  // Every byte is there already (a late request of an earlier tick): the session only has to name its video.
  if (stored === total) return await askSession(callerOf(job, job.account), upload, arm);
  const video = job.media.find(({ role }) => role === 'video');
  if (video?.sha256 !== upload.sha256)
    throw unclear('OTHER_FILE', 'The video file is another one than that of the upload.');
  return await sendRange(callerOf(job, job.account), upload, stored, video.source(stored, total), arm);
}

function unclear(code: string, message: string): PublishError {
  return new PublishError({
    kind: 'unknown',
    code,
    message,
    hint: 'Nothing to do: the upload session is asked what became of it.',
  });
}
