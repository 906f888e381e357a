import { GRANTED_SCOPES, type Lifetime } from './access.ts';
import type {
  AccountHold,
  AccountToCount,
  Connections,
  KnownConnection,
  PostCount,
} from './account-store.ts';
import { asFilledText, asObject } from './json-value.ts';
import type { Platform } from './platform.ts';
import { foldPlatform, type PlatformName } from './platform-name.ts';
import type { Secret } from './secret.ts';
import { type TokenWarning, tokenWarning } from './token-warning.ts';

type TokenReading =
  | { readonly kind: 'none' }
  | { readonly kind: 'token'; readonly token: Secret }
  | { readonly kind: 'undecryptable'; readonly reason: string };

type AccountState =
  | 'well'
  | 'expired'
  | 'disconnected'
  | 'unreadable token'
  | 'no token'
  | 'held'
  | 'auto-posting off';

/** A remote account as the newest of its connections reaches it. */
export interface KnownAccount {
  readonly platform: PlatformName;
  readonly module: Platform;
  readonly connection: KnownConnection;
  /** null: the row names none, and only the platform could tell. */
  readonly accountId: string | null;
  readonly name: string;
  readonly state: AccountState;
  /** Why, in whole sentences; null where all is well. */
  readonly detail: string | null;
  readonly heldUntil: Date | null;
  /** null: nothing can be said without a readable token. */
  readonly lifetime: Lifetime | null;
  /** Permissions that were stored with the token. */
  readonly storedScopes: readonly string[] | null;
  /** Posts that name no account go to it. */
  readonly sole: boolean;
}

export interface CountedAccount extends KnownAccount {
  readonly posts: PostCount;
  readonly warning: TokenWarning | null;
}

interface Reading {
  readonly platforms: Readonly<Partial<Record<PlatformName, Platform>>>;
  readToken(stored: string | null): TokenReading;
  /** Of the encrypted token, as the database computes it. */
  tokenMd5(stored: string | null): string;
}

/** The accounts behind the connections; rows of what other programs publish are left out. Pure. */
export function knownAccounts(read: Connections, by: Reading): readonly KnownAccount[] {
  const all = read.connections.flatMap((connection) => {
    const account = knownAccount(connection, read, by);
    return account === null ? [] : [account];
  });
  // Several rows for one remote account are one account: the active one, else the newest.
  const byActive = all.toSorted(
    (one, other) => Number(other.connection.active) - Number(one.connection.active),
  );
  const first = new Map<string, KnownAccount>();
  for (const account of byActive) {
    const key = account.accountId === null ? account.connection.id : remoteKey(account);
    if (!first.has(key)) first.set(key, account);
  }
  const accounts = all.filter((account) => [...first.values()].includes(account));
  return accounts.map((account) => ({ ...account, sole: isSole(account, accounts) }));
}

/** As chooseAccounts decides it. */
function isSole(account: KnownAccount, all: readonly KnownAccount[]): boolean {
  const own = all.filter(
    ({ platform, connection }) =>
      platform === account.platform && connection.userId === account.connection.userId,
  );
  const active = own.filter(({ connection }) => connection.active);
  const among = active.length === 0 ? own : active;
  return among.length === 1 && among[0] === account;
}

const remoteKey = ({ platform, accountId, connection }: KnownAccount) =>
  `${connection.userId} ${platform} ${accountId}`;

function knownAccount(connection: KnownConnection, read: Connections, by: Reading): KnownAccount | null {
  const folded = foldPlatform(connection.platform);
  const module = 'platform' in folded ? by.platforms[folded.platform] : undefined;
  if (module === undefined || !('platform' in folded)) return null;
  const { platform } = folded;
  const accountId = module.accountId(connection);
  const access = by.readToken(connection.accessToken);
  const refresh = by.readToken(connection.refreshToken);
  const lifetime =
    access.kind === 'token'
      ? module.lifetime({
          token: access.token,
          refreshToken: refresh.kind === 'token' ? refresh.token : null,
          // Not tokenGoodUntil, which also says until when nobody need ask for a renewal.
          expiresAt: connection.expiresAt,
          connectedAt: connection.connectedAt,
          renewedAt: connection.renewedAt,
          metadata: connection.metadata,
        })
      : null;
  const hold = holdOf(read.holds, platform, accountId, by.tokenMd5(connection.accessToken));
  const scopes = connection.metadata[GRANTED_SCOPES];
  const unreadable = [access, refresh].find(({ kind }) => kind === 'undecryptable');
  return {
    platform,
    module,
    connection,
    accountId,
    name: connection.pageName ?? connection.username ?? accountId ?? connection.id,
    ...stateOf(),
    heldUntil: hold?.until ?? null,
    lifetime,
    storedScopes: Array.isArray(scopes) ? scopes.filter((scope) => typeof scope === 'string') : null,
    sole: false,
  };

  function stateOf(): Pick<KnownAccount, 'state' | 'detail'> {
    if (!connection.active) return { state: 'disconnected', detail: disconnectedWhy(connection) };
    if (unreadable?.kind === 'undecryptable') return { state: 'unreadable token', detail: unreadable.reason };
    if (access.kind !== 'token')
      return { state: 'no token', detail: 'No access token is stored; connect the account again.' };
    if (hold !== null)
      return { state: 'held', detail: [hold.reason, hold.hint].filter((part) => part !== null).join(' ') };
    if (lifetime?.endsAt != null && lifetime.endsAt <= read.now)
      return { state: 'expired', detail: `The ${lifetime.what} has ended.` };
    if (read.autoPostingOff.includes(connection.id))
      return { state: 'auto-posting off', detail: 'Automatic posting is switched off for it in the app.' };
    return { state: 'well', detail: null };
  }
}

function holdOf(
  holds: readonly AccountHold[],
  platform: PlatformName,
  accountId: string | null,
  tokenMd5: string,
): AccountHold | null {
  const fits = ({ scope, key, kind, tokenMd5: refused }: AccountHold): boolean =>
    key === (scope === 'account' ? `${platform}:${accountId}` : platform) &&
    (kind !== 'auth' || refused === tokenMd5);
  return holds.find(fits) ?? null;
}

function disconnectedWhy({ metadata, status, disconnectedAt }: KnownConnection): string {
  const reason = asFilledText(asObject(metadata['publish_error'])?.['message']);
  const since = disconnectedAt === null ? '' : ` since ${disconnectedAt.toISOString().slice(0, 10)}`;
  return reason ?? `The app has it as ${status ?? 'inactive'}${since}.`;
}

/** What the database is asked about the posts of these accounts. */
export function toCount(accounts: readonly KnownAccount[]): readonly AccountToCount[] {
  return accounts.map(({ platform, connection, accountId, lifetime, sole }) => ({
    key: connection.id,
    userId: connection.userId,
    platform,
    accountId: accountId ?? '',
    names: [accountId, connection.pageId, connection.id, connection.linkedinId, connection.instagramId]
      .concat(connection.organizationId)
      .filter((name) => name !== null),
    sole,
    after: lifetime?.endsAt ?? null,
  }));
}

/** The accounts with their posts, and whom a person must be told of. */
export function counted(
  accounts: readonly KnownAccount[],
  counts: readonly PostCount[],
  now: Date,
): readonly CountedAccount[] {
  const byKey = new Map(counts.map((count) => [count.key, count]));
  return accounts.map((account) => {
    const key = account.connection.id;
    const posts = byKey.get(key) ?? { key, scheduled: 0, waiting: 0, after: 0 };
    const { platform, module, name, lifetime, connection } = account;
    const { label } = module.capabilities;
    const warning =
      lifetime === null || !connection.active
        ? null
        : tokenWarning({ platform, label, name, lifetime, postsAfter: posts.after }, now);
    return { ...account, posts, warning };
  });
}
