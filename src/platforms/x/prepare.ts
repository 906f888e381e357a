import { type Job, MAIN_EFFECT, type Prepared } from '../../core/platform.ts';
import { callerOf } from './api.ts';
import { keepUsable, readCheckpoint } from './checkpoint.ts';
import { lookAtUploads, uploadFile } from './upload.ts';

/** Uploads the files one after the other and waits until X has processed them. Nothing of it is visible. */
export async function prepare(job: Job): Promise<Prepared> {
  let state = keepUsable(readCheckpoint(job.checkpoint), job.media, job.now());
  // Files go with the first part; the others are texts.
  if (job.effect !== MAIN_EFFECT) return { ready: true, checkpoint: state };
  const caller = callerOf(job, job.account);
  for (let index = 0; index < job.media.length; index += 1)
    state = await uploadFile(job, caller, state, index);
  const looked = await lookAtUploads(job, caller, state);
  if (looked.lookAt === null) return { ready: true, checkpoint: looked.state };
  return { ready: false, checkpoint: looked.state, lookAt: looked.lookAt };
}
