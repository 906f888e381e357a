import { type Candidate, type ChosenAccount, chooseAccounts } from '../core/choose-accounts.ts';
import type { Problem } from '../core/errors.ts';
import { fingerprint } from '../core/fingerprint.ts';
import { type ClaimedPost, isInFlight, isOpen, isUnfinished, type StoredTarget } from '../core/job.ts';
import { MAIN_EFFECT, type Platform } from '../core/platform.ts';
import { buildPost, type Post } from '../core/post.ts';
import type { Claim, TargetSettlement } from '../core/store.ts';
import { type PublishDeps, platformNamed } from './deps.ts';
import { asFailed, fail } from './failure.ts';
import { finishTarget } from './finish-target.ts';
import { followTarget } from './follow-target.ts';
import { type Judged, judgePost } from './judge-post.ts';
import { stamped } from './plan.ts';
import { publishTarget } from './publish-target.ts';
import { reachAccounts } from './reach-accounts.ts';
import { fromStep, postResult, type Spent, type TargetResult } from './results.ts';
import type { Step } from './step.ts';
import { tokenMd5 } from './tokens.ts';

type RunInTurn = <T>(key: string, run: () => Promise<T>) => Promise<T>;

const LOOK_UP_AGAIN_MS = 60_000;

interface Turns {
  /** Runs one target at a time per account, and at most CONCURRENCY at all. */
  readonly runTarget: RunInTurn;
  /** Runs one at a time per owner and platform: what comes first here comes first on the account. */
  readonly inTurn: RunInTurn;
}

/** What this pass came to: the settlement of the claim, and a line for each target that was touched. */
interface Pass {
  readonly results: TargetResult[];
  readonly settlements: TargetSettlement[];
  problem: Problem | null;
  nextAttemptAt: Date | null;
}

/**
 * Takes one claimed post as far as it goes now and ends the claim. What may be out is followed, whatever became of
 * the row; what was not sent yet is sent when the row still says so.
 */
export async function publishPost(
  deps: PublishDeps,
  claimed: ClaimedPost,
  { runTarget, inTurn }: Turns,
): Promise<readonly TargetResult[]> {
  const { source, id, fence } = claimed;
  const claim: Claim = { source, id, owner: deps.identity.owner, fence };
  const pass: Pass = { results: [], settlements: [], problem: null, nextAttemptAt: null };
  const judged = judgePost(claimed, {
    now: deps.now(),
    maxLatenessMs: deps.limits.maxLatenessMs,
    defaultZone: deps.options.defaultZone,
  });
  const inFlight = claimed.targets.filter((target) => isInFlight(target) && target.due);

  const unfinished = claimed.targets.filter((target) => isUnfinished(target) && target.due);

  // What is asked before a target has its place in its account's queue must not change the order of the posts.
  const begun = await inTurn(`${claimed.userId}:${claimed.platform}`, async () => {
    const candidates =
      'row' in judged || inFlight.length + unfinished.length > 0 ? await reachAccounts(deps, claimed) : [];
    const followed = inFlight.map(async (target) => {
      const fallback = currentPost(deps, judged, claimed, target);
      const following = { claimed, claim, target, candidates, fallback };
      record(pass, claimed, target, await runTarget(keyOf(target), () => followTarget(deps, following)));
    });
    const finished = unfinished.map(async (target) => {
      const following = { claimed, claim, target, candidates, fallback: null };
      pass.settlements.push(await runTarget(keyOf(target), () => finishTarget(deps, following)));
    });
    const rest = Promise.allSettled([...followed, ...finished]);
    const sent = await sendWhatIsLeft(deps, claimed, claim, judged, candidates, runTarget, pass).catch(
      async (error: unknown) => {
        await rest;
        throw error;
      },
    );
    return [...followed, ...finished, ...sent];
  });
  // Each to its end, also when another failed: a send must not be left behind by the end of the tick.
  await Promise.allSettled(begun);
  await Promise.all(begun);

  const problem = pass.problem === null ? null : stamped(pass.problem, deps.now());
  const settled = await deps.store.settle(claim, {
    problem,
    targets: pass.settlements,
    nextAttemptAt: pass.nextAttemptAt,
  });
  if (!settled.written) {
    deps.log.error('The result could not be written to the row; it is repeated every tick.', { ...claim });
  }
  if (problem !== null) pass.results.push(postResult(claimed, 'failed', null, problem));
  return pass.results;
}

async function sendWhatIsLeft(
  deps: PublishDeps,
  claimed: ClaimedPost,
  claim: Claim,
  judged: Judged,
  candidates: readonly Candidate[],
  runTarget: RunInTurn,
  pass: Pass,
): Promise<readonly Promise<void>[]> {
  if ('cancelled' in judged) return [];
  if ('problem' in judged) {
    pass.problem = judged.problem;
    return [];
  }
  if ('later' in judged) {
    // Beside a target in flight only what waits is put off; that one has its own next look.
    pass.nextAttemptAt = claimed.targets.some(isInFlight) ? null : judged.later;
    for (const target of claimed.targets.filter((t) => isOpen(t) && !isInFlight(t))) {
      pass.settlements.push(putOff(target, judged.later));
    }
    pass.results.push(postResult(claimed, 'skipped', null, judged.reason));
    return [];
  }

  const { row, platform, flagAt } = judged;
  const appTargets = claimed.targets.filter((t) => t.origin === 'app' && t.state !== 'cancelled');
  const label = deps.platforms[platform].capabilities.label;
  const choice = chooseAccounts(platform, label, row.metadata, candidates, appTargets);
  if ('problem' in choice) {
    const waiting = claimed.targets.filter(waitsForReconnection);
    const failure = candidates.find(
      (candidate) => candidate.platform === platform && candidate.failure,
    )?.failure;
    // Without an account nothing is sent; what may be out is a matter of its own.
    const followed = claimed.targets.some((target) => isInFlight(target) || isUnfinished(target));
    if (waiting.length === 0 && !followed) withoutAccount(deps, claimed, pass, choice.problem, failure);
    for (const target of waiting) {
      const step = fail(deps, target, asFailed([{ ...choice.problem, kind: 'auth' }]));
      record(pass, claimed, target, step);
    }
    return [];
  }
  // Whose account was exchanged meanwhile: what is out, or may be, on the one goes to no other by itself.
  const settledOn = appTargets.length > 0 ? undefined : claimed.targets.find(isOutOrMaybe);
  const accounts = choice.accounts.filter(
    (one) => settledOn === undefined || keyOf(one) === keyOf(settledOn),
  );
  const materials: Material[] = [];
  for (const chosen of accounts) {
    const module = platformNamed(deps, chosen.platform);
    if (module === null) continue;
    const own = appTargets.find((t) => t.platform === chosen.platform && t.accountId === chosen.accountId);
    const built = buildPost(
      row,
      module.capabilities.platform,
      claimed.dueAt ?? deps.now(),
      own?.text ?? null,
    );
    if ('problems' in built) {
      pass.problem = asFailed(built.problems).problem;
      return [];
    }
    const { post } = built;
    const { text, title, kind } = post;
    const mediaUrls = post.media.map((file) => file.url);
    materials.push({ chosen, platform: module, post, print: fingerprint({ text, title, kind, mediaUrls }) });
  }

  const targets = await deps.store.targets(
    claim,
    materials.map(({ chosen, print }) => ({
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
  const send = targets.map(async (target) => {
    if (!isOpen(target) || isInFlight(target) || !target.due) return;
    const material = materials.find((m) => keyOf(m.chosen) === keyOf(target));
    if (material === undefined) return;
    const { chosen, post } = material;
    const work = {
      claim,
      platform: material.platform,
      context: deps.context(material.platform.capabilities.platform),
      chosen,
      target,
      post,
      revision: target.text === null ? claimed.revision : target.currentRevision,
      fingerprint: material.print,
      tokenMd5: tokenMd5(chosen),
      autoPosting: !claimed.autoPostingOff.includes(chosen.connection.id),
      effect: MAIN_EFFECT,
      out: {},
    };
    const step = await runTarget(keyOf(target), () => publishTarget(deps, work));
    record(pass, claimed, target, step, spentOn(material, step));
  });
  for (const target of appTargets) {
    const known = materials.some((m) => keyOf(m.chosen) === keyOf(target));
    if (!known && isOpen(target) && !isInFlight(target)) {
      record(pass, claimed, target, fail(deps, target, asFailed([accountUnknown(target)])));
    }
  }
  return send;
}

/** An account that could not be looked up now is waited for, MAX_HOLD at most; one that is not there is not. */
function withoutAccount(
  deps: PublishDeps,
  claimed: ClaimedPost,
  pass: Pass,
  problem: Problem,
  failure: Problem | undefined,
): void {
  const now = deps.now().getTime();
  if (failure === undefined || now - (claimed.dueAt?.getTime() ?? 0) > deps.limits.maxHoldMs) {
    pass.problem = failure ?? problem;
    return;
  }
  pass.nextAttemptAt = new Date(now + LOOK_UP_AGAIN_MS);
  pass.results.push(
    postResult(claimed, 'skipped', null, `its account could not be looked up: ${failure.message}`),
  );
}

/** What one chosen account is to get. */
interface Material {
  readonly chosen: ChosenAccount;
  readonly platform: Platform;
  readonly post: Post;
  readonly print: string;
}

/** The row as it is now, for a send of another publisher, of which nothing is recorded. */
function currentPost(
  deps: PublishDeps,
  judged: Judged,
  claimed: ClaimedPost,
  target: StoredTarget,
): Post | null {
  const module = platformNamed(deps, target.platform);
  if (!('row' in judged) || module === null) return null;
  const built = buildPost(judged.row, module.capabilities.platform, claimed.dueAt ?? deps.now(), target.text);
  return 'post' in built ? built.post : null;
}

function record(
  pass: Pass,
  claimed: ClaimedPost,
  target: StoredTarget,
  step: Step,
  spent: Spent | null = null,
): void {
  if (step.settlement !== undefined) pass.settlements.push(step.settlement);
  pass.results.push({ ...fromStep(claimed, target, step), spent });
}

const PAID_FOR = ['published', 'accepted', 'unknown'];

/** What a platform refuses costs nothing; an answer that was lost may have been paid for. */
function spentOn({ platform, post }: Material, step: Step): Spent | null {
  const isPaid = step.done === 'outcome' && PAID_FOR.includes(step.answer.state ?? '');
  const usd = isPaid ? platform.cost?.(post).usd : undefined;
  return usd === undefined ? null : { label: platform.capabilities.label, usd };
}

function putOff({ platform, accountId }: StoredTarget, nextLookAt: Date): TargetSettlement {
  return { platform, accountId, state: 'pending', error: null, nextLookAt, countAttempt: false };
}

const keyOf = ({ platform, accountId }: { readonly platform: string; readonly accountId: string }) =>
  `${platform}:${accountId}`;

const isOutOrMaybe = (target: StoredTarget) =>
  isInFlight(target) || target.state === 'published' || target.state === 'needs_review';

/** The app deletes a disconnected account's row before it makes the new one: a tick may come in between. */
const waitsForReconnection = ({ state, error }: StoredTarget) => state === 'held' && error?.kind === 'auth';

export const accountUnknown = (target: StoredTarget): Problem => ({
  kind: waitsForReconnection(target) ? 'auth' : 'unusable',
  code: 'ACCOUNT_NOT_CONNECTED',
  message: `The ${target.platform} account ${target.accountName ?? target.accountId} is not connected for the owner of this post.`,
  hint: 'Connect the account in the app, then schedule the post again.',
});
