import { createHash } from 'node:crypto';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
const SHA256 = [0x12, 0x20];

/** A content identifier, version 1, in base 32. For records the hash is that of their JSON: nobody else computes it. */
export function cidOf(sha256: Buffer, codec: 'raw' | 'dag-cbor'): string {
  const bytes = Buffer.concat([Buffer.from([1, codec === 'raw' ? 0x55 : 0x71, ...SHA256]), sha256]);
  let bits = '';
  for (const byte of bytes) bits += byte.toString(2).padStart(8, '0');
  const letters = bits.match(/.{1,5}/g) ?? [];
  return `b${letters.map((five) => ALPHABET.charAt(Number.parseInt(five.padEnd(5, '0'), 2))).join('')}`;
}

export function cidOfRecord(value: unknown): string {
  return cidOf(createHash('sha256').update(JSON.stringify(value)).digest(), 'dag-cbor');
}
