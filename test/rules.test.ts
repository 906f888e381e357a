import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type Ended, runProcess } from './support/run-process.ts';

const ROOT = fileURLToPath(new URL('../', import.meta.url));

/** `npm run rules` over a tree of these files. */
async function check(files: Readonly<Record<string, string>>): Promise<Ended> {
  const tree = await mkdtemp(join(tmpdir(), 'rules-'));
  const all = { 'tsconfig.json': '{}', 'package.json': '{ "type": "module" }', ...files };
  for (const [file, text] of Object.entries(all)) {
    await mkdir(dirname(join(tree, file)), { recursive: true });
    await writeFile(join(tree, file), text);
  }
  const args = ['--import', 'tsx', 'scripts/check-rules.ts', tree];
  const ended = await runProcess(process.execPath, args, { cwd: ROOT, env: {} });
  await rm(tree, { recursive: true });
  return ended;
}

/** Rule, a file that breaks it, what that file imports a type from. */
const FORBIDDEN = [
  ['core-knows-nobody', 'src/core/breaks.ts', '../http/known.ts'],
  ['core-needs-few-packages', 'src/core/needs.ts', 'some-tool'],
  ['tick-knows-core', 'src/tick/breaks.ts', '../http/known.ts'],
  ['adapters-know-core-and-themselves', 'src/http/breaks.ts', '../log/known.ts'],
  ['platforms-know-core-http-media', 'src/platforms/facebook/breaks.ts', '../../log/known.ts'],
  ['platforms-never-each-other', 'src/platforms/facebook/copies.ts', '../instagram/known.ts'],
  ['only-cli-knows-the-sandbox', 'src/media/plays.ts', '../sandbox/known.ts'],
  ['nobody-knows-the-cli', 'src/log/breaks.ts', '../cli/known.ts'],
  ['nothing-knows-a-test', 'src/cli/breaks.ts', '../../test/known.ts'],
  ['the-program-needs-no-development-package', 'src/cli/needs.ts', 'some-tool'],
  ['no-dead-ends', 'src/cli/gone.ts', './nowhere.ts'],
] as const;

describe('npm run rules', () => {
  it('is content with a tree that keeps them', async () => {
    const ended = await check({
      'src/core/post.ts': '// what youtube and process.env are is not known here\nexport const a = 1;',
      'src/http/client.ts': "import { a } from '../core/post.ts';\nexport const b = a;",
      'src/platforms/facebook/index.ts':
        "import { b } from '../../http/client.ts';\nexport const facebook = b;",
      'src/config/env.ts': "export const home = process.env['HOME'];",
    });
    expect(ended).toMatchObject({ code: 0, stdout: 'rules: 4 files keep them\n' });
  });

  it('names every import that breaks one, also of types only', async () => {
    const { code, stdout } = await check({
      'package.json': '{ "type": "module", "devDependencies": { "some-tool": "1.0.0" } }',
      'node_modules/some-tool/package.json':
        '{ "name": "some-tool", "version": "1.0.0", "main": "index.js" }',
      'node_modules/some-tool/index.js': '',
      ...Object.fromEntries(
        ['http', 'log', 'cli', 'sandbox', 'platforms/instagram'].map((folder) => [
          `src/${folder}/known.ts`,
          'export type Known = 1;',
        ]),
      ),
      'test/known.ts': 'export type Known = 1;',
      ...Object.fromEntries(
        FORBIDDEN.map(([, file, from]) => [
          file,
          `import type { Known } from '${from}';\nexport type A = Known;`,
        ]),
      ),
    });
    expect(code).toBe(1);
    for (const [rule, file] of FORBIDDEN) expect(stdout).toContain(`${rule}: ${file} → `);
  });

  it('names files that need each other', async () => {
    const { stdout } = await check({
      'src/core/a.ts': "import { b } from './b.ts';\nexport const a = () => b;",
      'src/core/b.ts': "import { a } from './a.ts';\nexport const b = () => a;",
    });
    expect(stdout).toContain('no-circles: src/core/a.ts → src/core/b.ts');
  });

  it('names the lines that read the environment or know a platform in shared code', async () => {
    const { code, stdout } = await check({
      'src/tick/tick.ts': "export const a = process.env['HOME'];\n\nexport const b = 'Facebook';",
    });
    expect(code).toBe(1);
    expect(stdout).toContain('only src/config reads the environment: src/tick/tick.ts:1:');
    expect(stdout).toContain('shared code names a platform: src/tick/tick.ts:3:');
  });

  it('does not trust a cruiser that saw too few of the files', async () => {
    // What lies in a folder of this name is not followed.
    const { code, stdout } = await check({ 'src/core/a.ts': '', 'src/node_modules/b.ts': '' });
    expect(code).toBe(1);
    expect(stdout).toContain('dependency-cruiser saw 1 of 2 files');
  });
});
