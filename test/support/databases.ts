import { createHash, randomBytes } from 'node:crypto';
import postgres from 'postgres';
import { applyMigrations, readMigrations } from '../../src/sandbox/migrations.ts';
import { applyAppSchema } from '../../src/sandbox/supabase/app-schema.ts';
import { type PostgresAddress, urlFor } from '../../src/sandbox/supabase/postgres-address.ts';
import { asSuperuser, DEFAULT_DATABASE } from '../../src/sandbox/supabase/project.ts';

/** An empty Supabase project. Nobody connects to it, since a database in use cannot be copied. */
export const EMPTY_PROJECT = 'empty_project';

export interface DatabaseContents {
  /** The app's tables: none, as today ('current'), or without the columns its SQL never declared ('old'). */
  readonly app: 'none' | 'old' | 'current';
  /** Whether supabase/migrations has been applied. */
  readonly migrated: boolean;
}

/**
 * Makes a database with these contents and returns its name.
 * Contents are built once per run and copied from then on; what the template is called follows from the files.
 */
export async function createDatabase(server: PostgresAddress, contents: DatabaseContents): Promise<string> {
  const template = await templateOf(server, contents);
  const name = `test_${randomBytes(6).toString('hex')}`;
  await asSuperuser(server, DEFAULT_DATABASE, (sql) =>
    sql.unsafe(`create database ${name} template ${template} owner postgres`),
  );
  return name;
}

export async function dropDatabase(server: PostgresAddress, name: string): Promise<void> {
  await asSuperuser(server, DEFAULT_DATABASE, (sql) => sql.unsafe(`drop database ${name} with (force)`));
}

async function templateOf(server: PostgresAddress, { app, migrated }: DatabaseContents): Promise<string> {
  if (app === 'none' && !migrated) return EMPTY_PROJECT;
  const files = migrated ? await readMigrations() : [];
  const hash = createHash('sha256').update(JSON.stringify(files)).digest('hex').slice(0, 12);
  const name = `template_${app}_${migrated ? hash : 'bare'}`;
  await asSuperuser(server, DEFAULT_DATABASE, async (lobby) => {
    // Two test files may want the same template at the same moment.
    await lobby`select pg_advisory_lock(hashtext(${name}))`;
    const found = await lobby`select from pg_database where datname = ${name}`;
    if (found.length > 0) return;
    const unfinished = `${name}_unfinished`;
    await lobby.unsafe(`drop database if exists ${unfinished} with (force)`);
    await lobby.unsafe(`create database ${unfinished} template ${EMPTY_PROJECT} owner postgres`);
    const sql = postgres(urlFor(server, 'postgres', unfinished), { max: 1, onnotice: () => {} });
    try {
      if (app !== 'none') await applyAppSchema(sql, { withU: app === 'current' });
      if (migrated) await applyMigrations(sql);
    } finally {
      await sql.end();
    }
    await lobby.unsafe(`alter database ${unfinished} rename to ${name}`);
  });
  return name;
}
