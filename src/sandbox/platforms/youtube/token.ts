import { isClientSecret } from '../client-secret.ts';
import type { Consent } from '../consent.ts';
import type { SimAccount, SimRequest, SimResponse, SimWorld } from '../simulator.ts';
import type { Auth } from './auth.ts';

const CLIENT = ['client_id', 'client_secret', 'grant_type'];
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  refresh_token: [...CLIENT, 'refresh_token'],
  authorization_code: [...CLIENT, 'code', 'redirect_uri', 'code_verifier'],
};
const LIFE_SECONDS = 3599;

/** https://developers.google.com/identity/protocols/oauth2/web-server#offline; the refresh token stays as it is. */
export function exchangeToken(
  request: SimRequest,
  world: SimWorld,
  auth: Auth,
  consent: Consent,
): SimResponse {
  if (request.method !== 'POST') return oauthError(405, 'invalid_request', 'Only POST is allowed.');
  if (!/^application\/x-www-form-urlencoded\b/i.test(request.headers['content-type'] ?? '')) {
    return oauthError(400, 'invalid_request', 'The request must be a form.');
  }
  const form = request.body.form();
  const fields = FIELDS[form.get('grant_type') ?? ''];
  const strange = [...form.keys()].find((name) => fields?.includes(name) === false);
  if (strange !== undefined)
    return oauthError(400, 'invalid_request', `Parameter not allowed for this message type: ${strange}`);
  if (fields === undefined) return oauthError(400, 'unsupported_grant_type', 'Invalid grant_type.');
  if (!form.get('client_id'))
    return oauthError(400, 'invalid_request', 'Could not determine client ID from request.');
  if (!form.get('client_secret')) return oauthError(400, 'invalid_request', 'client_secret is missing.');
  const first = form.get('grant_type') === 'authorization_code';
  const account = first ? agreedAccount(form, world, consent) : holderOf(form, world);
  if (account === undefined) {
    return isClientSecret(world, form.get('client_secret'))
      ? oauthError(400, 'invalid_grant', 'Token has been expired or revoked.')
      : oauthError(401, 'invalid_client', 'The provided client secret is invalid.');
  }
  const secret = account.extra?.['clientSecret'];
  if (secret !== undefined && secret !== form.get('client_secret')) {
    return oauthError(401, 'invalid_client', 'The provided client secret is invalid.');
  }
  return {
    status: 200,
    json: {
      access_token: auth.refresh(account, LIFE_SECONDS * 1000),
      expires_in: LIFE_SECONDS,
      scope: account.scopes.join(' '),
      token_type: 'Bearer',
      // Later answers bring none: it stays the same.
      ...(first ? { refresh_token: account.refreshToken, ...inTesting(account) } : {}),
    },
  };
}

/** A new refresh token; the earlier ones live on, but a simulator knows one. */
function agreedAccount(form: URLSearchParams, world: SimWorld, consent: Consent): SimAccount | undefined {
  const agreed = consent.redeem(form, form.get('client_id') ?? '');
  if (typeof agreed === 'string') return undefined;
  return { ...agreed.account, scopes: agreed.scopes, refreshToken: `1//sim-${world.nextNumber()}` };
}

function holderOf(form: URLSearchParams, world: SimWorld): SimAccount | undefined {
  return world.accounts.find(
    ({ refreshToken }) =>
      refreshToken !== undefined && refreshToken !== '' && refreshToken === form.get('refresh_token'),
  );
}

/** `extra.inTesting`: the consent screen is, and refresh tokens end after seven days. */
function inTesting({ extra }: SimAccount): object {
  return extra?.['inTesting'] === true ? { refresh_token_expires_in: 604_799 } : {};
}

/** GET /tokeninfo: takes the token in the address only. */
export function tokenInfo(request: SimRequest, auth: Auth): SimResponse {
  const strange = [...request.query.keys()].some((name) => name !== 'access_token');
  const account = auth.accountOf(request.query.get('access_token') ?? '');
  if (request.method !== 'GET' || strange || account === undefined)
    return oauthError(400, 'invalid_token', 'Invalid Value');
  return {
    status: 200,
    json: { scope: account.scopes.join(' '), expires_in: '3000', access_type: 'offline' },
  };
}

function oauthError(status: number, error: string, description: string): SimResponse {
  return { status, json: { error, error_description: description } };
}
