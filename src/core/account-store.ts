import type { StoredConnection } from './job.ts';
import type { JsonObject } from './json-value.ts';

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

/** Access to one remote account, as it is stored. Tokens are encrypted. */
interface NewAccess {
  readonly userId: string;
  readonly platform: string;
  /** What rows call the platform. */
  readonly rowPlatform: string;
  readonly accountId: string;
  /** The row that is known to reach it. */
  readonly connectionId: string | null;
  /** Of the row, should it be new. */
  readonly newId: string;
  readonly names: { readonly page_name: string; readonly page_username: string | null };
  readonly columns: Readonly<Record<string, string | boolean | undefined>>;
  readonly metadata: JsonObject;
  readonly accessToken: string;
  readonly refreshToken: string | null;
  readonly expiresAt: Date | null;
  /** Until when this very token is good; null: nobody said. */
  readonly goodUntil: Date | null;
}

type Connected =
  | { readonly ok: true; readonly connectionId: string; readonly created: boolean }
  | { readonly ok: false; readonly why: 'no_profile' };

/** What the commands about accounts ask of the database. @throws StoreError */
export interface AccountStore {
  connections(userId: string | null): Promise<Connections>;
  countPosts(accounts: readonly AccountToCount[]): Promise<readonly PostCount[]>;
  connect(access: NewAccess): Promise<Connected>;
}
