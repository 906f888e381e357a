import { refuse } from '../graph-refusal.ts';
import type { SimAccount, SimRequest, SimWorld } from '../simulator.ts';
import { ERRORS } from './refusals.ts';

/** https://developers.facebook.com/docs/threads/get-started#permissions */
export const FULL_SCOPES = [
  'threads_basic',
  'threads_content_publish',
  'threads_manage_replies',
  'threads_read_replies',
  'threads_manage_insights',
] as const;
export type Scope = (typeof FULL_SCOPES)[number];

/** The parts of the path behind the version; there is but one, and it may be left out. */
export function pathParts(path: string): string[] {
  const [, ...parts] = path.split('/');
  const rest = parts[0] === 'v1.0' ? parts.slice(1) : parts;
  const strange = rest.length === 0 || rest.some((part) => part === '') || /^v\d/.test(rest[0] ?? '');
  return strange ? refuse({ code: 2500, message: `Unknown path components: ${path}` }) : rest;
}

export function accountOfToken(world: SimWorld, request: SimRequest): SimAccount {
  const header = request.headers['authorization'];
  const token =
    header === undefined
      ? (request.query.get('access_token') ?? request.body.form().get('access_token'))
      : /^Bearer (\S+)$/.exec(header)?.[1];
  if (token === undefined) return refuse(ERRORS.badToken);
  if (token === null) return refuse(ERRORS.noToken);
  const account = world.accounts.find((candidate) => candidate.token === token);
  if (account === undefined) return refuse(ERRORS.badToken);
  if (account.tokenExpiresAt !== undefined && account.tokenExpiresAt <= world.now().getTime())
    refuse(ERRORS.tokenExpired);
  return account;
}

export function requireScopes(account: SimAccount, ...needed: readonly Scope[]): void {
  if (!needed.every((scope) => account.scopes.includes(scope))) refuse(ERRORS.permission);
}
