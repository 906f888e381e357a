import { shownBy } from '../core/media-rules.ts';
import { type Account, PROVISIONAL_ID } from '../core/platform.ts';
import { StoreError, type TargetSettlement } from '../core/store.ts';
import { type PublishDeps, platformNamed } from './deps.ts';
import { type Following, workOf } from './follow-target.ts';
import { sendFollowUps } from './follow-ups.ts';
import { look } from './recover-target.ts';
import { recordSent } from './send-target.ts';
import { followUpsOf, mainEffect, type TargetWork } from './target-job.ts';
import { openAccount } from './tokens.ts';
import { laterLook, published } from './unfinished.ts';

/**
 * Goes on with a target that is out: its public id where the platform has not told it yet, and what follows it.
 * Whatever goes wrong here, the target stays published.
 */
export async function finishTarget(deps: PublishDeps, following: Following): Promise<TargetSettlement> {
  const { target } = following;
  const effect = mainEffect(target);
  const platform = platformNamed(deps, target.platform);
  const work = platform === null || !effect?.sent ? null : workOf(deps, following, platform, effect.sent);
  const again = laterLook(deps, effect);
  if (work === null || target.platformPostId === null) return published(target, target.missing, again);
  try {
    const opened = await openAccount(deps, work.platform, work.context, work.chosen);
    if (!('account' in opened)) return published(target, target.missing, again);
    const named = await findPublicId(deps, work, opened.account);
    // What follows names the post by its public id.
    if (named.id === null) return published(target, target.missing, again);
    return await goOn(deps, work, named.id, opened.account);
  } catch (error) {
    if (error instanceof StoreError) throw error;
    deps.log.warn('A post that is out could not be finished now.', { ...work.claim, error: String(error) });
    return published(target, target.missing, again);
  }
}

/** null: the platform has not told it. */
async function findPublicId(
  deps: PublishDeps,
  work: TargetWork,
  account: Account,
): Promise<{ readonly id: string | null }> {
  const { platformPostId, idKind } = work.target;
  if (idKind !== PROVISIONAL_ID) return { id: platformPostId };
  const found = await look(deps, work, account);
  const armId = mainEffect(work.target)?.armId;
  if (found.state !== 'published' || found.idKind === PROVISIONAL_ID || armId === undefined)
    return { id: null };
  await recordSent(deps, work, armId, found);
  return { id: found.id };
}

async function goOn(
  deps: PublishDeps,
  work: TargetWork,
  id: string,
  account: Account,
): Promise<TargetSettlement> {
  const { capabilities } = work.platform;
  const kind = capabilities.kinds[work.post.kind];
  const followUps = followUpsOf(work);
  if (followUps.length === 0 || kind === undefined) return published(work.target, null, null);
  const shown = shownBy(followUps, kind, work.post);
  const media = await deps.media.open(shown.media, shown.kind, capabilities.label, work.post.userId);
  try {
    return await sendFollowUps(deps, work, id, account, media.files);
  } finally {
    await media.release();
  }
}
