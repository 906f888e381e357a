import type { Breaker } from './breaker.ts';
import type { Problem } from './errors.ts';
import type { Post } from './post.ts';
import type { SourceTable } from './source-row.ts';
import type { TargetState } from './states.ts';

/** Problem with the moment it arose and, when it will be tried again, until when: as it stands in the row. */
export interface StoredProblem extends Problem {
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly retry_at?: string;
  readonly platform_code?: string;
  readonly trace_id?: string;
}

/** A row of platform_connections as far as publishing needs it; tokens still encrypted. */
export interface StoredConnection {
  readonly id: string;
  readonly platform: string;
  readonly pageId: string | null;
  readonly pageName: string | null;
  readonly instagramId: string | null;
  readonly linkedinId: string | null;
  readonly organizationId: string | null;
  readonly accessToken: string | null;
  readonly refreshToken: string | null;
  readonly active: boolean;
  readonly status: string | null;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Known from our own refresh of exactly this token, else null: the app's token_expires_at has no zone. */
  readonly tokenGoodUntil: Date | null;
}

export interface StoredEffect {
  readonly effect: string;
  readonly state: string;
  readonly armId: string;
  readonly firstArmedAt: Date;
  readonly lastPossibleAt: Date;
  /** The post as it was sent; null for a send of another publisher. */
  readonly sent: Post | null;
  readonly unknownSends: number;
  readonly resends: number;
  /** Since when it is looked for without a gap; null: not yet. */
  readonly lookedSince: Date | null;
  readonly platformPostId: string | null;
}

export interface StoredTarget {
  readonly platform: string;
  readonly accountId: string;
  readonly accountName: string | null;
  readonly connectionId: string | null;
  readonly origin: 'post' | 'app';
  /** Text for this target only; null means the post's own. */
  readonly text: string | null;
  readonly state: TargetState;
  readonly fingerprint: string | null;
  /** Revision that the checkpoint was prepared from, and that of the content now. */
  readonly revision: string | null;
  readonly currentRevision: string;
  readonly checkpoint: string | null;
  readonly attempts: number;
  readonly heldSince: Date | null;
  readonly nextLookAt: Date | null;
  /** nextLookAt has come, by the database's clock. */
  readonly due: boolean;
  readonly platformPostId: string | null;
  readonly idKind: string | null;
  readonly platformPostUrl: string | null;
  readonly publishedAt: Date | null;
  readonly warning: string | null;
  /** What of it is not out although it is published, as a sentence. */
  readonly missing: string | null;
  readonly error: StoredProblem | null;
  readonly effects: readonly StoredEffect[];
  /** Only in the answer of `targets`. */
  readonly copyOf: string | null;
  readonly hold: Hold | null;
  /** Those of this account that have counted a failure. */
  readonly breakers: readonly StoredBreaker[];
}

export interface StoredBreaker extends Breaker {
  readonly scope: 'account' | 'platform' | 'host';
  readonly key: string;
  /** This claim is the one that may try whether it goes again. */
  readonly probe: boolean;
}

export interface Hold {
  readonly scope: string;
  readonly until: Date;
  readonly kind: string;
  /** As it stands on the posts that wait for it. */
  readonly code?: string;
  readonly reason: string;
  readonly hint: string;
}

/** One claimed post with everything a publish needs. */
export interface ClaimedPost {
  readonly source: SourceTable;
  readonly id: string;
  readonly userId: string | null;
  /** Folded platform of the row as planned. */
  readonly platform: string | null;
  readonly dueAt: Date | null;
  /** First moment a tick could have taken it, when that was late; null when on time. */
  readonly seenDueAt: Date | null;
  readonly firstClaim: boolean;
  readonly released: boolean;
  /** Un-scheduled or deleted meanwhile: only what may be out is followed. */
  readonly cancelled: boolean;
  /** Leases on it that ended without progress. */
  readonly attempts: number;
  readonly fence: number;
  readonly revision: string;
  /** The app's row as it is, for parseSourceRow; null when it was deleted. */
  readonly row: unknown;
  readonly timezone: string | null;
  readonly connections: readonly StoredConnection[];
  /** Ids of connections whose platform_settings.auto_posting is false. */
  readonly autoPostingOff: readonly string[];
  readonly targets: readonly StoredTarget[];
}

/** A target or an effect in such a state may be visible or become so: it is looked for, never sent as it stands. */
export const IN_FLIGHT: readonly string[] = ['armed', 'unknown', 'accepted'] satisfies TargetState[];

/** Out, but something of it is still to be done: what follows it is not out, or its public id is not known. */
export const isUnfinished = (target: StoredTarget): boolean =>
  target.state === 'published' && target.nextLookAt !== null;

const WAITING: readonly TargetState[] = ['pending', 'prepared', 'retry', 'held'];

export const isInFlight = (target: StoredTarget): boolean => IN_FLIGHT.includes(target.state);

/** Something is still to happen to it. */
export const isOpen = (target: StoredTarget): boolean => isInFlight(target) || WAITING.includes(target.state);
