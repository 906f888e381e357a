import { type ChosenAccount, chooseAccounts } from '../core/choose-accounts.ts';
import type { Problem } from '../core/errors.ts';
import { fingerprint } from '../core/fingerprint.ts';
import { type ClaimedPost, isInFlight, isOpen, type StoredTarget } from '../core/job.ts';
import type { Platform } from '../core/platform.ts';
import { PLATFORM_NAMES } from '../core/platform-name.ts';
import { buildPost, type Post } from '../core/post.ts';
import type { Claim, Settlement, TargetSettlement } from '../core/store.ts';
import type { PublishDeps } from './deps.ts';
import { judgePost } from './judge-post.ts';
import { stamped } from './plan.ts';
import { asFailed, fail, publishTarget } from './publish-target.ts';
import { knownAccounts, reachAccounts } from './reach-accounts.ts';
import { leaveToPerson } from './recover-target.ts';
import { fromStep, postResult, type TargetResult } from './results.ts';
import type { Step } from './send-target.ts';
import { mainEffect } from './target-job.ts';
import { tokenMd5 } from './tokens.ts';

/** Runs one target at a time per account, and at most CONCURRENCY at all. */
export type RunTarget = <T>(accountKey: string, run: () => Promise<T>) => Promise<T>;

/** Takes one claimed post as far as it goes now and ends the claim. */
export async function publishPost(
  deps: PublishDeps,
  claimed: ClaimedPost,
  runTarget: RunTarget,
): Promise<readonly TargetResult[]> {
  const claim: Claim = {
    source: claimed.source,
    id: claimed.id,
    owner: deps.identity.owner,
    fence: claimed.fence,
  };
  const end = async (settlement: Partial<Settlement>) =>
    deps.store.settle(claim, { problem: null, targets: [], nextAttemptAt: null, ...settlement });

  const judged = judgePost(claimed, {
    now: deps.now(),
    maxLatenessMs: deps.limits.maxLatenessMs,
    defaultZone: deps.options.defaultZone,
    publishes: (platform) => deps.platforms[platform] !== undefined,
  });
  if ('later' in judged) {
    await end({ nextAttemptAt: judged.later });
    return [postResult(claimed, 'skipped', null, judged.reason)];
  }
  if ('problem' in judged) return endWith(deps, claimed, end, judged.problem);

  const { row, platformName, flagAt, cancelled } = judged;
  const candidates = await reachAccounts(deps, claimed);
  const appTargets = claimed.targets.filter(
    (target) => target.origin === 'app' && target.state !== 'cancelled',
  );
  const label =
    platformName === null ? '' : (deps.platforms[platformName]?.capabilities.label ?? platformName);
  const choice =
    platformName === null
      ? { accounts: knownAccounts(claimed, candidates) }
      : chooseAccounts(platformName, label, row.metadata, candidates, appTargets);
  if ('problem' in choice && !(cancelled || claimed.targets.some(isInFlight))) {
    return endWith(deps, claimed, end, choice.problem);
  }
  const accounts = 'accounts' in choice ? choice.accounts : knownAccounts(claimed, candidates);

  const works: TargetMaterial[] = [];
  for (const chosen of accounts) {
    const platform = platformNamed(deps, chosen.platform);
    if (platform === null) continue;
    const own = appTargets.find((t) => t.platform === chosen.platform && t.accountId === chosen.accountId);
    const built = buildPost(
      row,
      platform.capabilities.platform,
      claimed.dueAt ?? deps.now(),
      own?.text ?? null,
    );
    if ('problems' in built) return endWith(deps, claimed, end, asFailed(built.problems).problem);
    const { post } = built;
    const { text, title, kind } = post;
    const mediaUrls = post.media.map((file) => file.url);
    works.push({ chosen, platform, post, print: fingerprint({ text, title, kind, mediaUrls }) });
  }

  const targets = cancelled
    ? claimed.targets
    : await deps.store.targets(
        claim,
        works.map(({ chosen, print }) => ({
          platform: chosen.platform,
          accountId: chosen.accountId,
          accountName: chosen.name,
          connectionId: chosen.connection.id,
          fingerprint: print,
          tokenMd5: tokenMd5(chosen),
          origin: chosen.origin,
        })),
        flagAt,
      );

  const results: TargetResult[] = [];
  const settlements: TargetSettlement[] = [];
  await Promise.all(
    targets.map(async (target) => {
      if (!isOpen(target) || !target.due) return;
      const work = works.find(
        (w) => w.chosen.platform === target.platform && w.chosen.accountId === target.accountId,
      );
      const step: Step =
        work === undefined
          ? fail(deps, target, asFailed([accountUnknown(target)]))
          : await runTarget(`${target.platform}:${target.accountId}`, () =>
              publishTarget(
                deps,
                {
                  claim,
                  platform: work.platform,
                  context: deps.context(work.platform.capabilities.platform),
                  chosen: work.chosen,
                  target,
                  post: work.post,
                  revision: target.text === null ? claimed.revision : target.currentRevision,
                  fingerprint: work.print,
                  tokenMd5: tokenMd5(work.chosen),
                  autoPosting: !claimed.autoPostingOff.includes(work.chosen.connection.id),
                },
                cancelled,
              ),
            );
      if (step.done === 'settle') settlements.push(step.settlement);
      results.push(fromStep(claimed, target, step));
    }),
  );
  const missing = appTargets.filter(
    (target) =>
      isOpen(target) &&
      !targets.some((t) => t.platform === target.platform && t.accountId === target.accountId),
  );
  for (const target of missing) {
    const step = fail(deps, target, asFailed([accountUnknown(target)]));
    if (step.done === 'settle') settlements.push(step.settlement);
    results.push(fromStep(claimed, target, step));
  }
  const settled = await end({ targets: settlements });
  if (!settled.written)
    deps.log.error('The result could not be written to the row; it is repeated every tick.', { ...claim });
  return results;
}

/** What one chosen account is to get. */
interface TargetMaterial {
  readonly chosen: ChosenAccount;
  readonly platform: Platform;
  readonly post: Post;
  readonly print: string;
}

type End = (settlement: Partial<Settlement>) => Promise<unknown>;

/** Ends the post with a reason. What may be out is not looked for without the post: a person must. */
async function endWith(
  deps: PublishDeps,
  claimed: ClaimedPost,
  end: End,
  problem: Problem,
): Promise<readonly TargetResult[]> {
  const results: TargetResult[] = [];
  for (const target of claimed.targets.filter(isInFlight)) {
    const effect = mainEffect(target);
    if (effect === undefined) continue;
    const name = target.accountName ?? target.accountId;
    const step = await leaveToPerson(deps, name, effect.armId, problem.message);
    results.push(fromStep(claimed, target, step));
  }
  const stored = stamped(problem, deps.now());
  await end({ problem: stored });
  return results.length > 0 ? results : [postResult(claimed, 'failed', null, stored)];
}

function platformNamed(deps: PublishDeps, name: string): Platform | null {
  const known = PLATFORM_NAMES.find((candidate) => candidate === name);
  return (known === undefined ? undefined : deps.platforms[known]) ?? null;
}

const accountUnknown = (target: StoredTarget): Problem => ({
  kind: 'unusable',
  code: 'ACCOUNT_NOT_CONNECTED',
  message: `The ${target.platform} account ${target.accountName ?? target.accountId} is not connected for the owner of this post.`,
  hint: 'Connect the account in the app, then schedule the post again.',
});
