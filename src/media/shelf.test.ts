import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { shelf } from './shelf.ts';

let dir = '';
let made: string[] = [];
beforeEach(async () => {
  made = [];
  dir = await mkdtemp(join(tmpdir(), 'shelf-test-'));
});
afterEach(() => rm(dir, { recursive: true }));

async function make(name: string) {
  made.push(name);
  const path = join(dir, name);
  await writeFile(path, Buffer.alloc(100));
  return { path, sha256: '', info: { bytes: 100, mime: 'image/jpeg' } };
}

async function there(name: string): Promise<boolean> {
  return access(join(dir, name)).then(
    () => true,
    () => false,
  );
}

it('files that nobody uses any more are kept while they are few bytes, then the oldest are deleted', async () => {
  const files = shelf(250);
  for (const name of ['a', 'b', 'c', 'd']) await files.take(name, () => make(name));
  for (const name of ['b', 'a', 'c']) await files.giveBack(name);
  expect([await there('a'), await there('b'), await there('c'), await there('d')]).toEqual([
    false,
    false,
    true,
    true,
  ]);
  await files.take('a', () => make('a'));
  expect(made).toEqual(['a', 'b', 'c', 'd', 'a']);
});

it('a file in use is never deleted, however many bytes there are', async () => {
  const files = shelf(0);
  await Promise.all([files.take('a', () => make('a')), files.take('a', () => make('a'))]);
  await files.giveBack('a');
  expect(await there('a')).toBe(true);
  await files.giveBack('a');
  expect(await there('a')).toBe(false);
  expect(made).toEqual(['a']);
});

it('a file that could not be made is made again for whoever asks next', async () => {
  const files = shelf();
  await expect(files.take('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  await files.take('a', () => make('a'));
  expect(made).toEqual(['a']);
});
