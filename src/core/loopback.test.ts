import { expect, test } from 'vitest';
import { isLoopback } from './loopback.ts';

test.each(['localhost', '127.0.0.1', '127.1.2.3', '[::1]'])('%s is this machine', (hostname) => {
  expect(isLoopback(hostname)).toBe(true);
  expect(isLoopback(new URL(`http://${hostname}:54321/`).hostname)).toBe(true);
});

test.each([
  '127.0.0.1.example.com',
  'localhost.example.com',
  '0.0.0.0',
  '10.0.0.1',
  '::1',
  'example.com',
  '',
])('“%s” may be another machine', (hostname) => {
  expect(isLoopback(hostname)).toBe(false);
});
