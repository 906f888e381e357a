import type { StoredConnection } from './job.ts';

/** A connection with everything that its row says. */
export interface KnownConnection extends StoredConnection {
  readonly userId: string | null;
  readonly username: string | null;
  /** As written by the app without a zone, read as UTC. */
  readonly expiresAt: Date | null;
  readonly connectedAt: Date | null;
  readonly renewedAt: Date | null;
  readonly disconnectedAt: Date | null;
}

export interface AccountHold {
  readonly scope: string;
  /** 'facebook:102030405060708' for an account, 'facebook' for an app or a platform. */
  readonly key: string;
  readonly until: Date;
  readonly kind: string | null;
  readonly reason: string | null;
  readonly hint: string | null;
  /** A hold on a refused token ends when the token does. */
  readonly tokenMd5: string | null;
}

export interface Connections {
  readonly now: Date;
  /** Of each user and platform the newest first. */
  readonly connections: readonly KnownConnection[];
  readonly holds: readonly AccountHold[];
  /** Ids of connections whose platform_settings.auto_posting is false. */
  readonly autoPostingOff: readonly string[];
}

/** Whose posts are counted. */
export interface AccountToCount {
  /** Comes back with the answer. */
  readonly key: string;
  readonly userId: string | null;
  readonly platform: string;
  readonly accountId: string;
  /** Everything that metadata.account_id or page_id of a post may call it by. */
  readonly names: readonly string[];
  /** Posts that name no account go to it. */
  readonly sole: boolean;
  readonly after: Date | null;
}

export interface PostCount {
  readonly key: string;
  /** All that are to go there. */
  readonly scheduled: number;
  /** Those that are due already. */
  readonly waiting: number;
  /** Those that are due after `after`. */
  readonly after: number;
}

/** What the commands about accounts ask of the database. @throws StoreError */
export interface AccountStore {
  connections(userId: string | null): Promise<Connections>;
  countPosts(accounts: readonly AccountToCount[]): Promise<readonly PostCount[]>;
}
