import { HttpFailure } from './http.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
/** So many failures in a row, within the window, open it. */
export const OPENS_AFTER = 3;
const WINDOW_MS = 10 * MINUTE;
const BACKOFF_BASE_MS = 30 * SECOND;

/**
 * What the last request of a target came to. `unreachable`: no connection came about, which says nothing about the
 * post. `fault`: 5xx, or no answer to what was sent.
 */
export type Contact = 'answered' | 'unreachable' | 'fault';

/** Failures in a row of one account, one platform, or one platform as seen from one host. */
export interface Breaker {
  readonly failures: number;
  readonly windowStartedAt: Date | null;
  /** Until then nobody asks; afterwards one may try (publisher_pass). null: closed. */
  readonly until: Date | null;
  /** Who failed last. */
  readonly by: string | null;
}

export const CLOSED: Breaker = { failures: 0, windowStartedAt: null, until: null, by: null };

interface BreakerFailure {
  /** It was the one that might try whether it goes again. */
  readonly probe: boolean;
  /** Where several must fail: who did. The same one again proves nothing more. null: each failure counts. */
  readonly by: string | null;
}

/**
 * The breaker after a failure; the very same object when that teaches nothing. It opens with full jitter (uniform
 * between 0 and the back-off), so that hosts do not come back together; `pauseMs` is the longest. `random` is uniform in [0, 1).
 */
export function afterFailure(
  before: Breaker,
  failure: BreakerFailure,
  pauseMs: number,
  now: Date,
  random: number,
): Breaker {
  const closed = before.failures < OPENS_AFTER;
  // Sent before it opened.
  if (!closed && before.until !== null && before.until > now && !failure.probe) return before;
  const inWindow =
    before.windowStartedAt !== null && now.getTime() - before.windowStartedAt.getTime() <= WINDOW_MS;
  if (closed && !inWindow) return { failures: 1, windowStartedAt: now, until: null, by: failure.by };
  if (closed && failure.by !== null && failure.by === before.by) return before;
  const failures = before.failures + 1;
  const next = { failures, windowStartedAt: before.windowStartedAt ?? now, by: failure.by };
  if (failures < OPENS_AFTER) return { ...next, until: null };
  const backoff = Math.min(pauseMs, BACKOFF_BASE_MS * 2 ** (failures - OPENS_AFTER));
  return { ...next, until: new Date(now.getTime() + Math.max(SECOND, random * backoff)) };
}

/** null: says nothing about the platform (our own permission ended, we were stopped). */
export function contactOf(result: { readonly status: number } | HttpFailure): Contact | null {
  if (!(result instanceof HttpFailure)) return result.status >= 500 ? 'fault' : 'answered';
  if (['arm_expired', 'aborted', 'too_large'].includes(result.reason)) return null;
  return result.sent ? 'fault' : 'unreachable';
}
