import { Refusal } from '../refusal.ts';
import type { SimAccount, SimRequest, SimWorld } from '../simulator.ts';
import { INVALID_TOKEN, refuse } from './answers.ts';

export const FULL_SCOPES = ['read:accounts', 'read:statuses', 'write:statuses', 'write:media'];

/** 401 unless the token is known and alive, 403 without the scope. */
export function authenticate(request: SimRequest, world: SimWorld, scope: string): SimAccount {
  const account = tokenOwner(request, world);
  if (account.scopes.includes(scope) || account.scopes.includes(scope.replace(/:.*/, ''))) return account;
  return refuse(403, 'This action is outside the authorized scopes');
}

/** What GET /api/v1/apps/verify_credentials shows since 4.3; it wants no scope. */
export function application({ scopes }: SimAccount): object {
  return { id: '1', name: 'content-publisher', website: null, scopes, redirect_uris: [], redirect_uri: '' };
}

export function tokenOwner(request: SimRequest, world: SimWorld): SimAccount {
  const token = /^Bearer (\S+)$/.exec(request.headers['authorization'] ?? '')?.[1];
  const account = world.accounts.find((known) => known.token === token);
  if (account === undefined || (account.tokenExpiresAt ?? Infinity) <= world.now().getTime())
    throw new Refusal(INVALID_TOKEN);
  return account;
}

/** '109…@mastodon.example': the number, and the server that gave it. */
export function addressOf({ id }: SimAccount): { readonly number: string; readonly host: string } {
  const [number = '', host = ''] = id.split('@');
  return { number, host };
}
