import type { ClaimedPost, StoredProblem, StoredTarget } from '../core/job.ts';
import { type PostResult, RESULT_OUTCOMES, type ResultOutcome } from '../core/result.ts';
import type { Step } from './send-target.ts';

/** The line of a post that did not get as far as a target. A plain reason stands for "nothing wrong with it". */
export function postResult(
  claimed: ClaimedPost,
  outcome: ResultOutcome,
  target: StoredTarget | null,
  reason: StoredProblem | string | null,
): PostResult {
  return {
    source: claimed.source,
    id: claimed.id,
    user_id: claimed.userId,
    platform: target?.platform ?? claimed.platform,
    account_id: target?.accountId ?? null,
    outcome,
    platform_post_id: null,
    url: null,
    error: reason === null ? null : errorOf(reason),
    due_at: claimed.dueAt?.toISOString() ?? null,
    published_at: null,
  };
}

export function fromStep(claimed: ClaimedPost, target: StoredTarget, step: Step): PostResult {
  if (step.done === 'settle') {
    const { state, error } = step.settlement;
    const outcome = state === 'failed' || state === 'held' || state === 'retry' ? state : 'skipped';
    return postResult(claimed, error === null ? 'skipped' : outcome, target, error ?? step.reason);
  }
  const outcome = RESULT_OUTCOMES.find((known) => known === step.answer.state) ?? 'retry';
  return {
    ...postResult(claimed, outcome, target, outcome === 'published' ? null : step.error),
    platform_post_id: step.answer.platformPostId,
    url: step.answer.url,
    published_at: step.answer.publishedAt?.toISOString() ?? null,
  };
}

function errorOf(reason: StoredProblem | string): PostResult['error'] {
  if (typeof reason === 'string') {
    return {
      kind: 'temporary',
      code: 'WAITING',
      message: reason,
      hint: 'Nothing to do: it is looked at again by itself.',
    };
  }
  const { kind, code, message, hint } = reason;
  return { kind, code, message, hint };
}
