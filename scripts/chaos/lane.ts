import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SupabaseClient } from '@supabase/supabase-js';
import type postgres from 'postgres';
import { EncryptionKey } from '../../src/core/encryption.ts';
import { Secret } from '../../src/core/secret.ts';
import { platforms as modules } from '../../src/platforms/index.ts';
import { accountsOf } from '../../src/sandbox/accounts.ts';
import { insertRows, type Row } from '../../src/sandbox/insert-rows.ts';
import { campaignOf, type Person } from '../../src/sandbox/people.ts';
import { simulators } from '../../src/sandbox/platforms/index.ts';
import { type Platforms, startPlatforms } from '../../src/sandbox/platforms/server.ts';
import { sandboxEnv } from '../../src/sandbox/sandbox-env.ts';
import { BUCKETS, type SeedMedia, uploadSeedMedia } from '../../src/sandbox/seed-media.ts';
import type { PostgresServer } from '../../src/sandbox/supabase/postgres-server.ts';
import { openProject } from '../../src/sandbox/supabase/start-supabase.ts';
import { createKeyring } from '../../src/security/keyring.ts';
import { connect } from '../../src/store/rpc.ts';
import type { ChaosPost } from './chaos-post.ts';
import { type Clock, openClock } from './clock.ts';
import type { Template } from './database.ts';
import { type Front, type Hooks, startFront } from './front.ts';
import { type Host, startTick, type Tick } from './tick-process.ts';

/** The values of production, which the clock makes affordable; what is waited for in real time is short. */
const SETTINGS = { LEASE_SECONDS: '90', FIND_QUARANTINE: '300', REQUEST_TIMEOUT: '30', LOG_LEVEL: 'info' };
const YEARS_MS = 10 * 365 * 86_400_000;

/** A database, platforms and a front of their own; lanes do not disturb each other. */
export interface Lane {
  readonly postgres: PostgresServer;
  readonly sql: postgres.Sql;
  readonly client: SupabaseClient;
  readonly clock: Clock;
  readonly platforms: Platforms;
  readonly media: SeedMedia;
  readonly front: Front;
  /** Every post that was put in. */
  readonly added: ChaosPost[];
  /** What platforms have finished becomes public in their ledger, also what nobody asks about any more. */
  show(): Promise<void>;
  /** A machine with a log folder of its own. */
  host(name: string, skewMs?: number): Host;
  /**
   * Puts people in, with an account on every platform. A Facebook Page that takes the same text twice does not cover up
   * for a publisher that sends it twice.
   */
  addOwners(owners: readonly Person[], takesDuplicates?: (owner: Person) => boolean): Promise<void>;
  /** What people do in the app about accounts that were disconnected: they connect them again. */
  reconnect(): Promise<void>;
  tick(host: Host, hooks?: (tick: Tick) => Hooks, env?: Readonly<Record<string, string>>): Tick;
  /** May be called twice. */
  stop(): Promise<void>;
}

export interface LaneOptions {
  readonly template: Template;
  readonly executable: string;
  /** Beside, or instead of, the values of production. */
  readonly env?: Readonly<Record<string, string>>;
}

export async function openLane({ template, executable, env: more = {} }: LaneOptions): Promise<Lane> {
  const endings: (() => Promise<unknown>)[] = [];
  let stopped: Promise<void> | undefined;
  const end = async () => {
    for (const one of endings.splice(0).reverse()) await one();
  };
  const stop = () => (stopped ??= end());
  try {
    const directory = await mkdtemp(join(tmpdir(), 'content-publisher-chaos-'));
    endings.push(() => rm(directory, { recursive: true, force: true }));
    const database = await template.create();
    endings.push(() => template.drop(database));
    const supabase = await openProject(template.postgres, database);
    endings.push(() => supabase.stop());
    const { sql } = supabase;
    const clock = await openClock(sql, directory);
    const platforms = await startPlatforms({ makers: simulators, accounts: {}, now: clock.now });
    endings.push(() => platforms.stop());
    const front = await startFront({
      supabase: supabase.url,
      platforms: platforms.url,
      origins: Object.fromEntries(
        Object.entries(modules).map(([name, { capabilities }]) => [name, capabilities.origins[0] ?? '']),
      ),
    });
    endings.push(() => front.stop());

    const encryptionKey = `${randomBytes(32).toString('base64url')}=`;
    const key = EncryptionKey.parse(encryptionKey);
    if (key === null) throw new Error('The chaos run made a key that is none.');
    const keyring = createKeyring(key, []);
    const sealed = (row: Row) => ({
      access_token_encrypted: keyring.encrypt(String(row['access_token_encrypted'])),
      refresh_token_encrypted: keyring.encrypt(String(row['refresh_token_encrypted'])),
    });
    const tokensOf = new Map<string, Row>();
    const client = connect({
      url: supabase.url,
      serviceRoleKey: new Secret(supabase.serviceRoleKey),
      timeoutMs: 30_000,
    });
    // Posts are due a few seconds before they are put in.
    await sql`update public.publish_install set installed_at = installed_at - interval '1 hour'`;
    await insertRows(
      sql,
      'storage.buckets',
      BUCKETS.map((name) => ({ id: name, name, public: true })),
    );
    const media = await uploadSeedMedia(client);

    const envAt = (base: string) => ({
      ...sandboxEnv({
        supabaseUrl: base,
        serviceRoleKey: supabase.serviceRoleKey,
        databaseUrl: supabase.databaseUrl,
        encryptionKey,
        logDir: directory,
        base: (platform) => `${base}/${platform}`,
      }),
      MEDIA_ALLOW_HOSTS: `${new URL(supabase.url).host},${front.host}`,
      ...SETTINGS,
      ...more,
    });

    return {
      postgres: template.postgres,
      sql,
      client,
      clock,
      platforms,
      media,
      front,
      added: [],
      async show() {
        platforms.setFaults([]);
        // Some look at their videos only when they are asked for anything.
        for (const name of Object.keys(simulators)) await fetch(`${platforms.base(name)}/`).catch(() => null);
      },
      host(name, skewMs = 0) {
        const logDir = join(directory, name);
        mkdirSync(logDir, { recursive: true });
        return { name, logDir, skewMs };
      },
      async addOwners(owners, takesDuplicates = () => true) {
        const accounts = owners.flatMap((owner) =>
          accountsOf(owner).map((account) => ({ ...account, lenient: takesDuplicates(owner) })),
        );
        for (const { platform, sim, connection, lenient } of accounts) {
          platforms.addAccounts(platform, [{ ...sim, extra: { ...sim.extra, takesDuplicates: lenient } }]);
          tokensOf.set(String(connection['id']), connection);
        }
        await insertRows(
          sql,
          'auth.users',
          owners.map(({ id, email }) => ({ id, email })),
        );
        await insertRows(
          sql,
          'public.profiles',
          owners.map(({ id, name, timezone }) => ({ id, name, timezone })),
        );
        await insertRows(
          sql,
          'public.platform_connections',
          accounts.map(({ connection }) => ({
            ...connection,
            ...sealed(connection),
            token_expires_at: new Date(Date.now() + YEARS_MS),
          })),
        );
        await insertRows(
          sql,
          'public.content_campaigns',
          owners.map((owner) => ({
            id: campaignOf(owner),
            user_id: owner.id,
            campaign_name: 'Chaos',
            week_start_date: '2026-11-16',
            week_end_date: '2026-11-22',
          })),
        );
      },
      async reconnect() {
        const rows = await sql`select id from public.platform_connections where is_active is false`;
        for (const { id } of rows) {
          const tokens = tokensOf.get(String(id));
          if (tokens === undefined) continue;
          // Encrypted anew, so that it is another token to everybody who only sees the ciphertext.
          await sql`update public.platform_connections set ${sql(sealed(tokens))}, is_active = true,
            connection_status = 'active', disconnected_at = null where id = ${String(id)}`;
        }
      },
      tick: (host, hooks, tickEnv = {}) =>
        startTick({
          executable,
          front,
          host,
          clockFile: clock.file,
          env: (base) => ({ ...envAt(base), ...tickEnv, LOG_DIR: host.logDir }),
          ...(hooks === undefined ? {} : { hooks }),
        }),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
