import { expect, test } from 'vitest';
import { countCharacters } from './count.ts';

test.each([
  ['', 0],
  ['Grüße', 5],
  ['Gru\u0308\u00dfe', 5],
  ['👩‍👩‍👧!', 2],
  ['שלום', 4],
  ['see https://bakery.example/a/very/long/path?with=a&query=string#and-a-fragment now', 8 + 23],
  ['http://a.b', 23],
  ['https://a.example and https://b.example', 5 + 46],
  ['@rao hello', 10],
  ['@rao@mastodon.example hello', 10],
  ['(@rao@mastodon.example)', 6],
  ['mail me at rao@bakery.example', 29],
])('“%s” counts %i', (text, count) => {
  expect(countCharacters(text, 23)).toBe(count);
});

test('a text of any length is counted at once', () => {
  for (const grain of ['a', '@', '@a', '@a.', 'a@', 'https://', '\u0301']) {
    const started = performance.now();
    countCharacters(grain.repeat(50_000), 23);
    expect(performance.now() - started, grain).toBeLessThan(2_000);
  }
});
