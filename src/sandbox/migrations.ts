import { join } from 'node:path';
import type postgres from 'postgres';
import { PROJECT_ROOT } from '../cli/project.ts';
import { applyFiles } from '../store/migrations/apply.ts';
import * as files from '../store/migrations/files.ts';

/** The project's migrations, in the order in which they apply. */
export function readMigrations(): Promise<readonly files.SqlFile[]> {
  return files.readMigrations(join(PROJECT_ROOT, 'supabase'));
}

/** Applies them as `content-publisher migrate` does. */
export async function applyMigrations(sql: postgres.Sql): Promise<void> {
  await applyFiles(sql, await readMigrations(), () => undefined);
}
