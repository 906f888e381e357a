import { type Problem, PublishError } from '../core/errors.ts';
import { HttpFailure } from '../core/http.ts';
import type { Hold, StoredProblem, StoredTarget } from '../core/job.ts';
import { type Decision, decideRetry, type RetryLimits } from '../core/retry.ts';
import type { TargetSettlement } from '../core/store.ts';
import type { PublishDeps, TickDeps } from './deps.ts';
import type { Step } from './step.ts';
import type { TargetWork } from './target-job.ts';

/** What is known about a failure before the arm, or about a definite refusal after it. */
export interface Failed {
  readonly problem: Problem;
  readonly reached: boolean;
  readonly retryAt: Date | null;
  /** A breaker keeps everybody away until then; in the past: it is left to other hosts at once. */
  readonly heldUntil?: Date | undefined;
  readonly platformCode?: string | undefined;
  readonly traceId?: string | undefined;
}

/** Any error of a platform module in one shape. What is not one of its two errors is a fault of ours. */
export function toFailed(error: unknown, label: string): Failed {
  if (error instanceof PublishError) {
    return {
      problem: { kind: error.kind, code: error.code, message: error.message, hint: error.hint },
      reached: true,
      retryAt: error.retryAt ?? null,
      platformCode: error.platformCode,
      traceId: error.traceId,
    };
  }
  if (error instanceof HttpFailure) {
    return {
      problem: {
        kind: 'temporary',
        code: `HTTP_${error.reason.toUpperCase()}`,
        message: `${label} could not be reached: ${error.message}`,
        hint: 'Nothing to do: it is tried again by itself.',
      },
      reached: error.sent,
      retryAt: null,
    };
  }
  return {
    problem: {
      kind: 'temporary',
      code: 'INTERNAL',
      message: `content-publisher failed on this post: ${error instanceof Error ? error.message : String(error)}`,
      hint: 'This is a fault of content-publisher; please report it with the line of the log. It is tried again by itself.',
    },
    reached: true,
    retryAt: null,
  };
}

/** What a decision needs of a tick. */
type Deciding = Pick<TickDeps, 'now' | 'random'> & { readonly limits: RetryLimits };

export function decide(
  deps: Deciding,
  target: { readonly attempts: number; readonly heldSince: Date | null },
  failed: Failed,
): Decision {
  return decideRetry(
    {
      kind: failed.problem.kind,
      attempts: target.attempts,
      reached: failed.reached,
      retryAt: failed.retryAt,
      heldUntil: failed.heldUntil ?? null,
      heldSince: target.heldSince,
    },
    deps.limits,
    deps.now(),
    deps.random(),
  );
}

/** The problem as it is stored with a target, with the moment of the next try. */
export function storedProblem(
  deps: Pick<Deciding, 'now'>,
  failed: Failed,
  decision: Decision,
): StoredProblem {
  return {
    ...failed.problem,
    at: deps.now().toISOString(),
    ...(decision.state === 'failed' ? {} : { retry_at: decision.at.toISOString() }),
    ...(failed.platformCode === undefined ? {} : { platform_code: failed.platformCode }),
    ...(failed.traceId === undefined ? {} : { trace_id: failed.traceId }),
  };
}

/** Ends a claim on a target that was not sent. */
export function settlement(
  target: { readonly platform: string; readonly accountId: string },
  decision: Decision,
  error: StoredProblem,
): TargetSettlement {
  return {
    platform: target.platform,
    accountId: target.accountId,
    state: decision.state,
    error,
    nextLookAt: decision.state === 'failed' ? null : decision.at,
    countAttempt: decision.state !== 'failed' && decision.countAttempt,
  };
}

export function fail(deps: PublishDeps, target: StoredTarget, failed: Failed): Step {
  const decision = decide(deps, target, failed);
  return {
    done: 'settle',
    reason: failed.problem.message,
    settlement: settlement(target, decision, storedProblem(deps, failed, decision)),
  };
}

const WAITING_KINDS = ['auth', 'config', 'rate_limited', 'temporary'] as const;
/** Our own cap of writes (publisher_arm): it only delays, however long the queue of the account is. */
const OWN_CAP = 'WRITES_PER_HOUR';

/** Waits for the end of a hold. The cap concerns every other post of the account too: they are not even prepared. */
export function held(deps: PublishDeps, { target }: Pick<TargetWork, 'target'>, hold: Hold): Step {
  const { kind, code = 'HELD', reason, hint, until } = hold;
  if (code === OWN_CAP) {
    deps.learned.hold({
      ...hold,
      scope: 'account',
      key: `${target.platform}:${target.accountId}`,
      evidence: {},
    });
  }
  return fail(deps, code === OWN_CAP ? { ...target, heldSince: null } : target, {
    problem: {
      kind: WAITING_KINDS.find((known) => known === kind) ?? 'rate_limited',
      code,
      message: reason,
      hint,
    },
    reached: false,
    retryAt: hold.scope === 'host' ? null : until,
    // What only this host does not reach is left to the others at once; here it is not claimed again (publisher_claim).
    heldUntil: hold.scope === 'host' ? deps.now() : until,
  });
}

/** Several reasons become one sentence each, under the first one's code. */
export function asFailed(problems: readonly Problem[]): Failed {
  const [first] = problems;
  if (first === undefined) throw new RangeError('asFailed needs a problem');
  return {
    problem: {
      ...first,
      message: problems.map((problem) => problem.message).join(' '),
      hint: [...new Set(problems.map((problem) => problem.hint))].join(' '),
    },
    reached: true,
    retryAt: null,
  };
}
