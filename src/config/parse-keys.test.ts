import { expect, test } from 'vitest';
import { encryptionKey, encryptionKeys, serviceRoleKey } from './parse-keys.ts';

const KEY = Buffer.alloc(32, 1).toString('base64');
const OTHER = Buffer.alloc(32, 2).toString('base64');

function jwt(payload: unknown): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'HS256', typ: 'JWT' })}.${part(payload)}.c2lnbmF0dXJl`;
}

test.each(['sb_secret_dCKEjKH3toIeGV9xi2qGpy_mPqSAvI5', jwt({ role: 'service_role', iss: 'supabase' })])(
  'a service key is taken',
  (text) => {
    const parsed = serviceRoleKey(text);
    expect('value' in parsed && parsed.value.reveal()).toBe(text);
  },
);

test.each([
  ['the publishable key', 'sb_publishable_DxkrLBS9-bGm_FhO', /publishable key/],
  ['the anon key', jwt({ role: 'anon' }), /the anon key/],
  ['a signed-in user’s token', jwt({ role: 'authenticated' }), /the authenticated key/],
  ['a role that is no word', jwt({ role: 'x y <z>' }), /the wrong key/],
  ['a JWT without role', jwt({ sub: '1' }), /no key of a Supabase project/],
  ['a cut JWT', jwt({ role: 'service_role' }).split('.').slice(0, 2).join('.'), /no key/],
  ['something else', 'hunter2', /no key/],
  ['only the prefix', 'sb_secret_', /no key/],
])('%s is refused without repeating it', (_what, text, problem) => {
  const parsed = serviceRoleKey(text);
  expect(parsed).toMatchObject({ problem: expect.stringMatching(problem) });
  expect(JSON.stringify(parsed)).not.toContain(text === 'sb_secret_' ? '\n' : text);
});

test('an encryption key, and the ones before it', () => {
  expect(encryptionKey(KEY)).toHaveProperty('value');
  const previous = encryptionKeys(`${KEY}, ${OTHER},`);
  expect('value' in previous && previous.value).toHaveLength(2);
});

test('a bad key is refused by its place, without repeating it', () => {
  expect(encryptionKey('hunter2')).toMatchObject({ problem: 'is no Fernet key' });
  expect(encryptionKeys(`${KEY},hunter2`)).toMatchObject({ problem: 'holds no Fernet key in place 2' });
  expect(JSON.stringify(encryptionKeys('hunter2'))).not.toContain('hunter2');
});
