import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isSecretName, redactText } from './redact-text.ts';
import { Secret } from './secret.ts';

const M = '[secret]';
const jwt =
  'eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoic2VydmljZV9yb2xlIn0.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
const fernet =
  'gAAAAAAdwJ6wAAECAwQFBgcICQoLDA0ODy021cpGVWKZ_eEwCGM4BLLF_5CV9dOPmrhuVUPgJobwOz7JcbmrR64jVmpU4IwqDA==';
const linkedin = `AQ${'XdSP_W41_UPs5'.repeat(4)}`;

describe('what gives itself away is masked, and nothing around it', () => {
  test.each([
    ['token EAABplainlegacytoken2 refused', `token ${M} refused`],
    ['EAAB-page-token-1', M],
    [`Error validating access token ${linkedin}.`, `Error validating access token ${M}.`],
    ['ya29.expired', M],
    ['refresh 1//0refresh', `refresh ${M}`],
    ['key sb_secret_dCKEjKH3toIeGV9xi2qGpy_mPqSAvI5!', `key ${M}!`],
    [`jwt ${jwt} ends`, `jwt ${M} ends`],
    [`stored ${fernet}`, `stored ${M}`],
    ['GOCSPX-abcdefgh12345', M],
    [`AIza${'Sy0123456789'.repeat(3)}`, M],
    ['act.example12345Example12345Example!6235.e1', M],
    ['Authorization: Bearer abc', `Authorization: Bearer ${M}`],
    ['authorization: OAuth x', `authorization: OAuth ${M}`],
    ['Bearer x', `Bearer ${M}`],
    ['sent OAuth tok3n-of-page', `sent OAuth ${M}`],
    ['Basic dXNlcjpwYXNzd29yZDEyMw==', `Basic ${M}`],
    [
      'https://g.com/v26.0/me?fields=id&access_token=abc&limit=5',
      `https://g.com/v26.0/me?fields=id&access_token=${M}&limit=5`,
    ],
    [
      'https://x.supabase.co/storage/v1/object/sign/b/a.png?token=abc#x',
      `https://x.supabase.co/storage/v1/object/sign/b/a.png?token=${M}#x`,
    ],
    [
      'https://b.s3.amazonaws.com/k?X-Amz-Credential=a%2Fb&X-Amz-Signature=ff&v=1',
      `https://b.s3.amazonaws.com/k?X-Amz-Credential=${M}&X-Amz-Signature=${M}&v=1`,
    ],
    [
      'https://www.googleapis.com/upload?uploadType=resumable&upload_id=ABg5',
      `https://www.googleapis.com/upload?uploadType=resumable&upload_id=${M}`,
    ],
    [
      'https://l.com/?u=https%3A%2F%2Fa.b%2F%3Faccess_token%3Dabc%26x%3D1&h=2',
      `https://l.com/?u=https%3A%2F%2Fa.b%2F%3Faccess_token%3D${M}%26x%3D1&h=2`,
    ],
    ['https://a.b/?next=https://c.d/?token=abc&x=1', `https://a.b/?next=https://c.d/?token=${M}&x=1`],
    ['client_secret=abc&code=1', `client_secret=${M}&code=1`],
    ['message=hello&access_token=abc', `message=hello&access_token=${M}`],
    ['{"access_token":"a\\"bc","id":"1"}', `{"access_token":"${M}","id":"1"}`],
    [
      '{"body":"{\\"refresh_token\\":\\"abc\\",\\"n\\":1}"}',
      `{"body":"{\\"refresh_token\\":\\"${M}\\",\\"n\\":1}"}`,
    ],
    ['access_token: NFpSZjY0dGhpcyBpcw', `access_token: ${M}`],
    ["client_secret = 'a1b2c3d4e5f6g7'", `client_secret = '${M}'`],
    ['ENCRYPTION_KEY=cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=', `ENCRYPTION_KEY=${M}`],
    [
      'postgresql://postgres:p@ss:w0rd@db.x.supabase.co:5432/postgres',
      `postgresql://postgres:${M}@db.x.supabase.co:5432/postgres`,
    ],
  ])('%s', (text, masked) => {
    expect(redactText(text)).toBe(masked);
  });
});

describe('ordinary text stays as it is', () => {
  test.each([
    'New in our shop: 50% off! 🎉 #sale #AQUARIUS2026 #EAAIRVENTURE2026 @AQteam',
    'See https://example.com/path?utm_source=fb&id=12&code=SAVE20#top and http://localhost:3000/a',
    'The bearer of good news, OAuth 2.0/OIDC explained, Basic training on Monday 10:30',
    'Basic 10-minute-workout',
    'Password: what makes a good one? Token economy: a top-secret: story; Authorization: required for entry.',
    'Ratio 1//2, act. two, eyJ, gAAAA, AQ, EAA, sb_secret',
    'مرحبا بالعالم “quoted” it\'s {"title":"My token of thanks"}',
    'POST https://graph.facebook.com/v26.0/1234567890/feed 400 (#190/463) trace AbCdEfGh123',
    'urn:li:share:7123456789012345678 6b7ef7290e490a9e3f4a02673fd58f4916f94e2b 0190b2f0-0000-7000-8000-000000000000',
    'content-publisher retry created_content:0190b2f0-0000-7000-8000-000000000000',
    'Run `npx supabase login`; put ENCRYPTION_KEY into .env, TEST_USER_ID is not a uuid',
    'ENCRYPTION_KEY: 44 characters; SUPABASE_SERVICE_ROLE_KEY: not set, access_token: undecryptable-token',
    'http://a.aa#:a@ and https://a.b?:c@d',
    'mail me@example.com, https://medium.com/@user/story',
    '',
  ])('%s', (text) => {
    expect(redactText(text)).toBe(text);
  });
});

test.each([
  'access_token',
  'accessToken',
  'refresh_token',
  'Authorization',
  'client_secret',
  'apikey',
  'X-Api-Key',
  'password',
  'token',
  'appsecret_proof',
  'set-cookie',
  'SUPABASE_SERVICE_ROLE_KEY',
  'uploadUrl',
])('a value under %s is a secret', (name) => {
  expect(isSecretName(name)).toBe(true);
});

test.each([
  'id',
  'key',
  'code',
  'Idempotency-Key',
  'token_expires_at',
  'author',
  'signed',
  'secretary',
  'status',
])('a value under %s is none', (name) => {
  expect(isSecretName(name)).toBe(false);
});

const tokenText = fc.stringMatching(/^[A-Za-z0-9_-]{20,120}$/);
const anySecret = fc.oneof(
  tokenText.map((t) => `EAA${t}xxxx`),
  tokenText.map((t) => `AQ${t}${t}`),
  tokenText.map((t) => `ya29.${t}`),
  tokenText.map((t) => `1//0${t}`),
  tokenText.map((t) => `sb_secret_${t}`),
  tokenText.map((t) => `eyJ${t}.eyJ${t}.${t}`),
  tokenText.map((t) => `gAAAA${t}==`),
);
const words = fc.array(
  fc.constantFrom(
    'our',
    'new',
    'Büro',
    '#Monday',
    '🎉',
    '50%',
    'x=1',
    'a&b',
    '(ok)',
    '"so"',
    'https://a.b/c?d=e',
  ),
);

test('a token never survives, wherever it stands in a sentence', () => {
  fc.assert(
    fc.property(words, anySecret, words, (before, secret, after) => {
      const text = [...before, secret, ...after].join(' ');
      expect(redactText(text)).toBe([...before, M, ...after].join(' '));
    }),
  );
});

test('a secret parameter never survives, whatever its value looks like', () => {
  const name = fc.constantFrom(
    'access_token',
    'token',
    'sig',
    'signature',
    'X-Amz-Signature',
    'client_secret',
  );
  fc.assert(
    fc.property(name, tokenText, words, (parameter, value, rest) => {
      const tail = rest.join(' ');
      expect(redactText(`https://a.b/c?x=1&${parameter}=${value} ${tail}`)).toBe(
        `https://a.b/c?x=1&${parameter}=${M} ${tail}`,
      );
    }),
  );
});

test('ordinary words, numbers, hashtags and links are never changed', () => {
  const word = fc.stringMatching(/^[#@]?[a-zäöüA-Z]{1,14}[0-9]{0,6}[.,!?:;]?$/);
  const link = fc.webUrl({ withQueryParameters: false, withFragments: true });
  fc.assert(
    fc.property(fc.array(fc.oneof(word, link, fc.integer().map(String), fc.uuid())), (parts) => {
      const text = parts.join(' ');
      fc.pre(!/EAA[A-Z]|Bearer|OAuth|DPoP/i.test(text));
      expect(redactText(text)).toBe(text);
    }),
  );
});

test('masking twice changes nothing more', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          fc.string({ unit: 'grapheme' }),
          anySecret,
          fc.constantFrom('?token=', '"token":"', '://a:', '@', 'Bearer ', '\\"'),
        ),
      ),
      (parts) => {
        const once = redactText(parts.join(''));
        expect(redactText(once)).toBe(once);
      },
    ),
  );
});

test.each(['a', '\\', '"', '://', 'eyJ', '"token":', '?a=', '%3Fa%3D', 'a_', 'Bearer ', '1//', ':x@', 'a-'])(
  'a megabyte of %s does not stall',
  (piece) => {
    const text = piece.repeat(1_000_000 / piece.length);
    const started = performance.now();
    redactText(text);
    expect(performance.now() - started).toBeLessThan(5_000);
  },
);

describe('a secret that this process has had in its hands', () => {
  const opaque = 'opaque+value/without=a-look-of-its-own';
  test('is masked wherever it stands, as it is and percent-encoded, though nothing gives it away', () => {
    const longer = `${opaque}-and-more`;
    expect(redactText(`said ${opaque}.`)).toContain(opaque);
    const secrets = [new Secret(opaque), new Secret(longer)];
    expect(secrets).toHaveLength(2);
    expect(redactText(`said ${opaque}.`)).toBe('said [secret].');
    expect(redactText(`said ${longer}.`)).toBe('said [secret].');
    expect(redactText(`at https://a.example/${encodeURIComponent(opaque)}/b`)).toBe(
      'at https://a.example/[secret]/b',
    );
  });

  test('is not remembered when it is short enough to be a word, or is only hidden in case it is one', () => {
    const kept = [new Secret('secretly'), Secret.unknown('https://files.example/a-picture.jpg')];
    expect(kept).toHaveLength(2);
    const text = 'secretly at https://files.example/a-picture.jpg';
    expect(redactText(text)).toBe(text);
  });
});
