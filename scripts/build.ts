import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleProgram } from './bundle.ts';

const DIST = fileURLToPath(new URL('../dist', import.meta.url));
const ENTRY = join(DIST, 'main.js');

/** A tick still running loads its files by their old names; none runs this long. */
const KEEP_OLD_MS = 60 * 60_000;

const outputFiles = await bundleProgram(DIST);

// cron does not stop for a build: what main.js needs is there before it, and what running ticks need stays.
await mkdir(DIST, { recursive: true });
for (const { path, contents } of outputFiles)
  await writeFile(path === ENTRY ? `${path}.new` : path, contents);
await rename(`${ENTRY}.new`, ENTRY);
const written = outputFiles.map(({ path }) => basename(path));
for (const name of await readdir(DIST)) {
  const path = join(DIST, name);
  const age = Date.now() - (await stat(path)).mtimeMs;
  if (!written.includes(name) && age > KEEP_OLD_MS) await rm(path, { recursive: true });
}

const bytes = outputFiles.reduce((sum, { contents }) => sum + contents.length, 0);
process.stdout.write(`dist/: ${written.length} files, ${Math.round(bytes / 1024)} kB\n`);
