import { isClientSecret } from './client-secret.ts';
import type { SimAccount, SimRequest, SimResponse, SimWorld } from './simulator.ts';

/**
 * GET /debug_token, https://developers.facebook.com/docs/graph-api/reference/debug_token: asked with the credentials of
 * the app ("<id>|<secret>") or, where `ownToken`, with the token itself. null: whoever asks may not.
 */
export function debugToken(request: SimRequest, world: SimWorld, ownToken: boolean): SimResponse | null {
  if ([...request.query.keys()].some((name) => name !== 'input_token')) return null;
  const by = /^Bearer (\S+)$/.exec(request.headers['authorization'] ?? '')?.[1] ?? '';
  const input = request.query.get('input_token');
  const known = world.accounts.find(({ token }) => token === input);
  const [, appSecret] = /^[^|]+\|([^|]+)$/.exec(by) ?? [];
  if (ownToken ? by !== known?.token : appSecret === undefined || !isClientSecret(world, appSecret))
    return null;
  if (input === by && appSecret !== undefined) return { status: 200, json: { data: OUR_APP } };
  return { status: 200, json: { data: known === undefined ? INVALID : view(known, world) } };
}

const OUR_APP = { type: 'APP', is_valid: true, scopes: [] };
const INVALID = {
  is_valid: false,
  scopes: [],
  error: { code: 190, message: 'Invalid OAuth access token.' },
};

function view({ scopes, tokenExpiresAt = Number.POSITIVE_INFINITY }: SimAccount, world: SimWorld): object {
  const isValid = tokenExpiresAt > world.now().getTime();
  const expires_at = Number.isFinite(tokenExpiresAt) ? Math.floor(tokenExpiresAt / 1000) : 0;
  return { is_valid: isValid, expires_at, data_access_expires_at: 0, scopes };
}
