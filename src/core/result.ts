import type { ErrorKind } from './errors.ts';

/** What became of one target in this tick; one element of `posts` in `run --json` (a stable outer interface). */
export interface PostResult {
  readonly source: string;
  readonly id: string;
  readonly user_id: string | null;
  readonly platform: string | null;
  readonly account_id: string | null;
  readonly outcome: ResultOutcome;
  readonly platform_post_id: string | null;
  readonly url: string | null;
  readonly error: {
    readonly kind: ErrorKind;
    readonly code: string;
    readonly message: string;
    readonly hint: string;
  } | null;
  readonly due_at: string | null;
  readonly published_at: string | null;
}

export const RESULT_OUTCOMES = [
  'published',
  'accepted',
  'failed',
  'retry',
  'held',
  'unknown',
  'needs_review',
  'skipped',
] as const;
export type ResultOutcome = (typeof RESULT_OUTCOMES)[number];

/** `run --json` prints exactly this object (a stable outer interface). */
export interface TickSummary extends Readonly<Record<ResultOutcome, number>> {
  readonly run_id: string;
  readonly started_at: string;
  readonly duration_ms: number;
  readonly due: number;
  readonly claimed: number;
  readonly posts: readonly PostResult[];
}

export function countOutcomes(results: readonly PostResult[]): Record<ResultOutcome, number> {
  const counts: Record<ResultOutcome, number> = {
    published: 0,
    accepted: 0,
    failed: 0,
    retry: 0,
    held: 0,
    unknown: 0,
    needs_review: 0,
    skipped: 0,
  };
  for (const result of results) counts[result.outcome] += 1;
  return counts;
}
