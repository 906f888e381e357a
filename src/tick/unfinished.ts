import type { StoredEffect, StoredTarget } from '../core/job.ts';
import type { FollowUp } from '../core/platform.ts';
import type { TargetSettlement } from '../core/store.ts';
import type { TickDeps } from './deps.ts';

/** What is said of a target that is out while something of it is still to be done. */

const FIRST_LOOK_MS = 60_000;
const FINISHED_WITHIN_MS = 24 * 3_600_000;

/** Later and later, and not for longer than a day. */
export function laterLook(deps: Pick<TickDeps, 'now'>, effect: StoredEffect | undefined): Date | null {
  const now = deps.now().getTime();
  const age = now - (effect?.firstArmedAt.getTime() ?? now);
  return age > FINISHED_WITHIN_MS ? null : new Date(now + Math.max(FIRST_LOOK_MS, age / 2));
}

/** What a person reads while something of a post is not out. */
export function missingSentence(missing: readonly FollowUp[], reason: string | null): string | null {
  const [first, ...rest] = missing;
  if (first === undefined) return null;
  const names = rest.length === 0 ? first.label : `${first.label} and what follows it (${rest.length} more)`;
  return `The post is out, but not ${names}${reason === null ? '.' : `: ${reason}`}`;
}

/** Ends the claim on a target that is out. `missing`: what of it is not, as a sentence. */
export function published(
  { platform, accountId }: Pick<StoredTarget, 'platform' | 'accountId'>,
  missing: string | null,
  nextLookAt: Date | null,
): TargetSettlement {
  return { platform, accountId, state: 'published', error: null, missing, nextLookAt, countAttempt: false };
}
