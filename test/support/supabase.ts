import { afterAll, beforeAll, inject } from 'vitest';
import { z } from 'zod';
import type { PostgresAddress } from '../../src/sandbox/supabase/postgres-address.ts';
import { openProject, type Supabase } from '../../src/sandbox/supabase/start-supabase.ts';
import { createDatabase, type DatabaseContents, dropDatabase } from './databases.ts';

export interface TestSupabaseOptions extends Partial<DatabaseContents> {
  /** 18 by default. */
  readonly version?: PostgresAddress['version'] | undefined;
  /** Connections of the API to the database, 10 by default. */
  readonly poolSize?: number | undefined;
}

/**
 * A Supabase project of this test file's own, from before its first test to after its last:
 * by default with the app's tables as today and our migrations applied. Call the result inside tests and hooks.
 */
export function useSupabase(options: TestSupabaseOptions = {}): () => Supabase {
  let current: Supabase | undefined;
  beforeAll(async () => {
    current = await openTestSupabase(options);
  });
  afterAll(async () => {
    await current?.stop();
  });
  return () => {
    if (!current) throw new Error('The project of useSupabase() exists only inside tests and hooks.');
    return current;
  };
}

/** The same for one test; stop() removes the database. All test files share one PostgreSQL server. */
export async function openTestSupabase(options: TestSupabaseOptions = {}): Promise<Supabase> {
  const server = await sharedServer(options.version ?? 18);
  const { app = 'current', migrated = true } = options;
  const database = await createDatabase(server, { app, migrated });
  const project = await openProject(server, database, { poolSize: options.poolSize });
  const stop = async () => {
    await project.stop();
    await dropDatabase(server, database);
  };
  let stopped: Promise<void> | undefined;
  return { ...project, stop: () => (stopped ??= stop()) };
}

const Address = z.object({
  version: z.union([z.literal(15), z.literal(18)]),
  port: z.number(),
  password: z.string(),
  directory: z.string(),
});

async function sharedServer(version: PostgresAddress['version']): Promise<PostgresAddress> {
  const response = await fetch(`${inject('postgresBroker')}/${version}`);
  if (!response.ok) throw new Error(await response.text());
  return Address.parse(await response.json());
}
