import { isClientSecret } from '../client-secret.ts';
import type { Consent } from '../consent.ts';
import type { SimAccount, SimRequest, SimResponse, SimWorld } from '../simulator.ts';

const ACCESS_SECONDS = 2 * 3600;
const REFRESH_SECONDS = 180 * 86_400;
const CLIENT = ['client_key', 'client_secret', 'grant_type'];
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  client_credentials: CLIENT,
  refresh_token: [...CLIENT, 'refresh_token'],
  authorization_code: [...CLIENT, 'code', 'redirect_uri', 'code_verifier'],
};

/** POST /v2/oauth/token/: the refresh token serves once; the answer brings the next one. */
export function exchangeToken(request: SimRequest, world: SimWorld, consent: Consent): SimResponse {
  if (!/^application\/x-www-form-urlencoded\b/i.test(request.headers['content-type'] ?? ''))
    return oauthError('invalid_request', 'The request must be a form.');
  const form = request.body.form();
  const fields = FIELDS[form.get('grant_type') ?? ''];
  const strange = [...form.keys()].find((name) => fields?.includes(name) === false);
  if (strange !== undefined) return oauthError('invalid_request', `Unknown parameter ${strange}.`);
  if (form.get('grant_type') === 'client_credentials') return clientToken(form, world);
  if (fields === undefined) return oauthError('unsupported_grant_type', 'The grant type is not supported.');
  if (!form.get('client_key')) return oauthError('invalid_request', 'client_key is missing.');
  const account = accountOf(form, world, consent);
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

function accountOf(form: URLSearchParams, world: SimWorld, consent: Consent): SimAccount | undefined {
  if (form.get('grant_type') === 'authorization_code') {
    const agreed = consent.redeem(form, form.get('client_key') ?? '');
    return typeof agreed === 'string' ? undefined : { ...agreed.account, scopes: agreed.scopes };
  }
  return world.accounts.find(
    ({ refreshToken }) =>
      refreshToken !== undefined && refreshToken !== '' && refreshToken === form.get('refresh_token'),
  );
}

/** 200, 400 or 401: the documentation names the words and no status. */
function oauthError(error: string, description: string): SimResponse {
  return { status: 400, json: { error, error_description: description, log_id: '20261121000000SIM' } };
}
