import type { SimAccount, SimRequest, SimWorld } from '../simulator.ts';
import { ERRORS, refuse, refuseUpload } from './refusals.ts';

/** Alive on 2026-11-21, https://developers.facebook.com/docs/graph-api/changelog/versions */
const VERSIONS = ['v21.0', 'v22.0', 'v23.0', 'v24.0', 'v25.0', 'v26.0'];

/** The parts of the path behind the version; of an upload address too, which has a word before it. */
export function versionedPath(path: string): string[] {
  const [, version = '', ...rest] = path.replace(/^\/video-upload(?=\/)/, '').split('/');
  if (!VERSIONS.includes(version) || rest.length === 0 || rest.includes('')) {
    refuse({ code: 2500, message: `Unknown path components: ${path}` });
  }
  return rest;
}

/** The token as it is sent: in a header, in the query or in the form. */
export function accountOf(world: SimWorld, request: SimRequest): SimAccount {
  const header = request.headers['authorization'];
  const token =
    header === undefined
      ? (request.query.get('access_token') ?? request.body.form().get('access_token'))
      : /^Bearer (\S+)$/.exec(header)?.[1];
  if (token === null) return refuse(ERRORS.noToken);
  return byToken(world, token) ?? refuse(ERRORS.badToken);
}

/** The upload host wants the word OAuth, and nothing but the header. */
export function accountOfUpload(world: SimWorld, request: SimRequest): SimAccount {
  const token = /^OAuth (\S+)$/.exec(request.headers['authorization'] ?? '')?.[1];
  return byToken(world, token) ?? refuseUpload(401, 'NotAuthorizedError', 'Unauthorized');
}

function byToken(world: SimWorld, token: string | undefined): SimAccount | undefined {
  const account = world.accounts.find((candidate) => candidate.token === token);
  if (account?.tokenExpiresAt !== undefined && account.tokenExpiresAt <= world.now().getTime()) {
    refuse(ERRORS.expired);
  }
  return account;
}

/** https://developers.facebook.com/docs/pages-api/posts */
export function requireScopes({ scopes }: SimAccount, purpose: 'publish' | 'read' | 'comment'): void {
  if (!scopes.includes('pages_read_engagement')) refuse(ERRORS.mayNotRead);
  if (purpose === 'publish' && !scopes.includes('pages_manage_posts')) refuse(ERRORS.mayNotPublish);
  if (purpose === 'comment' && !scopes.includes('pages_manage_engagement')) refuse(ERRORS.mayNotComment);
}
