import { clip } from '../core/clip.ts';
import { type Problem, PublishError } from '../core/errors.ts';
import { HttpFailure } from '../core/http.ts';
import type { StoredProblem } from '../core/job.ts';
import {
  type Accepted,
  type Account,
  type Checkpoint,
  type Job,
  MAIN_EFFECT,
  type MediaFile,
  PROVISIONAL_ID,
  type Published,
} from '../core/platform.ts';
import { snapshotPost } from '../core/sent-post.ts';
import type { ArmAnswer, OutcomeAnswer } from '../core/store.ts';
import { takeArm } from './arm.ts';
import type { PublishDeps } from './deps.ts';
import { asFailed, decide, fail, held, storedProblem, toFailed } from './failure.ts';
import { later, type Step } from './step.ts';
import {
  effectOf,
  followUpsOf,
  makeJob,
  sealCheckpoint,
  type TargetWork,
  unreadOptions,
} from './target-job.ts';
import { laterLook, missingSentence } from './unfinished.ts';

const TAKEN_BACK: Problem = {
  kind: 'rejected',
  code: 'TAKEN_BACK',
  message: 'the post was deleted or taken back in the app meanwhile.',
  hint: 'Nothing to do, unless what is out should go as well: delete it on the platform.',
};

/** Longer waits for a platform's processing are left to a later tick. */
const WAIT_IN_TICK_MS = 12_000;
const BUSY_PAUSE_MS = 1_000;
const BUSY_TRIES = 10;
const LOOKED_BACK_MS = 30 * 60_000;
const LONGEST_WARNING = 1_000;

/** Prepares, arms and sends one target. Every error before the arm is thrown; after it, it is an outcome. */
export async function sendTarget(
  deps: PublishDeps,
  work: TargetWork,
  account: Account,
  media: readonly MediaFile[],
  from: Checkpoint | null,
): Promise<Step> {
  const { platform, target } = work;
  let checkpoint = from;
  for (;;) {
    const prepared = await platform.prepare(stoppable(deps, makeJob(deps, work, account, media, checkpoint)));
    checkpoint = prepared.checkpoint;
    await deps.store.checkpoint(
      work.claim,
      target,
      sealCheckpoint(deps, checkpoint),
      prepared.ready,
      work.revision,
    );
    if (prepared.ready) break;
    const wait = prepared.lookAt.getTime() - deps.now().getTime();
    if (wait > WAIT_IN_TICK_MS || deps.signal.aborted) return later(work, prepared.lookAt, null);
    await work.context.sleep(Math.max(0, wait));
  }
  const there = await alreadyThere(deps, work, account);
  return armAndSend(deps, work, account, media, checkpoint, there === null ? {} : { adopt: there });
}

/** LOOK_BEFORE_SEND: the same post of another publisher, in the last half hour of the account. */
async function alreadyThere(
  deps: PublishDeps,
  work: TargetWork,
  account: Account,
): Promise<Published | null> {
  if (!deps.options.lookBeforeSend || work.effect !== MAIN_EFFECT || effectOf(work) !== undefined)
    return null;
  const now = deps.now();
  const found = await work.platform.find({
    ...makeJob(deps, work, account, [], null),
    armedAt: new Date(now.getTime() - LOOKED_BACK_MS),
    lastPossibleAt: now,
  });
  if (found.state !== 'published') {
    const reason = found.state === 'unknown' ? found.reason : null;
    deps.log.debug('Looked before sending: no such post was found.', { ...work.claim, reason });
    return null;
  }
  return { ...found, warning: 'It was already on the account and was not sent again (LOOK_BEFORE_SEND).' };
}

/** What is invisible ends at once when the tick is told to stop; a later one resumes it. */
function stoppable(deps: PublishDeps, job: Job): Job {
  const { http } = job;
  return { ...job, http: { request: (asked) => http.request({ ...asked, signal: deps.signal }) } };
}

/** The one request that may make it visible, with its arm before and its outcome after. */
export async function armAndSend(
  deps: PublishDeps,
  work: TargetWork,
  account: Account,
  media: readonly MediaFile[],
  checkpoint: Checkpoint,
  { repeat = false, adopt }: { readonly repeat?: boolean; readonly adopt?: Published } = {},
): Promise<Step> {
  const { claim, target, platform } = work;
  for (let attempt = 0; ; attempt += 1) {
    const armed = await takeArm(deps.store, {
      ...claim,
      platform: target.platform,
      accountId: target.accountId,
      connectionId: account.connectionId,
      effect: work.effect,
      revision: work.revision,
      fingerprint: work.fingerprint,
      tokenMd5: work.tokenMd5,
      sent: snapshotPost(work.post),
      repeat,
      writesPerHour: deps.limits.writesPerHour ?? platform.capabilities.writesPerHour,
      requestTimeoutMs: deps.limits.requestTimeoutMs,
    });
    if ('arm' in armed) {
      const { arm } = armed;
      let sent: Published | Accepted;
      try {
        sent = adopt ?? (await platform.publish(makeJob(deps, work, account, media, checkpoint), arm));
      } catch (error) {
        return recordFailure(deps, work, arm.id, error, repeat);
      }
      return { done: 'outcome', answer: await recordSent(deps, work, arm.id, sent), error: null };
    }
    if (armed.refused.why !== 'busy' || attempt >= BUSY_TRIES || deps.signal.aborted) {
      return notArmed(deps, work, armed.refused);
    }
    await work.context.sleep(BUSY_PAUSE_MS);
  }
}

/** When a public id is looked for that the platform has not told. */
function idLookAt(deps: PublishDeps, work: TargetWork, { idKind }: Published): Date | undefined {
  if (idKind !== PROVISIONAL_ID || work.effect !== MAIN_EFFECT) return undefined;
  return laterLook(deps, effectOf(work)) ?? undefined;
}

export async function recordSent(
  deps: PublishDeps,
  work: TargetWork,
  armId: string,
  sent: Published | Accepted,
): Promise<OutcomeAnswer> {
  const missing = work.effect === MAIN_EFFECT ? missingSentence(followUpsOf(work), null) : null;
  return deps.store.outcome(
    sent.state === 'published'
      ? {
          armId,
          outcome: 'published',
          platformPostId: sent.id,
          idKind: sent.idKind,
          url: sent.url,
          warning: warningOf(deps, work, sent),
          missing,
          nextLookAt: missing === null ? idLookAt(deps, work, sent) : deps.now(),
        }
      : {
          armId,
          outcome: 'accepted',
          checkpoint: sealCheckpoint(deps, sent.checkpoint),
          nextLookAt: sent.lookAt,
        },
    deps.identity,
  );
}

/** The platform's own, and which of the post's options changed nothing. */
function warningOf(deps: PublishDeps, work: TargetWork, sent: Published): string | undefined {
  if (work.effect !== MAIN_EFFECT) return sent.warning;
  const { notes } = unreadOptions(deps, work);
  for (const note of notes) deps.log.warn(note, { ...work.claim, platform: work.target.platform });
  const all = [...(sent.warning === undefined ? [] : [sent.warning]), ...notes];
  return all.length === 0 ? undefined : clip(all.join(' '), LONGEST_WARNING);
}

/**
 * Only a known refusal in the platform's own shape is definite; everything else may be out. What happens to a repeat
 * says nothing about the first send.
 */
async function recordFailure(
  deps: PublishDeps,
  work: TargetWork,
  armId: string,
  error: unknown,
  repeat: boolean,
): Promise<Step> {
  const label = work.platform.capabilities.label;
  const failed = toFailed(error, label);
  if (error instanceof HttpFailure && !error.sent && !repeat) {
    const decision = decide(deps, work.target, failed);
    const stored = storedProblem(deps, failed, decision);
    const nextLookAt = decision.state === 'failed' ? undefined : decision.at;
    const answer = await deps.store.outcome(
      { armId, outcome: 'not_sent', state: decision.state, error: stored, nextLookAt },
      deps.identity,
    );
    return { done: 'outcome', answer, error: stored };
  }
  if (error instanceof PublishError && error.kind !== 'unknown' && !repeat) {
    const decision = decide(deps, work.target, failed);
    const stored = storedProblem(deps, failed, decision);
    const answer = await deps.store.outcome(
      {
        armId,
        outcome: 'refused',
        state: decision.state,
        error: stored,
        platformCode: failed.platformCode,
        traceId: failed.traceId,
        nextLookAt: decision.state === 'failed' ? undefined : decision.at,
      },
      deps.identity,
    );
    return { done: 'outcome', answer, error: stored, refusal: error };
  }
  deps.log.warn('The answer after sending was lost or unclear; the account is read back.', {
    source: work.claim.source,
    id: work.claim.id,
    error: error instanceof Error ? error.message : String(error),
  });
  const stored: StoredProblem = {
    kind: 'unknown',
    code: failed.problem.code,
    message: `${label} gave no clear answer after the post was sent, so it may be live: ${failed.problem.message}`,
    hint: 'Nothing to do yet: the account is read back by itself.',
    at: deps.now().toISOString(),
  };
  const answer = await deps.store.outcome(
    {
      armId,
      outcome: 'unknown',
      error: stored,
      platformCode: failed.platformCode,
      traceId: failed.traceId,
      nextLookAt: new Date(deps.now().getTime() + 2_000),
    },
    deps.identity,
  );
  return { done: 'outcome', answer, error: stored };
}

function notArmed(deps: PublishDeps, work: TargetWork, refused: Extract<ArmAnswer, { ok: false }>): Step {
  const soon = (ms: number) => new Date(deps.now().getTime() + ms);
  // What it follows is out for good, and the app has taken the post back since: nothing is added to it.
  if (work.effect !== MAIN_EFFECT && (refused.why === 'deleted' || refused.why === 'not_scheduled')) {
    return fail(deps, work.target, asFailed([TAKEN_BACK]));
  }
  switch (refused.why) {
    case 'busy':
      return later(work, soon(15_000), 'another post of this account is being sent');
    case 'same_unresolved':
      return later(work, soon(60_000), 'an equal post of this account has an unclear outcome');
    case 'held':
      return refused.hold === null
        ? later(work, soon(60_000), refused.detail)
        : held(deps, work, refused.hold);
    case 'edited':
      return later(work, soon(1_000), 'it was edited a moment ago');
    default:
      // Deleted, un-scheduled, disconnected, taken over: the next plan or claim sees it as it is then.
      return later(work, soon(5_000), `it changed a moment ago (${refused.detail ?? refused.why})`);
  }
}
