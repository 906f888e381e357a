import { tokenServiceSilent } from '../../core/answer-errors.ts';
import { PublishError } from '../../core/errors.ts';
import type {
  Account,
  ConnectionRow,
  PlatformContext,
  Refreshed,
  RegisteredApp,
  Verified,
} from '../../core/platform.ts';
import { Secret } from '../../core/secret.ts';
import { callerOf, requestClientToken, requestTokens, whoAmI } from './api.ts';
import { tokenError } from './errors.ts';

/**
 * The open_id, which is the account's for our app alone. It is longer than the 24 characters a username may have; where
 * the row holds something shorter, TikTok is asked.
 */
export function accountId(connection: ConnectionRow): string | null {
  const id = connection.pageId?.trim() ?? '';
  return /^[\w-]{25,}$/.test(id) ? id : null;
}

export async function lookUpAccountId(
  context: PlatformContext,
  _connection: ConnectionRow,
  token: Secret,
): Promise<string | null> {
  return (await whoAmI({ context, token })).open_id;
}

export async function verify(context: PlatformContext, account: Account): Promise<Verified> {
  const { open_id, display_name } = await whoAmI(callerOf(context, account));
  if (open_id === account.id) return { id: open_id, name: display_name === '' ? account.name : display_name };
  throw new PublishError({
    kind: 'auth',
    code: 'OTHER_ACCOUNT',
    message: `The connection is for the TikTok account ${display_name || open_id}, not for ${account.name}.`,
    hint: 'Connect the TikTok account again in the app, logged in to TikTok as the right one.',
  });
}

/** TikTok's refresh tokens serve once: each answer brings the next one. null: the connection has none. */
export async function refresh(context: PlatformContext, account: Account): Promise<Refreshed | null> {
  const old = account.refreshToken;
  if (old === null || old.reveal() === '') return null;
  const { clientId, clientSecret, mend } = await context.app();
  if (clientId === undefined || clientSecret === undefined) throw clientMissing(mend);
  const answer = await requestTokens(context, { key: clientId, secret: clientSecret }, old).catch(
    tokenServiceSilent("TikTok's"),
  );
  if ('status' in answer) throw tokenError(answer, context.now());
  const { access_token, refresh_token, expires_in } = answer;
  return {
    token: new Secret(access_token),
    refreshToken: refresh_token === old.reveal() ? null : new Secret(refresh_token),
    // Pages of the documentation differ (2 hours, 24 hours): the answer counts.
    expiresAt: new Date(context.now().getTime() + expires_in * 1000),
  };
}

/** A token of the app alone: developers.tiktok.com/doc/client-access-token-management. It is thrown away. */
export async function verifyApp(
  context: PlatformContext,
  { clientId, clientSecret }: RegisteredApp,
): Promise<void> {
  const response = await requestClientToken(context, { key: clientId, secret: clientSecret });
  if (response !== null) throw tokenError(response, context.now());
}

function clientMissing(mend: string): PublishError {
  return new PublishError({
    kind: 'config',
    code: 'TIKTOK_CLIENT_MISSING',
    message: 'TikTok tokens live for hours and cannot be refreshed without the client key and secret.',
    hint: `${mend} They must be those of the app that the account was connected with.`,
  });
}
