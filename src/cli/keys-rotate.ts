import type { ConfigWith } from '../config/config.ts';
import { clip } from '../core/clip.ts';
import {
  type NewSecret,
  SECRET_PLACES,
  type SecretPlace,
  type Store,
  type StoredSecret,
} from '../core/store.ts';
import { keyOf } from '../security/key-of.ts';
import { createKeyring } from '../security/keyring.ts';
import { EXIT } from './exit-codes.ts';
import type { Io } from './io.ts';
import { openStore, readConfig } from './wire.ts';

export interface RotateOptions {
  readonly dryRun: boolean;
  readonly encryptPlaintext: boolean;
}

const PAGE = 100;
const LISTED = 50;

/** What was found in one place, and what became of it. */
interface Tally {
  current: number;
  /** By the number of the previous key. */
  readonly previous: Map<number, number>;
  clear: number;
  done: number;
  /** Somebody else stored another one meanwhile. */
  changed: number;
  readonly unreadable: string[];
}

/**
 * Encrypts with the current key whatever is stored under a previous one. What is done says so itself, by the key that
 * reads it: after a kill the same command goes on.
 */
export async function rotateKeys(io: Io, options: RotateOptions): Promise<number> {
  const config = readConfig(io, ['supabase', 'encryption'], false);
  const { store } = openStore(config);
  const userId = config.testUser.id ?? null;
  if (userId !== null) {
    io.out(
      `TEST_USER_ID: only what belongs to user ${userId} is looked at; the app's settings belong to nobody and are left out.\n`,
    );
  }
  const tallies = new Map<SecretPlace, Tally>();
  for (const place of SECRET_PLACES) {
    if (place === 'settings' && userId !== null) continue;
    const tally = emptyTally();
    tallies.set(place, tally);
    await rotatePlace(store, config, place, userId, options, tally);
    io.out(describe(place, tally, options));
  }
  io.out(verdict([...tallies.values()], config.encryption.previous.length, userId, options));
  return exitCode([...tallies.values()]);
}

async function rotatePlace(
  store: Store,
  { encryption }: ConfigWith<'encryption'>,
  place: SecretPlace,
  userId: string | null,
  { dryRun, encryptPlaintext }: RotateOptions,
  tally: Tally,
): Promise<void> {
  const keyring = createKeyring(encryption.current, encryption.previous);
  const found = (item: StoredSecret): NewSecret | null => {
    const under =
      item.text === null
        ? ({ kind: 'unreadable' } as const)
        : keyOf(item.text, encryption.current, encryption.previous);
    switch (under.kind) {
      case 'current':
        tally.current += 1;
        return null;
      case 'unreadable':
        tally.unreadable.push(item.label);
        return null;
      case 'clear':
        tally.clear += 1;
        if (!encryptPlaintext) return null;
        break;
      case 'previous':
        tally.previous.set(under.number, (tally.previous.get(under.number) ?? 0) + 1);
        break;
    }
    return { where: item.where, was: item.text ?? '', text: keyring.encrypt(under.text) };
  };
  let after: string | null = null;
  for (;;) {
    const page = await store.secrets(place, userId, after, PAGE);
    const wanted = page.items.map(found).filter((item) => item !== null);
    if (!dryRun && wanted.length > 0) {
      const results = await store.replaceSecrets(place, wanted);
      tally.done += results.filter((result) => result === 'done').length;
      tally.changed += results.filter((result) => result === 'changed').length;
    }
    after = page.items.at(-1)?.order ?? null;
    if (!page.more || after === null) return;
  }
}

const emptyTally = (): Tally => ({
  current: 0,
  previous: new Map(),
  clear: 0,
  done: 0,
  changed: 0,
  unreadable: [],
});

const NAMES: Readonly<Record<SecretPlace, string>> = {
  accounts: 'Tokens of accounts',
  settings: 'Settings of the app',
  uploads: 'Uploads under way',
};

/** "Tokens of accounts: 12 under the current key, 3 under previous key 1, 1 in clear; 3 encrypted anew." */
function describe(place: SecretPlace, tally: Tally, { dryRun }: RotateOptions): string {
  const found = [
    `${tally.current} under the current key`,
    ...[...tally.previous]
      .sort(([one], [other]) => one - other)
      .map(([number, count]) => `${count} under previous key ${number}`),
    ...(tally.clear > 0 ? [`${tally.clear} in clear`] : []),
    ...(tally.unreadable.length > 0 ? [`${tally.unreadable.length} that cannot be read`] : []),
  ];
  const became = [
    dryRun ? 'nothing was changed' : `${tally.done} encrypted anew`,
    ...(tally.changed > 0 ? [`${tally.changed} changed meanwhile by somebody else and left`] : []),
  ];
  const lines = tally.unreadable.slice(0, LISTED).map((label) => `  cannot be read: ${clip(label, 200)}\n`);
  if (tally.unreadable.length > LISTED) lines.push(`  and ${tally.unreadable.length - LISTED} more\n`);
  return `${NAMES[place]}: ${found.join(', ')}; ${became.join(', ')}.\n${lines.join('')}`;
}

function verdict(
  tallies: readonly Tally[],
  previousKeys: number,
  userId: string | null,
  { dryRun, encryptPlaintext }: RotateOptions,
): string {
  const sum = (of: (tally: Tally) => number) => tallies.reduce((total, tally) => total + of(tally), 0);
  const clear = encryptPlaintext && !dryRun ? 0 : sum((tally) => tally.clear);
  const unreadable = sum((tally) => tally.unreadable.length);
  const old = sum((tally) => [...tally.previous.values()].reduce((total, count) => total + count, 0));
  const left = dryRun ? old : sum((tally) => tally.changed);
  const lines = [
    ...(clear > 0
      ? [
          `${clear} token${clear === 1 ? ' stands' : 's stand'} in clear: "content-publisher keys rotate --encrypt-plaintext" encrypts them.`,
        ]
      : []),
    ...(unreadable > 0
      ? [
          'What cannot be read was left as it is: put its key into ENCRYPTION_KEY_PREVIOUS and run this again, or reconnect the account in the app.',
        ]
      : []),
  ];
  if (previousKeys > 0) {
    if (left > 0) lines.push('Keep ENCRYPTION_KEY_PREVIOUS, and run "content-publisher keys rotate".');
    else if (userId !== null) lines.push('Keep ENCRYPTION_KEY_PREVIOUS: other users were not looked at.');
    else {
      lines.push(
        old > 0
          ? 'Keep ENCRYPTION_KEY_PREVIOUS until the app and every host encrypt with the current key; run this again then. When it finds nothing more under a previous key, that may be removed.'
          : 'Nothing is under a previous key: ENCRYPTION_KEY_PREVIOUS may be removed, if the app and every host encrypt with the current key.',
      );
    }
  } else if (unreadable === 0 && clear === 0) lines.push('Everything is under the current key.');
  return lines.map((line) => `${line}\n`).join('');
}

function exitCode(tallies: readonly Tally[]): number {
  if (tallies.some(({ changed }) => changed > 0)) return EXIT.again;
  return tallies.some(({ unreadable }) => unreadable.length > 0) ? EXIT.failed : EXIT.ok;
}
