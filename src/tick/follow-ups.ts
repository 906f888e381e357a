import { PublishError } from '../core/errors.ts';
import { IN_FLIGHT, type StoredEffect } from '../core/job.ts';
import { type Account, type FollowUp, MAIN_EFFECT, type MediaFile } from '../core/platform.ts';
import { StoreError, type TargetSettlement } from '../core/store.ts';
import type { PublishDeps } from './deps.ts';
import { fail, toFailed } from './failure.ts';
import { recoverTarget } from './recover-target.ts';
import { heedRefusal } from './refusal.ts';
import { sendTarget } from './send-target.ts';
import type { Step } from './step.ts';
import { effectOf, followUpsOf, mainEffect, readCheckpoint, type TargetWork } from './target-job.ts';
import { laterLook, missingSentence, published } from './unfinished.ts';

/**
 * Sends what follows a post that is out, one after the other and each once. One that does not go out stops those behind
 * it: the target stays published, and says what is missing.
 */
export async function sendFollowUps(
  deps: PublishDeps,
  target: TargetWork,
  mainId: string,
  account: Account,
  media: readonly MediaFile[],
): Promise<TargetSettlement> {
  const followUps = followUpsOf(target);
  const out: Record<string, string> = { [MAIN_EFFECT]: mainId };
  for (const [index, followUp] of followUps.entries()) {
    const work: TargetWork = { ...target, effect: followUp.effect, out: { ...out } };
    const known = effectOf(work);
    const step = isOut(known) ? null : await sendOne(deps, work, known, account, media);
    const id = step === null ? known?.platformPostId : idOf(step);
    if (step !== null && !id) {
      const { reason, nextLookAt } = outlook(deps, target, step);
      const missing = missingSentence(followUps.slice(index), reason);
      tell(deps, work, followUp, missing, nextLookAt);
      return published(work.target, missing, nextLookAt);
    }
    out[followUp.effect] = id ?? '';
    if (step !== null)
      deps.log.info(`published ${followUp.label}`, { ...work.claim, platform: work.target.platform, id });
  }
  return published(target.target, null, null);
}

const isOut = (known: StoredEffect | undefined) =>
  known?.state === 'published' && known.platformPostId !== null;

const idOf = (step: Step) =>
  step.done === 'outcome' && step.answer.effectState === 'published' ? step.answer.effectId : null;

async function sendOne(
  deps: PublishDeps,
  work: TargetWork,
  known: StoredEffect | undefined,
  account: Account,
  media: readonly MediaFile[],
): Promise<Step> {
  try {
    if (known !== undefined && IN_FLIGHT.includes(known.state))
      return await recoverTarget(deps, work, account);
    const checkpoint = readCheckpoint(deps, work.target);
    const step = await sendTarget(
      deps,
      work,
      account,
      media,
      checkpoint === 'unreadable' ? null : checkpoint,
    );
    if (step.done === 'outcome' && step.refusal !== undefined) await heedRefusal(deps, work, step.refusal);
    return step;
  } catch (error) {
    if (error instanceof StoreError) throw error;
    if (error instanceof PublishError) await heedRefusal(deps, work, error);
    return fail(deps, work.target, toFailed(error, work.platform.capabilities.label));
  }
}

/** Why it is not out, and when it is looked at again, during a day; null: never by itself. */
function outlook(
  deps: PublishDeps,
  { target }: TargetWork,
  step: Step,
): { readonly reason: string | null; readonly nextLookAt: Date | null } {
  const goesOn = laterLook(deps, mainEffect(target)) !== null;
  if (step.done === 'settle') {
    return { reason: step.reason, nextLookAt: goesOn ? step.settlement.nextLookAt : null };
  }
  const { error, answer } = step;
  const reason = error === null ? null : `${error.message} ${error.hint}`;
  return { reason, nextLookAt: goesOn ? answer.nextLookAt : null };
}

/** A person hears of what stays missing, once. */
function tell(
  deps: PublishDeps,
  { claim, target }: TargetWork,
  { label }: FollowUp,
  missing: string | null,
  nextLookAt: Date | null,
): void {
  const line = `published ${claim.source}:${claim.id} ${target.platform}, but not ${label}: ${missing ?? ''}`;
  if (nextLookAt !== null) {
    deps.log.warn(line, { ...claim, nextLookAt });
    return;
  }
  deps.log.error(line, { ...claim });
  deps.notice(line);
}
