import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { PostgresVersion } from './postgres-binaries.ts';
import type { RunAs } from './run-as.ts';

/** What every server process here gets: throw-away data needs no durability, two cores no large buffers. */
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  fsync: 'off',
  full_page_writes: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
  // Several test files with their own pools, and several publisher processes behind one API.
  max_connections: '200',
  shared_buffers: '32MB',
  log_timezone: 'UTC',
  timezone: 'UTC',
} as const;

/** Three idle processes less. PostgreSQL 18 knows the setting, 15 refuses to start with it. */
const SETTINGS_OF_18 = { io_method: 'sync' } as const;

/**
 * Nothing of ours: PG… variables would change what is started, and secrets have no business there.
 * Without TZ initdb tries the machine's time zones one by one.
 */
const ENVIRONMENT = { PATH: process.env['PATH'], TZ: 'UTC', LC_ALL: 'C' };

const READY = 'database system is ready to accept connections';

interface Installation {
  /** The directory with bin/, lib/ and share/. */
  readonly home: string;
  readonly data: string;
  readonly user: RunAs | undefined;
  readonly version: PostgresVersion;
}

/** Runs initdb. A failure carries what it printed; an unreachable binary is an error with the code EACCES. */
export async function initDatabaseDirectory(
  options: Installation & { readonly passwordFile: string; readonly superuser: string },
): Promise<void> {
  const child = spawn(
    join(options.home, 'bin', 'initdb'),
    [
      `--pgdata=${options.data}`,
      `--username=${options.superuser}`,
      `--pwfile=${options.passwordFile}`,
      '--auth=password',
      '--encoding=UTF8',
      // Of the locales PostgreSQL 15 knows, ICU's are the only ones that every machine has with it.
      '--locale=C',
      '--locale-provider=icu',
      '--icu-locale=en-US',
      // Megabytes written less at each start.
      '--wal-segsize=1',
      '--no-sync',
      '--no-instructions',
    ],
    { ...options.user, env: ENVIRONMENT, stdio: ['ignore', 'ignore', 'pipe'], detached: true },
  );
  let problems = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    problems += text;
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`PostgreSQL could not be set up: ${problems.trim()}`);
}

export interface ServerProcess {
  readonly pid: number;
  /** Resolves when connections are accepted; rejects with the log when the process ends before that. */
  readonly ready: Promise<void>;
  stop(): Promise<void>;
}

export async function startServerProcess(
  options: Installation & {
    readonly port: number;
    readonly onLog: ((text: string) => void) | undefined;
  },
): Promise<ServerProcess> {
  const settings = { ...SETTINGS, ...(options.version >= 18 ? SETTINGS_OF_18 : {}) };
  const child = spawn(
    join(options.home, 'bin', 'postgres'),
    [
      '-D',
      options.data,
      '-p',
      String(options.port),
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    // Detached: Ctrl-C on a terminal must not stop the database before the program has finished with it.
    { ...options.user, env: ENVIRONMENT, stdio: ['ignore', 'ignore', 'pipe'], detached: true },
  );
  await once(child, 'spawn');
  const { pid } = child;
  if (pid === undefined) throw new Error('PostgreSQL was started but has no process id.');
  const ended = once(child, 'close');
  let log = '';
  let isReady = false;
  const ready = new Promise<void>((resolve, reject) => {
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      options.onLog?.(text);
      if (isReady) return;
      log += text;
      isReady = log.includes(READY);
      if (isReady) resolve();
    });
    child.once('close', () => reject(new Error(`PostgreSQL ended while starting: ${log.trim()}`)));
  });
  return {
    pid,
    ready,
    stop: async () => {
      child.kill('SIGQUIT');
      await ended;
    },
  };
}
