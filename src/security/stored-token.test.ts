import { expect, test } from 'vitest';
import { EncryptionKey, type Keyring } from '../core/encryption.ts';
import { createKeyring } from './keyring.ts';
import { readStoredToken } from './stored-token.ts';

function keyringOf(...fills: [number, ...number[]]): Keyring {
  const [current, ...previous] = fills.map((fill) =>
    EncryptionKey.parse(Buffer.alloc(32, fill).toString('base64')),
  );
  if (!current || previous.includes(null)) throw new Error('bad key in the test');
  return createKeyring(
    current,
    previous.filter((key) => key !== null),
  );
}

const keyring = keyringOf(1);

function read(stored: string | null, ring = keyring): string {
  const result = readStoredToken(ring, stored);
  return result.kind === 'token' ? result.token.reveal() : result.kind;
}

test.each([
  ['NULL', null],
  ['an empty text', ''],
  ['blanks', '  '],
  ['Fernet of the empty text', keyring.encrypt('')],
])('%s means that there is no token', (_what, stored) => {
  expect(read(stored)).toBe('none');
});

test('an encrypted token comes out, without blanks around it', () => {
  expect(read(keyring.encrypt('ya29.abc'))).toBe('ya29.abc');
  expect(read(` ${keyring.encrypt('ya29.abc\n')}\n`)).toBe('ya29.abc');
});

test.each(['EAABplainlegacytoken2', 'EAAG1', 'AQAx_y-z'])(
  'the plaintext %s of an old row comes out as it is',
  (text) => {
    expect(read(text)).toBe(text);
  },
);

test('a token of the previous key still decrypts, and new ones use the current key', () => {
  const rotated = keyringOf(2, 3, 1);
  expect(read(keyring.encrypt('old'), rotated)).toBe('old');
  expect(read(rotated.encrypt('new'), keyringOf(2))).toBe('new');
  expect(read(rotated.encrypt('new'))).toBe('undecryptable');
});

const foreign = keyringOf(9).encrypt('EAABx');
test.each([
  ['ciphertext of another key', foreign],
  ['ciphertext inside ciphertext', keyring.encrypt(foreign)],
  ['cut ciphertext', foreign.slice(0, -8)],
  ['an unknown plaintext', 'hunter2'],
  ['a token with a line break inside', keyring.encrypt('ya29.a\r\nX: y')],
  ['an old plaintext token with a blank inside', 'EAAB one two'],
])('%s never comes out as a token, and the reason does not repeat it', (_what, stored) => {
  const result = readStoredToken(keyring, stored);
  expect(result.kind).toBe('undecryptable');
  expect(result.kind === 'undecryptable' && result.reason).toMatch(
    /^[A-Z].*reconnect the account in the app\.$/,
  );
  expect(JSON.stringify(result)).not.toContain(stored.slice(0, 7));
});
