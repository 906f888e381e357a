import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, cp, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from './loopback.ts';
import { type PostgresAddress, SUPERUSER } from './postgres-address.ts';
import { findPostgres, type PostgresVersion } from './postgres-binaries.ts';
import { initDatabaseDirectory, startServerProcess } from './postgres-process.ts';
import { unprivilegedUser } from './run-as.ts';
import { startWatchdog } from './watchdog.ts';

const run = promisify(execFile);

/** Another process may take the free port before PostgreSQL does. */
const PORT_ATTEMPTS = 5;

export interface PostgresServer extends PostgresAddress {
  /** Ends the server as a crash would and starts it again on the same port: every connection is lost, no data is. */
  restart(): Promise<void>;
  /** Ends all sessions, the server, and removes the directory. May be called twice. */
  stop(): Promise<void>;
}

export interface PostgresServerOptions {
  readonly version?: PostgresVersion | undefined;
  /** Receives PostgreSQL's own log, in pieces. */
  readonly onLog?: ((text: string) => void) | undefined;
}

/** Starts an empty PostgreSQL in a temporary directory, on a free loopback port; it never outlives our process. */
export async function startPostgres(options: PostgresServerOptions = {}): Promise<PostgresServer> {
  const version = options.version ?? 18;
  const [installed, user] = await Promise.all([findPostgres(version), unprivilegedUser()]);
  const directory = await mkdtemp(join(tmpdir(), 'content-publisher-'));
  const watchdog = startWatchdog(directory);
  try {
    const password = randomBytes(16).toString('hex');
    const data = join(directory, 'data');
    const passwordFile = join(directory, 'password');
    await writeFile(passwordFile, password, { mode: 0o600 });
    if (user) {
      await chown(directory, user.uid, user.gid);
      await chown(passwordFile, user.uid, user.gid);
    }
    const init = (home: string) =>
      initDatabaseDirectory({ home, data, passwordFile, superuser: SUPERUSER, user, version });
    let home = installed;
    try {
      await init(home);
    } catch (error) {
      if (!user || !isAccessDenied(error)) throw error;
      // A clone below /root is closed to the user PostgreSQL runs as; 60 MB are copied in about 0.1 s.
      home = join(directory, 'postgresql');
      await cp(installed, home, { recursive: true, verbatimSymlinks: true });
      await run('chmod', ['-R', 'a+rX', home]);
      await init(home);
    }
    const start = async (port: number) => {
      const server = await startServerProcess({ home, data, port, user, version, onLog: options.onLog });
      watchdog.guard(server.pid);
      await server.ready;
      return server;
    };
    const { port, started } = await startOnFreePort(start);
    let running = Promise.resolve(started);
    let stopped: Promise<void> | undefined;
    const stop = async () => {
      await (await running).stop();
      await watchdog.release();
    };
    return {
      version,
      directory,
      password,
      port,
      restart: async () => {
        running = running.then(async (server) => {
          await server.stop();
          return start(port);
        });
        await running;
      },
      stop: () => (stopped ??= stop()),
    };
  } catch (error) {
    await watchdog.release();
    throw error;
  }
}

async function startOnFreePort<T>(
  start: (port: number) => Promise<T>,
): Promise<{ readonly port: number; readonly started: T }> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    try {
      return { port, started: await start(port) };
    } catch (error) {
      const taken = error instanceof Error && error.message.includes('could not bind');
      if (!taken || attempt === PORT_ATTEMPTS) throw error;
    }
  }
}

function isAccessDenied(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EACCES';
}
