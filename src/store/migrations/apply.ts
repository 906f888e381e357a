import type postgres from 'postgres';
import { MigrationError, migrationError } from './errors.ts';
import type { SqlFile } from './files.ts';

/** Two migrations at once would meet in "tuple concurrently updated". */
const ONE_AT_A_TIME = `set local lock_timeout = '5s'; select pg_advisory_xact_lock(hashtext('content-publisher migrate'))`;

/**
 * Runs each file in a transaction of its own; those before a failing one stay, since every file may be run again.
 * @throws MigrationError that names the file
 */
export async function applyFiles(
  sql: postgres.Sql,
  files: readonly SqlFile[],
  onApplied: (name: string) => void,
): Promise<void> {
  for (const { name, text } of files) {
    try {
      await sql.begin(async (transaction) => {
        await transaction.unsafe(ONE_AT_A_TIME).simple();
        await transaction.unsafe(text).simple();
      });
    } catch (error) {
      const { kind, message, hint } = migrationError(error);
      throw new MigrationError(kind, `${name}: ${message}`, hint, error);
    }
    onApplied(name);
  }
}

/**
 * Removes what the migrations made, or nothing.
 * @throws MigrationError; kind again while posts may be on their way and `force` is false
 */
export async function takeDown(sql: postgres.Sql, file: SqlFile, force: boolean): Promise<void> {
  await sql.begin(async (transaction) => {
    await transaction`select set_config('content_publisher.force', ${force ? 'on' : 'off'}, true)`;
    await transaction.unsafe(file.text).simple();
  });
}

/** Versions of ours that the Supabase CLI has recorded as applied; it would not apply them again. */
export async function recordedByCli(
  sql: postgres.Sql,
  files: readonly SqlFile[],
): Promise<readonly string[]> {
  const [found] = await sql`select to_regclass('supabase_migrations.schema_migrations') is not null as there`;
  if (found?.['there'] !== true) return [];
  const rows = await sql`select version::text as version from supabase_migrations.schema_migrations`;
  const recorded = new Set(rows.map((row) => String(row['version'])));
  return files
    .map(({ name }) => /(\d{14})_/.exec(name)?.[1] ?? '')
    .filter((version) => recorded.has(version));
}
