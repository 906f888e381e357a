import { createHash } from 'node:crypto';
import type { ConfigWith } from '../../config/config.ts';
import type { AccountStore } from '../../core/account-store.ts';
import { clip } from '../../core/clip.ts';
import { type CountedAccount, counted, knownAccounts, toCount } from '../../core/known-accounts.ts';
import { platforms } from '../../platforms/index.ts';
import { createKeyring } from '../../security/keyring.ts';
import { readStoredToken } from '../../security/stored-token.ts';
import { createAccountStore } from '../../store/account-store.ts';
import { createRpc } from '../../store/rpc.ts';
import { EXIT } from '../exit-codes.ts';
import { CommandError } from '../io.ts';
import { openStore } from '../wire.ts';

export function openAccounts(config: ConfigWith<'supabase'>): AccountStore {
  return createAccountStore(createRpc(openStore(config).client));
}

/** Every account, with TEST_USER_ID that user's alone, and how many posts are to go there. */
export async function readAccounts(
  config: ConfigWith<'supabase' | 'encryption'>,
): Promise<{ readonly now: Date; readonly accounts: readonly CountedAccount[] }> {
  const store = openAccounts(config);
  const keyring = createKeyring(config.encryption.current, config.encryption.previous);
  const read = await store.connections(config.testUser.id ?? null);
  const accounts = knownAccounts(read, {
    platforms,
    readToken: (stored) => readStoredToken(keyring, stored),
    tokenMd5: (stored) =>
      createHash('md5')
        .update(stored ?? '')
        .digest('hex'),
  });
  const counts = accounts.length === 0 ? [] : await store.countPosts(toCount(accounts));
  return { now: read.now, accounts: counted(accounts, counts, read.now) };
}

/** The one account that a person names by its id, its name or the id of its connection. @throws CommandError (usage) */
export function accountNamed(accounts: readonly CountedAccount[], named: string): CountedAccount {
  const wanted = named.trim();
  const called = accounts.filter(({ platform, accountId, name, connection }) =>
    [
      accountId,
      `${platform}:${accountId}`,
      connection.id,
      connection.pageId,
      connection.username,
      name,
    ].includes(wanted),
  );
  const [account, ...more] = called;
  if (account === undefined) {
    throw new CommandError(
      EXIT.usage,
      `“${named}” is none of the connected accounts.`,
      'See the ids in: content-publisher connections list',
    );
  }
  if (more.length > 0) {
    const ids = called.map((one) => `\n  ${one.connection.id}  ${titleOf(one)}`).join('');
    throw new CommandError(EXIT.usage, `“${named}” names several accounts:${ids}`, 'Write one of those ids.');
  }
  return account;
}

/** "LinkedIn account Ben Cole (urn:li:person:aB3)". */
export function titleOf({ module, name, accountId }: CountedAccount): string {
  const id = accountId === null || accountId === name ? '' : ` (${clip(accountId, 300)})`;
  return `${module.capabilities.label} account ${clip(name, 300)}${id}`;
}
