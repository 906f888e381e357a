import { asFilledText, type JsonObject } from './json-value.ts';
import type { Secret } from './secret.ts';

/** A permission that something needs; one of `anyOf` is enough, as platforms have several that include it. */
export interface Permission {
  readonly anyOf: readonly string[];
  /** What it is needed for, as it stands behind "for": "posts", "first comments". */
  readonly purpose: string;
}

/** The stored tokens of an account and what its row says of them. */
export interface StoredAccess {
  readonly token: Secret;
  readonly refreshToken: Secret | null;
  /** As the row has it, read as UTC: the app writes it without a zone, and for some platforms it is another token's. */
  readonly expiresAt: Date | null;
  readonly connectedAt: Date | null;
  /** Last renewal. */
  readonly renewedAt: Date | null;
  readonly metadata: JsonObject;
}

/** Until when a platform lets us in without a person. */
export interface Lifetime {
  /** null: it has no end by time; unless `exact`, nobody knows it. */
  readonly endsAt: Date | null;
  /** What ends then. */
  readonly what: 'access token' | 'refresh token';
  /** false: counted from what the platform documents, because it did not say it of this one. */
  readonly exact: boolean;
  /** A tick renews it so long before its end, milliseconds: only when that did not come about a person is needed. */
  readonly renewedBeforeMs?: number;
}

const DAY_MS = 86_400_000;

/** Key of a connection's metadata: when its refresh token ends, as the platform said when it gave it. */
export const REFRESH_TOKEN_ENDS = 'refresh_token_expires_at';
/** Key of a connection's metadata: the permissions that came with its token, where no later question tells them. */
export const GRANTED_SCOPES = 'scopes';

/** Nothing of it ends by time. */
export const NO_END: Lifetime = { endsAt: null, what: 'access token', exact: true };

/** A person has to connect the account again before its access token ends. */
export function untilAccessEnds({ expiresAt }: StoredAccess): Lifetime {
  return { endsAt: expiresAt, what: 'access token', exact: expiresAt !== null };
}

/** The same, but a tick renews the token in its last days. */
export function untilRenewalFails(access: StoredAccess, renewedBeforeMs: number): Lifetime {
  return { ...untilAccessEnds(access), renewedBeforeMs };
}

/**
 * Access tokens are made of the refresh token, which lives for so many days: from the connection, from its last use, or
 * from the last use that brought a new one in its place.
 */
export function untilRefreshEnds(
  { connectedAt, renewedAt, metadata }: StoredAccess,
  days: number,
  from: 'connection' | 'last use' | 'rotation',
): Lifetime {
  const told = new Date(asFilledText(metadata[REFRESH_TOKEN_ENDS]) ?? Number.NaN);
  const renewed = renewedAt !== null && (connectedAt === null || renewedAt > connectedAt);
  const superseded = from === 'rotation' && renewed;
  if (!Number.isNaN(told.getTime()) && !superseded)
    return { endsAt: told, what: 'refresh token', exact: true };
  const start = from !== 'connection' && renewed ? renewedAt : connectedAt;
  const endsAt = start === null ? null : new Date(start.getTime() + days * DAY_MS);
  return { endsAt, what: 'refresh token', exact: false };
}

/** Permissions that are needed and not among those that were granted. */
export function missingPermissions<P extends Permission>(
  needed: readonly P[],
  granted: readonly string[],
): readonly P[] {
  const has = new Set(granted.map((scope) => scope.toLowerCase()));
  return needed.filter(({ anyOf }) => !anyOf.some((scope) => has.has(scope.toLowerCase())));
}
