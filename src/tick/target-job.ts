import type { ChosenAccount } from '../core/choose-accounts.ts';
import type { StoredEffect, StoredTarget } from '../core/job.ts';
import { asObject, tryJson } from '../core/json-value.ts';
import {
  type Account,
  type Checkpoint,
  type FollowUp,
  type Job,
  MAIN_EFFECT,
  type MediaFile,
  type Platform,
  type PlatformContext,
} from '../core/platform.ts';
import type { Post } from '../core/post.ts';
import type { Claim } from '../core/store.ts';
import { judgeUnread, type UnreadOptions } from '../core/unknown-options.ts';
import type { PublishDeps } from './deps.ts';

/** One target of a claimed post with all that is needed to send it or to look for it. */
export interface TargetWork {
  readonly claim: Claim;
  readonly platform: Platform;
  readonly context: PlatformContext;
  readonly chosen: ChosenAccount;
  readonly target: StoredTarget;
  readonly post: Post;
  /** Of the content as claimed, with this target's own text. */
  readonly revision: string;
  readonly fingerprint: string;
  readonly tokenMd5: string;
  /** platform_settings.auto_posting of its connection. */
  readonly autoPosting: boolean;
  readonly effect: string;
  /** Platform ids of the effects that are out. */
  readonly out: Readonly<Record<string, string>>;
}

export function mainEffect(target: StoredTarget): StoredEffect | undefined {
  return target.effects.find(({ effect }) => effect === MAIN_EFFECT);
}

/** What is known of the visible act that the work is about; undefined: it was never armed. */
export function effectOf(work: TargetWork): StoredEffect | undefined {
  return work.target.effects.find(({ effect }) => effect === work.effect);
}

/** unreadable: of another key, or edited by hand. */
export function readCheckpoint(deps: PublishDeps, target: StoredTarget): Checkpoint | null | 'unreadable' {
  if (target.checkpoint === null) return null;
  const text = deps.keyring.decrypt(target.checkpoint);
  return (text === null ? null : asObject(tryJson(text))) ?? 'unreadable';
}

export function sealCheckpoint(deps: PublishDeps, checkpoint: Checkpoint): string {
  return deps.keyring.encrypt(JSON.stringify(checkpoint));
}

/** Effects in these states are known not to be out, unless an earlier send of theirs is still unknown. */
const NOT_OUT = ['refused', 'not_sent', 'absent'];

/** A target is also 'unknown' when its platform found that an earlier send may be out after all. */
const stateOf = (work: TargetWork) =>
  work.effect === MAIN_EFFECT ? work.target.state : (effectOf(work)?.state ?? '');

const MAYBE_SENT = ['armed', 'unknown'];

export function followUpsOf({ platform, post }: Pick<TargetWork, 'platform' | 'post'>): readonly FollowUp[] {
  return platform.followUps?.(post) ?? [];
}

/** What its publish_options say and its platform does not read. */
export function unreadOptions(
  deps: Pick<PublishDeps, 'platforms'>,
  { platform, post }: Pick<TargetWork, 'platform' | 'post'>,
): UnreadOptions {
  return judgeUnread(post, platform, Object.values(deps.platforms));
}

export function makeJob(
  deps: PublishDeps,
  work: TargetWork,
  account: Account,
  media: readonly MediaFile[],
  checkpoint: Checkpoint | null,
): Job {
  const known = effectOf(work);
  const isOver = known !== undefined && NOT_OUT.includes(known.state) && known.unknownSends === 0;
  const effect = isOver ? undefined : known;
  return {
    ...work.context,
    account,
    post: work.post,
    media,
    checkpoint,
    effect: work.effect,
    out: work.out,
    armedAt: effect?.firstArmedAt ?? null,
    lastPossibleAt: effect?.lastPossibleAt ?? null,
    // Armed by a tick that died counts too: whether that request left is not known.
    sentBefore: (effect?.unknownSends ?? 0) > 0 || MAYBE_SENT.includes(stateOf(work)),
    isKnownId: (id) => deps.store.isKnownId(work.target.platform, work.target.accountId, id),
    save: (next) =>
      deps.store.checkpoint(work.claim, work.target, sealCheckpoint(deps, next), false, work.revision),
  };
}
