import { randomUUID } from 'node:crypto';
import { hostname, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Config, ConfigWith } from '../config/config.ts';
import { loadConfig } from '../config/load-config.ts';
import type { Need } from '../config/variable.ts';
import type { Logger } from '../core/logger.ts';
import type { Platform, PlatformContext } from '../core/platform.ts';
import { PLATFORM_NAMES, type PlatformName } from '../core/platform-name.ts';
import type { Store, TickIdentity } from '../core/store.ts';
import { connect, createRpc } from '../store/rpc.ts';
import { createSpool, SPOOL_FILE, type Spool } from '../store/spool.ts';
import { createStore } from '../store/store.ts';
import type { Publishing, TickDeps } from '../tick/deps.ts';
import { EXIT } from './exit-codes.ts';
import { CommandError, type Io } from './io.ts';
import { PROJECT_ROOT, USER_AGENT, VERSION } from './project.ts';

/** Starting work ends here, so that a tick is over before the next but one begins. */
const STARTING_MS = 50_000;

/** @throws CommandError with every problem of the environment at once */
export function readConfig<N extends Need>(io: Io, need: readonly N[], publishes: boolean): ConfigWith<N> {
  const loaded = loadConfig(io.env, { need, platforms: publishes ? PLATFORM_NAMES : [] });
  if ('config' in loaded) return loaded.config;
  const lines = loaded.problems.map((problem) => `${problem.message} ${problem.hint}`);
  throw new CommandError(EXIT.config, lines.join('\n'), 'See .env.example for every variable.');
}

export function openStore(config: ConfigWith<'supabase'>, spool?: Spool) {
  const { url, key } = config.supabase;
  const client = connect({ url, serviceRoleKey: key, timeoutMs: config.limits.requestTimeoutMs });
  return { client, store: createStore(createRpc(client), spool) };
}

export function newIdentity(): TickIdentity {
  const owner = randomUUID();
  return { owner, runId: owner.slice(0, 8), host: hostname(), pid: process.pid, version: VERSION };
}

/** A relative LOG_DIR counts from the project, not from where cron starts. */
export const logDir = (config: Config) => resolve(PROJECT_ROOT, config.log.dir);

export interface TickParts {
  readonly config: ConfigWith<'supabase' | 'encryption'>;
  readonly identity: TickIdentity;
  readonly log: Logger;
  readonly notice: (line: string) => void;
  readonly signal: AbortSignal;
  readonly includeOverdue: boolean;
}

/** Wires one tick. `close` ends what `publishing` opened. */
export function wireTick(parts: TickParts): { readonly deps: TickDeps; close(): Promise<void> } {
  const { config, identity, log, notice, signal } = parts;
  const { client, store } = openStore(config, tellingSpool(config, log));
  const { limits } = config;
  const clock = databaseClock(log);
  let opened: Promise<Publishing & { close(): Promise<void> }> | undefined;
  const publishing = () => {
    opened ??= openPublishing(parts, client, store, clock);
    return opened;
  };
  return {
    deps: {
      identity,
      store,
      publishing,
      log,
      notice,
      limits: {
        startingMs: STARTING_MS,
        leaseSeconds: Math.ceil(limits.leaseMs / 1_000),
        concurrency: limits.concurrency,
        maxTicksPerHost: limits.maxTicksPerHost,
        maxLatenessMs: limits.maxLatenessMs,
        maxHoldMs: limits.maxHoldMs,
        maxAttempts: limits.maxAttempts,
        writesPerHour: limits.writesPerHour,
        backlogSpacingMs: limits.backlogSpacingMs,
        breakerPauseMs: limits.breakerPauseMs,
        requestTimeoutMs: limits.requestTimeoutMs,
        findQuarantineMs: limits.findQuarantineMs,
      },
      options: {
        userId: config.testUser.id ?? null,
        includeOverdue: parts.includeOverdue,
        only: null,
        lookBeforeSend: config.lookBeforeSend,
        defaultZone: config.defaultTimezone ?? null,
      },
      signal,
      ...clock,
      random: Math.random,
    },
    close: async () => {
      await (await opened)?.close();
    },
  };
}

async function openPublishing(
  parts: TickParts,
  client: ReturnType<typeof connect>,
  store: Store,
  clock: Clock,
): Promise<Publishing & { close(): Promise<void> }> {
  const { config, log, signal } = parts;
  const [
    { platforms },
    { createHttp },
    { createMediaLibrary },
    { publicLookup },
    { createBucket, createMediaStorage },
    { createKeyring },
    { readStoredToken },
    { createAppCredentials },
  ] = await Promise.all([
    import('../platforms/index.ts'),
    import('../http/client.ts'),
    import('../media/library.ts'),
    import('../media/public-address.ts'),
    import('../store/bucket.ts'),
    import('../security/keyring.ts'),
    import('../security/stored-token.ts'),
    import('./app-credentials.ts'),
  ]);
  const keyring = createKeyring(config.encryption.current, config.encryption.previous);
  const bucket = createBucket(client);
  const credentials = createAppCredentials(config.platforms, store, keyring);
  const media = createMediaLibrary({
    dir: tmpdir(),
    allowHosts: config.media.allowHosts,
    bucket,
    storage: createMediaStorage(client, config.supabase.url, store.storedObject),
    idleMs: config.limits.requestTimeoutMs,
    signal,
  });
  const contexts = new Map<PlatformName, PlatformContext>();
  const clients: { close(): Promise<void> }[] = [];
  const context = (name: PlatformName): PlatformContext => {
    const known = contexts.get(name);
    if (known !== undefined) return known;
    const platform: Platform | undefined = platforms[name as keyof typeof platforms];
    if (platform === undefined) throw new RangeError(`no module for ${name}`);
    const settings = config.platforms[name];
    const http = createHttp({
      origins: platform.capabilities.origins,
      uploadHosts: platform.capabilities.uploadHosts,
      ownServers: platform.capabilities.ownServers,
      apiUrl: settings.apiUrl,
      // Users name those servers, and this machine may stand in somebody's network.
      lookup: platform.capabilities.ownServers && settings.apiUrl === undefined ? publicLookup() : undefined,
      timeoutMs: config.limits.requestTimeoutMs,
      connectTimeoutMs: Math.min(10_000, config.limits.requestTimeoutMs),
      log,
      userAgent: USER_AGENT,
    });
    clients.push(http);
    const made: PlatformContext = {
      http,
      settings,
      app: () => credentials(name),
      log,
      now: clock.now,
      sleep: async (ms) => {
        await wait(ms, undefined, { signal });
      },
    };
    contexts.set(name, made);
    return made;
  };
  return {
    platforms,
    context,
    media,
    bucket,
    keyring,
    readToken: (stored) => readStoredToken(keyring, stored),
    close: async () => {
      await media.close();
      await Promise.all(clients.map((http) => http.close()));
    },
  };
}

/** What befalls the spool is told, and never stops the outcome itself from being asked again. */
function tellingSpool(config: ConfigWith<'supabase'>, log: Logger): Spool {
  const dir = logDir(config);
  const spool = createSpool(dir, new URL(config.supabase.url).origin);
  return {
    ...spool,
    keep(call) {
      try {
        spool.keep(call);
        if (call.call === 'publisher_outcome') {
          log.warn(`The database did not take an outcome; it is kept in ${join(dir, SPOOL_FILE)}.`, { call });
        }
      } catch (error) {
        log.error('What the database is asked could not be kept on this host; it is asked all the same.', {
          call,
          error: String(error),
        });
      }
    },
  };
}

type Clock = ReturnType<typeof databaseClock>;

/** A difference that a person should mend: logs and platforms' time stamps would be hard to compare. */
const SKEW_WARNING_MS = 5_000;

function databaseClock(log: Logger) {
  let offsetMs = 0;
  return {
    now: () => new Date(Date.now() + offsetMs),
    skewMs: () => -offsetMs,
    syncClock: (databaseNow: Date) => {
      offsetMs = databaseNow.getTime() - Date.now();
      if (Math.abs(offsetMs) < SKEW_WARNING_MS) return;
      log.warn(
        `The clock of this host is ${Math.round(-offsetMs / 1_000)} s ahead of the database's; the database's counts.`,
      );
    },
  };
}
