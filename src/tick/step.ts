import type { PublishError } from '../core/errors.ts';
import type { StoredProblem } from '../core/job.ts';
import type { OutcomeAnswer, TargetSettlement } from '../core/store.ts';
import type { TargetWork } from './target-job.ts';

/** What one look at a target came to. */
export type Step =
  /** Recorded by the outcome log; nothing to settle. */
  | {
      readonly done: 'outcome';
      readonly answer: OutcomeAnswer;
      readonly error: StoredProblem | null;
      /** The platform's known refusal after the arm, for what follows beyond this target. */
      readonly refusal?: PublishError;
      /** Of what follows the post, when that was tried in the same go. */
      readonly settlement?: TargetSettlement;
    }
  /** Not sent; the settlement says what follows. */
  | { readonly done: 'settle'; readonly settlement: TargetSettlement; readonly reason: string | null };

/** Looks again at that moment without having sent anything. */
export function later(work: Pick<TargetWork, 'target'>, at: Date, reason: string | null): Step {
  const { target } = work;
  return {
    done: 'settle',
    reason,
    settlement: {
      platform: target.platform,
      accountId: target.accountId,
      state:
        target.state === 'held' || target.state === 'retry' || target.state === 'prepared'
          ? target.state
          : 'pending',
      error: null,
      nextLookAt: at,
      countAttempt: false,
    },
  };
}
