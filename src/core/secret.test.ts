import { format, inspect } from 'node:util';
import { expect, test } from 'vitest';
import { Secret } from './secret.ts';

const secret = new Secret('EAABtopsecret');

test('a secret gives its value only to reveal()', () => {
  expect(secret.reveal()).toBe('EAABtopsecret');
});

test.each([
  ['template', `${secret}`],
  ['concatenation', `a${String(secret)}`],
  ['JSON', JSON.stringify({ secret })],
  ['inspect', inspect({ secret }, { showHidden: true, depth: 9 })],
  ['console format', format('%s %o %j', secret, secret, secret)],
  ['spread', JSON.stringify({ ...secret })],
  ['entries', JSON.stringify(Object.entries(secret))],
  ['structured clone', inspect(structuredClone({ secret }))],
])('a secret does not leak through %s', (_way, text) => {
  expect(text).not.toContain('topsecret');
});
