import { expect, test } from 'vitest';
import { isTid, newTid } from './tid.ts';

const NOW = new Date('2026-11-21T10:00:00.000Z');

test('keys of one moment differ, and are well formed', () => {
  const keys = Array.from({ length: 200 }, () => newTid(NOW));
  expect(new Set(keys).size).toBeGreaterThan(190);
  for (const key of keys) expect(isTid(key)).toBe(true);
});

test('a later key is greater', () => {
  expect(newTid(new Date(NOW.getTime() + 1)) > newTid(NOW)).toBe(true);
});

// https://atproto.com/specs/tid
test.each([
  ['3jzfcijpj2z2a', true],
  ['7777777777777', true],
  ['3zzzzzzzzzzzz', true],
  ['2222222222222', true],
  ['3jzfcijpj2z21', false],
  ['0000000000000', false],
  ['3jzfcijpj2z2aa', false],
  ['3jzfcijpj2z2', false],
  ['zzzzzzzzzzzzz', false],
  ['kjzfcijpj2z2a', false],
])('%s', (text, good) => {
  expect(isTid(text)).toBe(good);
});
