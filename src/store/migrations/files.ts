import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface SqlFile {
  readonly name: string;
  readonly text: string;
}

/** In the order in which they apply. `folder` is supabase/ of the project. */
export async function readMigrations(folder: string): Promise<readonly SqlFile[]> {
  const names = (await readdir(join(folder, 'migrations'))).filter((name) => name.endsWith('.sql')).sort();
  return Promise.all(names.map((name) => readSql(folder, join('migrations', name))));
}

export async function readDown(folder: string): Promise<SqlFile> {
  return readSql(folder, 'down.sql');
}

async function readSql(folder: string, path: string): Promise<SqlFile> {
  return { name: path, text: await readFile(join(folder, path), 'utf8') };
}
