import { PublishError } from '../../core/errors.ts';
import type { Account, ConnectionRow, PlatformContext, Refreshed, Verified } from '../../core/platform.ts';
import type { Secret } from '../../core/secret.ts';
import { serverOrigin } from '../../core/server-origin.ts';
import { createApi } from './api.ts';

/** Where the account is at home: `metadata.instance_url` of its connection. */
export function server({ metadata }: ConnectionRow): string | null {
  return serverOrigin(metadata['instance_url']);
}

/** Numbers are given by each server on its own, so the server belongs to the id: '109…@mastodon.example'. */
export function accountId(connection: ConnectionRow): string | null {
  const home = server(connection);
  const number = connection.pageId?.trim() ?? '';
  return home === null || !/^\d+$/.test(number) ? null : globalId(number, home);
}

export async function lookUpAccountId(
  context: PlatformContext,
  connection: ConnectionRow,
  token: Secret,
): Promise<string | null> {
  const home = server(connection);
  if (home === null) return null;
  return globalId((await createApi(context, { token, server: home }).owner()).id, home);
}

export async function verify(context: PlatformContext, account: Account): Promise<Verified> {
  const { id, username, display_name } = await createApi(context, account).owner();
  const known = globalId(id, account.server ?? '');
  if (known === account.id) return { id: known, name: display_name === '' ? username : display_name };
  throw new PublishError({
    kind: 'auth',
    code: 'OTHER_ACCOUNT',
    message: `The access token belongs to ${username} (${known}), not to ${account.name} (${account.id}).`,
    hint: 'Connect the Mastodon account again in the app.',
  });
}

/** Tokens do not expire; a revoked one only a person can replace. */
export async function refresh(_context: PlatformContext, _account: Account): Promise<Refreshed | null> {
  return null;
}

/** The number that its own server knows the account by. */
export function localId(account: Pick<Account, 'id'>): string {
  return account.id.replace(/@.*$/, '');
}

export function globalId(number: string, home: string): string {
  return `${number}@${URL.canParse(home) ? new URL(home).host : ''}`;
}
