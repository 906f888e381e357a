import { PublishError } from '../core/errors.ts';
import { HttpFailure } from '../core/http.ts';
import type { ClaimedPost, StoredTarget } from '../core/job.ts';
import type { Identified, Reach, Unidentified } from '../core/platform.ts';
import { type PublishDeps, platformNamed } from './deps.ts';
import { reach } from './follow-target.ts';
import { reachAccounts } from './reach-accounts.ts';
import { mainEffect } from './target-job.ts';
import { openAccount } from './tokens.ts';

/** Our clock, the platform's and that of an older send may differ; a post from before that is surely another one. */
const BEFORE_SENDING_MS = 10 * 60_000;

export type Identification =
  | Identified
  | (Unidentified & { /** Asking again later may help. */ readonly again: boolean });

/** Which post of the target's own account a person means, read from the platform with that account's token. */
export async function identifyPost(
  deps: PublishDeps,
  post: ClaimedPost,
  target: StoredTarget,
  named: string,
): Promise<Identification> {
  const platform = platformNamed(deps, target.platform);
  if (platform === null) {
    const problem = `This version cannot read posts of ${target.platform}.`;
    return { problem, hint: 'Update content-publisher.', again: false };
  }
  const { label } = platform.capabilities;
  let found: Identified | Unidentified;
  try {
    found = await platform.identify(named, target.accountId, await opened(deps, post, target));
  } catch (error) {
    if (!(error instanceof PublishError) && !(error instanceof HttpFailure)) throw error;
    const problem = `${label} did not show the post, so whose it is could not be checked: ${error.message}`;
    const hint = error instanceof PublishError ? error.hint : 'Repeat the command in a minute.';
    return { problem, hint, again: true };
  }
  if ('problem' in found) return { ...found, again: false };
  const sentAt = mainEffect(target)?.firstArmedAt;
  if (
    found.at !== null &&
    sentAt !== undefined &&
    found.at.getTime() < sentAt.getTime() - BEFORE_SENDING_MS
  ) {
    return {
      problem: `That post was made at ${found.at.toISOString()}, before this one was first sent (${sentAt.toISOString()}).`,
      hint: 'Look for a newer one with this text; if there is none, it is not published.',
      again: false,
    };
  }
  return found;
}

/** null: no connection, or none with a token that is good now. */
async function opened(deps: PublishDeps, post: ClaimedPost, target: StoredTarget): Promise<Reach | null> {
  const platform = platformNamed(deps, target.platform);
  const chosen = reach(target, await reachAccounts(deps, post));
  if (platform === null || chosen === null) return null;
  const context = deps.context(platform.capabilities.platform);
  const account = await openAccount(deps, platform, context, chosen);
  return 'account' in account ? { context, account: account.account } : null;
}
