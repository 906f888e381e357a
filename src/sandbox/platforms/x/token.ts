import type { SimRequest, SimResponse, SimWorld } from '../simulator.ts';

const LIFE_SECONDS = 7200;
const FIELDS = ['grant_type', 'refresh_token', 'client_id'];

/** POST /2/oauth2/token: the refresh token serves once; the answer brings the next one. */
export function exchangeToken(request: SimRequest, world: SimWorld): SimResponse {
  if (!/^application\/x-www-form-urlencoded\b/i.test(request.headers['content-type'] ?? ''))
    return oauthError(400, 'invalid_request', 'The request must be a form.');
  const form = request.body.form();
  if ([...form.keys()].some((name) => !FIELDS.includes(name)) || form.get('grant_type') !== 'refresh_token')
    return oauthError(400, 'invalid_request', 'Value passed for the grant type was invalid.');
  const [, basic] = /^Basic (\S+)$/.exec(request.headers['authorization'] ?? '') ?? [];
  const [client, secret] =
    basic === undefined ? [form.get('client_id')] : Buffer.from(basic, 'base64').toString('utf8').split(':');
  if (!client) return oauthError(401, 'unauthorized_client', 'Missing valid authorization header');
  const account = world.accounts.find(
    ({ refreshToken }) =>
      refreshToken !== undefined && refreshToken !== '' && refreshToken === form.get('refresh_token'),
  );
  if (account === undefined)
    return oauthError(400, 'invalid_request', 'Value passed for the token was invalid.');
  const wanted = account.extra?.['clientSecret'];
  if (wanted !== undefined && wanted !== secret)
    return oauthError(401, 'unauthorized_client', 'Missing valid authorization header');
  const token = `x-access-${world.nextNumber()}`;
  const refreshToken = `x-refresh-${world.nextNumber()}`;
  const tokenExpiresAt = world.now().getTime() + LIFE_SECONDS * 1000;
  world.replaceAccount({ ...account, token, refreshToken, tokenExpiresAt });
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

function oauthError(status: number, error: string, description: string): SimResponse {
  return { status, json: { error, error_description: description } };
}
