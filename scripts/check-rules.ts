import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

/**
 * `npm run rules`: what the compiler and the linter do not see. Prints every violation and exits with 1 when there is one.
 * - who imports whom (.dependency-cruiser.cjs)
 * - only src/config reads the environment
 * - shared code never names a platform: it asks a platform's capabilities
 * An argument names another folder with a src/ to look at.
 */
const PROJECT = fileURLToPath(new URL('../', import.meta.url));
const root = resolve(process.argv[2] ?? PROJECT);

/** The PATH that a child process gets is no setting of ours. */
const MAY_READ_ENVIRONMENT = /^src\/config\/|^src\/sandbox\/supabase\/postgres-process\.ts$|\.test\.ts$/;
const MAY_NAME_PLATFORMS =
  /^src\/(platforms|sandbox)\/|^src\/config\/platform-env\.ts$|^src\/core\/platform-name\.ts$|\.test\.ts$/;
const PLATFORM_WORD = /\b(facebook|instagram|linkedin|youtube|twitter|tiktok|threads|bluesky|mastodon)\b/i;
/** A cruiser that cannot read TypeScript sees next to nothing and reports no violation (7.0 does that to 17.4). */
const LEAST_SHARE_SEEN = 0.9;

const files = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
  .map((entry) => relative(root, join(entry.parentPath, entry.name)))
  .sort();
const violations = [...(await importViolations()), ...files.flatMap(textViolations)];

process.stdout.write(
  violations.length === 0
    ? `rules: ${files.length} files keep them\n`
    : `${violations.join('\n')}\nrules: ${violations.length} violations\n`,
);
process.exitCode = violations.length === 0 ? 0 : 1;

function textViolations(file: string): string[] {
  return codeLines(readFileSync(join(root, file), 'utf8')).flatMap((line, index) => {
    const at = `${file}:${index + 1}: ${line.trim()}`;
    return [
      ...(line.includes('process.env') && !MAY_READ_ENVIRONMENT.test(file)
        ? [`only src/config reads the environment: ${at}`]
        : []),
      ...(PLATFORM_WORD.test(line) && !MAY_NAME_PLATFORMS.test(file)
        ? [`shared code names a platform: ${at}`]
        : []),
    ];
  });
}

/** Without comments, which may name whom they like. Not a parser: a string that holds a comment's beginning loses its end. */
function codeLines(text: string): string[] {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ''))
    .replace(/(^|[^:'"`])\/\/.*$/gm, '$1')
    .split('\n');
}

async function importViolations(): Promise<string[]> {
  const Report = z.object({
    modules: z.array(z.object({ source: z.string() })),
    summary: z.object({
      violations: z.array(
        z.object({
          from: z.string(),
          to: z.string(),
          rule: z.object({ name: z.string() }),
          comment: z.string().optional(),
        }),
      ),
    }),
  });
  const { modules, summary } = Report.parse(JSON.parse(await cruise()));
  const seen = modules.filter(({ source }) => files.includes(source)).length;
  const blind = seen < files.length * LEAST_SHARE_SEEN;
  return [
    ...(blind
      ? [`dependency-cruiser saw ${seen} of ${files.length} files, so its silence says nothing`]
      : []),
    ...summary.violations.map(
      ({ rule, from, to, comment }) =>
        `${rule.name}: ${from} → ${to}${comment === undefined ? '' : ` (${comment})`}`,
    ),
  ];
}

function cruise(): Promise<string> {
  const cruiser = join(PROJECT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const folders = ['src', 'scripts', 'test'].filter((name) => readdirSync(root).includes(name));
  const args = ['--config', join(PROJECT, '.dependency-cruiser.cjs'), '--output-type', 'json', ...folders];
  return new Promise((done, fail) => {
    execFile(process.execPath, [cruiser, ...args], { cwd: root, maxBuffer: 100_000_000 }, (error, stdout) => {
      // It exits with the number of violations.
      if (error !== null && !stdout.startsWith('{')) fail(error);
      else done(stdout);
    });
  });
}
