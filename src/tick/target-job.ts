import type { ChosenAccount } from '../core/choose-accounts.ts';
import type { StoredEffect, StoredTarget } from '../core/job.ts';
import { asObject, tryJson } from '../core/json-value.ts';
import type { Account, Checkpoint, Job, MediaFile, Platform, PlatformContext } from '../core/platform.ts';
import type { Post } from '../core/post.ts';
import type { Claim } from '../core/store.ts';
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
}

/** The visible act of a target; threads and comments have more of them. */
export const MAIN_EFFECT = 'post';

export function mainEffect(target: StoredTarget): StoredEffect | undefined {
  return target.effects.find((effect) => effect.effect === MAIN_EFFECT);
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

export function makeJob(
  deps: PublishDeps,
  work: TargetWork,
  account: Account,
  media: readonly MediaFile[],
  checkpoint: Checkpoint | null,
): Job {
  const known = mainEffect(work.target);
  const isOver = known !== undefined && NOT_OUT.includes(known.state) && known.unknownSends === 0;
  const effect = isOver ? undefined : known;
  return {
    ...work.context,
    account,
    post: work.post,
    media,
    checkpoint,
    armedAt: effect?.firstArmedAt ?? null,
    lastPossibleAt: effect?.lastPossibleAt ?? null,
    // Armed by a tick that died counts too: whether that request left is not known.
    sentBefore: (effect?.unknownSends ?? 0) > 0 || ['armed', 'unknown'].includes(work.target.state),
    isKnownId: (id) => deps.store.isKnownId(work.target.platform, work.target.accountId, id),
    save: (next) =>
      deps.store.checkpoint(work.claim, work.target, sealCheckpoint(deps, next), false, work.revision),
  };
}
