import { PublishError } from '../../core/errors.ts';
import type { Account, ConnectionRow, PlatformContext, Refreshed, Verified } from '../../core/platform.ts';
import type { Secret } from '../../core/secret.ts';
import { refreshedToken, whoAmI } from './api.ts';

/** Ids are numbers; where the row holds something else (the username), Threads is asked. */
export function accountId({ pageId }: ConnectionRow): string | null {
  const id = pageId?.trim() ?? '';
  return /^\d{5,}$/.test(id) ? id : null;
}

export async function lookUpAccountId(
  context: PlatformContext,
  _connection: ConnectionRow,
  token: Secret,
): Promise<string | null> {
  return (await whoAmI(context, token)).id;
}

/** @throws PublishError (auth) when the token does not open this account */
export async function verify(context: PlatformContext, account: Account): Promise<Verified> {
  const { id, username } = await whoAmI(context, account.token);
  if (id === account.id) return { id, name: username };
  throw new PublishError({
    kind: 'auth',
    code: 'OTHER_ACCOUNT',
    message: `The access token belongs to ${username} (${id}), not to the account ${account.id}.`,
    hint: 'Connect the Threads account again in the app.',
  });
}

/**
 * A new 60-day token for one that is at least a day old.
 * @throws PublishError (auth) when the token has ended already
 */
export async function refresh(context: PlatformContext, account: Account): Promise<Refreshed> {
  const { token, expiresInSeconds } = await refreshedToken(context, account.token);
  return {
    token,
    refreshToken: null,
    expiresAt: new Date(context.now().getTime() + expiresInSeconds * 1000),
  };
}
