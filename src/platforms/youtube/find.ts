import type { Found, Job } from '../../core/platform.ts';
import { askSession, callerOf } from './api.ts';
import { readCheckpoint, type Upload } from './checkpoint.ts';
import { youtubeError } from './errors.ts';
import { lookThroughUploads } from './find-in-uploads.ts';
import { publishedVideo } from './outcome.ts';
import type { SessionAnswer } from './session-answer.ts';

const LOOK_AGAIN_MS = 60_000;

/**
 * Asks the upload session, which knows for certain as long as it lives; afterwards the channel's uploads are read.
 * An answer that is neither is `unknown`, to be asked again in a minute.
 */
export async function find(job: Job): Promise<Found> {
  const upload = readCheckpoint(job.checkpoint);
  // Nothing uploaded under a session of ours, or none that can be asked.
  if (upload === null || upload === 'unreadable') return await lookThroughUploads(job, upload);
  return await judge(job, upload, await askSession(callerOf(job, job.account), upload));
}

async function judge(job: Job, upload: Upload, answer: SessionAnswer): Promise<Found> {
  switch (answer.state) {
    case 'complete':
      return await publishedVideo(job, answer.video, upload.short);
    case 'open':
      return { state: 'absent', proof: 'own-key', checkpoint: { ...upload, stored: answer.stored } };
    case 'gone':
      return await lookThroughUploads(job, upload);
    case 'other': {
      const { message } = youtubeError(answer.response, job.now(), 'armed');
      return { state: 'unknown', reason: message, lookAt: new Date(job.now().getTime() + LOOK_AGAIN_MS) };
    }
  }
}
