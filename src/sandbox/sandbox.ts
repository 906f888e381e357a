import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EncryptionKey, type Keyring } from '../core/encryption.ts';
import { Secret } from '../core/secret.ts';
import { createKeyring } from '../security/keyring.ts';
import { connect } from '../store/rpc.ts';
import { accounts } from './accounts.ts';
import { checkEnvFile, writeEnvFile } from './env-file.ts';
import { furnish } from './furnish.ts';
import { insertRows } from './insert-rows.ts';
import { applyMigrations } from './migrations.ts';
import { simulators } from './platforms/index.ts';
import { type Platforms, startPlatforms } from './platforms/server.ts';
import type { Fault, SimAccount } from './platforms/simulator.ts';
import { sandboxEnv } from './sandbox-env.ts';
import type { SeedMedia } from './seed-media.ts';
import { seedPosts } from './seed-posts.ts';
import { applyAppSchema } from './supabase/app-schema.ts';
import { type Supabase, startSupabase } from './supabase/start-supabase.ts';

/** Of our own requests while the sandbox is being furnished. */
const TIMEOUT_MS = 30_000;

export interface SandboxOptions {
  /** Of Supabase; 0, the default, takes any free one. The platforms always take a free one. */
  readonly port?: number | undefined;
  /** Publishable posts to put in, due within the minute before now; 0 by default. */
  readonly seed?: number | undefined;
  /** Added to every answer of a platform, milliseconds. */
  readonly latencyMs?: number | undefined;
  /** How long containers and videos are processed, milliseconds. */
  readonly processingMs?: number | undefined;
  readonly faults?: readonly Fault[] | undefined;
  /** Gets every request to a platform as a JSON line, secrets masked. */
  readonly wireLog?: string | undefined;
  /** Where to write the environment; a file in the sandbox's own directory by default. */
  readonly envFile?: string | undefined;
}

export interface Sandbox {
  readonly supabase: Supabase;
  readonly platforms: Platforms;
  readonly media: SeedMedia;
  /** What the env file says. */
  readonly env: Readonly<Record<string, string>>;
  readonly envFile: string;
  /** Puts further publishable posts in, due within the minute before now. Only once: their ids are always the same. */
  seed(count: number): Promise<void>;
  /** Ends everything and removes the sandbox's directory. May be called twice. */
  stop(): Promise<void>;
}

/**
 * An embedded Supabase with the app's tables, our migrations, people with accounts and files, and every simulated
 * platform, all on loopback. Never reads .env.
 * @throws MissingPackageError, ForeignEnvFile; Error with code EADDRINUSE when the port is taken
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { port, seed: posts, latencyMs, processingMs, wireLog, faults = [] } = options;
  if (options.envFile !== undefined) checkEnvFile(options.envFile);
  const endings: (() => Promise<unknown>)[] = [];
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= endInTurn(endings);
    return stopped;
  };
  try {
    const directory = await mkdtemp(join(tmpdir(), 'content-publisher-sandbox-'));
    endings.push(() => rm(directory, { recursive: true, force: true }));
    const platforms = await startPlatforms({
      makers: simulators,
      accounts: simAccounts(),
      latencyMs,
      processingMs,
      wireLog,
    });
    endings.push(() => platforms.stop());
    const supabase = await startSupabase({ port, beside: { '/_sandbox/': platforms.url } });
    endings.push(() => supabase.stop());

    const { sql } = supabase;
    await applyAppSchema(sql, { withU: true });
    await applyMigrations(sql);
    await supabase.reloadSchema();
    const encryptionKey = newEncryptionKey();
    const client = connect({
      url: supabase.url,
      serviceRoleKey: new Secret(supabase.serviceRoleKey),
      timeoutMs: TIMEOUT_MS,
    });
    const media = await furnish(sql, client, keyringOf(encryptionKey));
    const seed = async (count: number) => {
      const rows = seedPosts(count, new Date(), media);
      await insertRows(sql, 'public.created_content', rows.created_content);
      await insertRows(sql, 'public.content_posts', rows.content_posts);
    };
    await seed(posts ?? 0);
    platforms.setFaults(faults);

    const envFile = options.envFile ?? join(directory, 'sandbox.env');
    const env = sandboxEnv({
      supabaseUrl: supabase.url,
      serviceRoleKey: supabase.serviceRoleKey,
      databaseUrl: supabase.databaseUrl,
      encryptionKey,
      logDir: join(directory, 'logs'),
      base: platforms.base,
    });
    writeEnvFile(envFile, env);
    return { supabase, platforms, media, env, envFile, seed, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Last started, first ended. */
async function endInTurn(endings: readonly (() => Promise<unknown>)[]): Promise<void> {
  for (const end of endings.toReversed()) await end();
}

function simAccounts(): Readonly<Record<string, readonly SimAccount[]>> {
  return Object.fromEntries(
    Object.keys(simulators).map((name) => [
      name,
      accounts.filter(({ platform }) => platform === name).map(({ sim }) => sim),
    ]),
  );
}

/** As Python's Fernet.generate_key() writes it. */
function newEncryptionKey(): string {
  return `${randomBytes(32).toString('base64url')}=`;
}

function keyringOf(text: string): Keyring {
  const key = EncryptionKey.parse(text);
  if (key === null) throw new Error('The sandbox made a key that is none.');
  return createKeyring(key, []);
}
