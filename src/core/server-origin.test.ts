import { expect, test } from 'vitest';
import { serverOrigin } from './server-origin.ts';

test.each([
  ['https://mastodon.example', 'https://mastodon.example'],
  ['https://Mastodon.Example/@rao?x=1#y', 'https://mastodon.example'],
  ['https://mastodon.example:443/', 'https://mastodon.example'],
  [' mastodon.example ', 'https://mastodon.example'],
  ['münchen.example', 'https://xn--mnchen-3ya.example'],
  ['https://a.xn--p1ai', 'https://a.xn--p1ai'],
])('%s is a server of its own', (named, origin) => {
  expect(serverOrigin(named)).toBe(origin);
});

test.each([
  undefined,
  null,
  42,
  '',
  'https://',
  'http://mastodon.example',
  'ftp://mastodon.example',
  'https://mastodon.example:8443',
  'https://user@mastodon.example',
  'https://user:pass@mastodon.example',
  'localhost',
  'https://localhost',
  'mastodon',
  'printer.local',
  'metadata.google.internal',
  'https://127.0.0.1',
  'https://127.1',
  'https://2130706433',
  'https://0x7f.0.0.1',
  'https://10.0.0.1',
  'https://[::1]',
  'https://169.254.169.254/latest',
  'https://mastodon.example.',
  'https://mastodon.example\r\nx-injected: 1',
  'mastodon.example\n.evil.example',
  'https://masto\tdon.example',
  'https://mastodon.example\0',
])('%s is none', (named) => {
  expect(serverOrigin(named)).toBeNull();
});
