import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LOG_FILE } from './append-file.ts';
import { rotateLog } from './rotate-log.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'rotate-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const inDir = (name: string) => join(dir, name);
const rotated = () =>
  readdirSync(dir)
    .filter((name) => name !== LOG_FILE)
    .sort();

test('a small log, or none, stays', () => {
  expect(rotateLog(dir)).toBe('small');
  writeFileSync(inDir(LOG_FILE), 'x');
  expect(rotateLog(dir)).toBe('small');
  expect(rotateLog(inDir('missing'))).toBe('small');
  expect(rotated()).toEqual([]);
});

test('a grown log is set aside whole, and the lock is gone', () => {
  writeFileSync(inDir(LOG_FILE), 'old lines');
  expect(rotateLog(dir, { maxBytes: 5 })).toBe('rotated');
  expect(existsSync(inDir(LOG_FILE))).toBe(false);
  expect(rotated().map((name) => readFileSync(inDir(name), 'utf8'))).toEqual(['old lines']);
});

test('only the newest stay, and files of others are not touched', () => {
  writeFileSync(inDir('content_publisher.notes.log'), '');
  for (let second = 0; second < 7; second += 1) {
    writeFileSync(inDir(`content_publisher.20260101T00000${second}000Z-00000000.log`), String(second));
  }
  writeFileSync(inDir(LOG_FILE), 'newest');
  rotateLog(dir, { maxBytes: 1, keep: 3 });
  expect(rotated().map((name) => readFileSync(inDir(name), 'utf8'))).toEqual(['5', '6', 'newest', '']);
});

test('while another process rotates nothing happens', () => {
  writeFileSync(inDir(LOG_FILE), 'lines');
  writeFileSync(inDir(`${LOG_FILE}.lock`), '');
  expect(rotateLog(dir, { maxBytes: 1 })).toBe('busy');
  expect(readFileSync(inDir(LOG_FILE), 'utf8')).toBe('lines');
});

test('a lock that a dead process left is taken over', () => {
  writeFileSync(inDir(LOG_FILE), 'lines');
  writeFileSync(inDir(`${LOG_FILE}.lock`), '');
  const hourAgo = new Date(Date.now() - 3_600_000);
  utimesSync(inDir(`${LOG_FILE}.lock`), hourAgo, hourAgo);
  expect(rotateLog(dir, { maxBytes: 1 })).toBe('rotated');
  expect(rotated()).toHaveLength(1);
});

test('what cannot be rotated does not throw', () => {
  writeFileSync(inDir('file'), '');
  expect(rotateLog(inDir('file'), { maxBytes: 0 })).toBe('failed');
});
