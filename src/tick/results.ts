import type { ClaimedPost, StoredProblem, StoredTarget } from '../core/job.ts';
import { type PostResult, RESULT_OUTCOMES, type ResultOutcome } from '../core/result.ts';
import type { Step } from './step.ts';

/** A hold longer than this is worth a line to a person. */
const LONG_HOLD_MS = 60 * 60_000;

/** `news`: a person has not been told of it yet. `spent`: what the platform takes for what was sent. */
export type TargetResult = PostResult & { readonly news: boolean; readonly spent: Spent | null };

export interface Spent {
  /** As people write the platform. */
  readonly label: string;
  readonly usd: number;
}

/** The line of a post that did not get as far as a target. A plain reason stands for "nothing wrong with it". */
export function postResult(
  claimed: ClaimedPost,
  outcome: ResultOutcome,
  target: StoredTarget | null,
  reason: StoredProblem | string | null,
): TargetResult {
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
    news: isNews(outcome, target, reason),
    spent: null,
  };
}

export function fromStep(claimed: ClaimedPost, target: StoredTarget, step: Step): TargetResult {
  if (step.done === 'settle') {
    const { state, error } = step.settlement;
    const outcome = error === null ? undefined : RESULT_OUTCOMES.find((known) => known === state);
    return postResult(claimed, outcome ?? 'skipped', target, error ?? step.reason);
  }
  const outcome = RESULT_OUTCOMES.find((known) => known === step.answer.state) ?? 'retry';
  return {
    ...postResult(claimed, outcome, target, outcome === 'published' ? null : step.error),
    platform_post_id: step.answer.platformPostId,
    url: step.answer.url,
    published_at: step.answer.publishedAt?.toISOString() ?? null,
  };
}

/** Each newly failed, long-held or unclear post is told once, not every minute. */
function isNews(
  outcome: ResultOutcome,
  target: StoredTarget | null,
  reason: StoredProblem | string | null,
): boolean {
  if (target?.state === outcome) return false;
  if (outcome !== 'held') return outcome === 'failed' || outcome === 'needs_review' || outcome === 'unknown';
  if (reason === null || typeof reason === 'string' || reason.retry_at === undefined) return false;
  return Date.parse(reason.retry_at) - Date.parse(reason.at) > LONG_HOLD_MS;
}

function errorOf(reason: StoredProblem | string): PostResult['error'] {
  if (typeof reason === 'string') {
    const hint = 'Nothing to do: it is looked at again by itself.';
    return { kind: 'temporary', code: 'WAITING', message: reason, hint };
  }
  const { kind, code, message, hint } = reason;
  return { kind, code, message, hint };
}
