import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { PublishError } from './errors.ts';
import { appId, authorizeUrl, createPkce, givenTokens, scopeList, wholeApp } from './oauth.ts';
import { Secret } from './secret.ts';

const NOW = new Date('2026-11-21T12:00:00Z');
const answer = (status: number, text: string) => {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = undefined;
  }
  return { status, headers: {}, text, json };
};
const given = (body: unknown, status = 200) =>
  givenTokens('Acme', answer(status, typeof body === 'string' ? body : JSON.stringify(body)), NOW);

function refused(body: unknown, status = 400): PublishError {
  try {
    given(body, status);
  } catch (error) {
    if (error instanceof PublishError) return error;
  }
  throw new Error('It was taken.');
}

describe('the tokens in an answer', () => {
  it('come with their ends and permissions', () => {
    const tokens = given({
      access_token: 'a-1',
      refresh_token: 'r-1',
      expires_in: 7200,
      refresh_expires_in: '15552000',
      scope: 'one,two',
    });
    expect([tokens.token.reveal(), tokens.refreshToken?.reveal()]).toEqual(['a-1', 'r-1']);
    expect(tokens.expiresAt).toEqual(new Date('2026-11-21T14:00:00Z'));
    expect(tokens.metadata).toEqual({
      scopes: ['one', 'two'],
      refresh_token_expires_at: '2027-05-20T12:00:00.000Z',
    });
    expect(JSON.stringify(tokens)).not.toContain('a-1');
  });

  it('what is not told, or told in another shape, is not made up', () => {
    const bare = { refreshToken: null, expiresAt: null, scopes: null, metadata: {} };
    expect(given({ access_token: 'a' })).toMatchObject(bare);
    const strange = { access_token: 'a', refresh_token: '', expires_in: 'soon', scope: 7 };
    expect(given(strange)).toMatchObject(bare);
    expect(given({ access_token: 'a', expires_in: -5 }).expiresAt).toBeNull();
  });

  it.each([
    ['no token', '{"token_type":"bearer"}', 200],
    ['an empty token', '{"access_token":""}', 200],
    ['a token that is no text', '{"access_token":{"a":1}}', 200],
    ['an HTML page', '<!doctype html><title>Sign in</title>', 200],
    ['an HTML error page', '<h1>502 Bad Gateway</h1>', 502],
    ['a cut answer', '{"access_token":"a', 200],
    ['a redirect', '', 302],
    ['a fault of the platform', '{"error":"server_error"}', 500],
  ])('%s: a sentence, to be tried again', (_what, text, status) => {
    expect(refused(text, status)).toMatchObject({
      kind: 'temporary',
      message: expect.stringMatching(/^Acme answered with something that is no token/),
      hint: expect.stringMatching(/^Repeat the command/),
    });
  });

  it.each([
    [
      { error: 'invalid_grant', error_description: 'Code was used.' },
      'auth',
      'invalid_grant (Code was used.)',
    ],
    [{ error: 'invalid_client' }, 'config', 'invalid_client'],
    [{ error: { message: 'Code has expired.', code: 100 } }, 'auth', '100 (Code has expired.)'],
    [{ error: { message: 'No such app.', code: 101 } }, 'config', '101 (No such app.)'],
    [{ error_type: 'OAuthException', error_message: 'No match' }, 'auth', 'OAuthException (No match)'],
  ])('the refusal %j is %s', (body, kind, said) => {
    expect(refused(body)).toMatchObject({ kind, message: `Acme gave no token: ${said}.` });
  });

  it('a refusal that repeats a secret does not show it', () => {
    const secret = `ya29.${'a'.repeat(40)}`;
    expect(
      refused({ error: 'invalid_grant', error_description: `Bad token ${secret}` }).message,
    ).not.toContain(secret);
  });
});

describe('what goes through the browser', () => {
  it('is the hash of a verifier that differs each time', () => {
    const [one, other] = [createPkce(), createPkce()];
    expect(one.verifier.reveal()).toMatch(/^[\w-]{43}$/);
    expect(one.verifier.reveal()).not.toBe(other.verifier.reveal());
    const hash = createHash('sha256').update(one.verifier.reveal()).digest();
    expect(one.challenge).toBe(hash.toString('base64url'));
    expect(one.hexChallenge).toBe(hash.toString('hex'));
  });

  it('is encoded, and parameters without a value are left out', () => {
    const url = authorizeUrl('https://a.example/o', {
      scope: 'a b&c',
      state: 'x=y',
      code_challenge: undefined,
    });
    expect(url).toBe('https://a.example/o?scope=a+b%26c&state=x%3Dy');
  });

  it('lists of permissions may be written with blanks or commas', () => {
    expect(scopeList('a b,c')).toEqual(['a', 'b', 'c']);
    expect(scopeList('')).toBeNull();
    expect(scopeList(undefined)).toBeNull();
  });
});

describe('our app at a platform', () => {
  const secret = new Secret('s');
  const mend = 'Set ACME_ID and ACME_SECRET.';
  it.each([
    [undefined, undefined, 'APP_MISSING'],
    ['id', undefined, 'APP_SECRET_MISSING'],
  ])('id %s, secret %s: %s, with how it is mended', async (clientId, clientSecret, code) => {
    const app = async () => ({ clientId, clientSecret, mend });
    await expect(wholeApp('Acme', app)).rejects.toMatchObject({ kind: 'config', code, hint: mend });
  });

  it('a public client needs no secret', async () => {
    expect(await appId('Acme', async () => ({ clientId: 'id', clientSecret: undefined, mend }))).toBe('id');
    const whole = await wholeApp('Acme', async () => ({ clientId: 'id', clientSecret: secret, mend }));
    expect(whole).toEqual({ id: 'id', secret });
  });
});
