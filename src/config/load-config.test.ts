import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { loadConfig } from './load-config.ts';
import type { Env } from './read-variables.ts';

const FULL = {
  SUPABASE_URL: 'https://abcdefgh.supabase.co',
  SUPABASE_SERVICE_ROLE_KEY: 'sb_secret_abcdefghijkl',
  ENCRYPTION_KEY: Buffer.alloc(32, 1).toString('base64'),
  FACEBOOK_APP_SECRET: 'facebook-app-secret',
  NOTIFY_WEBHOOK_SECRET: 'webhook-secret',
  HEARTBEAT_URL: 'https://hc.example.com/heartbeat-id',
};
const RUN = { need: ['supabase', 'encryption'], platforms: ['facebook', 'linkedin'] } as const;

function load(env: Env) {
  const result = loadConfig(env, RUN);
  if ('problems' in result) throw new Error(result.problems.map(({ message }) => message).join('\n'));
  return result.config;
}

function problems(env: Env, options: Parameters<typeof loadConfig>[1] = RUN): string[] {
  const result = loadConfig(env, options);
  return 'problems' in result ? result.problems.map(({ message }) => message) : [];
}

test('the defaults are the documented ones', () => {
  const { limits, log, lookBeforeSend, media, testUser, defaultTimezone, platforms } = load(FULL);
  expect({ limits, log, lookBeforeSend, media, testUser, defaultTimezone }).toEqual({
    limits: {
      maxLatenessMs: 86_400_000,
      maxHoldMs: 86_400_000,
      backlogSpacingMs: 120_000,
      breakerPauseMs: 900_000,
      leaseMs: 90_000,
      findQuarantineMs: 300_000,
      requestTimeoutMs: 30_000,
      maxAttempts: 5,
      writesPerHour: undefined,
      concurrency: 8,
      maxTicksPerHost: 3,
    },
    log: { level: 'info', dir: 'logs' },
    lookBeforeSend: false,
    media: { allowHosts: [] },
    testUser: { id: undefined, email: undefined },
    defaultTimezone: undefined,
  });
  expect(Object.entries(platforms).map(([name, { version }]) => [name, version])).toEqual([
    ['facebook', 'v26.0'],
    ['instagram', 'v26.0'],
    ['linkedin', '202609'],
    ['youtube', undefined],
    ['x', undefined],
    ['tiktok', undefined],
    ['threads', 'v1.0'],
    ['bluesky', undefined],
    ['mastodon', undefined],
  ]);
});

test('what is set is used', () => {
  const config = load({
    ...FULL,
    LEASE_SECONDS: '2',
    REQUEST_TIMEOUT: '500ms',
    DEFAULT_TIMEZONE: 'asia/kolkata',
    X_API_URL: 'https://proxy.example.com/x/',
    TIKTOK_CLIENT_KEY: 'client-key',
    LINKEDIN_API_VERSION: '202610',
    LOG_LEVEL: 'DEBUG',
  });
  expect(config.limits).toMatchObject({ leaseMs: 2_000, requestTimeoutMs: 500 });
  expect(config.defaultTimezone).toBe('Asia/Kolkata');
  expect(config.platforms.x.apiUrl).toBe('https://proxy.example.com/x');
  expect(config.platforms.tiktok.clientId).toBe('client-key');
  expect(config.platforms.linkedin.version).toBe('202610');
  expect(config.log.level).toBe('debug');
  expect(config.supabase.key.reveal()).toBe(FULL.SUPABASE_SERVICE_ROLE_KEY);
});

test('no secret shows when the configuration is printed', () => {
  const config = load(FULL);
  const shown = inspect(config, { depth: 9, showHidden: true }) + JSON.stringify(config);
  for (const secret of [
    FULL.SUPABASE_SERVICE_ROLE_KEY,
    FULL.ENCRYPTION_KEY,
    FULL.FACEBOOK_APP_SECRET,
    FULL.NOTIFY_WEBHOOK_SECRET,
    'heartbeat-id',
  ]) {
    expect(shown).not.toContain(secret);
  }
});

test('every problem is reported at once, by the name of its variable', () => {
  const result = loadConfig(
    { TEST_USER_ID: 'all', LEASE_SECONDS: '121', DEFAULT_TIMEZONE: 'IST', FACEBOOK_API_VERSION: '26' },
    RUN,
  );
  expect('problems' in result && result.problems.map(({ variable }) => variable)).toEqual([
    'SUPABASE_URL',
    'SUPABASE_SERVICE_ROLE_KEY',
    'ENCRYPTION_KEY',
    'TEST_USER_ID',
    'DEFAULT_TIMEZONE',
    'LEASE_SECONDS',
    'FACEBOOK_API_VERSION',
  ]);
  for (const { variable, message, hint } of 'problems' in result ? result.problems : []) {
    expect(message).toMatch(new RegExp(`^${variable} .*\\.$`));
    expect(hint).toMatch(/^[A-Z].*\.$/);
  }
});

test('a secret in the wrong line is not quoted back', () => {
  expect(problems({ ...FULL, DEFAULT_TIMEZONE: 'sb_secret_abcdefghijkl' })).toEqual([
    'DEFAULT_TIMEZONE is “[secret]”, which is no time zone we accept.',
  ]);
});

describe('what a command does not need cannot stop it', () => {
  test('migrate needs the database only', () => {
    const env = { DATABASE_URL: 'postgresql://u:p@h/d', ENCRYPTION_KEY: 'bad', SUPABASE_URL: 'bad' };
    const result = loadConfig(env, { need: ['database'] });
    expect('config' in result && result.config.database.url.reveal()).toBe(env.DATABASE_URL);
    expect('config' in result && result.config.supabase).toBeUndefined();
    expect('config' in result && result.config.encryption).toBeUndefined();
  });

  test('run does not need the database', () => {
    expect(problems({ ...FULL, DATABASE_URL: 'bad' })).toEqual([]);
  });
});

describe('the test user', () => {
  const id = '0190b2f0-0000-7000-8000-00000000000a';

  test('is absent when the line is left empty', () => {
    expect(load({ ...FULL, TEST_USER_ID: '', TEST_USER_EMAIL: '' }).testUser.id).toBeUndefined();
  });

  test('limits to its id', () => {
    expect(load({ ...FULL, TEST_USER_ID: ` ${id}`, TEST_USER_EMAIL: 'a@b.c' }).testUser).toEqual({
      id,
      email: 'a@b.c',
    });
  });

  test.each([' ', '*', 'a@b.c', `${id}x`])('“%s” is a problem and never all users', (text) => {
    expect(problems({ ...FULL, TEST_USER_ID: text })).toEqual([
      'TEST_USER_ID is set but is no user id, and is not taken as “all users”.',
    ]);
  });

  test('named by e-mail alone is a problem where posts go out, and only there', () => {
    const env = { ...FULL, TEST_USER_EMAIL: 'a@b.c' };
    expect(problems(env)).toEqual([expect.stringMatching(/^TEST_USER_ID is not set although/)]);
    expect(problems(env, { need: ['supabase'] })).toEqual([]);
  });
});

describe('a database on this machine and platforms elsewhere never meet', () => {
  const local = { ...FULL, SUPABASE_URL: 'http://127.0.0.1:54321' };
  const sandbox = {
    FACEBOOK_API_URL: 'http://127.0.0.1:54321/facebook',
    LINKEDIN_API_URL: 'http://localhost:54321/linkedin',
  };

  test('all of them here, or none', () => {
    expect(problems({ ...local, ...sandbox })).toEqual([]);
    expect(problems(FULL)).toEqual([]);
    expect(problems({ ...FULL, FACEBOOK_API_URL: 'https://proxy.example.com' })).toEqual([]);
  });

  test('a local database refuses each platform that is not local', () => {
    expect(problems({ ...local, ...sandbox, LINKEDIN_API_URL: 'https://proxy.example.com' })).toEqual([
      expect.stringMatching(/^LINKEDIN_API_URL is not on this machine/),
    ]);
    expect(problems(local)).toHaveLength(2);
  });

  test('a real database refuses each platform that is local', () => {
    expect(problems({ ...FULL, FACEBOOK_API_URL: sandbox.FACEBOOK_API_URL })).toEqual([
      expect.stringMatching(/^FACEBOOK_API_URL is on this machine/),
    ]);
  });

  test('platforms that the command does not speak to do not matter', () => {
    expect(problems({ ...FULL, X_API_URL: 'http://127.0.0.1:54321/x' })).toEqual([]);
    expect(problems(local, { need: ['supabase'] })).toEqual([]);
  });
});
