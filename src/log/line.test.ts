import { expect, test } from 'vitest';
import { Secret } from '../core/secret.ts';
import { makeLine, oneLine, toJson, toText } from './line.ts';

const AT = new Date('2026-11-21T09:00:00.000Z');
const RUN = '3f2a91c0-0000-4000-8000-000000000000';

test('a line in the file is JSON that begins with time, level, run and message', () => {
  expect(toJson(makeLine(AT, 'info', RUN, 'tick done', { due: 3, reasons: { held: 1 } }))).toBe(
    `{"at":"2026-11-21T09:00:00.000Z","level":"info","run_id":"${RUN}","message":"tick done","due":3,"reasons":{"held":1}}`,
  );
});

test('a field cannot replace what every line has', () => {
  const line = makeLine(AT, 'warn', RUN, 'refused', { level: 'x', message: 'y', run_id: 'z', at: 1 });
  expect(line).toMatchObject({ level: 'warn', message: 'refused', run_id: RUN, at: AT.toISOString() });
  expect(line).toMatchObject({ field_level: 'x', field_message: 'y', field_run_id: 'z', field_at: 1 });
});

test('secrets are masked in message and fields, in the file and on the terminal', () => {
  const line = makeLine(AT, 'error', RUN, 'GET https://a.b/?access_token=abcdef failed', {
    error: new Error('Bearer tok3n-of-page refused'),
    token: new Secret('hidden-value'),
    refresh_token: 'hidden-value',
  });
  for (const text of [toJson(line), toText(line)]) {
    expect(text).toContain('[secret]');
    expect(text).not.toMatch(/abcdef|tok3n|hidden-value/);
  }
});

test('what changes after the call does not change the line', () => {
  const fields = { list: [1] };
  const line = makeLine(AT, 'info', RUN, 'm', fields);
  fields.list.push(2);
  expect(line['list']).toEqual([1]);
});

test('a post of 1 MB does not make a line of 1 MB', () => {
  const line = makeLine(AT, 'info', RUN, 'm', { post: { text: '🎉'.repeat(500_000) } });
  expect(toJson(line).length).toBeLessThan(30_000);
  expect(() => JSON.parse(toJson(line)) as unknown).not.toThrow();
  expect(toText(line).length).toBeLessThan(30_000);
});

test('a line for people shows time, level, the run’s beginning and the fields', () => {
  expect(
    toText(makeLine(AT, 'info', RUN, 'tick done', { due: 3, platform: 'x', reasons: { held: 1 } })),
  ).toBe('2026-11-21T09:00:00.000Z info  [3f2a91c0] tick done due=3 platform=x reasons={"held":1}');
});

test('text from a post can neither break the line nor steer the terminal', () => {
  expect(oneLine('a\nb\u001b[2Jc\u202ed\r\u2028👨‍👩‍👧')).toBe('a\\nb\\u001b[2Jc\\u202ed\\u000d\\u2028👨‍👩‍👧');
  expect(toText(makeLine(AT, 'info', RUN, 'a\nb', { text: 'c\nd' }))).toMatch(/a\\nb text=c\\nd$/);
});
