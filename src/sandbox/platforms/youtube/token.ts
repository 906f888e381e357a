import { isClientSecret } from '../client-secret.ts';
import type { SimRequest, SimResponse, SimWorld } from '../simulator.ts';
import type { Auth } from './auth.ts';

const FIELDS = ['client_id', 'client_secret', 'refresh_token', 'grant_type'];
const LIFE_SECONDS = 3599;

/** https://developers.google.com/identity/protocols/oauth2/web-server#offline; the refresh token stays as it is. */
export function exchangeToken(request: SimRequest, world: SimWorld, auth: Auth): SimResponse {
  if (request.method !== 'POST') return oauthError(405, 'invalid_request', 'Only POST is allowed.');
  if (!/^application\/x-www-form-urlencoded\b/i.test(request.headers['content-type'] ?? '')) {
    return oauthError(400, 'invalid_request', 'The request must be a form.');
  }
  const form = request.body.form();
  const strange = [...form.keys()].find((name) => !FIELDS.includes(name));
  if (strange !== undefined)
    return oauthError(400, 'invalid_request', `Parameter not allowed for this message type: ${strange}`);
  if (form.get('grant_type') !== 'refresh_token')
    return oauthError(400, 'unsupported_grant_type', 'Invalid grant_type.');
  if (!form.get('client_id'))
    return oauthError(400, 'invalid_request', 'Could not determine client ID from request.');
  if (!form.get('client_secret')) return oauthError(400, 'invalid_request', 'client_secret is missing.');
  const account = world.accounts.find(
    ({ refreshToken }) =>
      refreshToken !== undefined && refreshToken !== '' && refreshToken === form.get('refresh_token'),
  );
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
    },
  };
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
