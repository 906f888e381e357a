import { createServer } from 'node:http';
import type { TestProject } from 'vitest/node';
import { close, listen } from '../../src/sandbox/supabase/loopback.ts';
import type { PostgresAddress } from '../../src/sandbox/supabase/postgres-address.ts';
import { POSTGRES_VERSIONS, type PostgresVersion } from '../../src/sandbox/supabase/postgres-binaries.ts';
import { type PostgresServer, startPostgres } from '../../src/sandbox/supabase/postgres-server.ts';
import { asSuperuser, DEFAULT_DATABASE, makeProject, makeRoles } from '../../src/sandbox/supabase/project.ts';
import { EMPTY_PROJECT } from './databases.ts';

/**
 * One PostgreSQL per version for all test files, started when the first of them asks: a run of pure tests starts none.
 * Test files run in other processes, so they ask over HTTP; the answer is a PostgresAddress.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const servers = new Map<PostgresVersion, Promise<PostgresServer>>();

  async function addressOf(version: PostgresVersion): Promise<PostgresAddress> {
    const starting = servers.get(version) ?? startProjectServer(version);
    servers.set(version, starting);
    const { port, password, directory } = await starting;
    return { version, port, password, directory };
  }

  const broker = createServer((request, response) => {
    const version = POSTGRES_VERSIONS.find((known) => request.url === `/${known}`);
    if (version === undefined) return response.writeHead(404).end();
    addressOf(version).then(
      (address) => response.end(JSON.stringify(address)),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
    return response;
  });
  project.provide('postgresBroker', `http://127.0.0.1:${await listen(broker, 0)}`);
  return async () => {
    await close(broker);
    const started = await Promise.allSettled(servers.values());
    await Promise.all(started.map((one) => (one.status === 'fulfilled' ? one.value.stop() : undefined)));
  };
}

/** A server with the template of all test databases. */
async function startProjectServer(version: PostgresVersion): Promise<PostgresServer> {
  const server = await startPostgres({ version });
  try {
    await makeRoles(server);
    await asSuperuser(server, DEFAULT_DATABASE, (sql) => sql.unsafe(`create database ${EMPTY_PROJECT}`));
    await makeProject(server, EMPTY_PROJECT);
    return server;
  } catch (error) {
    await server.stop();
    throw error;
  }
}

declare module 'vitest' {
  interface ProvidedContext {
    /** Origin that answers /15 and /18 with the address of a running PostgreSQL. */
    postgresBroker: string;
  }
}
