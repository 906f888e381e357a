import { PublishError } from '../../core/errors.ts';
import { type Job, MAIN_EFFECT, type Prepared } from '../../core/platform.ts';
import { prepareContainers } from '../../http/graph-containers.ts';
import { quota } from './api.ts';
import { containers } from './checkpoint.ts';
import { followUps } from './content.ts';

/** The quotas roll: the platform does not say when the oldest post leaves them. */
const QUOTA_LOOK_MS = 3_600_000;

export function prepare(job: Job): Promise<Prepared> {
  return prepareContainers(job, containers, checkQuotas);
}

/** A thread is one post and an answer for every further part; it does not begin without room for all of them. */
async function checkQuotas(job: Job): Promise<void> {
  const main = job.effect === MAIN_EFFECT;
  const answers = main ? followUps(job.post).length : 1;
  const posts = main ? await quota(job, job.account, 'posts') : null;
  if (posts !== null && posts.used >= posts.total)
    throw usedUp(job, `has published ${posts.used} posts within 24 hours; Threads allows ${posts.total}`);
  const replies = answers > 0 ? await quota(job, job.account, 'replies') : null;
  if (replies !== null && replies.used + answers > replies.total)
    throw usedUp(
      job,
      `has sent ${replies.used} replies within 24 hours; Threads allows ${replies.total}, and this thread needs ${answers} more`,
    );
}

function usedUp(job: Job, what: string): PublishError {
  return new PublishError({
    kind: 'rate_limited',
    code: 'QUOTA_USED_UP',
    message: `The account ${what}.`,
    hint: 'Nothing: it goes out when the oldest of them is a day old.',
    retryAt: new Date(job.now().getTime() + QUOTA_LOOK_MS),
  });
}
