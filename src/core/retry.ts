import type { ErrorKind } from './errors.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const BACKOFF_BASE_MS = 30 * SECOND;
const BACKOFF_CAP_MS = 30 * MINUTE;
/** A refused account is looked at again this often: reconnecting it in the app lets its posts go. */
const RECONNECT_LOOK_MS = 5 * MINUTE;
/** A limit that came without a time. */
export const RATE_LIMIT_DEFAULT_MS = 15 * MINUTE;
/** What the operator must mend is looked at again this often. */
export const CONFIG_LOOK_MS = 15 * MINUTE;

export interface Failure {
  readonly kind: ErrorKind;
  /** Earlier attempts of this target that counted. */
  readonly attempts: number;
  /** false: not one byte reached the platform, which says nothing about the post. */
  readonly reached: boolean;
  readonly retryAt: Date | null;
  /** A breaker keeps everybody away until then; in the past: it is left to other hosts at once. */
  readonly heldUntil: Date | null;
  readonly heldSince: Date | null;
}

export interface RetryLimits {
  readonly maxAttempts: number;
  readonly maxHoldMs: number;
}

export type Decision =
  | { readonly state: 'failed' }
  | { readonly state: 'retry' | 'held'; readonly at: Date; readonly countAttempt: boolean };

/**
 * What follows a definite failure. Full jitter (uniform between 0 and the back-off) keeps posts that failed
 * together from coming back together. `random` is uniform in [0, 1).
 */
export function decideRetry(failure: Failure, limits: RetryLimits, now: Date, random: number): Decision {
  const heldTooLong =
    failure.heldSince !== null && now.getTime() - failure.heldSince.getTime() >= limits.maxHoldMs;
  const after = (ms: number) => new Date(now.getTime() + ms);
  switch (failure.kind) {
    case 'rejected':
    case 'unusable':
      return { state: 'failed' };
    case 'auth':
      return heldTooLong
        ? { state: 'failed' }
        : { state: 'held', at: after(RECONNECT_LOOK_MS), countAttempt: false };
    case 'config':
      // However long: the post is not to blame, and goes out once the operator has mended it.
      return { state: 'held', at: after(CONFIG_LOOK_MS), countAttempt: false };
    case 'rate_limited':
      return heldTooLong
        ? { state: 'failed' }
        : {
            state: 'held',
            at:
              failure.retryAt !== null && failure.retryAt > now
                ? failure.retryAt
                : after(RATE_LIMIT_DEFAULT_MS),
            countAttempt: false,
          };
    case 'temporary':
    case 'unknown': {
      if (failure.heldUntil !== null && !heldTooLong) {
        const until = Math.max(failure.heldUntil.getTime(), failure.retryAt?.getTime() ?? 0);
        return { state: 'held', at: after(Math.max(SECOND, until - now.getTime())), countAttempt: false };
      }
      if (failure.reached && failure.attempts + 1 >= limits.maxAttempts) return { state: 'failed' };
      if (heldTooLong) return { state: 'failed' };
      const backoff = Math.min(BACKOFF_CAP_MS, BACKOFF_BASE_MS * 2 ** failure.attempts);
      const jittered = after(Math.max(SECOND, random * backoff));
      const at = failure.retryAt !== null && failure.retryAt > jittered ? failure.retryAt : jittered;
      return { state: 'retry', at, countAttempt: failure.reached };
    }
  }
}
