import { createHash } from 'node:crypto';
import type { ChosenAccount } from '../core/choose-accounts.ts';
import { changed, type Problem, PublishError } from '../core/errors.ts';
import { HttpFailure } from '../core/http.ts';
import type { StoredConnection } from '../core/job.ts';
import type { Account, Platform, PlatformContext } from '../core/platform.ts';
import { type HoldRequest, StoreError } from '../core/store.ts';
import type { PublishDeps, Publishing } from './deps.ts';
import { stamped } from './plan.ts';

const REFRESH_LEASE_SECONDS = 60;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const accountKey = (platform: string, accountId: string) => `${platform}:${accountId}`;

/** Tells tokens apart without showing them: md5 of the ciphertext, as the database computes it too. */
export const tokenMd5 = ({ connection }: { readonly connection: Pick<StoredConnection, 'accessToken'> }) =>
  createHash('md5')
    .update(connection.accessToken ?? '')
    .digest('hex');

/**
 * One token that does not decrypt is a matter of its account; when none of several does, the key is the wrong one, and
 * nothing may be claimed with it.
 * @returns whether the key is known to fit
 * @throws StoreError config
 */
export function requireFittingKey(
  { keyring }: Pick<Publishing, 'keyring'>,
  stored: readonly string[],
): boolean {
  if (stored.some((token) => keyring.decrypt(token) !== null)) return true;
  if (stored.length < 2) return false;
  throw new StoreError(
    'config',
    `ENCRYPTION_KEY fits none of the ${stored.length} stored tokens that were tried; nothing was claimed.`,
    'Set ENCRYPTION_KEY to the key of the app that stored the tokens; a key that was replaced goes into ENCRYPTION_KEY_PREVIOUS.',
  );
}

export type Opened =
  | { readonly account: Account }
  /** Another tick refreshes or has refreshed: look again then, with the row as it is then. */
  | { readonly lookAt: Date }
  | { readonly problem: Problem }
  /** The platform's own word about the refresh token. */
  | { readonly refused: PublishError };

/** Decrypts the account's token, and refreshes it when it lives for hours only and is near its end. */
export async function openAccount(
  deps: PublishDeps,
  platform: Platform,
  context: PlatformContext,
  chosen: ChosenAccount,
  forceRefresh = false,
): Promise<Opened> {
  const connection = deps.learned.connection(chosen.connection);
  const access = deps.readToken(connection.accessToken);
  const refresh = deps.readToken(connection.refreshToken);
  if (access.kind === 'undecryptable') return { problem: unreadable(deps, access.reason) };
  if (access.kind === 'none') return { problem: tokenMissing };

  const server = platform.server?.(connection) ?? null;
  const account: Account = {
    platform: platform.capabilities.platform,
    id: chosen.accountId,
    name: chosen.name,
    connectionId: connection.id,
    token: access.token,
    refreshToken: refresh.kind === 'token' ? refresh.token : null,
    tokenExpiresAt: connection.tokenGoodUntil,
    ...(server === null ? {} : { server }),
  };
  const before = platform.capabilities.refreshBeforeMs;
  const good =
    connection.tokenGoodUntil !== null &&
    before !== null &&
    connection.tokenGoodUntil.getTime() - before > deps.now().getTime();
  if (before === null || (good && !forceRefresh)) return { account };
  if (refresh.kind === 'undecryptable') return { problem: unreadable(deps, refresh.reason) };
  return refreshAccount(deps, platform, context, connection, account, before, forceRefresh);
}

async function refreshAccount(
  deps: PublishDeps,
  platform: Platform,
  context: PlatformContext,
  connection: StoredConnection,
  account: Account,
  before: number,
  mustRefresh: boolean,
): Promise<Opened> {
  const key = accountKey(account.platform, account.id);
  const md5 = tokenMd5({ connection });
  const turn = await deps.store.refreshBegin(
    key,
    account.connectionId,
    deps.identity.owner,
    REFRESH_LEASE_SECONDS,
    md5,
  );
  if (!turn.go) {
    return { lookAt: new Date(deps.now().getTime() + (turn.changed ? 0 : Math.max(1_000, turn.waitMs))) };
  }
  try {
    const fresh = await platform.refresh(context, account);
    if (fresh === null) {
      // Not refreshed without a person: not asked again for a day as long as the token is this one.
      await deps.store.refreshEnd(
        key,
        deps.identity.owner,
        md5,
        new Date(deps.now().getTime() + before + DAY_MS),
      );
      return { account };
    }
    const accessToken = deps.keyring.encrypt(fresh.token.reveal());
    const refreshToken =
      fresh.refreshToken === null ? null : deps.keyring.encrypt(fresh.refreshToken.reveal());
    const expiresAt = fresh.expiresAt ?? new Date(deps.now().getTime() + HOUR_MS);
    const { stored } = await deps.store.refreshStore({
      key,
      connectionId: account.connectionId,
      tokenMd5: md5,
      accessToken,
      refreshToken,
      expiresAt,
    });
    // The app stored another token meanwhile: that one counts.
    if (!stored) return { lookAt: deps.now() };
    deps.learned.changed(connection, {
      accessToken,
      refreshToken: refreshToken ?? connection.refreshToken,
      tokenGoodUntil: expiresAt,
    });
    deps.log.info('token refreshed', { platform: account.platform, account: account.id });
    return {
      account: {
        ...account,
        token: fresh.token,
        refreshToken: fresh.refreshToken ?? account.refreshToken,
        tokenExpiresAt: fresh.expiresAt,
      },
    };
  } catch (error) {
    await deps.store.refreshEnd(key, deps.identity.owner, md5, null);
    if (!(error instanceof PublishError) && !(error instanceof HttpFailure)) throw error;
    // Only the platform's own word means that the account is dead; a DNS hiccup must not disconnect it.
    if (error instanceof PublishError && error.kind === 'auth') {
      return { refused: turn.interrupted ? afterInterruption(error) : error };
    }
    if (error instanceof PublishError && error.kind === 'config') throw error;
    const known = account.tokenExpiresAt;
    const mayLive = known === null ? before >= HOUR_MS : known > deps.now();
    if (mayLive && !mustRefresh) return { account };
    throw error;
  }
}

/** Where a platform gives each refresh token out once, a tick that died with the next one in its hands has lost it. */
const afterInterruption = (error: PublishError) =>
  changed(error, {
    message: `${error.message} An earlier renewal was cut off when its tick died, so the token that it was given may be lost.`,
  });

/** After a refusal of its token the account is inactive, with one notice; its posts are held and not failed. */
export async function disconnectAccount(
  deps: PublishDeps,
  chosen: ChosenAccount,
  label: string,
  error: PublishError,
): Promise<void> {
  const connection = deps.learned.connection(chosen.connection);
  const md5 = tokenMd5({ connection });
  const reason = stamped(
    { kind: 'auth', code: error.code, message: error.message, hint: error.hint },
    deps.now(),
  );
  const hold: HoldRequest = {
    scope: 'account',
    key: accountKey(chosen.platform, chosen.accountId),
    until: new Date(deps.now().getTime() + deps.limits.maxHoldMs),
    kind: 'auth',
    reason: error.message,
    hint: error.hint,
    evidence: { token_md5: md5, platform_code: error.platformCode ?? null, trace_id: error.traceId ?? null },
  };
  // In this order: a tick that dies in between must not leave an account that is held and looks as if it were well.
  const { disconnected } = await deps.store.disconnect(
    connection.id,
    chosen.accountId,
    md5,
    'expired',
    reason,
  );
  await deps.store.hold(hold);
  deps.learned.hold(hold);
  if (disconnected) {
    deps.learned.changed(connection, { active: false });
    deps.notice(
      `${label} account ${chosen.name} (${chosen.accountId}) is disconnected: ${error.message} ${error.hint}`,
    );
  }
}

const tokenMissing: Problem = {
  kind: 'auth',
  code: 'TOKEN_MISSING',
  message: 'No access token is stored for this account.',
  hint: 'Reconnect the account in the app; the post then goes out by itself.',
};

/** Where the key fits other tokens, only this account has to be mended, by its user. */
const unreadable = ({ learned }: PublishDeps, reason: string): Problem => ({
  kind: learned.keyFits ? 'auth' : 'config',
  code: 'TOKEN_UNREADABLE',
  message: reason,
  hint: 'Check ENCRYPTION_KEY and ENCRYPTION_KEY_PREVIOUS, or reconnect the account in the app.',
});
