import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { loadEnvFile } from './env-file.ts';

const dir = mkdtempSync(join(tmpdir(), 'env-file-'));
afterAll(() => rmSync(dir, { recursive: true }));

test('the file fills in what the environment does not hold, and overrides nothing, not even an empty value', () => {
  const path = join(dir, '.env');
  writeFileSync(path, 'A=file\nB="from # file"\nTEST_USER_ID=file\n');
  const before = { ...process.env };
  expect(loadEnvFile(path, { A: 'env', TEST_USER_ID: '' })).toEqual({
    env: { A: 'env', B: 'from # file', TEST_USER_ID: '' },
  });
  expect(process.env).toEqual(before);
});

test('without a file the environment is all there is', () => {
  expect(loadEnvFile(join(dir, 'none'), { A: 'env' })).toEqual({ env: { A: 'env' } });
});

test('a file that cannot be read is a problem, because a limit may stand in it', () => {
  expect(loadEnvFile(dir, {})).toEqual({
    problems: [expect.objectContaining({ message: `${dir} cannot be read (EISDIR).` })],
  });
});
