import { tokenServiceSilent } from '../../core/answer-errors.ts';
import { PublishError } from '../../core/errors.ts';
import type { Account, ConnectionRow, PlatformContext, Refreshed, Verified } from '../../core/platform.ts';
import { Secret } from '../../core/secret.ts';
import { callerOf, requestTokens, whoAmI } from './api.ts';
import { TOKEN_RULES } from './error-rules.ts';
import { tokenError } from './errors.ts';

/** Ids are numbers; where the row holds something else (the @name), X is asked. */
export function accountId(connection: ConnectionRow): string | null {
  const id = connection.pageId?.trim() ?? '';
  return /^\d{1,19}$/.test(id) ? id : null;
}

export async function lookUpAccountId(
  context: PlatformContext,
  _connection: ConnectionRow,
  token: Secret,
): Promise<string | null> {
  return (await whoAmI({ context, token })).id;
}

export async function verify(context: PlatformContext, account: Account): Promise<Verified> {
  const { id, name, username } = await whoAmI(callerOf(context, account));
  if (id === account.id) return { id, name: name || username || account.name };
  throw new PublishError({
    kind: 'auth',
    code: 'OTHER_ACCOUNT',
    message: `The connection is for the X account ${name || id}, not for ${account.name}.`,
    hint: 'Connect the X account again in the app, logged in to X as the right one.',
  });
}

/** X's refresh tokens serve once: each answer brings the next one. null: the connection has none. */
export async function refresh(context: PlatformContext, account: Account): Promise<Refreshed | null> {
  const old = account.refreshToken;
  if (old === null || old.reveal() === '') return null;
  const { clientId, clientSecret, mend } = await context.app();
  if (clientId === undefined) throw clientMissing(mend);
  const answer = await requestTokens(context, { id: clientId, secret: clientSecret }, old).catch(
    tokenServiceSilent("X's"),
  );
  if ('status' in answer) throw tokenError(answer, context.now(), TOKEN_RULES);
  const { access_token, refresh_token, expires_in } = answer;
  const changed = refresh_token !== undefined && refresh_token !== old.reveal();
  return {
    token: new Secret(access_token),
    refreshToken: changed ? new Secret(refresh_token) : null,
    expiresAt: expires_in === undefined ? null : new Date(context.now().getTime() + expires_in * 1000),
  };
}

function clientMissing(mend: string): PublishError {
  return new PublishError({
    kind: 'config',
    code: 'X_CLIENT_MISSING',
    message: 'X tokens live for two hours and cannot be refreshed without the client id of our app.',
    hint: `${mend} They must be those of the app that the account was connected with; a public client has no secret.`,
  });
}
