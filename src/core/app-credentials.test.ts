import { describe, expect, it } from 'vitest';
import { appCredentials } from './app-credentials.ts';
import { Secret } from './secret.ts';
import type { AppSettings } from './store.ts';

const PLACE = {
  platform: 'tiktok',
  id: { variable: 'TIKTOK_CLIENT_KEY', field: 'client_key' },
  secret: { variable: 'TIKTOK_CLIENT_SECRET', field: 'client_secret' },
  key: 'tiktok_credentials',
};
const NOTHING = { clientId: undefined, clientSecret: undefined };

const settings = (stored: unknown, place: AppSettings['place'] = 'ok'): AppSettings => ({
  place,
  rows: stored === undefined ? {} : { tiktok_credentials: stored },
});
/** Reads 'gAAAAA(x)' as x, and no other ciphertext. */
const decrypt = (text: string) => /^gAAAAA\((.*)\)$/s.exec(text)?.[1] ?? null;

function found(stored: unknown, env: Parameters<typeof appCredentials>[1] = NOTHING) {
  const { clientId, clientSecret } = appCredentials(PLACE, env, settings(stored), decrypt);
  return [clientId, clientSecret?.reveal()];
}

describe('the credentials of our app', () => {
  it.each([
    ['in clear', { client_key: 'key', client_secret: 'secret' }],
    ['with blanks around them', { client_key: ' key\n', client_secret: '\tsecret ' }],
    ['encrypted', { client_key: 'gAAAAA(key)', client_secret: 'gAAAAA(secret)' }],
    ['one of them encrypted', { client_key: 'key', client_secret: 'gAAAAA(secret\n)' }],
    ['encrypted as a whole', 'gAAAAA({"client_key":"key","client_secret":"secret"})'],
  ])('are found %s', (_how, stored) => {
    expect(found(stored)).toEqual(['key', 'secret']);
  });

  it('may be numbers', () => {
    expect(found({ client_key: 1_234_567_890_123_456 })).toEqual(['1234567890123456', undefined]);
  });

  it.each([
    ['nothing', undefined],
    ['NULL', null],
    ['a list', ['key', 'secret']],
    ['a number', 7],
    ['other fields', { app_id: 'key', api_secret: 'secret' }],
    ['empty fields', { client_key: '', client_secret: ' ' }],
    ['ciphertext of nothing', { client_key: 'gAAAAA()', client_secret: 'gAAAAA( )' }],
    ['fields that are no text', { client_key: { a: 1 }, client_secret: [] }],
    ['ciphertext of another key', { client_key: 'gAAAAAx', client_secret: 'gAAAAAx' }],
    ['ciphertext in ciphertext', { client_key: 'gAAAAA(gAAAAAx)', client_secret: 'gAAAAA(gAAAAA(y))' }],
    ['line breaks in them', { client_key: 'k\r\nHost: a', client_secret: 'gAAAAA(s\nt)' }],
    ['whole ciphertext of another key', 'gAAAAAx'],
    ['whole ciphertext that is no object', 'gAAAAA([])'],
    ['a text that is no JSON', 'hello'],
  ])('are not there where %s stands', (_what, stored) => {
    expect(found(stored)).toEqual([undefined, undefined]);
  });

  it('of the environment win, one by one', () => {
    const stored = { client_key: 'stored', client_secret: 'stored secret'.replace(' ', '-') };
    expect(found(stored, { clientId: 'own', clientSecret: new Secret('own-secret') })).toEqual([
      'own',
      'own-secret',
    ]);
    expect(found(stored, { clientId: undefined, clientSecret: new Secret('own-secret') })).toEqual([
      'stored',
      'own-secret',
    ]);
  });

  it('never pair the id of the environment with the stored secret of another app', () => {
    const stored = { client_key: 'stored', client_secret: 'secret' };
    expect(found(stored, { clientId: 'own', clientSecret: undefined })).toEqual(['own', undefined]);
    expect(found(stored, { clientId: 'stored', clientSecret: undefined })).toEqual(['stored', 'secret']);
  });
});

describe('what mends missing ones', () => {
  const mendOf = (place: AppSettings['place'], stored?: unknown) =>
    appCredentials(PLACE, NOTHING, settings(stored, place), decrypt).mend;

  it('names the variables and, where there is a table, the command', () => {
    for (const place of ['ok', 'no_table', 'no_columns'] as const) {
      expect(mendOf(place)).toMatch(/^Set TIKTOK_CLIENT_KEY and TIKTOK_CLIENT_SECRET in \.env.*\.$/);
    }
    expect(mendOf('ok')).toContain('"content-publisher credentials set tiktok"');
    expect(mendOf('no_table')).toMatch(
      /"content-publisher migrate".*"content-publisher credentials set tiktok"/,
    );
    expect(mendOf('no_columns')).not.toContain('credentials set');
  });

  it('names the key where they cannot be read, and repeats nothing of them', () => {
    const said = mendOf('ok', { client_key: 'key', client_secret: 'gAAAAAx' });
    expect(said).toMatch(/tiktok_credentials.*ENCRYPTION_KEY_PREVIOUS/);
    expect(said).not.toContain('gAAAAA');
  });
});
