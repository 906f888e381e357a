import postgres from 'postgres';
import { loadLite } from './lite.ts';
import { type PostgresAddress, SUPERUSER, urlFor } from './postgres-address.ts';
import { GRANTS_SQL, rolesSql, SCHEMAS_SQL } from './project-sql.ts';

/** The database that every PostgreSQL starts with and that a hosted project uses. */
export const DEFAULT_DATABASE = 'postgres';

/** Makes the roles of a Supabase project: once per server, before the first makeProject. */
export async function makeRoles(server: PostgresAddress): Promise<void> {
  await asSuperuser(server, DEFAULT_DATABASE, (sql) => sql.unsafe(rolesSql(server.password)).simple());
}

/** Gives a database the schemas auth, storage and extensions of an empty Supabase project, with their grants. */
export async function makeProject(server: PostgresAddress, database: string): Promise<void> {
  const lite = await loadLite();
  const statements = [
    SCHEMAS_SQL,
    lite.getAuthSchemaSql(),
    lite.SUPABASE_AUTH_HELPERS_SQL,
    lite.getStorageSchemaSql(),
    GRANTS_SQL,
    `alter database ${database} owner to postgres;`,
  ];
  await asSuperuser(server, database, (sql) => sql.unsafe(statements.join('\n')).simple());
}

/** Runs `use` on one connection of its own. */
export async function asSuperuser<T>(
  server: PostgresAddress,
  database: string,
  use: (sql: postgres.Sql) => Promise<T>,
): Promise<T> {
  const sql = postgres(urlFor(server, SUPERUSER, database), { max: 1, onnotice: () => {} });
  try {
    return await use(sql);
  } finally {
    await sql.end();
  }
}
