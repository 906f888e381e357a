import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LOG_FILE } from './append-file.ts';

const run = promisify(execFile);
const LINES = 500;
/** Longer than a page and than PIPE_BUF (4,096 bytes), and of changing length. */
const TEXT = 'Größe 🎉 '.repeat(700);

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'log-processes-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

/** A process that logs LINES long lines and ends with process.exit right after the flush. */
function writer(id: string, rotateEvery: number): Promise<unknown> {
  const program = `
    const [{ createLogger }, { rotateLog }] = await Promise.all(
      ${JSON.stringify(['create-logger', 'rotate-log'].map((name) => new URL(`${name}.ts`, import.meta.url).href))}.map((url) => import(url)));
    const dir = ${JSON.stringify(dir)};
    let log = createLogger({ dir, level: 'info', runId: ${JSON.stringify(id)}, terminal: false });
    for (let i = 0; i < ${LINES}; i += 1) {
      if (i % ${rotateEvery} === ${rotateEvery} - 1) {
        await log.flush();
        rotateLog(dir, { maxBytes: 100_000, keep: 10_000 });
      }
      log.info('line', { i, text: ${JSON.stringify(TEXT)}.slice(0, 3_000 + i * 4) });
      if (i % 10 === 0) await new Promise(setImmediate);
    }
    await log.flush();
    process.exit(0);`;
  return run(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
    timeout: 50_000,
  });
}

/** Every line of all files, parsed: a torn one throws. */
function readLines(): string[] {
  return readdirSync(dir)
    .flatMap((name) => readFileSync(join(dir, name), 'utf8').split('\n').slice(0, -1))
    .map((line) => JSON.parse(line) as { run_id: string; i: number; text: string })
    .map(({ run_id, i, text }) => {
      expect(text).toBe(TEXT.slice(0, 3_000 + i * 4));
      return `${run_id} ${i}`;
    });
}

function expected(ids: readonly string[]): string[] {
  return ids.flatMap((id) => Array.from({ length: LINES }, (_, i) => `${id} ${i}`)).sort();
}

test('four processes that log at once tear and lose no line', async () => {
  const ids = ['a', 'b', 'c', 'd'];
  await Promise.all(ids.map((id) => writer(id, Number.MAX_SAFE_INTEGER)));
  expect(readdirSync(dir)).toEqual([LOG_FILE]);
  expect(readLines().sort()).toEqual(expected(ids));
});

test('three processes that log and rotate at once tear and lose no line', async () => {
  const ids = ['a', 'b', 'c'];
  await Promise.all(ids.map((id) => writer(id, 7)));
  expect(readdirSync(dir).length).toBeGreaterThan(10);
  expect(readdirSync(dir)).not.toContain(`${LOG_FILE}.lock`);
  expect(readLines().sort()).toEqual(expected(ids));
});
