import type { StoredEffect, StoredProblem, StoredTarget } from '../core/job.ts';
import type { Account, Checkpoint, Found } from '../core/platform.ts';
import { reviewHint } from '../core/review-hint.ts';
import type { Claim, OutcomeAnswer } from '../core/store.ts';
import type { PublishDeps } from './deps.ts';
import { armAndSend, recordSent } from './send-target.ts';
import { later, type Step } from './step.ts';
import { effectOf, makeJob, readCheckpoint, sealCheckpoint, type TargetWork } from './target-job.ts';

const SECOND_LOOK_SECONDS = 60;
const LOOK_AGAIN_MS = 60_000;
/** Share of FIND_QUARANTINE (60 s of 300 s) after which the platform's word about our own key is believed. */
const OWN_KEY_SHARE = 5;
/** After this long without a proof either way a person must look. */
const GIVE_UP_MS = 60 * 60_000;
/** A platform that took a post but never showed it. */
const ACCEPTED_DEADLINE_MS = 24 * 60 * 60_000;

/** A look this much later than it was due: nobody looked meanwhile. publisher_outcome counts anew from there. */
const MISSED_LOOK_MS = 30 * 60_000;
const LOOKED_FOR_MS = 15 * 60_000;

/** Whether nothing was proven for so long that a person must look; time in which nobody looked proves nothing. */
export function isOverdue(deps: PublishDeps, target: StoredTarget, effect: StoredEffect): boolean {
  const now = deps.now().getTime();
  if (target.nextLookAt !== null && now > target.nextLookAt.getTime() + MISSED_LOOK_MS) return false;
  const patience = effect.state === 'accepted' ? ACCEPTED_DEADLINE_MS : GIVE_UP_MS;
  const lookedFor = now - (effect.lookedSince ?? effect.lastPossibleAt).getTime();
  return lookedFor >= LOOKED_FOR_MS && now > effect.lastPossibleAt.getTime() + patience;
}

/**
 * Learns what became of an effect that was armed: `armed` (its tick died), `unknown` or `accepted`. What is proven not
 * to be out becomes 'pending' again and is sent like any other; only where sending again is itself the look
 * (proof 'repeat') it is sent from here, exactly as before.
 */
export async function recoverTarget(deps: PublishDeps, work: TargetWork, account: Account): Promise<Step> {
  const effect = effectOf(work);
  if (effect === undefined) return later(work, deps.now(), 'nothing is recorded of its sending');
  const { armId } = effect;
  const answered = (answer: OutcomeAnswer, error: StoredProblem | null = null): Step => ({
    done: 'outcome',
    answer,
    error,
  });
  const label = work.platform.capabilities.label;

  if (effect.state === 'armed') {
    // Its tick ended between the arm and the outcome: whether the request left is not known.
    await deps.store.outcome({ armId, outcome: 'unknown', nextLookAt: deps.now() }, deps.identity);
  }

  const found = await look(deps, work, account);

  switch (found.state) {
    case 'published':
      return answered(await recordSent(deps, work, armId, found));
    case 'accepted': {
      const age = deps.now().getTime() - effect.firstArmedAt.getTime();
      if (age < ACCEPTED_DEADLINE_MS) return answered(await recordSent(deps, work, armId, found));
      return unclear(deps, work, armId, `${label} took the post but has not shown it for a day.`, null);
    }
    case 'refused': {
      const error = { ...found.problem, at: deps.now().toISOString() };
      return answered(
        await deps.store.outcome({ armId, outcome: 'refused', state: 'failed', error }, deps.identity),
        error,
      );
    }
    case 'absent': {
      if (found.proof === 'repeat') return repeat(deps, work, account, armId, found.checkpoint);
      if (found.proof === 'own-key') {
        // The platform's word may lag behind a request that is still in progress there: ask once more a little later.
        const settledAt = effect.lastPossibleAt.getTime() + deps.limits.findQuarantineMs / OWN_KEY_SHARE;
        if (deps.now().getTime() < settledAt) {
          return unclear(deps, work, armId, `${label} has not shown the post yet.`, new Date(settledAt));
        }
      }
      if (found.proof === 'listing') {
        const seen = await deps.store.absentSeen(
          armId,
          deps.limits.findQuarantineMs / 1_000,
          Math.min(SECOND_LOOK_SECONDS, deps.limits.findQuarantineMs / 1_000),
        );
        if (!seen.proven) {
          const lookAt = seen.resends > 0 ? null : seen.lookAt;
          const reason = `The post is not in the list of ${label} yet.`;
          return unclear(deps, work, armId, reason, lookAt);
        }
      }
      await deps.store.outcome(
        {
          armId,
          outcome: 'absent',
          proof: found.proof,
          checkpoint: found.checkpoint === null ? null : sealCheckpoint(deps, found.checkpoint),
          nextLookAt: deps.now(),
        },
        deps.identity,
      );
      deps.log.info('Proven not to be out; it is sent again.', { ...work.claim, proof: found.proof });
      return later(
        { target: { ...work.target, state: 'pending' } },
        deps.now(),
        'it is proven not to be out',
      );
    }
    case 'unknown': {
      const late = isOverdue(deps, work.target, effect);
      // What the platform has taken stays so, though it could not be asked this time.
      if (effect.state === 'accepted' && !late && found.lookAt !== null) {
        return later(work, found.lookAt, found.reason);
      }
      return unclear(deps, work, armId, found.reason, late ? null : found.lookAt);
    }
  }
}

/** Reads the platform back. What cannot be read proves nothing. */
export async function look(deps: PublishDeps, work: TargetWork, account: Account): Promise<Found> {
  const again = (reason: string): Found => ({
    state: 'unknown',
    reason,
    lookAt: new Date(deps.now().getTime() + LOOK_AGAIN_MS),
  });
  const checkpoint = readCheckpoint(deps, work.target);
  if (checkpoint === 'unreadable') return again('What was prepared for it can no longer be read.');
  try {
    return await work.platform.find(makeJob(deps, work, account, [], checkpoint));
  } catch (error) {
    return again(error instanceof Error ? error.message : String(error));
  }
}

/** Sends the very same again: the platform names the first one, or it was not there. Anything else taught nothing. */
async function repeat(
  deps: PublishDeps,
  work: TargetWork,
  account: Account,
  armId: string,
  checkpoint: Checkpoint | null,
): Promise<Step> {
  const step = await armAndSend(deps, work, account, [], checkpoint ?? {}, { repeat: true });
  if (step.done === 'outcome') return step;
  const reason = `It may not be repeated now to learn whether it is out: ${step.reason ?? 'it changed'}.`;
  return unclear(deps, work, armId, reason, new Date(deps.now().getTime() + LOOK_AGAIN_MS));
}

/** Looks again at `lookAt`; with null a person must. */
async function unclear(
  deps: PublishDeps,
  work: TargetWork,
  armId: string,
  reason: string,
  lookAt: Date | null,
): Promise<Step> {
  if (lookAt === null) return leaveToPerson(deps, work.claim, work.chosen.name, armId, reason);
  const error: StoredProblem = {
    kind: 'unknown',
    code: 'OUTCOME_UNKNOWN',
    message: reason,
    hint: 'Nothing to do yet: the account is read back by itself.',
    at: deps.now().toISOString(),
    retry_at: lookAt.toISOString(),
  };
  const answer = await deps.store.outcome(
    { armId, outcome: 'unknown', error, nextLookAt: lookAt },
    deps.identity,
  );
  return { done: 'outcome', answer, error };
}

/** The last word where nothing can be proven: it may be live, and only a person can tell. */
export async function leaveToPerson(
  deps: PublishDeps,
  { source, id }: Claim,
  accountName: string,
  armId: string,
  reason: string,
): Promise<Step> {
  const error: StoredProblem = {
    kind: 'unknown',
    code: 'MAYBE_LIVE',
    message: reason,
    hint: reviewHint(accountName, `${source}:${id}`),
    at: deps.now().toISOString(),
  };
  const answer = await deps.store.outcome(
    { armId, outcome: 'unknown', error, state: 'needs_review' },
    deps.identity,
  );
  return { done: 'outcome', answer, error };
}
