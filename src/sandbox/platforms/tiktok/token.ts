import { isClientSecret } from '../client-secret.ts';
import type { SimRequest, SimResponse, SimWorld } from '../simulator.ts';

const ACCESS_SECONDS = 2 * 3600;
const REFRESH_SECONDS = 180 * 86_400;
const FIELDS = ['client_key', 'client_secret', 'grant_type', 'refresh_token'];

/** POST /v2/oauth/token/: the refresh token serves once; the answer brings the next one. */
export function exchangeToken(request: SimRequest, world: SimWorld): SimResponse {
  if (!/^application\/x-www-form-urlencoded\b/i.test(request.headers['content-type'] ?? ''))
    return oauthError('invalid_request', 'The request must be a form.');
  const form = request.body.form();
  const strange = [...form.keys()].find((name) => !FIELDS.includes(name));
  if (strange !== undefined) return oauthError('invalid_request', `Unknown parameter ${strange}.`);
  if (form.get('grant_type') === 'client_credentials') return clientToken(form, world);
  if (form.get('grant_type') !== 'refresh_token')
    return oauthError('unsupported_grant_type', 'The grant type is not supported.');
  if (!form.get('client_key')) return oauthError('invalid_request', 'client_key is missing.');
  const account = world.accounts.find(
    ({ refreshToken }) =>
      refreshToken !== undefined && refreshToken !== '' && refreshToken === form.get('refresh_token'),
  );
  const wanted = account?.extra?.['clientSecret'];
  if (!form.get('client_secret') || (wanted !== undefined && wanted !== form.get('client_secret')))
    return oauthError('invalid_client', 'Client authentication failed.');
  if (account === undefined) return oauthError('invalid_grant', 'Refresh token is invalid or expired.');
  const token = `act.sim${world.nextNumber()}`;
  const refreshToken = `rft.sim${world.nextNumber()}`;
  const tokenExpiresAt = world.now().getTime() + ACCESS_SECONDS * 1000;
  world.replaceAccount({ ...account, token, refreshToken, tokenExpiresAt });
  return {
    status: 200,
    json: {
      access_token: token,
      expires_in: ACCESS_SECONDS,
      open_id: account.id,
      refresh_expires_in: REFRESH_SECONDS,
      refresh_token: refreshToken,
      scope: account.scopes.join(','),
      token_type: 'Bearer',
    },
  };
}

/** https://developers.tiktok.com/doc/client-access-token-management: a token of the app, for nobody's account. */
function clientToken(form: URLSearchParams, world: SimWorld): SimResponse {
  if (!form.get('client_key') || !form.get('client_secret'))
    return oauthError('invalid_request', 'Client secret is missed in request.');
  if (!isClientSecret(world, form.get('client_secret')))
    return oauthError('invalid_client', 'Client authentication failed.');
  const json = {
    access_token: `clt.sim${world.nextNumber()}`,
    expires_in: ACCESS_SECONDS,
    token_type: 'Bearer',
  };
  return { status: 200, json };
}

/** 200, 400 or 401: the documentation names the words and no status. */
function oauthError(error: string, description: string): SimResponse {
  return { status: 400, json: { error, error_description: description, log_id: '20261121000000SIM' } };
}
