import type { Job } from '../../core/platform.ts';
import type { State } from './checkpoint.ts';

/** LinkedIn recognises a duplicate for about 10 minutes; the repeat has to arrive well inside. */
const REPEAT_WINDOW_MS = 7 * 60_000;

/** Whether sending the prepared bytes again is only a question: LinkedIn then names the first one, if that went out. */
export function isRepeat(job: Job, state: State): boolean {
  if (state.body === null || !state.original || job.armedAt === null) return false;
  return job.now().getTime() - job.armedAt.getTime() <= REPEAT_WINDOW_MS;
}
