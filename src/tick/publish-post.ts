import { type Candidate, type ChosenAccount, chooseAccounts } from '../core/choose-accounts.ts';
import { resolveDue } from '../core/due.ts';
import type { Problem } from '../core/errors.ts';
import { fingerprint } from '../core/fingerprint.ts';
import { judgeForeignFlag } from '../core/foreign-flag.ts';
import type { ClaimedPost, StoredTarget } from '../core/job.ts';
import { asFilledText, asObject } from '../core/json-value.ts';
import type { Platform } from '../core/platform.ts';
import { foldPlatform, PLATFORM_NAMES, type PlatformName } from '../core/platform-name.ts';
import { buildPost, type Post } from '../core/post.ts';
import { parseSourceRow, type SourceRow } from '../core/source-row.ts';
import { span } from '../core/span.ts';
import type { Claim, Settlement, TargetSettlement } from '../core/store.ts';
import type { PublishDeps } from './deps.ts';
import { stamped } from './plan.ts';
import { asFailed, fail, publishTarget } from './publish-target.ts';
import { leaveToPerson } from './recover-target.ts';
import { fromStep, postResult, type TargetResult } from './results.ts';
import type { Step } from './send-target.ts';
import { mainEffect } from './target-job.ts';
import { tokenMd5 } from './tokens.ts';

const MAX_DEAD_LEASES = 3;

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

  const judged = judge(deps, claimed);
  if ('later' in judged) {
    await end({ nextAttemptAt: judged.later });
    return [postResult(claimed, 'skipped', null, judged.reason)];
  }
  if ('problem' in judged) return endWith(deps, claimed, claim, end, judged.problem);

  const { row, platformName, flagAt, cancelled } = judged;
  const candidates = await reachable(deps, claimed);
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
    return endWith(deps, claimed, claim, end, choice.problem);
  }
  const accounts = 'accounts' in choice ? choice.accounts : knownAccounts(claimed, candidates);

  const works: {
    readonly chosen: ChosenAccount;
    readonly platform: Platform;
    readonly post: Post;
    readonly print: string;
  }[] = [];
  for (const chosen of accounts) {
    const platform = platformNamed(deps, chosen.platform);
    if (platform === null) continue;
    const text =
      appTargets.find((t) => t.platform === chosen.platform && t.accountId === chosen.accountId)?.text ??
      null;
    const built = buildPost(row, platform.capabilities.platform, claimed.dueAt ?? deps.now());
    if ('problems' in built) return endWith(deps, claimed, claim, end, asFailed(built.problems).problem);
    const post = text === null ? built.post : { ...built.post, text };
    works.push({
      chosen,
      platform,
      post,
      print: fingerprint({
        text: post.text,
        title: post.title,
        kind: post.kind,
        mediaUrls: post.media.map((file) => file.url),
      }),
    });
  }

  const off = works.filter((work) => claimed.autoPostingOff.includes(work.chosen.connection.id));
  if (off.length > 0 && off.length === works.length && !claimed.targets.some(isInFlight)) {
    await end({ nextAttemptAt: new Date(deps.now().getTime() + 5 * 60_000) });
    return [postResult(claimed, 'skipped', null, 'auto-posting is off for its account')];
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
      if (!isOpen(target) || (target.nextLookAt !== null && target.nextLookAt > deps.now())) return;
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

type Judged =
  | { readonly later: Date; readonly reason: string }
  | { readonly problem: Problem }
  | {
      readonly row: SourceRow;
      readonly platformName: PlatformName | null;
      readonly flagAt: Date | null;
      readonly cancelled: boolean;
    };

/** Everything that can be said about a post before its accounts are looked at. Pure but for the clock. */
function judge(deps: PublishDeps, claimed: ClaimedPost): Judged {
  const now = deps.now();
  const after = (ms: number) => new Date(now.getTime() + ms);
  const inFlight = claimed.targets.some(isInFlight);
  const parsed = parseSourceRow(claimed.source, claimed.row);
  if ('problem' in parsed) return { problem: rowUnreadable(parsed.problem) };
  const { row } = parsed;
  const cancelled = claimed.cancelled || (row.status !== 'scheduled' && row.status !== 'published');

  const folded = foldPlatform(row.platformRaw);
  if ('skip' in folded && !inFlight) return { later: after(60_000), reason: folded.skip };
  if ('problem' in folded && !inFlight) return { problem: folded.problem };
  const platform = 'platform' in folded ? folded.platform : null;
  if (platform !== null && deps.platforms[platform] === undefined && !inFlight) {
    return { problem: platformLater(platform) };
  }
  const judged = { row, platformName: platform, flagAt: null, cancelled };
  if (inFlight || cancelled) return judged;

  const updatedAt = asFilledText(asObject(claimed.row)?.['updated_at']);
  const rowZone = asFilledText(row.metadata['timezone']);
  const flag = judgeForeignFlag(
    row.metadata,
    [rowZone, claimed.timezone, deps.options.defaultZone],
    updatedAt,
    now,
  );
  if (flag.state === 'busy') return { later: flag.until, reason: 'another publisher is working on it' };

  const due = resolveDue({
    scheduledAt: row.scheduledAt,
    scheduledDate: row.scheduledDate,
    scheduledTime: row.scheduledTime,
    zones: { row: row.metadata['timezone'], profile: claimed.timezone, default: deps.options.defaultZone },
  });
  if ('problem' in due || due.dueAt.getTime() !== claimed.dueAt?.getTime()) {
    return { later: after(5_000), reason: 'its time was changed; it is planned again' };
  }
  if (claimed.attempts >= MAX_DEAD_LEASES) return { problem: diedOnIt };
  const lateMs = (claimed.seenDueAt ?? now).getTime() - claimed.dueAt.getTime();
  if (claimed.firstClaim && !claimed.released && lateMs > deps.limits.maxLatenessMs) {
    return { problem: missedTime(lateMs, claimed.dueAt) };
  }
  return { ...judged, flagAt: flag.state === 'stale' ? flag.at : null };
}

/** Connections with the remote account each reaches; a platform is asked only where the row does not tell. */
async function reachable(deps: PublishDeps, claimed: ClaimedPost): Promise<readonly Candidate[]> {
  const candidates: Candidate[] = [];
  for (const connection of claimed.connections) {
    const folded = foldPlatform(connection.platform);
    const platform = 'platform' in folded ? deps.platforms[folded.platform] : undefined;
    if (platform === undefined || !('platform' in folded)) continue;
    let accountId = platform.accountId(connection);
    if (accountId === null && connection.active && platform.lookUpAccountId !== undefined) {
      const token = deps.readToken(connection.accessToken);
      if (token.kind === 'token') {
        try {
          accountId = await platform.lookUpAccountId(deps.context(folded.platform), connection, token.token);
        } catch (error) {
          deps.log.warn('The account of a connection could not be looked up.', {
            connection: connection.id,
            error: error instanceof Error ? error.message : String(error),
          });
        }
      }
    }
    candidates.push({ platform: folded.platform, connection, accountId });
  }
  return candidates;
}

/** For targets that may be out, the accounts they were sent to, whatever the row says now. */
function knownAccounts(claimed: ClaimedPost, candidates: readonly Candidate[]): readonly ChosenAccount[] {
  return claimed.targets.filter(isInFlight).flatMap((target) => {
    const found = candidates.find((c) => c.platform === target.platform && c.accountId === target.accountId);
    if (found === undefined) return [];
    const { platform, accountId, origin } = target;
    return [
      { platform, accountId, origin, name: target.accountName ?? accountId, connection: found.connection },
    ];
  });
}

type End = (settlement: Partial<Settlement>) => Promise<unknown>;

/** Ends the post with a reason. What may be out is not looked for without the post: a person must. */
async function endWith(
  deps: PublishDeps,
  claimed: ClaimedPost,
  claim: Claim,
  end: End,
  problem: Problem,
): Promise<readonly TargetResult[]> {
  const results: TargetResult[] = [];
  for (const target of claimed.targets.filter(isInFlight)) {
    const effect = mainEffect(target);
    if (effect === undefined) continue;
    const name = target.accountName ?? target.accountId;
    const step = await leaveToPerson(deps, claim, name, effect.armId, problem.message);
    results.push(fromStep(claimed, target, step));
  }
  const stored = stamped(problem, deps.now());
  await end({ problem: stored });
  return results.length > 0 ? results : [postResult(claimed, 'failed', null, stored)];
}

const IN_FLIGHT = new Set(['armed', 'unknown', 'accepted']);
const isInFlight = (target: StoredTarget) => IN_FLIGHT.has(target.state);
const isOpen = (target: StoredTarget) =>
  isInFlight(target) || ['pending', 'prepared', 'retry', 'held'].includes(target.state);

function platformNamed(deps: PublishDeps, name: string): Platform | null {
  const known = PLATFORM_NAMES.find((candidate) => candidate === name);
  return (known === undefined ? undefined : deps.platforms[known]) ?? null;
}

const rowUnreadable = (message: string): Problem => ({
  kind: 'unusable',
  code: 'ROW_UNREADABLE',
  message,
  hint: 'Correct the row and schedule it again.',
});

const platformLater = (platform: string): Problem => ({
  kind: 'unusable',
  code: 'PLATFORM_NOT_SUPPORTED',
  message: `This version of content-publisher cannot publish to ${platform} yet.`,
  hint: 'Publish it by hand, or schedule it again after updating content-publisher.',
});

const diedOnIt: Problem = {
  kind: 'rejected',
  code: 'PUBLISHER_DIED',
  message: 'The publisher died on this post three times before it was sent.',
  hint: 'Look at its media (very large or broken files?) and at the log, then schedule it again.',
};

const missedTime = (lateMs: number, dueAt: Date): Problem => ({
  kind: 'rejected',
  code: 'MISSED_TIME',
  message: `The post missed its time by ${span(lateMs)} (due ${dueAt.toISOString()}); it was not published.`,
  hint: 'Schedule it again with a new time, or send it now with "content-publisher retry". MAX_LATENESS sets how late is too late.',
});

const accountUnknown = (target: StoredTarget): Problem => ({
  kind: 'unusable',
  code: 'ACCOUNT_NOT_CONNECTED',
  message: `The ${target.platform} account ${target.accountName ?? target.accountId} is not connected for the owner of this post.`,
  hint: 'Connect the account in the app, then schedule the post again.',
});
