import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { EncryptionKey } from './encryption.ts';

const KEY = 'cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=';

test('a key is 32 bytes: the first half signs, the second encrypts', () => {
  const key = EncryptionKey.parse(KEY);
  expect(
    Buffer.concat([key?.signingBytes() ?? [], key?.cipherBytes() ?? []].map((b) => Buffer.from(b))),
  ).toEqual(Buffer.from(KEY, 'base64url'));
  expect(key?.signingBytes()).toHaveLength(16);
});

test('a key in the other base64 alphabet is taken, as Python does', () => {
  expect(EncryptionKey.parse('//77//77//77//77//77//77//77//77//77//77AQI=')).not.toBeNull();
});

test.each([
  ['empty', ''],
  ['without padding', KEY.slice(0, 43)],
  ['too short', 'cw_0x689RpI='],
  ['64 hex digits', 'a'.repeat(64)],
  ['with a blank', ` ${KEY}`],
  ['with a foreign character', KEY.replace('x', '%')],
  ['a passphrase of the right length', `${'correct horse battery staple correct horse'.slice(0, 43)}=`],
])('no key: %s', (_what, text) => {
  expect(EncryptionKey.parse(text)).toBeNull();
});

test('a key does not show its bytes', () => {
  const key = EncryptionKey.parse(KEY);
  expect(inspect(key, { showHidden: true, getters: true, depth: 9 }) + JSON.stringify(key)).toBe(
    'EncryptionKey {}{}',
  );
});
