import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type postgres from 'postgres';
import { PROJECT_ROOT } from '../cli/project.ts';

const DIRECTORY = join(PROJECT_ROOT, 'supabase', 'migrations');

interface MigrationFile {
  readonly name: string;
  readonly text: string;
}

/** The project's migrations, in the order in which they apply. */
export async function readMigrations(): Promise<MigrationFile[]> {
  const names = (await readdir(DIRECTORY)).filter((name) => name.endsWith('.sql')).sort();
  return Promise.all(
    names.map(async (name) => ({ name, text: await readFile(join(DIRECTORY, name), 'utf8') })),
  );
}

/**
 * Applies every migration in one session, each file as one simple-protocol query, as psql and the SQL editor do.
 * An error names the file; the session is left clean for whoever uses the connection next.
 */
export async function applyMigrations(sql: postgres.Sql): Promise<void> {
  const files = await readMigrations();
  const session = await sql.reserve();
  try {
    for (const { name, text } of files) {
      try {
        await session.unsafe(text).simple();
      } catch (error) {
        throw new Error(`${name}: ${error instanceof Error ? error.message : String(error)}`, {
          cause: error,
        });
      }
    }
  } finally {
    await session.unsafe('rollback; reset all').simple();
    session.release();
  }
}
