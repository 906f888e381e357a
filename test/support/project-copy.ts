import { cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const INSTALLED = ['bin', 'scripts', 'src', 'package.json', 'supabase/migrations'];

/**
 * The program as somebody installed it, in a folder of this test file's own with blanks in its name: its .env, logs and
 * dist are nobody else's. There is no bundle. Call the result inside tests and hooks.
 */
export function useProjectCopy(): () => string {
  let folder: string | undefined;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'content publisher '));
    for (const part of INSTALLED) {
      await cp(join(ROOT, part), join(folder, part), {
        recursive: true,
        filter: (path) => !path.endsWith('.test.ts'),
      });
    }
    await mkdir(join(folder, 'logs'));
    await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  });
  afterAll(async () => {
    if (folder !== undefined) await rm(folder, { recursive: true });
  });
  return () => {
    if (folder === undefined) throw new Error('The copy exists only inside tests and hooks.');
    return folder;
  };
}
