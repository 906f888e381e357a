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
import { openProject } from '../../src/sandbox/supabase/start-supabase.ts';
import { createKeyring } from '../../src/security/keyring.ts';
import { connect } from '../../src/store/rpc.ts';
import { type Clock, openClock } from './clock.ts';
import type { DatabaseServer } from './database.ts';
import { type Front, type Hooks, startFront } from './front.ts';
import { type Host, startTick, type Tick } from './tick-process.ts';

/** The values of production, which the clock makes affordable; what is waited for in real time is short. */
const SETTINGS = { LEASE_SECONDS: '90', FIND_QUARANTINE: '300', REQUEST_TIMEOUT: '30', LOG_LEVEL: 'info' };
const YEARS_MS = 10 * 365 * 86_400_000;

/** A database, platforms and a front of their own; lanes do not disturb each other. */
export interface Lane {
  readonly sql: postgres.Sql;
  readonly client: SupabaseClient;
  readonly clock: Clock;
  readonly platforms: Platforms;
  readonly media: SeedMedia;
  readonly front: Front;
  /** A machine with a log folder of its own. */
  host(name: string, skewMs?: number): Host;
  /** Puts people in, with an account on every platform. */
  addOwners(owners: readonly Person[]): Promise<void>;
  tick(host: Host, hooks?: (tick: Tick) => Hooks, env?: Readonly<Record<string, string>>): Tick;
  stop(): Promise<void>;
}

export interface LaneOptions {
  readonly server: DatabaseServer;
  readonly executable: string;
  /** Beside, or instead of, the values of production. */
  readonly env?: Readonly<Record<string, string>>;
}

export async function openLane({ server, executable, env: more = {} }: LaneOptions): Promise<Lane> {
  const endings: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const end of endings.splice(0).reverse()) await end();
  };
  try {
    const directory = await mkdtemp(join(tmpdir(), 'content-publisher-chaos-'));
    endings.push(() => rm(directory, { recursive: true, force: true }));
    const database = await server.create();
    endings.push(() => server.drop(database));
    const supabase = await openProject(server.postgres, database);
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
      sql,
      client,
      clock,
      platforms,
      media,
      front,
      host(name, skewMs = 0) {
        const logDir = join(directory, name);
        mkdirSync(logDir, { recursive: true });
        return { name, logDir, skewMs };
      },
      async addOwners(owners) {
        const seal = (row: Row, column: string) => keyring.encrypt(String(row[column]));
        const accounts = owners.flatMap(accountsOf);
        for (const { platform, sim } of accounts) platforms.addAccounts(platform, [sim]);
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
            access_token_encrypted: seal(connection, 'access_token_encrypted'),
            refresh_token_encrypted: seal(connection, 'refresh_token_encrypted'),
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
