import { expect, test } from 'vitest';
import { duration, flag, hostList, integer, userId, zone } from './parse-simple.ts';
import type { Parsed } from './variable.ts';

function understood<T>(parsed: Parsed<T>): T | undefined {
  return 'value' in parsed ? parsed.value : undefined;
}

test.each([
  ['90', 90_000],
  ['90s', 90_000],
  ['500ms', 500],
  ['5m', 300_000],
  ['24h', 86_400_000],
  ['2d', 172_800_000],
  ['2 D', 172_800_000],
  ['0', 0],
])('the duration %s is %i ms', (text, ms) => {
  expect(duration(0, 10 * 86_400_000)(text)).toEqual({ value: ms });
});

test.each(['', 'soon', '1.5h', '-5', '5 weeks', '1e3', '99999999999', 'PT5M'])(
  '“%s” is no duration',
  (text) => {
    expect(duration(0, 86_400_000)(text)).toHaveProperty('problem');
  },
);

test('the bounds of a duration belong to it and are named when it is outside', () => {
  const lease = duration(1_000, 120_000);
  expect(understood(lease('120'))).toBe(120_000);
  expect(lease('121')).toEqual({ problem: 'is 121', hint: 'Write at least 1s and at most 2m.' });
  expect(lease('999ms')).toHaveProperty('problem');
});

test('a whole number is within its bounds', () => {
  expect(['1', '5', '0', '6', '2.0', 'x', ''].map((text) => understood(integer(1, 5)(text)))).toEqual([
    1,
    5,
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

test('a flag is 1 or 0, or the word', () => {
  expect(['1', '0', 'TRUE', 'false', 'yes'].map((text) => understood(flag(text)))).toEqual([
    true,
    false,
    true,
    false,
    undefined,
  ]);
});

test('a user id is a uuid and nothing else', () => {
  expect(understood(userId('0190B2F0-0000-7000-8000-00000000000A'))).toBe(
    '0190b2f0-0000-7000-8000-00000000000a',
  );
  for (const text of [
    '',
    '*',
    'all',
    '0190b2f000007000800000000000000a',
    '0190b2f0-0000-7000-8000-00000000000a,',
  ]) {
    expect(userId(text)).toHaveProperty('problem');
  }
});

test('a zone comes out in its usual casing; abbreviations and offsets are refused', () => {
  expect(['asia/kolkata', 'europe/BERLIN', 'utc'].map((text) => understood(zone(text)))).toEqual([
    'Asia/Kolkata',
    'Europe/Berlin',
    'UTC',
  ]);
  for (const text of ['', 'IST', 'EST', 'UTC+5:30', 'local', 'Mars/Base'])
    expect(zone(text)).toHaveProperty('problem');
});

test('hosts come out in lower case; a URL among them is refused by name', () => {
  expect(hostList('Media.local, 10.0.0.5:9000 [::1]:80')).toEqual({
    value: ['media.local', '10.0.0.5:9000', '[::1]:80'],
  });
  expect(hostList('a.b, http://c.d/')).toMatchObject({ problem: expect.stringContaining('http://c.d/') });
});
