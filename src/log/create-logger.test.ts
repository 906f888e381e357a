import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LOG_FILE } from './append-file.ts';
import { createLogger, type LoggerOptions } from './create-logger.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'log-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

function setUp(options: Partial<LoggerOptions> = {}) {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const log = createLogger({
    dir,
    level: 'info',
    runId: 'run-0001-x',
    terminal: false,
    stdout,
    stderr,
    ...options,
  });
  const shown = (stream: PassThrough) => String(stream.read() ?? '');
  return { log, out: () => shown(stdout), err: () => shown(stderr) };
}

function messages(): unknown[] {
  return readFileSync(join(dir, LOG_FILE), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { message: unknown }).message);
}

test('after flush every line is in the file, in order, from the threshold up', async () => {
  const { log, out, err } = setUp();
  log.info('one');
  log.debug('two');
  log.warn('three', { run_id: 'other', exception: true });
  log.error('four');
  await log.flush();
  expect(messages()).toEqual(['one', 'three', 'four']);
  expect(readFileSync(join(dir, LOG_FILE), 'utf8').match(/"run_id":"run-0001-x"/g)).toHaveLength(3);
  expect(out() + err()).toBe('');
});

test('a missing folder is made', async () => {
  const { log } = setUp({ dir: join(dir, 'a/b') });
  log.info('one');
  await log.flush();
  expect(readFileSync(join(dir, 'a/b', LOG_FILE), 'utf8')).toContain('"one"');
});

test('a terminal shows readable lines as well', async () => {
  const { log, out } = setUp({ terminal: true });
  log.info('one', { due: 2, access_token: 'abc' });
  await log.flush();
  expect(out()).toMatch(/^\S+Z info {2}\[run-0001\] one due=2 access_token=\[secret\]\n$/);
  expect(messages()).toEqual(['one']);
});

test('lines after and during a flush are not lost', async () => {
  const { log } = setUp();
  log.info('one');
  const first = log.flush();
  log.info('two');
  const second = log.flush();
  await Promise.all([first, second, log.flush()]);
  log.info('three');
  await log.flush();
  expect(messages().sort()).toEqual(['one', 'three', 'two']);
});

test('flush without a line makes no file', async () => {
  const { log } = setUp();
  log.debug('too quiet');
  await log.flush();
  expect(() => messages()).toThrow('ENOENT');
});

test('a folder that cannot be used is said once on stderr, where the lines go, and nothing throws', async () => {
  writeFileSync(join(dir, 'file'), '');
  const { log, err } = setUp({ dir: join(dir, 'file') });
  log.info('one');
  log.info('two', { token: 'abc' });
  await log.flush();
  const lines = err().trimEnd().split('\n');
  expect(lines).toEqual([
    expect.stringMatching(/^The log .* cannot be written, so its lines go to stderr: E/),
    expect.stringMatching(/ one$/),
    expect.stringMatching(/ two token=\[secret\]$/),
  ]);
});

test('on a terminal the lines are not repeated on stderr', async () => {
  writeFileSync(join(dir, 'file'), '');
  const { log, out, err } = setUp({ dir: join(dir, 'file'), terminal: true });
  log.info('one');
  await log.flush();
  expect(out()).toContain('one');
  expect(err().trimEnd().split('\n')).toHaveLength(1);
});
