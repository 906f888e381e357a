import type { ChosenAccount } from '../core/choose-accounts.ts';
import type { PublishError } from '../core/errors.ts';
import type { Platform } from '../core/platform.ts';
import { CONFIG_LOOK_MS, RATE_LIMIT_DEFAULT_MS } from '../core/retry.ts';
import type { HoldRequest } from '../core/store.ts';
import type { PublishDeps } from './deps.ts';
import type { TargetWork } from './target-job.ts';
import { disconnectAccount, openAccount } from './tokens.ts';

/**
 * What a refusal means beyond this target. An unacceptable token: one refresh, and if that does not help the account
 * is out of use until it is reconnected. A limit: nobody asks in that scope before its end. What only the operator can
 * mend for all accounts: nobody asks for a while.
 * @returns true when the token was renewed
 */
export async function heedRefusal(
  deps: PublishDeps,
  work: TargetWork,
  error: PublishError,
): Promise<boolean> {
  const { platform, chosen, context } = work;
  if (error.kind === 'rate_limited') {
    const known = error.retryAt ?? new Date(deps.now().getTime() + RATE_LIMIT_DEFAULT_MS);
    await holdScope(deps, platform, chosen, error, known);
  }
  if (error.kind === 'config' && error.scope !== 'account') {
    await holdScope(deps, platform, chosen, error, new Date(deps.now().getTime() + CONFIG_LOOK_MS));
  }
  if (error.kind !== 'auth') return false;
  const { connection } = asLearned(deps, chosen);
  // A token that came from a refresh and still lives will not be better after another one.
  const isFresh = connection.tokenGoodUntil !== null && connection.tokenGoodUntil > deps.now();
  let reason = error;
  if (platform.capabilities.refreshBeforeMs !== null && connection.refreshToken !== null && !isFresh) {
    try {
      const opened = await openAccount(deps, platform, context, chosen, true);
      if ('refused' in opened) reason = opened.refused;
      else if (asLearned(deps, chosen).connection.accessToken !== connection.accessToken) return true;
      else if (!('account' in opened)) return true;
    } catch {
      // Nobody says that the account is dead: it is asked again with the next try.
      return true;
    }
  }
  await disconnectAccount(deps, chosen, platform.capabilities.label, reason);
  return false;
}

/** The account as this tick has changed it since the post was claimed. */
export function asLearned(deps: PublishDeps, chosen: ChosenAccount): ChosenAccount {
  return { ...chosen, connection: deps.learned.connection(chosen.connection) };
}

async function holdScope(
  deps: PublishDeps,
  platform: Platform,
  chosen: ChosenAccount,
  error: PublishError,
  until: Date,
): Promise<void> {
  if (until <= deps.now()) return;
  const name = platform.capabilities.platform;
  const hold: HoldRequest = {
    scope: error.scope,
    key: error.scope === 'account' ? `${name}:${chosen.accountId}` : name,
    until,
    kind: error.kind,
    reason: error.message,
    hint: error.hint,
    evidence: { platform_code: error.platformCode ?? null, trace_id: error.traceId ?? null },
  };
  await deps.store.hold(hold);
  deps.learned.hold(hold);
}
