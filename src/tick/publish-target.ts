import type { Contact } from '../core/breaker.ts';
import type { ChosenAccount } from '../core/choose-accounts.ts';
import { type Problem, PublishError } from '../core/errors.ts';
import type { StoredTarget } from '../core/job.ts';
import { takenOf } from '../core/media-rules.ts';
import type { Platform } from '../core/platform.ts';
import { StoreError } from '../core/store.ts';
import { warnOfClearTokens } from './clear-tokens.ts';
import { removeCopies } from './copies.ts';
import type { PublishDeps } from './deps.ts';
import { asFailed, type Failed, fail, held, toFailed } from './failure.ts';
import { sendFollowUps } from './follow-ups.ts';
import { missedTime } from './judge-post.ts';
import { listen } from './reach.ts';
import { asLearned, heedRefusal } from './refusal.ts';
import { sendTarget } from './send-target.ts';
import { later, type Step } from './step.ts';
import { followUpsOf, mainEffect, readCheckpoint, type TargetWork, unreadOptions } from './target-job.ts';
import { disconnectAccount, openAccount, tokenMd5 } from './tokens.ts';

const BEHIND_OTHERS_MS = 30_000;
const AUTO_POSTING_LOOK_MS = 5 * 60_000;

/**
 * Takes one target that was not sent as far as it goes now. Never throws for a reason of this target: every failure
 * before the arm becomes a settlement here.
 */
export async function publishTarget(deps: PublishDeps, claimed: TargetWork): Promise<Step> {
  const ear = listen(claimed.context);
  const work = { ...claimed, context: ear.context, chosen: asLearned(deps, claimed.chosen) };
  const { target, platform } = work;
  const { label } = platform.capabilities;
  if (deps.signal.aborted) return later(work, deps.now(), STOPPED);
  if (deps.reach.cutOff()) return later(work, deps.now(), CUT_OFF);
  try {
    const step = await advance(deps, work);
    if (step.done === 'outcome' && step.refusal !== undefined) await heedRefusal(deps, work, step.refusal);
    // What went wrong after a post was published says little beside that.
    await deps.reach.note(target, platform.capabilities, isSent(step) ? 'answered' : ear.heard());
    return step;
  } catch (error) {
    if (error instanceof StoreError) throw error;
    if (deps.signal.aborted && !(error instanceof PublishError)) return later(work, deps.now(), STOPPED);
    const failed = toFailed(error, label);
    if (failed.problem.code === 'INTERNAL') {
      deps.log.error('A fault of ours on one target.', {
        ...work.claim,
        stack: error instanceof Error ? error.stack : String(error),
      });
    }
    if (error instanceof PublishError && error.kind === 'unknown' && mainEffect(target) !== undefined) {
      // The platform found that an earlier send may have gone out after all: it is looked for, not sent.
      return maybeOut(deps, target, failed);
    }
    if (error instanceof PublishError) {
      const renewed = await heedRefusal(deps, work, error);
      if (renewed) return later(work, deps.now(), 'the token of its account was renewed');
    }
    return fail(deps, target, await noteFailure(deps, work, ear.heard(), failed));
  }
}

const STOPPED = 'the publisher was told to stop';
const CUT_OFF = 'this host reaches no platform at the moment';

const isSent = (step: Step) =>
  step.done === 'outcome' && (step.answer.state === 'published' || step.answer.state === 'accepted');

/** With what the breakers make of it: whoever failed comes behind those who only wait, so the next try is another's. */
async function noteFailure(
  deps: PublishDeps,
  { target, platform }: TargetWork,
  contact: Contact | null,
  failed: Failed,
): Promise<Failed> {
  const hold = await deps.reach.note(target, platform.capabilities, contact);
  const reached = failed.reached && contact !== 'unreachable';
  if (hold?.scope === 'host' || deps.reach.cutOff()) return { ...failed, reached, heldUntil: deps.now() };
  if (hold === null) return { ...failed, reached };
  return { ...failed, reached, heldUntil: new Date(hold.until.getTime() + BEHIND_OTHERS_MS) };
}

async function advance(deps: PublishDeps, claimed: TargetWork): Promise<Step> {
  const { target, chosen, platform, context } = claimed;
  const stop = mayNotSend(claimed, deps);
  if (stop !== null) return stop;
  const opened = await openAccount(deps, platform, context, chosen);
  if ('lookAt' in opened) return later(claimed, opened.lookAt, 'the token of its account is being renewed');
  if ('refused' in opened) {
    await disconnectAccount(deps, chosen, platform.capabilities.label, opened.refused);
    return fail(deps, target, toFailed(opened.refused, platform.capabilities.label));
  }
  if ('problem' in opened)
    return fail(deps, target, { problem: opened.problem, reached: true, retryAt: null });
  await warnOfClearTokens(deps, platform.capabilities.label, chosen);
  const textLimit = await platform.textLimit?.({ context, account: opened.account }, claimed.post);
  const post = textLimit == null ? claimed.post : { ...claimed.post, textLimit };
  const work = { ...claimed, post };
  // What was prepared from other content is of no use.
  const checkpoint = target.revision === work.revision ? readCheckpoint(deps, target) : null;
  if (checkpoint === 'unreadable' && mainEffect(target) !== undefined) {
    // It may name what an earlier request, still on its way, makes visible: not to be started over.
    return maybeOut(deps, target, asFailed([checkpointUnreadable]));
  }

  const { capabilities } = platform;
  const kind = capabilities.kinds[post.kind];
  const problems = [...unreadOptions(deps, work).problems, ...platform.problems(post)];
  if (kind === undefined || problems.length > 0) {
    return fail(deps, target, asFailed(problems.length > 0 ? problems : [kindRefused(platform, post.kind)]));
  }
  const media = await deps.media.open(post.media, takenOf(kind, post), capabilities.label, post.userId);
  try {
    if (media.problems.length > 0) return fail(deps, target, asFailed(media.problems));
    const seen = new Map(media.files.map((file) => [file.url, file.info]));
    const looked = post.media.map((file) => {
      const info = seen.get(file.url);
      return info === undefined ? file : { ...file, info };
    });
    const inspected = { ...post, media: looked };
    const late = platform.problems(inspected);
    if (late.length > 0) return fail(deps, target, asFailed(late));
    const step = await sendTarget(
      deps,
      { ...work, post: inspected, tokenMd5: tokenMd5(asLearned(deps, chosen)) },
      opened.account,
      media.files,
      checkpoint === 'unreadable' ? null : checkpoint,
    );
    const id =
      step.done === 'outcome' && step.answer.state === 'published' ? step.answer.platformPostId : null;
    const followed =
      id === null || followUpsOf(work).length === 0
        ? step
        : { ...step, settlement: await sendFollowUps(deps, work, id, opened.account, media.files) };
    if (isOver(step)) await removeCopies(deps, media.uploaded());
    return followed;
  } finally {
    await media.release();
  }
}

const isOver = (step: Step) =>
  step.done === 'outcome' && (step.answer.state === 'published' || step.answer.state === 'failed');

/** Reasons of ours, before the platform is asked anything. */
function mayNotSend(work: TargetWork, deps: PublishDeps): Step | null {
  const { target, chosen } = work;
  if (!work.autoPosting) {
    // Switched on again after weeks, it must not send what nobody expects any more.
    const lateMs = deps.now().getTime() - work.post.dueAt.getTime();
    if (lateMs > deps.limits.maxLatenessMs) {
      return fail(deps, target, asFailed([missedTime(lateMs, work.post.dueAt)]));
    }
    return later(
      work,
      new Date(deps.now().getTime() + AUTO_POSTING_LOOK_MS),
      'auto-posting is off for its account',
    );
  }
  if (target.copyOf !== null) return fail(deps, target, asFailed([copyOf(target.copyOf)]));
  if (!chosen.connection.active) {
    return fail(deps, target, asFailed([accountInactive(work.platform.capabilities.label, chosen)]));
  }
  const hold = deps.learned.holdFor(target, tokenMd5(chosen), deps.now()) ?? target.hold;
  return hold === null ? null : held(deps, work, hold);
}

function maybeOut(deps: PublishDeps, target: StoredTarget, failed: Failed): Step {
  const at = new Date(deps.now().getTime() + 60_000);
  const error = { ...failed.problem, at: deps.now().toISOString(), retry_at: at.toISOString() };
  const { platform, accountId } = target;
  return {
    done: 'settle',
    reason: failed.problem.message,
    settlement: { platform, accountId, state: 'unknown', error, nextLookAt: at, countAttempt: false },
  };
}

const kindRefused = (platform: Platform, kind: string): Problem => ({
  kind: 'rejected',
  code: 'KIND_NOT_SUPPORTED',
  message: `${platform.capabilities.label} takes no post of the kind “${kind}”; it takes ${Object.keys(platform.capabilities.kinds).join(', ')}.`,
  hint: 'Change the content type or the platform of the post, then schedule it again.',
});

const checkpointUnreadable: Problem = {
  kind: 'unknown',
  code: 'CHECKPOINT_UNREADABLE',
  message: 'What was prepared for it can no longer be read.',
  hint: 'When ENCRYPTION_KEY was changed, put the old key into ENCRYPTION_KEY_PREVIOUS.',
};

const copyOf = (other: string): Problem => ({
  kind: 'rejected',
  code: 'COPY_OF',
  message: `This is a copy of ${other}: same account, same content, due in the same minute. Only one of them is sent.`,
  hint: 'Nothing to do if one is enough; else change the text or the time and schedule it again.',
});

const accountInactive = (label: string, chosen: ChosenAccount): Problem => ({
  kind: 'auth',
  code: 'ACCOUNT_DISCONNECTED',
  message: `The ${label} account ${chosen.name} is disconnected.`,
  hint: 'Reconnect the account in the app; the post then goes out by itself.',
});
