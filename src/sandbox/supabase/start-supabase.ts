import { join } from 'node:path';
import postgres from 'postgres';
import { serveApi } from './api-server.ts';
import { makeKeys, type ProjectKeys, signUserJwt } from './keys.ts';
import { loadLite } from './lite.ts';
import { type PostgresAddress, SUPERUSER, urlFor } from './postgres-address.ts';
import { type PostgresServerOptions, startPostgres } from './postgres-server.ts';
import { DEFAULT_DATABASE, makeProject, makeRoles } from './project.ts';

export interface SupabaseOptions extends PostgresServerOptions {
  /** The API's port; 0, the default, takes any free one. */
  readonly port?: number | undefined;
  /** Connections of the API to the database, 10 by default. */
  readonly poolSize?: number | undefined;
  /** Paths that another server on this machine answers: prefix → its origin. */
  readonly beside?: Readonly<Record<string, string>> | undefined;
}

export interface Supabase extends Omit<ProjectKeys, 'jwtSecret'> {
  /** The SUPABASE_URL. */
  readonly url: string;
  /** As role postgres, who owns the database but is no superuser, as on a hosted project: what migrations run as. */
  readonly databaseUrl: string;
  /** As superuser, for what no hosted project allows. */
  readonly adminUrl: string;
  /** A pool on databaseUrl. */
  readonly sql: postgres.Sql;
  /** The access token of a signed-in user, valid for an hour. */
  signUserJwt(userId: string): string;
  /** Resolves when what migrations made until now is known to the API; `notify pgrst` does the same, a moment later. */
  reloadSchema(): Promise<void>;
  /** Ends everything that was started. May be called twice. */
  stop(): Promise<void>;
}

/**
 * Starts an empty Supabase project on loopback: a real PostgreSQL behind Data API, Auth and Storage,
 * for the unchanged supabase-js client. It is gone when our process is, however that ends.
 * Throws MissingPackageError when one of the optional packages is not installed.
 */
export async function startSupabase(options: SupabaseOptions = {}): Promise<Supabase> {
  const packages = loadLite();
  packages.catch(() => {});
  const server = await startPostgres(options);
  try {
    await packages;
    await makeRoles(server);
    await makeProject(server, DEFAULT_DATABASE);
    const project = await openProject(server, DEFAULT_DATABASE, options);
    const stop = async () => {
      await project.stop();
      await server.stop();
    };
    let stopped: Promise<void> | undefined;
    return { ...project, stop: () => (stopped ??= stop()) };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** Serves one database of a running server, with keys of its own; stop() leaves the server running. */
export async function openProject(
  server: PostgresAddress,
  database: string,
  options: Pick<SupabaseOptions, 'port' | 'poolSize' | 'beside'> = {},
): Promise<Supabase> {
  const { jwtSecret, ...keys } = await makeKeys();
  const adminUrl = urlFor(server, SUPERUSER, database);
  const databaseUrl = urlFor(server, 'postgres', database);
  const api = await serveApi({
    databaseUrl: adminUrl,
    keys: { ...keys, jwtSecret },
    storageDirectory: join(server.directory, 'storage', database),
    port: options.port,
    poolSize: options.poolSize,
    beside: options.beside,
  });
  const sql = postgres(databaseUrl, { max: 4, onnotice: () => {} });
  const stop = async () => {
    await Promise.all([api.stop(), sql.end({ timeout: 1 })]);
  };
  let stopped: Promise<void> | undefined;
  return {
    ...keys,
    url: api.url,
    databaseUrl,
    adminUrl,
    sql,
    signUserJwt: (userId) => signUserJwt(userId, jwtSecret),
    reloadSchema: api.reloadSchema,
    stop: () => (stopped ??= stop()),
  };
}
