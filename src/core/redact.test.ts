import fc from 'fast-check';
import { expect, test } from 'vitest';
import { redact } from './redact.ts';
import { Secret } from './secret.ts';

const M = '[secret]';

test('secrets are masked by key at every depth, the rest is kept', () => {
  expect(
    redact({
      platform: 'facebook',
      headers: { Authorization: 'anything', 'Content-Type': 'application/json' },
      steps: [{ accessToken: 'abc', credentials: { user: 'u', pass: 'p' }, id: 7 }],
    }),
  ).toEqual({
    platform: 'facebook',
    headers: { Authorization: M, 'Content-Type': 'application/json' },
    steps: [{ accessToken: M, credentials: M, id: 7 }],
  });
});

test('that a token is missing stays visible', () => {
  const value = { token: null, password: '', hasToken: true, refresh_token: undefined };
  expect(redact(value)).toEqual(value);
});

test('an error shows its message, code and causes, masked', () => {
  const cause = new Error('GET https://a.b/?access_token=abc failed');
  const error = Object.assign(new TypeError('Bearer tok3n-of-page refused', { cause }), {
    code: 'ECONNREFUSED',
    request: { token: new Secret('x') },
  });
  const shown = redact(new AggregateError([error], 'all failed')) as { errors: unknown[] };
  expect(shown).toMatchObject({ name: 'AggregateError', message: 'all failed' });
  expect(shown.errors[0]).toMatchObject({
    name: 'TypeError',
    message: `Bearer ${M} refused`,
    code: 'ECONNREFUSED',
    request: { token: M },
    cause: { message: `GET https://a.b/?access_token=${M} failed` },
  });
  expect(JSON.stringify(shown)).not.toMatch(/tok3n|=abc/);
});

test('maps, sets, headers, URLs, dates, bytes and functions come out as plain data', () => {
  expect(
    redact({
      map: new Map<string, unknown>([
        ['token', 'abc'],
        ['id', 1n],
      ]),
      set: new Set(['ya29.expired']),
      headers: new Headers({ cookie: 'a=b', accept: '*/*' }),
      url: new URL('https://a.b/?sig=1&x=2'),
      date: new Date(0),
      bytes: Buffer.from('secret'),
      run: () => 1,
      json: { toJSON: () => ({ token: 'abc' }) },
    }),
  ).toEqual({
    map: { token: M, id: '1' },
    set: [M],
    headers: { accept: '*/*', cookie: M },
    url: `https://a.b/?sig=${M}&x=2`,
    date: '1970-01-01T00:00:00.000Z',
    bytes: '[6 bytes]',
    run: '[function]',
    json: { token: M },
  });
});

test('cycles, hostile getters and bottomless objects end', () => {
  const loop: Record<string, unknown> = { a: 1 };
  loop['self'] = loop;
  const deep = JSON.parse(`${'['.repeat(5_000)}${']'.repeat(5_000)}`) as unknown;
  const thrower = {
    get boom(): string {
      throw new Error('no');
    },
  };
  expect(redact(loop)).toEqual({ a: 1, self: '[circular]' });
  expect(JSON.stringify(redact(deep))).toContain('[too deep]');
  expect(redact({ thrower })).toEqual({ thrower: '[unreadable]' });
});

test('the same object twice is not a cycle', () => {
  const shared = { id: 1 };
  expect(redact([shared, shared])).toEqual([shared, shared]);
});

test('a key named __proto__ is data', () => {
  const shown = redact(JSON.parse('{"__proto__":{"token":"abc"}}')) as object;
  expect(JSON.stringify(shown)).toBe(`{"__proto__":{"token":"${M}"}}`);
});

test('JSON without secrets comes out equal, and masking twice changes nothing more', () => {
  const harmless = fc.jsonValue({ stringUnit: fc.constantFrom('a', 'B', '7', ' ', '#', '🎉') });
  fc.assert(
    fc.property(harmless, (value) => {
      expect(redact(value)).toEqual(value);
    }),
  );
  fc.assert(
    fc.property(fc.object({ key: fc.constantFrom('token', 'id', 'apiKey', 'list') }), (value) => {
      const once = redact(value);
      expect(redact(once)).toEqual(once);
    }),
  );
});

test('a value under a secret key never survives', () => {
  const key = fc.constantFrom('access_token', 'refreshToken', 'client_secret', 'Authorization', 'password');
  fc.assert(
    fc.property(key, fc.stringMatching(/^[A-Za-z]{12,40}$/), (name, value) => {
      expect(JSON.stringify(redact({ a: [{ [name]: value, b: { [name]: [value] } }] }))).not.toContain(value);
    }),
  );
});
