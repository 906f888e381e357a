import { z } from 'zod';
import { Refusal } from '../refusal.ts';
import type { SimAccount, SimRequest, SimResponse, SimWorld } from '../simulator.ts';
import { EXPIRED, invalid, refuse } from './answers.ts';
import type { State } from './state.ts';

const ACCESS_LIFE_MS = 120 * 60_000;
/** An old refresh token still leads to the same successor. */
const GRACE_MS = 2 * 60 * 60_000;

/** Whose session it is: the account's first token, or one of the sessions made since. */
export function authenticate(request: SimRequest, state: State, world: SimWorld): SimAccount {
  const token = /^Bearer (\S+)$/.exec(request.headers['authorization'] ?? '')?.[1];
  if (token === undefined) return refuse(401, 'AuthMissing', 'Authentication Required');
  const now = world.now().getTime();
  const session = state.sessions.get(token);
  const account = world.accounts.find(({ id, token: first }) => id === session?.did || first === token);
  if (account === undefined) return refuse(400, 'InvalidToken', 'Token could not be verified');
  const expiresAt = session?.expiresAt ?? account.tokenExpiresAt ?? Number.POSITIVE_INFINITY;
  if (expiresAt <= now) throw new Refusal(EXPIRED);
  return account;
}

const credentials = z.strictObject({
  identifier: z.string(),
  password: z.string(),
  authFactorToken: z.string().optional(),
});

/** com.atproto.server.createSession; the app password is the account's `refreshToken`. */
export function createSession(request: SimRequest, state: State, world: SimWorld): SimResponse {
  const parsed = credentials.safeParse(request.body.json());
  if (!parsed.success) return invalid(`Input/${z.prettifyError(parsed.error)}`);
  const { identifier, password } = parsed.data;
  const account = world.accounts.find(({ id, name }) => id === identifier || name === identifier);
  if (account?.refreshToken === undefined || account.refreshToken !== password)
    return refuse(401, 'AuthenticationRequired', 'Invalid identifier or password');
  return { status: 200, json: newSession(account, state, world) };
}

/** com.atproto.server.refreshSession: no body; the refresh token is rotated. */
export function refreshSession(request: SimRequest, state: State, world: SimWorld): SimResponse {
  if (request.body.length > 0) return invalid('A request body was provided when none was expected');
  const token = /^Bearer (\S+)$/.exec(request.headers['authorization'] ?? '')?.[1] ?? '';
  const known = state.refreshTokens.get(token);
  const account = world.accounts.find(({ id }) => id === known?.did);
  if (known === undefined || account === undefined)
    return refuse(400, 'InvalidToken', 'Token could not be verified');
  const now = world.now().getTime();
  if (known.successor !== null) {
    if (now - known.successor.at > GRACE_MS) return refuse(400, 'ExpiredToken', 'Token has been revoked');
    return { status: 200, json: known.successor.session };
  }
  const session = newSession(account, state, world);
  state.refreshTokens.set(token, { ...known, successor: { session, at: now } });
  return { status: 200, json: session };
}

function newSession(account: SimAccount, state: State, world: SimWorld): object {
  const now = world.now().getTime();
  const expiresAt = now + ACCESS_LIFE_MS;
  const accessJwt = jwt(account.id, 'com.atproto.access', expiresAt, world);
  const refreshJwt = jwt(account.id, 'com.atproto.refresh', now + 90 * 86_400_000, world);
  state.sessions.set(accessJwt, { did: account.id, expiresAt });
  state.refreshTokens.set(refreshJwt, { did: account.id, successor: null });
  // The wire log masks what an account has.
  world.replaceAccount({ ...account, token: accessJwt, tokenExpiresAt: expiresAt });
  state.sessions.set(account.token, {
    did: account.id,
    expiresAt: account.tokenExpiresAt ?? Number.POSITIVE_INFINITY,
  });
  return { accessJwt, refreshJwt, ...sessionView(account) };
}

export function sessionView({ id, name }: SimAccount): object {
  const serviceEndpoint = 'https://pds.example';
  const service = [{ id: '#atproto_pds', type: 'AtprotoPersonalDataServer', serviceEndpoint }];
  return {
    did: id,
    handle: name,
    didDoc: { '@context': ['https://www.w3.org/ns/did/v1'], id, alsoKnownAs: [`at://${name}`], service },
    email: 'owner@example.test',
    emailConfirmed: true,
    active: true,
  };
}

function jwt(did: string, scope: string, expiresAt: number, world: SimWorld): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { scope, sub: did, exp: Math.floor(expiresAt / 1000), jti: world.nextNumber() };
  return `${part({ typ: 'at+jwt', alg: 'ES256K' })}.${part(claims)}.c2FuZGJveA${world.nextNumber()}`;
}
