import { refuse, TOKEN_ERRORS } from './graph-refusal.ts';
import type { SimAccount, SimRequest, SimWorld } from './simulator.ts';

/** Versions alive on 2026-11-21, https://developers.facebook.com/docs/graph-api/changelog/versions */
const VERSIONS = ['v21.0', 'v22.0', 'v23.0', 'v24.0', 'v25.0', 'v26.0'];

/** The parts of the path behind the version. */
export function versionedPath(path: string): string[] {
  const [, version = '', ...rest] = path.split('/');
  if (!VERSIONS.includes(version) || rest.length === 0 || rest.includes('')) unknownPath(path);
  return rest;
}

export function unknownPath(path: string): never {
  return refuse({ code: 2500, message: `Unknown path components: ${path}` });
}

/** Whose token it is, which may stand in a header, in the query or in the form. */
export function accountOfToken(world: SimWorld, request: SimRequest): SimAccount {
  const header = request.headers['authorization'];
  const token =
    header === undefined
      ? (request.query.get('access_token') ?? request.body.form().get('access_token'))
      : /^Bearer (\S+)$/.exec(header)?.[1];
  if (token === null) return refuse(TOKEN_ERRORS.noToken);
  return accountBy(world, token) ?? refuse(TOKEN_ERRORS.badToken);
}

export function accountBy(world: SimWorld, token: string | undefined): SimAccount | undefined {
  const account = world.accounts.find((candidate) => candidate.token === token);
  if ((account?.tokenExpiresAt ?? Number.POSITIVE_INFINITY) <= world.now().getTime())
    refuse(TOKEN_ERRORS.tokenExpired);
  return account;
}
