import { describe, expect, it } from 'vitest';
import { addressesIn, weightOf } from './weight.ts';

/** Values that twitter-text 3.1.0 gives too, but for emoji that are younger than it. */
const WEIGHTS: readonly (readonly [string, number])[] = [
  ['', 0],
  ['This is a test.', 15],
  ['e\u0301', 1],
  ['é', 1],
  ['\u1112\u1161\u11ab', 2],
  ['저찀쯿쿿', 8],
  ['の', 2],
  ['…', 2],
  ['– — ‘ ’ “ ”', 11],
  ['€', 2],
  ['שלום', 4],
  ['مرحبا', 5],
  ['H🐱☺', 5],
  ['👍', 2],
  ['👍🏽', 2],
  ['👩‍👩‍👧', 2],
  ['👨‍👩‍👧‍👦', 2],
  ['🏳️‍🌈', 2],
  ['🇩🇪', 2],
  ['1️⃣', 2],
  ['‼️', 2],
  ['❤️ ❤', 5],
  ['©️ ©', 4],
  ['™', 2],
  ['http://test.com', 23],
  ['https://test.com', 23],
  ['test.com', 23],
  ['Test https://test.com test https://test.com test.com test', 86],
  [`https://example.com/${'a'.repeat(500)}`, 23],
  ['t.co', 23],
  ['foo.co.jp', 23],
  ['HTTPS://www.ExaMPLE.COM/index.html', 23],
  ['https://bücher.de/x', 23],
  ['http://☃.net/', 23],
  ['のtest.com', 25],
  ['https://t.co/abcです', 27],
  ['see example.com, ok', 31],
  ['(https://en.wikipedia.org/wiki/Oven_(x))', 25],
  ['a.b.c.com/x?y=1.', 24],
  ['me@foo.com', 10],
  ['user.name@foo.com', 17],
  ['@foo.com #foo.com $foo.com', 26],
  ['foo_bar.com', 11],
  ['node.js next.ts', 15],
  // Moldova's.
  ['README.md', 23],
  // No such top-level domain: letters, also with a scheme.
  ['https://foo.example/abc', 23],
  ['https://foo.example/ab', 22],
];

describe('the weight of a text', () => {
  it.each(WEIGHTS)('%j is %i', (text, weight) => {
    expect(weightOf(text)).toBe(weight);
  });

  it('is the same in composed and in decomposed form', () => {
    const text = 'Ärger über Ćevapi, ñandú, Việt Nam';
    expect(weightOf(text.normalize('NFD'))).toBe(weightOf(text.normalize('NFC')));
  });

  it.each(['a-', 'a.', 'a_', 'https://', '(', 'http://a.com/(', '👍', '1.', 'aé-', '\uD83D'])(
    'of very much %j is told at once',
    (grain) => {
      const started = performance.now();
      weightOf(grain.repeat(40_000));
      expect(performance.now() - started).toBeLessThan(5_000);
    },
  );
});

describe('addresses', () => {
  it.each([
    ['https://a.co/b?c=d#e, then', ['https://a.co/b?c=d#e']],
    ['See “https://example.com/a/”.', ['https://example.com/a/']],
    ['bakery.example.com.nowhere', ['bakery.example.com']],
    ['none.nowhere', []],
  ])('in %j', (text, found) => {
    expect(addressesIn(text).map(({ start, end }) => text.slice(start, end))).toEqual(found);
  });
});
