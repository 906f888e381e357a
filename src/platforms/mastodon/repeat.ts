import type { Job } from '../../core/platform.ts';
import type { State } from './checkpoint.ts';

/** A server remembers a key for an hour (app/services/post_status_service.rb); the repeat has to arrive well inside. */
const REPEAT_WINDOW_MS = 50 * 60_000;

/** Whether sending again under the same key is only a question: the server then answers with the first one. */
export function isRepeat(job: Job, state: State): boolean {
  if (state.request === null || !state.original || job.armedAt === null) return false;
  return job.now().getTime() - job.armedAt.getTime() <= REPEAT_WINDOW_MS;
}
