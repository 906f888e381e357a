import { createCipheriv, createDecipheriv, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { EncryptionKey } from '../core/encryption.ts';

// Layout of a token, github.com/fernet/spec: version 0x80 | seconds, 64 bit | IV, 16 | AES-128-CBC | HMAC-SHA256.
const VERSION = 0x80;
const HEADER_BYTES = 1 + 8 + 16;
const BLOCK_BYTES = 16;
const HMAC_BYTES = 32;

/** The token as Python's `Fernet(key).encrypt` makes it. `nowMs` and `iv` are given by tests only. */
export function encryptFernet(
  key: EncryptionKey,
  text: string,
  nowMs: number = Date.now(),
  iv: Uint8Array = randomBytes(16),
): string {
  const head = Buffer.alloc(9);
  head.writeUInt8(VERSION);
  head.writeBigUInt64BE(BigInt(Math.floor(nowMs / 1000)), 1);
  const cipher = createCipheriv('aes-128-cbc', key.cipherBytes(), iv);
  const signed = Buffer.concat([head, iv, cipher.update(text, 'utf8'), cipher.final()]);
  // Not toString('base64url'): Python refuses a token without its padding.
  return Buffer.concat([signed, sign(key, signed)])
    .toString('base64')
    .replaceAll('+', '-')
    .replaceAll('/', '_');
}

/**
 * The text, or null when the token is malformed, was made with another key or holds no UTF-8.
 * The token's age is not judged: stored tokens are as old as their account.
 */
export function decryptFernet(key: EncryptionKey, token: string): string | null {
  if (token.length % 4 !== 0 || !/^[\w-]+={0,2}$/.test(token)) return null;
  const bytes = Buffer.from(token, 'base64url');
  const cipherBytes = bytes.length - HEADER_BYTES - HMAC_BYTES;
  if (bytes[0] !== VERSION || cipherBytes < BLOCK_BYTES || cipherBytes % BLOCK_BYTES !== 0) return null;
  const signed = bytes.subarray(0, -HMAC_BYTES);
  if (!timingSafeEqual(sign(key, signed), bytes.subarray(-HMAC_BYTES))) return null;
  try {
    const decipher = createDecipheriv('aes-128-cbc', key.cipherBytes(), bytes.subarray(9, HEADER_BYTES));
    const plain = Buffer.concat([decipher.update(signed.subarray(HEADER_BYTES)), decipher.final()]);
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(plain);
  } catch {
    return null;
  }
}

function sign(key: EncryptionKey, bytes: Uint8Array): Buffer {
  return createHmac('sha256', key.signingBytes()).update(bytes).digest();
}
