import postgres from 'postgres';
import { applyRange } from './byte-range.ts';
import { diskStorage } from './disk-storage.ts';
import type { ProjectKeys } from './keys.ts';
import { loadLite } from './lite.ts';
import { answerErrorsLikePostgrest, COLUMN_TYPES, useRolesWithoutGranting } from './lite-corrections.ts';
import { close, listen } from './loopback.ts';
import { unwrapUpload } from './multipart-upload.ts';
import { loadOptional } from './optional-package.ts';
import { resolveKey } from './request-claims.ts';
import { rpcRoute } from './rpc-route.ts';
import { nameSignedUrl } from './signed-url.ts';

/** Hosted projects cancel what a request runs, or waits for a lock, after this time (role authenticator). */
const REQUEST_TIMEOUT_MS = 8000;

/** Requests beyond this many wait for a free connection, as behind PostgREST's db-pool (default 10). */
const DEFAULT_POOL_SIZE = 10;

export interface ApiServer {
  /** http://127.0.0.1:<port>, the SUPABASE_URL. */
  readonly url: string;
  /** Resolves when tables and functions made until now are known to the Data API. */
  reloadSchema(): Promise<void>;
  stop(): Promise<void>;
}

export interface ApiServerOptions {
  /** The superuser's postgres:// URL: lite lists only what its role may see, and changes to the request's role itself. */
  readonly databaseUrl: string;
  readonly keys: ProjectKeys;
  readonly storageDirectory: string;
  /** 0, the default: any free port. */
  readonly port?: number | undefined;
  readonly poolSize?: number | undefined;
  /** Paths that another server on this machine answers: prefix → its origin. */
  readonly beside?: Readonly<Record<string, string>> | undefined;
}

/**
 * Serves Data API, Auth and Storage of one database on loopback.
 * Tables and functions are looked up once; `notify pgrst` makes it look again, as on a hosted project.
 */
export async function serveApi(options: ApiServerOptions): Promise<ApiServer> {
  const [lite, { createAdaptorServer }] = await Promise.all([
    loadLite(),
    loadOptional('@hono/node-server', () => import('@hono/node-server')),
  ]);
  const connection = lite.createPostgresConnection({
    url: options.databaseUrl,
    postgresOptions: {
      max: options.poolSize ?? DEFAULT_POOL_SIZE,
      onnotice: () => {},
      types: COLUMN_TYPES,
      connection: { statement_timeout: REQUEST_TIMEOUT_MS, lock_timeout: REQUEST_TIMEOUT_MS },
    },
  });
  useRolesWithoutGranting(connection);
  answerErrorsLikePostgrest(connection);
  const { keys } = options;
  const app = new lite.App({
    connection,
    auth: {
      enabled: true,
      jwt_secret: keys.jwtSecret,
      publishable_key: keys.anonKey,
      secret_key: keys.serviceRoleKey,
    },
    storage: { enabled: true },
    options: { server: { disableStudio: true, apiKeys: { resolver: async (key) => resolveKey(key, keys) } } },
  });
  app._storageAdapter = diskStorage(options.storageDirectory);
  await app.init();
  // After init, which else prints a warning: the sandbox is nobody's production.
  lite.setExperimental('storage', true);

  // One after the other: a look begun before a migration must not replace one begun after it.
  const look = () => connection.introspect({ useCache: false });
  let looking: Promise<unknown> = Promise.resolve();
  async function reloadSchema(): Promise<void> {
    looking = looking.then(look, look);
    await looking;
  }

  const listener = postgres(options.databaseUrl, { max: 1, onnotice: () => {} });
  const rpc = rpcRoute(connection, keys);
  const server = createAdaptorServer({
    fetch: async (request) => {
      const { pathname } = new URL(request.url);
      const beside = Object.entries(options.beside ?? {}).find(([prefix]) => pathname.startsWith(prefix));
      if (beside !== undefined) return passOn(request, beside[1]);
      if (pathname.startsWith('/rest/v1/rpc/')) return rpc(request, app.fetch);
      if (!pathname.startsWith('/storage/v1/object/')) return app.fetch(request);
      const answer = await app.fetch(await unwrapUpload(request));
      const signs = request.method === 'POST' && /^\/storage\/v1\/object\/sign\/[^/]+\/./.test(pathname);
      return signs ? nameSignedUrl(answer) : applyRange(request.headers.get('range'), answer);
    },
    // Else the library replaces the global Request and Response of the whole process.
    overrideGlobalObjects: false,
  });
  const disconnect = () => Promise.all([listener.end({ timeout: 1 }), connection.driver.end({ timeout: 1 })]);
  try {
    // A reload that fails because the project is being stopped concerns nobody.
    await listener.listen('pgrst', () => void reloadSchema().catch(() => {}));
    await reloadSchema();
    const port = await listen(server, options.port ?? 0);
    return {
      url: `http://127.0.0.1:${port}`,
      reloadSchema,
      stop: async () => {
        await close(server);
        await disconnect();
      },
    };
  } catch (error) {
    await disconnect();
    throw error;
  }
}

async function passOn(request: Request, origin: string): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  const body = request.method === 'GET' ? null : await request.arrayBuffer();
  return fetch(new URL(`${pathname}${search}`, origin), { method: request.method, body });
}
