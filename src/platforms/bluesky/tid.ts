import { randomInt } from 'node:crypto';

/** Sorts as its numbers do: https://atproto.com/specs/tid */
const ALPHABET = '234567abcdefghijklmnopqrstuvwxyz';

/** A record key of this moment: 53 bits of microseconds, of which the last three digits are chance, and 10 of chance. */
export function newTid(now: Date): string {
  const micros = BigInt(now.getTime()) * 1000n + BigInt(randomInt(1000));
  let left = (micros << 10n) | BigInt(randomInt(1024));
  let tid = '';
  for (let digit = 0; digit < 13; digit += 1) {
    tid = ALPHABET.charAt(Number(left & 31n)) + tid;
    left >>= 5n;
  }
  return tid;
}

export function isTid(text: string): boolean {
  return /^[2-7a-j][2-7a-z]{12}$/.test(text);
}
