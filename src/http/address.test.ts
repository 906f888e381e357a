import { describe, expect, it } from 'vitest';
import { addressBook } from './address.ts';

const rules = {
  origins: ['https://api.example.com', 'https://api.example.com:8443'],
  uploadHosts: ['.up.example.com', 'cdn.example.net'],
};

describe('an address', () => {
  it.each([
    'https://api.example.com/v1/me?a=1',
    'https://api.example.com:8443/x',
    'https://eu1.up.example.com/session',
    'https://cdn.example.net/put',
  ])('%s of the platform stays as it is', (url) => {
    expect(addressBook(rules)(url).href).toBe(url);
  });

  it.each([
    'https://api.example.com.evil.org/',
    'https://evil.org/https://api.example.com/',
    'https://api.example.com:444/',
    'http://api.example.com/',
    'http://eu1.up.example.com/',
    'https://up.example.com/',
    'https://evilup.example.com/',
    'https://eu1.up.example.com:8443/',
    'https://x.cdn.example.net/',
    'https://api.example.com@evil.org/',
    'https://user:pass@api.example.com/',
    'http://127.0.0.1/',
    'ftp://api.example.com/',
    '/relative',
    '',
  ])('%s is refused', (url) => {
    expect(() => addressBook(rules)(url)).toThrowError(
      expect.objectContaining({ kind: 'config', code: 'HOST_NOT_ALLOWED' }),
    );
  });
});

describe('an API URL', () => {
  it.each([
    ['http://127.0.0.1:4000', 'https://api.example.com/v1/me?a=1', 'http://127.0.0.1:4000/v1/me?a=1'],
    [
      'http://127.0.0.1:4000/facebook',
      'https://api.example.com/v1/me?a=1',
      'http://127.0.0.1:4000/facebook/v1/me?a=1',
    ],
    ['http://127.0.0.1:4000/facebook/', 'https://eu1.up.example.com/s', 'http://127.0.0.1:4000/facebook/s'],
    [
      'http://127.0.0.1:4000/facebook',
      'http://127.0.0.1:4000/facebook/up/1?t=2',
      'http://127.0.0.1:4000/facebook/up/1?t=2',
    ],
    ['https://gateway.example.org', 'https://api.example.com/v1', 'https://gateway.example.org/v1'],
  ])('%s turns %s into %s', (apiUrl, url, expected) => {
    expect(addressBook({ ...rules, apiUrl })(url).href).toBe(expected);
  });

  it.each(['https://evil.org/v1', 'http://127.0.0.1:4000/facebookish/1', 'http://127.0.0.1:4001/facebook/1'])(
    'does not admit %s',
    (url) => {
      expect(() => addressBook({ ...rules, apiUrl: 'http://127.0.0.1:4000/facebook' })(url)).toThrowError(
        /Nothing was sent/,
      );
    },
  );

  it.each([
    'http://gateway.example.org',
    'gateway',
    'http://127.0.0.1.evil.org',
    'https://a.example.org/?x=1',
  ])('%s is refused at the start', (apiUrl) => {
    expect(() => addressBook({ ...rules, apiUrl })).toThrowError(
      expect.objectContaining({ kind: 'config', code: 'API_URL' }),
    );
  });
});

describe('the server of an account', () => {
  const own = { origins: ['https://entry.example.com'], uploadHosts: [], ownServers: true };
  const home = 'https://mastodon.example';

  it('is where its requests go, and nowhere else', () => {
    expect(addressBook(own)(`${home}/api/v1/statuses`, home).href).toBe(`${home}/api/v1/statuses`);
    for (const url of [
      'https://other.example/x',
      'https://entry.example.com/x',
      `${home}:444/x`,
      'http://mastodon.example/x',
    ])
      expect(() => addressBook(own)(url, home), url).toThrow('a token only goes');
  });

  it('must be named for it', () => {
    expect(() => addressBook(own)(`${home}/x`)).toThrow('a token only goes');
    expect(addressBook(own)('https://entry.example.com/x').href).toBe('https://entry.example.com/x');
  });

  it.each([
    'https://10.0.0.1',
    'https://localhost',
    'https://[::1]',
    'https://db.internal',
    'https://a.example:8443',
  ])('is never %s', (server) => {
    expect(() => addressBook(own)(`${server}/x`, server)).toThrow('a token only goes');
  });

  it('is no server at all for a platform that has one place for everybody', () => {
    expect(() => addressBook(rules)(`${home}/x`, home)).toThrow('a token only goes');
  });

  it('is replaced by the API URL like every other', () => {
    const book = addressBook({ ...own, apiUrl: 'http://127.0.0.1:4000/mastodon' });
    expect(book(`${home}/api/v1/statuses?a=1`, home).href).toBe(
      'http://127.0.0.1:4000/mastodon/api/v1/statuses?a=1',
    );
  });
});
