import { refuse } from '../refusal.ts';
import type { SimAccount, SimRequest, SimWorld } from '../simulator.ts';
import { accessDenied, badRequest, expiredToken, nonexistentVersion, unauthorized } from './answers.ts';

/** Every earlier month is sunset (learn.microsoft.com/linkedin/marketing/integrations/migrations, November 2026). */
const OLDEST_VERSION = 202512;

/** Who asks: one token may speak for a member and for the pages that member manages. */
export interface Caller {
  readonly accounts: readonly SimAccount[];
  /** The author's account, or 403. */
  as(
    author: string,
    resource: string,
    scopes: { readonly member: string; readonly organization: string },
  ): SimAccount;
  /** Any of the scopes on any of the accounts. */
  has(...scopes: readonly string[]): boolean;
}

/** 401 unless the token is known and alive. */
export function authenticate(request: SimRequest, world: SimWorld): Caller {
  const token = /^Bearer (\S+)$/.exec(request.headers['authorization'] ?? '')?.[1];
  if (token === undefined)
    return refuse(unauthorized(65604, 'EMPTY_ACCESS_TOKEN', 'Empty oauth2 access token'));
  const accounts = world.accounts.filter((account) => account.token === token);
  if (accounts.length === 0) {
    return refuse(unauthorized(65600, 'INVALID_ACCESS_TOKEN', 'Invalid access token'));
  }
  const now = world.now().getTime();
  if (accounts.some(({ tokenExpiresAt }) => tokenExpiresAt !== undefined && tokenExpiresAt <= now)) {
    return refuse(expiredToken());
  }
  return {
    accounts,
    as(author, resource, scopes) {
      const account = accounts.find(({ id }) => id === author);
      const scope = isOrganization(author) ? scopes.organization : scopes.member;
      return account?.scopes.includes(scope) === true ? account : refuse(accessDenied(resource));
    },
    has: (...scopes) => accounts.some((account) => scopes.some((scope) => account.scopes.includes(scope))),
  };
}

/** The two headers that every path below /rest needs. */
export function checkVersion(request: SimRequest): void {
  const version = request.headers['linkedin-version'];
  if (version === undefined) {
    refuse(
      badRequest(
        'VERSION_MISSING',
        'A version must be present. Please specify a version by adding the LinkedIn-Version header.',
      ),
    );
  } else if (!/^20\d\d(0[1-9]|1[0-2])$/.test(version) || Number(version) < OLDEST_VERSION) {
    refuse(nonexistentVersion(version));
  }
  if (request.headers['x-restli-protocol-version'] !== '2.0.0') {
    refuse(badRequest('INVALID_VALUE_FOR_FIELD', 'X-RestLi-Protocol-Version must be 2.0.0'));
  }
}

export function isOrganization(author: string): boolean {
  return /^urn:li:organization:\d+$/.test(author);
}
