import type { Candidate, ChosenAccount } from '../core/choose-accounts.ts';
import { PublishError } from '../core/errors.ts';
import type { ClaimedPost, StoredTarget } from '../core/job.ts';
import { MAIN_EFFECT, type Platform } from '../core/platform.ts';
import type { Post } from '../core/post.ts';
import { type Claim, StoreError } from '../core/store.ts';
import { type PublishDeps, platformNamed } from './deps.ts';
import { isOverdue, leaveToPerson, recoverTarget } from './recover-target.ts';
import { asLearned, heedRefusal } from './refusal.ts';
import { later, type Step } from './step.ts';
import { mainEffect, type TargetWork } from './target-job.ts';
import { openAccount, tokenMd5 } from './tokens.ts';

const LOOK_AGAIN_MS = 60_000;

export interface Following {
  readonly claimed: ClaimedPost;
  readonly claim: Claim;
  readonly target: StoredTarget;
  readonly candidates: readonly Candidate[];
  /** For a send of another publisher, of which nothing is recorded: the row as it is now. */
  readonly fallback: Post | null;
}

/**
 * Learns what became of a target that may be out, whatever became of its row. It is looked for as it was sent.
 */
export async function followTarget(deps: PublishDeps, following: Following): Promise<Step> {
  const { target, claim } = following;
  const effect = mainEffect(target);
  const name = target.accountName ?? target.accountId;
  const platform = platformNamed(deps, target.platform);
  const post = effect?.sent ?? following.fallback;
  if (effect === undefined) return later({ target }, lookAgain(deps), 'nothing is recorded of its sending');
  if (platform === null || post === null) {
    return leaveToPerson(
      deps,
      claim,
      name,
      effect.armId,
      'It cannot be looked for: what was sent is not known any more.',
    );
  }
  const label = platform.capabilities.label;
  const waitOrLeave = (reason: string) =>
    isOverdue(deps, target, effect)
      ? leaveToPerson(deps, claim, name, effect.armId, reason)
      : later({ target }, lookAgain(deps), reason);

  const work = workOf(deps, following, platform, post);
  if (work === null) return waitOrLeave(`The ${label} account ${name} is not connected any more.`);
  try {
    const opened = await openAccount(deps, platform, work.context, work.chosen);
    if ('lookAt' in opened) return later(work, opened.lookAt, 'the token of its account is being renewed');
    if ('refused' in opened) return waitOrLeave(opened.refused.message);
    if ('problem' in opened) return waitOrLeave(opened.problem.message);
    const step = await recoverTarget(deps, work, opened.account);
    if (step.done === 'outcome' && step.refusal !== undefined) await heedRefusal(deps, work, step.refusal);
    return step;
  } catch (error) {
    if (error instanceof StoreError) throw error;
    if (error instanceof PublishError) await heedRefusal(deps, work, error);
    return waitOrLeave(error instanceof Error ? error.message : String(error));
  }
}

/** null: nobody is connected to that account any more. */
export function workOf(
  deps: PublishDeps,
  { target, claim, claimed, candidates }: Following,
  platform: Platform,
  post: Post,
): TargetWork | null {
  const chosen = reach(target, candidates);
  if (chosen === null) return null;
  return {
    claim,
    platform,
    context: deps.context(platform.capabilities.platform),
    chosen: asLearned(deps, chosen),
    target,
    post,
    revision: target.revision ?? claimed.revision,
    fingerprint: target.fingerprint ?? '',
    tokenMd5: tokenMd5(asLearned(deps, chosen)),
    autoPosting: true,
    effect: MAIN_EFFECT,
    out: {},
  };
}

const lookAgain = (deps: PublishDeps) => new Date(deps.now().getTime() + LOOK_AGAIN_MS);

/** The account it was sent to, by an active connection if there is one. */
export function reach(target: StoredTarget, candidates: readonly Candidate[]): ChosenAccount | null {
  const known = candidates.filter((c) => c.platform === target.platform && c.accountId === target.accountId);
  const found = known.find((candidate) => candidate.connection.active) ?? known[0];
  if (found === undefined) return null;
  const { platform, accountId, origin } = target;
  return { platform, accountId, origin, name: target.accountName ?? accountId, connection: found.connection };
}
