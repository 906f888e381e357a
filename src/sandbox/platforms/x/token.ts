import type { Consent } from '../consent.ts';
import type { SimAccount, SimRequest, SimResponse, SimWorld } from '../simulator.ts';

const LIFE_SECONDS = 7200;
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  refresh_token: ['grant_type', 'refresh_token', 'client_id'],
  authorization_code: ['grant_type', 'code', 'redirect_uri', 'code_verifier', 'client_id'],
};

/** POST /2/oauth2/token: the refresh token serves once; the answer brings the next one. */
export function exchangeToken(request: SimRequest, world: SimWorld, consent: Consent): SimResponse {
  if (!/^application\/x-www-form-urlencoded\b/i.test(request.headers['content-type'] ?? ''))
    return oauthError(400, 'invalid_request', 'The request must be a form.');
  const form = request.body.form();
  const fields = FIELDS[form.get('grant_type') ?? ''];
  if (fields === undefined || [...form.keys()].some((name) => !fields.includes(name)))
    return oauthError(400, 'invalid_request', 'Value passed for the grant type was invalid.');
  const [, basic] = /^Basic (\S+)$/.exec(request.headers['authorization'] ?? '') ?? [];
  const [client, secret] =
    basic === undefined ? [form.get('client_id')] : Buffer.from(basic, 'base64').toString('utf8').split(':');
  if (!client) return oauthError(401, 'unauthorized_client', 'Missing valid authorization header');
  const account = accountOf(form, client, world, consent);
  if (account === undefined)
    return oauthError(400, 'invalid_request', 'Value passed for the token was invalid.');
  const wanted = account.extra?.['clientSecret'];
  if (wanted !== undefined && wanted !== secret)
    return oauthError(401, 'unauthorized_client', 'Missing valid authorization header');
  const token = `x-access-${world.nextNumber()}`;
  const refreshToken = account.scopes.includes('offline.access')
    ? `x-refresh-${world.nextNumber()}`
    : undefined;
  const tokenExpiresAt = world.now().getTime() + LIFE_SECONDS * 1000;
  const { refreshToken: _old, ...same } = account;
  world.replaceAccount({ ...same, token, tokenExpiresAt, ...(refreshToken && { refreshToken }) });
  return {
    status: 200,
    json: {
      token_type: 'bearer',
      expires_in: LIFE_SECONDS,
      access_token: token,
      refresh_token: refreshToken,
      scope: account.scopes.join(' '),
    },
  };
}

function accountOf(
  form: URLSearchParams,
  client: string,
  world: SimWorld,
  consent: Consent,
): SimAccount | undefined {
  if (form.get('grant_type') === 'authorization_code') {
    const agreed = consent.redeem(form, client);
    return typeof agreed === 'string' ? undefined : { ...agreed.account, scopes: agreed.scopes };
  }
  return world.accounts.find(
    ({ refreshToken }) =>
      refreshToken !== undefined && refreshToken !== '' && refreshToken === form.get('refresh_token'),
  );
}

function oauthError(status: number, error: string, description: string): SimResponse {
  return { status, json: { error, error_description: description } };
}
