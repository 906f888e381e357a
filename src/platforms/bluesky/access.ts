import {
  type Lifetime,
  NO_END,
  type Permission,
  type StoredAccess,
  untilAccessEnds,
  untilRefreshEnds,
} from '../../core/access.ts';
import { isJwt } from './account.ts';

/** Of a session (packages/pds/src/account-manager of bluesky-social/atproto); each use brings a new one. */
const SESSION_DAYS = 90;

/** App passwords permit all that we do. */
export function permissions(): readonly Permission[] {
  return [];
}

/** An app password has no end; a session without one lives as long as its refresh token. */
export function lifetime(access: StoredAccess): Lifetime {
  const { token, refreshToken } = access;
  if (refreshToken !== null)
    return isJwt(refreshToken) ? untilRefreshEnds(access, SESSION_DAYS, 'rotation') : NO_END;
  return isJwt(token) ? untilAccessEnds(access) : NO_END;
}
