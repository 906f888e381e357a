import { randomBytes } from 'node:crypto';
import postgres from 'postgres';
import { readMigrations } from '../../src/sandbox/migrations.ts';
import { applyAppSchema } from '../../src/sandbox/supabase/app-schema.ts';
import { urlFor } from '../../src/sandbox/supabase/postgres-address.ts';
import { type PostgresServer, startPostgres } from '../../src/sandbox/supabase/postgres-server.ts';
import { asSuperuser, DEFAULT_DATABASE, makeProject, makeRoles } from '../../src/sandbox/supabase/project.ts';
import { applyFiles } from '../../src/store/migrations/apply.ts';
import type { SqlFile } from '../../src/store/migrations/files.ts';
import { CLOCK_SQL, onClock } from './clock.ts';

/** A migration as it is applied: the identity, or a deliberate fault. */
export type EditSql = (file: SqlFile) => SqlFile;

/** A project with the app's tables and our migrations on the movable clock, to be copied. */
export interface Template {
  readonly postgres: PostgresServer;
  /** A new database; answers its name. */
  create(): Promise<string>;
  drop(name: string): Promise<void>;
}

/** A PostgreSQL of its own: it is going to be restarted. */
export async function startDatabaseServer(): Promise<PostgresServer> {
  const server = await startPostgres();
  try {
    await makeRoles(server);
    return server;
  } catch (error) {
    await server.stop();
    throw error;
  }
}

export async function makeTemplate(
  server: PostgresServer,
  edit: EditSql = (file) => file,
): Promise<Template> {
  const named = (kind: string) => `chaos_${kind}_${randomBytes(6).toString('hex')}`;
  const lobby = (text: string) => asSuperuser(server, DEFAULT_DATABASE, (sql) => sql.unsafe(text));
  const template = named('template');
  await lobby(`create database ${template}`);
  await makeProject(server, template);
  const sql = postgres(urlFor(server, 'postgres', template), { max: 1, onnotice: () => {} });
  try {
    await applyAppSchema(sql, { withU: true });
    await sql.unsafe(CLOCK_SQL).simple();
    const files = (await readMigrations()).map((file) => onClock(edit(file)));
    await applyFiles(sql, files, () => undefined);
  } finally {
    await sql.end();
  }
  return {
    postgres: server,
    async create() {
      const name = named('lane');
      await lobby(`create database ${name} template ${template} owner postgres`);
      return name;
    },
    drop: async (name) => {
      await lobby(`drop database ${name} with (force)`);
    },
  };
}
