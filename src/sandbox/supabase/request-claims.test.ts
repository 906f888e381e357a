import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { makeKeys, type ProjectKeys, signUserJwt } from './keys.ts';
import { claimsOf } from './request-claims.ts';

const USER = '11111111-1111-4111-8111-111111111111';
let keys: ProjectKeys;
beforeAll(async () => {
  keys = await makeKeys();
});
afterEach(() => {
  vi.useRealTimers();
});

function claims(apikey: string | undefined, bearer?: string) {
  const headers = new Headers();
  if (apikey !== undefined) headers.set('apikey', apikey);
  if (bearer !== undefined) headers.set('authorization', `Bearer ${bearer}`);
  return claimsOf(headers, keys);
}

describe('claimsOf', () => {
  it('gives each key its role, in the new form and as the JWT of older projects', () => {
    expect(claims(keys.anonKey, keys.anonKey)?.role).toBe('anon');
    expect(claims(keys.anonJwt, keys.anonJwt)?.role).toBe('anon');
    expect(claims(keys.serviceRoleKey)?.role).toBe('service_role');
    expect(claims(keys.serviceRoleJwt, keys.serviceRoleJwt)?.role).toBe('service_role');
  });

  it('takes the signed-in user before the key', () => {
    const token = signUserJwt(USER, keys.jwtSecret);
    expect(claims(keys.anonKey, token)).toMatchObject({ role: 'authenticated', sub: USER });
    expect(claims(keys.serviceRoleKey, token)).toMatchObject({ role: 'authenticated' });
  });

  it('refuses a token without key, a foreign key, a foreign, broken or expired token', async () => {
    const token = signUserJwt(USER, keys.jwtSecret);
    const others = await makeKeys();
    expect(claims(undefined, token)).toBeUndefined();
    expect(claims(others.serviceRoleKey)).toBeUndefined();
    expect(claims(keys.anonKey, signUserJwt(USER, others.jwtSecret))).toBeUndefined();
    expect(claims(keys.anonKey, `${token}x`)).toBeUndefined();
    expect(claims(keys.anonKey, 'not.a.token')).toBeUndefined();
    vi.useFakeTimers({ now: Date.now() + 3_601_000 });
    expect(claims(keys.anonKey, token)).toBeUndefined();
  });
});
