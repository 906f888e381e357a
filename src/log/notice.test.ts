import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { notice } from './notice.ts';

test('a notice is one line on stderr without secrets', () => {
  const stderr = new PassThrough();
  notice('failed: two\nlines, https://a.b/?token=abc', stderr);
  expect(String(stderr.read())).toBe('failed: two\\nlines, https://a.b/?token=[secret]\n');
});
