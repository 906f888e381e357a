import { PublishError } from '../../core/errors.ts';
import type { Job, Prepared } from '../../core/platform.ts';
import { prepareContainers } from '../../http/graph-containers.ts';
import { quota } from './api.ts';
import { containers } from './checkpoint.ts';

/** The quota rolls: the platform does not say when the oldest post leaves it. */
const QUOTA_LOOK_MS = 3_600_000;

export function prepare(job: Job): Promise<Prepared> {
  return prepareContainers(job, containers, checkQuota);
}

async function checkQuota(job: Job): Promise<void> {
  const found = await quota(job, job.account);
  if (found === null || found.used < found.total) return;
  throw new PublishError({
    kind: 'rate_limited',
    code: 'QUOTA_USED_UP',
    message: `The account has published ${found.used} posts within 24 hours; Instagram allows ${found.total}.`,
    hint: 'Nothing: it goes out when the oldest of them is a day old.',
    retryAt: new Date(job.now().getTime() + QUOTA_LOOK_MS),
  });
}
