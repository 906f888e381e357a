import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EncryptionKey } from '../core/encryption.ts';
import { decryptFernet, encryptFernet } from './fernet.ts';
// generate, verify, invalid: github.com/fernet/spec (all share one key); python: cryptography 38.0.4.
import vectors from './fixtures/fernet.json' with { type: 'json' };

function parseKey(text: string): EncryptionKey {
  const key = EncryptionKey.parse(text);
  if (key === null) throw new Error('the fixture holds a bad key');
  return key;
}

const key = parseKey(vectors.secret);
const otherKey = parseKey(Buffer.alloc(32, 7).toString('base64'));

test.each(vectors.generate)(
  'encrypting reproduces the token of the specification',
  ({ src, now, iv, token }) => {
    expect(encryptFernet(key, src, Date.parse(now), Uint8Array.from(iv))).toBe(token);
  },
);

test.each(vectors.verify)('the token of the specification decrypts', ({ src, token }) => {
  expect(decryptFernet(key, token)).toBe(src);
});

test.each(vectors.python)('a token made by Python decrypts to $src', ({ src, token }) => {
  expect(decryptFernet(key, token)).toBe(src);
});

// Made with cryptography 48.0.0: Fernet(key)._encrypt_from_parts(text, seconds, iv).
test.each(vectors.pythonGenerate)(
  'what is written for $src is byte for byte what Python writes, so Python reads it',
  ({ src, seconds, iv, token }) => {
    expect(encryptFernet(key, src, seconds * 1000, Uint8Array.from(iv))).toBe(token);
    expect(decryptFernet(key, token)).toBe(src);
  },
);

describe('invalid tokens of the specification', () => {
  const aged = vectors.invalid.filter(({ desc }) => /TTL|clock skew/.test(desc));
  const broken = vectors.invalid.filter((vector) => !aged.includes(vector));

  test.each(broken)('$desc: refused', ({ token }) => {
    expect(decryptFernet(key, token)).toBeNull();
  });

  test.each(aged)('$desc: taken, because a stored token has no time to live', ({ token }) => {
    expect(decryptFernet(key, token)).toBe('');
  });
});

test('any text comes back, and never under another key', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const token = encryptFernet(key, text);
      expect(decryptFernet(key, token)).toBe(text);
      expect(decryptFernet(otherKey, token)).toBeNull();
    }),
  );
});

test('a token with any one character changed is refused', () => {
  const token = encryptFernet(key, 'EAAB-page-token-1');
  // The last character before the padding carries bits that no byte uses.
  const meaningful = token.replace(/.={0,2}$/, '').length;
  for (let i = 0; i < meaningful; i += 1) {
    const changed = `${token.slice(0, i)}${token[i] === 'A' ? 'B' : 'A'}${token.slice(i + 1)}`;
    expect(decryptFernet(key, changed)).toBeNull();
  }
});

test('bytes that are no text are refused', () => {
  // Python: Fernet(key).encrypt(b'\xff\xfe')
  expect(
    decryptFernet(
      key,
      'gAAAAABrAWKGVu9JTw0RN-QHNzhQ18_3uzGNg4lUQ2P92TUX-Tf3xvlIFHTnnVrf0XXnv2g1lW44iXlEgW_nvPIE6ELWOjwMmA==',
    ),
  ).toBeNull();
});
