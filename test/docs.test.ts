import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { platformTable, TABLE_BEGINS, TABLE_ENDS } from '../scripts/platform-table.ts';
import { EXIT } from '../src/cli/exit-codes.ts';
import { ENV_VARIABLES } from '../src/config/variables.ts';
import { ERROR_KINDS } from '../src/core/errors.ts';
import type { Platform } from '../src/core/platform.ts';
import { TARGET_STATES } from '../src/core/states.ts';
import { platforms } from '../src/platforms/index.ts';
import { runProcess } from './support/run-process.ts';
import { useSupabase } from './support/supabase.ts';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const README = read('README.md');
const all = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map((match) => match[1] ?? '');
const unique = (names: readonly string[]) => [...new Set(names)].sort();

/** First cells of the README's table under this header, without the `code` marks. */
function column(header: string): string[] {
  const [, table = ''] = README.split(`\n| ${header} |`);
  const [rows = ''] = table.split('\n\n');
  return all(rows, /^\| `?([^`|]+?)`? \|/gm);
}

/** Text of a command's --help, its subcommand's with a name. */
async function help(...command: string[]): Promise<string> {
  const args = ['--', 'bin/content-publisher', ...command, '--help'];
  const { stdout } = await runProcess(process.execPath, args, { cwd: ROOT, env: {} });
  return stdout;
}
const programCommands = async () => all(await help(), /^ {2}([a-z][a-z-]*)(?: \[| <| {2})/gm);

describe('README.md', () => {
  it('begins with the two commands, which exist', () => {
    const scripts: unknown = JSON.parse(read('package.json')).scripts;
    expect(all(README.split('\n## ')[0] ?? '', /^npm ci && npm (?:run )?(\w+)/gm)).toEqual(['demo', 'test']);
    for (const name of unique(all(README, /npm run (\w+)/g))) expect(scripts).toHaveProperty(name);
  });

  it('names only paths that exist', () => {
    const named = [
      ...all(README, /`([\w.-]+(?:\/[\w.<>-]+)*\/?)`/g),
      ...all(README, /\]\(([^)#]+)\)/g),
    ].filter((path) =>
      /^(bin|src|scripts|supabase|test|docs|\.ci)(\/|$)|^[\w.-]+\.(md|json|cjs|example)$|^LICENSE$/.test(
        path,
      ),
    );
    expect(named.length).toBeGreaterThan(25);
    for (const path of named) expect(existsSync(join(ROOT, path)), path).toBe(true);
  });

  it('names every command and no other', async () => {
    const documented = unique(all(README, /^\| `content-publisher ([a-z-]+)/gm));
    expect(documented).toEqual(unique((await programCommands()).filter((name) => name !== 'help')));
  });

  it('names only options that the program has', async () => {
    const commands = await Promise.all(
      (await programCommands()).map(async (name) => [name, await help(name)]),
    );
    const subcommands = commands.flatMap(([name = '', text = '']) =>
      all(text.split('\nCommands:\n')[1] ?? '', /^ {2}(?!help)([a-z][a-z-]*)/gm).map((one) => [name, one]),
    );
    const more = await Promise.all(subcommands.map((path) => help(...path)));
    const texts = [await help(), ...commands.map(([, text]) => text), ...more];
    for (const option of unique(all(README, /`[^`\n]*?(--[a-z-]+)/g)))
      expect(texts.join(' '), option).toContain(option);
  });

  it('lists every exit code', () => {
    expect(column('exit code | meaning').map(Number)).toEqual(Object.values(EXIT));
  });

  it('lists every state of a target', () => {
    expect(unique(column('state | meaning'))).toEqual(unique(TARGET_STATES));
  });

  it('lists every kind of error', () => {
    expect(unique(column('kind | example | what happens'))).toEqual(unique(ERROR_KINDS));
  });

  it('lists every platform, and every key of publish_options with its type, the platforms that read it and the posts it is for', () => {
    const labels = Object.values(platforms).map(({ capabilities }) => capabilities.label);
    expect(
      unique(
        column(
          'platform | kinds | how we learn whether it is out | can it be sent twice? | can a person be needed?',
        ),
      ),
    ).toEqual(unique(labels));

    const [, table = ''] = README.split('| key | type | platforms | posts | meaning |');
    const rows = [
      ...(table.split('\n\n')[0] ?? '').matchAll(/^\| `(\w+)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \|/gm),
    ];
    const documented = rows.flatMap(([, key, type, names = '', posts]) =>
      names.split(', ').map((name) => `${name} ${key}: ${type}: ${posts}`),
    );
    const expected = Object.values<Platform>(platforms).flatMap(({ capabilities, options }) =>
      Object.entries(options).map(
        ([key, { wanted, kinds }]) =>
          `${capabilities.label} ${key}: ${wanted}: ${kinds?.join(', ') ?? 'all'}`,
      ),
    );
    expect(unique(documented)).toEqual(unique(expected));
  });

  it('shows what each platform takes as its capabilities say it', () => {
    const [, rest = ''] = README.split(TABLE_BEGINS);
    const shown = rest.split(TABLE_ENDS)[0]?.trim();
    expect(shown, 'npx tsx scripts/make-platform-table.ts writes it').toBe(
      platformTable(Object.values(platforms).map(({ capabilities }) => capabilities)),
    );
  });

  it('names only variables that exist', () => {
    const known = [...ENV_VARIABLES.map(({ name }) => name), 'NODE_BINARY', 'MAILTO', 'OPTION_SHAPES'];
    const named = unique(all(README, /`([A-Z][A-Z0-9]*_[A-Z0-9_]*[A-Z0-9])(?:=[^`]*)?`/g));
    expect(named.length).toBeGreaterThan(10);
    for (const name of named) expect(known).toContain(name);
  });
});

describe('SECURITY.md', () => {
  const SECURITY = read('SECURITY.md');
  const { dependencies, devDependencies, files } = JSON.parse(read('package.json'));

  it('is linked by the README and part of the package', () => {
    expect(README).toContain('](SECURITY.md)');
    expect(files).toContain('SECURITY.md');
    for (const heading of all(SECURITY, /\]\(README\.md#([a-z-]+)\)/g))
      expect(README.toLowerCase().replaceAll(' ', '-')).toContain(`\n##-${heading}\n`);
  });

  it('names the run-time dependencies and no others, and how many', () => {
    const [, section = ''] = SECURITY.split('At run time: ');
    const named = all(section.split('. ')[0] ?? '', /`([^`]+)`/g);
    expect(named).toEqual(Object.keys(dependencies));
    expect(named).toHaveLength(12);
    expect(SECURITY).toContain('twelve run-time dependencies');
  });

  it('is right that every version is exact and every package has a checksum', () => {
    for (const version of Object.values({ ...dependencies, ...devDependencies }))
      expect(version).toMatch(/^(?:npm:[^@]+@)?\d+\.\d+\.\d+(?:-[\w.]+)?$/);
    const locked = Object.entries<{ integrity?: string }>(JSON.parse(read('package-lock.json')).packages);
    expect(locked.length).toBeGreaterThan(100);
    for (const [path, { integrity }] of locked) {
      if (path !== '') expect(integrity, path).toMatch(/^sha512-/);
    }
  });

  it('names only variables and commands that exist', async () => {
    const variables = ENV_VARIABLES.map(({ name }) => name);
    for (const name of all(SECURITY, /`([A-Z][A-Z_]+_[A-Z]+)`/g)) expect(variables).toContain(name);
    const commands = await programCommands();
    for (const name of all(SECURITY, /`content-publisher ([a-z][a-z-]+)/g)) expect(commands).toContain(name);
  });
});

describe('the SQL in README.md', () => {
  const project = useSupabase();
  const statements = all(README, /```sql\n([\s\S]*?)```/g)
    .flatMap((block) => block.split(/;\s*(?:\n|$)/))
    .filter((text) => text.trim() !== '');

  it.each(statements)('runs: %s', async (statement) => {
    await expect(project().sql.unsafe(statement)).resolves.toBeInstanceOf(Array);
  });
});

describe('what the program says', () => {
  it('names only commands and documents that exist', async () => {
    const commands = await programCommands();
    const files = [
      'src',
      'scripts',
      'supabase',
      'docs',
      '.env.example',
      'crontab.example',
      'README.md',
    ].flatMap(textFiles);
    expect(files.length).toBeGreaterThan(200);
    for (const file of files) {
      const text = read(file);
      // In quotes or code, alone or with an option or argument: elsewhere the name is followed by prose.
      for (const name of all(text, /["`“]content-publisher ([a-z][a-z-]+)(?=["`”]| [<-])/g)) {
        expect(commands, `${file} names ${name}`).toContain(name);
      }
      for (const path of all(text, /(?<![\w/.-])(docs\/[\w-]+\.md)/g)) {
        expect(existsSync(join(ROOT, path)), `${file} names ${path}`).toBe(true);
      }
    }
  });

  it('crontab.example calls the script that is there', () => {
    const called = all(read('crontab.example'), /\/path\/to\/content-publisher\/(\S+)/g);
    expect(called.length).toBe(2);
    for (const path of called) expect(existsSync(join(ROOT, path)), path).toBe(true);
  });
});

function textFiles(path: string): string[] {
  if (statSync(join(ROOT, path)).isFile()) return [path];
  return readdirSync(join(ROOT, path), { recursive: true, withFileTypes: true })
    .filter(
      (entry) => entry.isFile() && /\.(ts|sql|sh|md)$/.test(entry.name) && !entry.name.endsWith('.test.ts'),
    )
    .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length));
}
