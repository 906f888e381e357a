import { accountBy, versionedPath } from '../graph-gate.ts';
import { refuse } from '../graph-refusal.ts';
import type { SimAccount, SimRequest, SimWorld } from '../simulator.ts';
import { ERRORS, refuseUpload } from './refusals.ts';

/** The parts of the path behind the version; of an upload address too, which has a word before it. */
export const pathParts = (path: string): string[] => versionedPath(path.replace(/^\/video-upload(?=\/)/, ''));

/** The upload host wants the word OAuth, and nothing but the header. */
export function accountOfUpload(world: SimWorld, request: SimRequest): SimAccount {
  const token = /^OAuth (\S+)$/.exec(request.headers['authorization'] ?? '')?.[1];
  return accountBy(world, token) ?? refuseUpload(401, 'NotAuthorizedError', 'Unauthorized');
}

/** https://developers.facebook.com/docs/pages-api/posts */
export function requireScopes({ scopes }: SimAccount, purpose: 'publish' | 'read' | 'comment'): void {
  if (!scopes.includes('pages_read_engagement')) refuse(ERRORS.mayNotRead);
  if (purpose === 'publish' && !scopes.includes('pages_manage_posts')) refuse(ERRORS.mayNotPublish);
  if (purpose === 'comment' && !scopes.includes('pages_manage_engagement')) refuse(ERRORS.mayNotComment);
}
