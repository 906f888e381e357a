import { PublishError } from '../../core/errors.ts';
import { asFilledText } from '../../core/json-value.ts';
import type { Account, ConnectionRow, PlatformContext, Refreshed, Verified } from '../../core/platform.ts';
import { Secret } from '../../core/secret.ts';
import { serverOrigin } from '../../core/server-origin.ts';
import { createApi, type Session } from './api.ts';

const DID = /^did:(?:plc:[a-z2-7]{24}|web:[a-z0-9.-]+)$/;

/** The account's own server: `metadata.pds_url` of its connection. */
export function server({ metadata }: ConnectionRow): string | null {
  return serverOrigin(metadata['pds_url']);
}

/** The DID stays the same when handle or server change. A server that is named but cannot be used is no server at all. */
export function accountId(connection: ConnectionRow): string | null {
  const named = asFilledText(connection.metadata['pds_url']);
  if (named !== null && server(connection) === null) return null;
  const did = connection.pageId?.trim() ?? '';
  return DID.test(did) ? did : null;
}

export async function verify(context: PlatformContext, account: Account): Promise<Verified> {
  const { did, handle } = await createApi(context, account).session();
  if (did === account.id) return { id: did, name: handle };
  throw new PublishError({
    kind: 'auth',
    code: 'OTHER_ACCOUNT',
    message: `The session belongs to ${handle} (${did}), not to ${account.name} (${account.id}).`,
    hint: 'Connect the Bluesky account again in the app.',
  });
}

/**
 * A new session: from the app password, which stands in place of the refresh token (or, as it was first stored, of the
 * access token), else from the refresh token of the last one. That changes with every use; the old one is good for two
 * hours more and leads to the same successor.
 */
export async function refresh(context: PlatformContext, account: Account): Promise<Refreshed | null> {
  const stored = account.refreshToken?.reveal() ?? '';
  const key = stored === '' ? account.token : new Secret(stored);
  if (!isJwt(key)) {
    const session = await createApi(context, account).logIn(key);
    return { ...tokenOf(session), refreshToken: stored === '' ? key : null };
  }
  if (stored === '') return null;
  const session = await createApi(context, { ...account, token: key }).renew();
  return { ...tokenOf(session), refreshToken: new Secret(session.refreshJwt) };
}

export function tokenOf({ accessJwt }: Session): Pick<Refreshed, 'token' | 'expiresAt'> {
  return { token: new Secret(accessJwt), expiresAt: expiryOf(accessJwt) };
}

export function isJwt(token: Secret): boolean {
  return /^eyJ[\w-]*\.[\w-]+\.[\w-]+$/.test(token.reveal());
}

function expiryOf(jwt: string): Date | null {
  const claims = Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString();
  const seconds = Number(/"exp"\s*:\s*(\d+)/.exec(claims)?.[1]);
  return Number.isFinite(seconds) ? new Date(seconds * 1000) : null;
}
