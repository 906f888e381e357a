import type { Breaker } from './breaker.ts';
import type { Problem } from './errors.ts';
import type {
  ClaimedPost,
  Hold,
  StoredBreaker,
  StoredConnection,
  StoredProblem,
  StoredTarget,
} from './job.ts';
import type { StoredObject } from './media-bucket.ts';
import type { Notice } from './notice.ts';
import type { Identified } from './platform.ts';
import type { SourceTable } from './source-row.ts';
import type { TargetState } from './states.ts';
import type { StatusFacts } from './status.ts';

/** Who claims: one tick. */
export interface TickIdentity {
  /** Random uuid per tick. */
  readonly owner: string;
  readonly runId: string;
  readonly host: string;
  readonly pid: number;
  /** Of the program. */
  readonly version: string;
}

/** A tick that has come to its end. */
interface EndedTick {
  readonly identity: TickIdentity;
  readonly startedAt: Date;
  /** How far the clock of the host is ahead of the database's. */
  readonly clockSkewMs: number;
}

export interface PlanItem {
  readonly source: SourceTable;
  readonly id: string;
  readonly changeIds: readonly number[];
  /** null: the row is gone. Only the columns that planning needs. */
  readonly row: unknown;
  readonly timezone: string | null;
  readonly scheduleKey: string;
}

export interface PlanResult {
  readonly source: SourceTable;
  readonly id: string;
  readonly changeIds: readonly number[];
  readonly scheduleKey: string;
  readonly platform: string | null;
  readonly dueAt: Date | null;
  readonly zone: string | null;
  readonly utcOffsetMinutes: number | null;
  readonly problem: StoredProblem | null;
  readonly skipReason: string | null;
}

/** Names one post. */
export interface PostKey {
  readonly source: SourceTable;
  readonly id: string;
}

export interface ClaimOptions {
  /** This post and no other. */
  readonly only: PostKey | null;
  readonly identity: TickIdentity;
  readonly leaseSeconds: number;
  readonly limit: number;
  readonly perAccount: number;
  readonly userId: string | null;
  readonly includeOverdue: boolean;
  readonly lateAfterSeconds: number;
  readonly spacingSeconds: number;
  readonly maxTicksPerHost: number;
  /** A post on which so many leases have died is given out alone, and not while `busy`. */
  readonly aloneAfter: number;
  /** The tick has posts in hand. */
  readonly busy: boolean;
}

/** A claim: what every write about it must prove to hold. */
export interface Claim {
  readonly source: SourceTable;
  readonly id: string;
  readonly owner: string;
  readonly fence: number;
}

export interface WantedTarget {
  readonly platform: string;
  readonly accountId: string;
  readonly accountName: string | null;
  readonly connectionId: string;
  readonly fingerprint: string;
  /** md5 of the encrypted token: a hold on a token ends when the token does. */
  readonly tokenMd5: string;
  readonly origin: 'post' | 'app';
}

export interface ArmRequest extends Claim {
  readonly armId: string;
  readonly platform: string;
  readonly accountId: string;
  readonly connectionId: string;
  readonly effect: string;
  readonly revision: string;
  readonly fingerprint: string;
  readonly tokenMd5: string;
  /** The post as it is sent; see sent-post.ts. */
  readonly sent: Readonly<Record<string, unknown>>;
  /** Sending again is the look at an unknown outcome: allowed for a target in state 'unknown'. */
  readonly repeat: boolean;
  /** Sends of this account within an hour, at most. */
  readonly writesPerHour: number;
  /** How long after the arm the request may leave. */
  readonly windowMs: number;
  readonly requestTimeoutMs: number;
}

export type ArmAnswer =
  | { readonly ok: true; readonly msLeft: number }
  | {
      readonly ok: false;
      readonly why:
        | 'lease_over'
        | 'deleted'
        | 'not_scheduled'
        | 'target_gone'
        | 'state'
        | 'edited'
        | 'account_gone'
        | 'held'
        | 'busy'
        | 'same_unresolved'
        | 'already answered';
      readonly until: Date | null;
      readonly detail: string | null;
      /** What stands against it, with why 'held'. */
      readonly hold: Hold | null;
    };

export interface Outcome {
  readonly armId: string;
  readonly outcome: 'published' | 'accepted' | 'refused' | 'not_sent' | 'absent' | 'unknown';
  readonly platformPostId?: string | undefined;
  readonly idKind?: string | undefined;
  readonly url?: string | null | undefined;
  readonly warning?: string | undefined;
  /** What of the target is not out although this is, as a sentence. */
  readonly missing?: string | null | undefined;
  readonly checkpoint?: string | null | undefined;
  readonly platformCode?: string | undefined;
  readonly traceId?: string | undefined;
  readonly error?: StoredProblem | undefined;
  /** What follows: for refused and not_sent failed, retry or held; for unknown, needs_review. */
  readonly state?: TargetState | undefined;
  readonly nextLookAt?: Date | undefined;
  readonly proof?: string | undefined;
}

export interface OutcomeAnswer {
  readonly state: string | null;
  readonly platformPostId: string | null;
  readonly url: string | null;
  readonly publishedAt: Date | null;
  readonly warning: string | null;
  readonly nextLookAt: Date | null;
  /** Of the effect that was armed. */
  readonly effectState: string | null;
  readonly effectId: string | null;
  /** Why it was not stored, if so: its arm is not known here. */
  readonly why: string | null;
}

export interface TargetSettlement {
  readonly platform: string;
  readonly accountId: string;
  /**
   * unknown: it turned out that an earlier send may have gone out after all; it is looked for again.
   * published: it is out already, and this is about what follows it.
   */
  readonly state: 'pending' | 'prepared' | 'retry' | 'held' | 'failed' | 'unknown' | 'published';
  /** With published: what is not out yet, as a sentence; null: nothing. */
  readonly missing?: string | null;
  readonly error: StoredProblem | null;
  readonly nextLookAt: Date | null;
  readonly countAttempt: boolean;
}

export interface Settlement {
  /** A reason that concerns the whole post: it becomes 'draft'. */
  readonly problem: StoredProblem | null;
  readonly targets: readonly TargetSettlement[];
  readonly nextAttemptAt: Date | null;
}

export interface Settled {
  readonly state: string;
  /** false: the app's row could not be written; later ticks repeat it. */
  readonly written: boolean;
}

export interface BreakerChange {
  readonly scope: StoredBreaker['scope'];
  readonly key: string;
  /** What `next` was decided from. */
  readonly seen: Breaker;
  readonly next: Breaker;
  readonly reason: string;
  readonly hint: string;
  readonly evidence: Readonly<Record<string, unknown>>;
}

export interface HoldRequest {
  readonly scope: 'account' | 'app' | 'platform' | 'host';
  readonly key: string;
  readonly until: Date;
  readonly kind: string;
  readonly code?: string;
  readonly reason: string;
  readonly hint: string;
  readonly evidence: Readonly<Record<string, unknown>>;
}

interface ExpiringNote {
  readonly connectionId: string;
  readonly accountId: string | null;
  /** The mark that was passed last, days. */
  readonly level: number;
  readonly problem: Problem;
}

export interface Report {
  readonly now: Date;
  readonly installedAt: Date;
  /** Nobody has looked for hours at which tokens end soon. */
  readonly renewalsDue: boolean;
  readonly due: number;
  readonly overdue: number;
  readonly skipped: Readonly<Record<string, number>>;
  readonly held: readonly { readonly reason: string | null; readonly until: Date; readonly count: number }[];
}

interface RefreshedToken {
  readonly key: string;
  readonly connectionId: string;
  readonly tokenMd5: string;
  readonly accessToken: string;
  readonly refreshToken: string | null;
  readonly expiresAt: Date | null;
}

type RetryAnswer =
  | { readonly ok: true; readonly reopened: number; readonly goesAt: Date }
  | {
      readonly ok: false;
      readonly why: string;
      readonly detail: string | null;
      readonly targets: readonly {
        readonly platform: string;
        readonly accountId: string;
        readonly state: string;
        readonly url: string | null;
      }[];
    };

/** One post with everything known of it. */
export interface KnownPost {
  readonly now: Date;
  /** A tick has it in its hands at this moment. */
  readonly working: boolean;
  readonly post: ClaimedPost;
}

/** What a person says of a target that may be live. */
export interface Resolution {
  readonly source: SourceTable;
  readonly id: string;
  readonly platform: string;
  readonly accountId: string;
  /** null: it is not on the account. */
  readonly published: Pick<Identified, 'id' | 'idKind' | 'url' | 'proof'> | null;
  readonly host: string;
}

type ResolveAnswer =
  | { readonly ok: true; readonly status: string | null }
  | {
      readonly ok: false;
      readonly why: 'no_target' | 'working' | 'state' | 'taken';
      readonly detail: string | null;
    };

interface FoundUser {
  readonly id: string;
  readonly email: string | null;
  readonly timezone: string | null;
  readonly accounts: number;
}

/** What the app's table platform_settings holds under keys for credentials. */
export interface AppSettings {
  /** no_columns: a table of that name that has not the columns key and value. */
  readonly place: 'ok' | 'no_table' | 'no_columns';
  readonly rows: Readonly<Record<string, unknown>>;
}

/** Where secrets are stored: accounts' tokens, the app's settings, and what targets keep between requests. */
export const SECRET_PLACES = ['accounts', 'settings', 'uploads'] as const;
export type SecretPlace = (typeof SECRET_PLACES)[number];

export interface StoredSecret {
  /** Names it to `replaceSecrets`. */
  readonly where: Readonly<Record<string, unknown>>;
  /** For people: whose it is. */
  readonly label: string;
  /** null: longer than any secret. */
  readonly text: string | null;
  /** What `secrets` goes on after. */
  readonly order: string;
}

export interface NewSecret {
  readonly where: StoredSecret['where'];
  readonly was: string;
  readonly text: string;
}

/**
 * Everything durable. Every method is one rpc that repeats harmlessly, so the store may ask again
 * when an answer is lost.
 * @throws StoreError
 */
export interface Store {
  planRead(
    userId: string | null,
    limit: number,
  ): Promise<{ readonly items: readonly PlanItem[]; readonly more: boolean }>;
  planWrite(items: readonly PlanResult[]): Promise<{
    readonly planned: number;
    readonly failed: readonly { readonly source: string; readonly id: string; readonly message: string }[];
  }>;
  sweep(
    limit: number,
  ): Promise<{ readonly now: Date; readonly seen: number; readonly missed: readonly string[] }>;
  writebacks(
    userId: string | null,
    limit: number,
  ): Promise<{
    readonly written: number;
    readonly failed: readonly { readonly source: string; readonly id: string }[];
  }>;
  /** Some encrypted tokens while something is due; empty otherwise. */
  tokenSample(userId: string | null): Promise<readonly string[]>;
  claim(
    options: ClaimOptions,
  ): Promise<{ readonly now: Date; readonly hostBusy: boolean; readonly posts: readonly ClaimedPost[] }>;
  renew(owner: string, leaseSeconds: number, posts: readonly PostKey[]): Promise<void>;
  targets(
    claim: Claim,
    wanted: readonly WantedTarget[],
    foreignFlagAt: Date | null,
  ): Promise<readonly StoredTarget[]>;
  checkpoint(
    claim: Claim,
    target: { readonly platform: string; readonly accountId: string },
    checkpoint: string,
    prepared: boolean,
    revision: string,
  ): Promise<void>;
  arm(request: ArmRequest): Promise<ArmAnswer>;
  outcome(outcome: Outcome, identity: TickIdentity): Promise<OutcomeAnswer>;
  /** Hands over the outcomes that this host could not store; those of other users stay. */
  deliver(userId: string | null): Promise<{ readonly delivered: number; readonly refused: number }>;
  absentSeen(
    armId: string,
    quarantineSeconds: number,
    gapSeconds: number,
  ): Promise<{ readonly proven: boolean; readonly lookAt: Date; readonly resends: number }>;
  settle(claim: Claim, settlement: Settlement): Promise<Settled>;
  hold(hold: HoldRequest): Promise<void>;
  /** `done: false`: somebody else changed it meanwhile; `now` is what it is. */
  breaker(change: BreakerChange): Promise<{ readonly done: boolean; readonly now: StoredBreaker }>;
  refreshBegin(
    key: string,
    connectionId: string,
    owner: string,
    seconds: number,
    tokenMd5: string,
  ): Promise<{
    readonly go: boolean;
    readonly changed: boolean;
    /** Whoever had the turn before never gave it back: what the platform gave it may be lost. */
    readonly interrupted: boolean;
    readonly waitMs: number;
  }>;
  /** Gives the turn back; with goodUntil nobody asks again before it while the token is this one. */
  refreshEnd(key: string, owner: string, tokenMd5: string, goodUntil: Date | null): Promise<void>;
  refreshStore(token: RefreshedToken): Promise<{ readonly stored: boolean }>;
  /** Accounts whose tokens end soon; none where somebody else has asked lately. */
  renewals(): Promise<readonly StoredConnection[]>;
  disconnect(
    connectionId: string,
    accountId: string,
    tokenMd5: string,
    status: 'expired' | 'revoked' | 'error',
    reason: StoredProblem,
  ): Promise<{ readonly disconnected: boolean }>;
  /** What is to be told now; whoever asks has it for so long, then others tell it. */
  notices(asked: {
    readonly userId: string | null;
    readonly limit: number;
    readonly leaseSeconds: number;
    /** A post held for longer is told of. */
    readonly waitingSeconds: number;
  }): Promise<readonly Notice[]>;
  noticeDone(id: string, told: boolean): Promise<void>;
  /** Notes accounts whose access ends soon, each at each mark once. @returns the connections that are new among them */
  noteExpiring(accounts: readonly ExpiringNote[]): Promise<readonly string[]>;
  isKnownId(platform: string, accountId: string, platformPostId: string): Promise<boolean>;
  /** Names of converted copies that are older than that. */
  staleCopies(olderThanSeconds: number): Promise<readonly string[]>;
  /** null: the app's storage has no such bucket. */
  storedObject(bucket: string, name: string): Promise<StoredObject | null>;
  /** Counts for the summary line; notes the tick that asks as ended. */
  report(userId: string | null, ended: EndedTick | null): Promise<Report>;
  /** Everything of `content-publisher status`. */
  status(userId: string | null, quietSeconds: number): Promise<StatusFacts>;
  preview(
    userId: string | null,
    source: SourceTable,
    after: string,
    limit: number,
  ): Promise<{ readonly now: Date; readonly installedAt: Date; readonly posts: readonly ClaimedPost[] }>;
  retry(source: SourceTable, id: string, accountId: string | null): Promise<RetryAnswer>;
  /** null: there is no such post. */
  post(source: SourceTable, id: string): Promise<KnownPost | null>;
  resolve(resolution: Resolution): Promise<ResolveAnswer>;
  /** planned false: it is 'scheduled' now; plan it and ask again. */
  publishNow(
    post: PostKey,
  ): Promise<
    | { readonly ok: true; readonly planned: boolean }
    | { readonly ok: false; readonly why: string; readonly detail: string | null }
  >;
  findUser(query: string): Promise<readonly FoundUser[]>;
  appSettings(): Promise<AppSettings>;
  /** Whether this has not been said about `key` before, by anybody. */
  sayOnce(step: 'token_in_clear', key: string): Promise<boolean>;
  /** Stores one text, if `was` (null: nothing) is what stands at `path` of `key`. An empty path is the whole value. */
  putSetting(setting: {
    readonly key: string;
    readonly path: readonly string[];
    readonly was: string | null;
    readonly text: string;
  }): Promise<
    | { readonly done: true }
    | {
        readonly done: false;
        readonly why: 'no_place' | 'changed' | 'refused';
        readonly detail: string | null;
      }
  >;
  secrets(
    place: SecretPlace,
    userId: string | null,
    after: string | null,
    limit: number,
  ): Promise<{ readonly items: readonly StoredSecret[]; readonly more: boolean }>;
  /** Each only if it still is what it was. In the order of `items`. */
  replaceSecrets(place: SecretPlace, items: readonly NewSecret[]): Promise<readonly ('done' | 'changed')[]>;
}

/**
 * config: schema, key or rights; exit 78. unreachable: no answer; exit 69. lost: the claim is somebody else's now.
 * fault: the database refused for a reason of its own.
 */
export type StoreErrorKind = 'config' | 'unreachable' | 'lost' | 'fault';

export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly kind: StoreErrorKind;
  readonly hint: string;

  constructor(kind: StoreErrorKind, message: string, hint: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.kind = kind;
    this.hint = hint;
  }
}

/** Version of supabase/migrations that this program speaks to; checked inside the claim. */
export const SCHEMA_VERSION = 1;
