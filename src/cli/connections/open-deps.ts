import type { PublishDeps, TickDeps } from '../../tick/deps.ts';
import { createLearned } from '../../tick/learned.ts';
import { createReach } from '../../tick/reach.ts';

/** Everything that a tick has in hand when it opens an account. */
export async function openDeps(deps: TickDeps, now: Date): Promise<PublishDeps> {
  deps.syncClock(now);
  const learned = createLearned();
  return { ...deps, ...(await deps.publishing()), learned, reach: createReach(deps, learned) };
}
