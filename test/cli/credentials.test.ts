import { dirname } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { listCredentials } from '../../src/cli/credentials/list.ts';
import { type SetOptions, setCredentials } from '../../src/cli/credentials/set.ts';
import { verifyCredentials } from '../../src/cli/credentials/verify.ts';
import { createInput } from '../../src/cli/input.ts';
import { EncryptionKey } from '../../src/core/encryption.ts';
import { createKeyring } from '../../src/security/keyring.ts';
import { type CommandOutput, runCommand } from '../support/command.ts';
import { addPerson, connect } from '../support/people.ts';
import { withPlatformSettings } from '../support/platform-settings.ts';
import { encrypt, usePublisher } from '../support/publisher.ts';
import { runProcess } from '../support/run-process.ts';

const BIN = fileURLToPath(new URL('../../bin/content-publisher', import.meta.url));
const publisher = usePublisher();
const decrypt = (text: unknown) => {
  const key = EncryptionKey.parse(publisher().env['ENCRYPTION_KEY'] ?? '');
  return key === null ? null : createKeyring(key, []).decrypt(String(text));
};

/** Nothing of any app in the environment. */
const NO_APPS = {
  YOUTUBE_CLIENT_ID: '',
  YOUTUBE_CLIENT_SECRET: '',
  X_CLIENT_ID: '',
  X_CLIENT_SECRET: '',
  TIKTOK_CLIENT_KEY: '',
  TIKTOK_CLIENT_SECRET: '',
};
type Env = Readonly<Record<string, string | undefined>>;

const list = (env: Env = {}) => runCommand(publisher(), listCredentials, { ...NO_APPS, ...env });
const set = (
  platform: string,
  typed: string,
  options: Partial<SetOptions> = {},
  env: Env = {},
): Promise<CommandOutput> =>
  runCommand(
    publisher(),
    (io) =>
      setCredentials(
        { ...io, asks: createInput(Readable.from([Buffer.from(typed)]), new PassThrough()) },
        platform,
        {
          page: false,
          ...options,
        },
      ),
    { ...NO_APPS, ...env },
  );
const verify = (platform: string | undefined, env: Env = {}) =>
  runCommand(publisher(), (io) => verifyCredentials(io, platform), { ...NO_APPS, ...env });

async function stored(key: string): Promise<unknown> {
  const [row] = await publisher().supabase.sql`select value from public.platform_settings where key = ${key}`;
  return row?.['value'];
}
const settings = <T>(
  rows: Readonly<Record<string, unknown>>,
  work: () => Promise<T>,
  type: 'json' | 'jsonb' | 'text' = 'jsonb',
) => withPlatformSettings(publisher(), type, rows, work);

describe('credentials list', () => {
  it('says where each comes from, and shows none of them', async () => {
    const rows = {
      facebook_credentials: {
        app_id: '1234567890123456',
        app_secret: encrypt('facebook-secret'),
        page_id: '102030405060708',
        page_access_token: 'EAAB-page-secret',
      },
      tiktok_credentials: { client_key: 'short', client_secret: 'tiktok-secret' },
      linkedin_credentials: { client_id: 'linkedin', client_secret: `${encrypt('x').slice(0, -6)}AAAAA=` },
    };
    await settings(rows, async () => {
      const said = await list({
        YOUTUBE_CLIENT_ID: 'client.apps.example',
        YOUTUBE_CLIENT_SECRET: 'youtube-secret',
      });
      expect(said).toMatchObject({ code: 0, err: '' });
      expect(said.out).toContain(
        'FACEBOOK_APP_ID: 1234…56, from platform_settings, facebook_credentials, in clear',
      );
      expect(said.out).toContain(
        'FACEBOOK_APP_SECRET: set, from platform_settings, facebook_credentials, encrypted',
      );
      expect(said.out).toMatch(
        /a Page: 1020…08, with its token; "content-publisher connections connect facebook --from-settings"/,
      );
      expect(said.out).toContain('YOUTUBE_CLIENT_SECRET: set, from the environment');
      expect(said.out).toContain(
        'TIKTOK_CLIENT_KEY: set, from platform_settings, tiktok_credentials, in clear',
      );
      expect(said.out).toContain(
        'LINKEDIN_CLIENT_SECRET: stored in platform_settings, linkedin_credentials, but cannot be read',
      );
      expect(said.out).toMatch(/X_CLIENT_ID: missing\n.*\n.*credentials set x/);
      expect(said.out).not.toMatch(/(facebook|youtube|tiktok|page)-secret|gAAAA/);
    });
  });

  it('names what the environment hides, and a secret that belongs to another id', async () => {
    const rows = {
      youtube_credentials: { client_id: 'one', client_secret: 'a' },
      tiktok_credentials: { client_key: 'one', client_secret: 'a' },
    };
    await settings(rows, async () => {
      const said = await list({ YOUTUBE_CLIENT_SECRET: 'own', TIKTOK_CLIENT_KEY: 'two' });
      expect(said.out).toContain(
        'YOUTUBE_CLIENT_SECRET: set, from the environment (instead of the one in platform_settings',
      );
      expect(said.out).toContain('it belongs to another id than TIKTOK_CLIENT_KEY of the environment');
    });
  });

  it('names the migration where the table is missing, and .env where it holds something else', async () => {
    const missing = () => withPlatformSettings(publisher(), undefined, {}, () => list());
    expect((await missing()).out).toContain('"content-publisher migrate"');
    expect((await list()).out).toContain('YOUTUBE_CLIENT_ID and YOUTUBE_CLIENT_SECRET in .env');
  });
});

describe('credentials set', () => {
  it('stores what comes through a pipe, the secret encrypted, and a tick finds it', async () => {
    await settings({}, async () => {
      const said = await runProcess(BIN, ['--env-file', '/nowhere/.env', 'credentials', 'set', 'youtube'], {
        cwd: '/',
        env: { PATH: `${dirname(process.execPath)}:/usr/bin:/bin`, ...publisher().env, ...NO_APPS },
        input: 'client.apps.example\nGOCSPX-very-secret\n',
      });
      expect(said).toMatchObject({ code: 0, stderr: '' });
      expect(said.stdout).not.toContain('GOCSPX');
      const value = await stored('youtube_credentials');
      expect(value).toMatchObject({ client_id: 'client.apps.example' });
      expect(JSON.stringify(value)).not.toContain('GOCSPX');
      expect((await list()).out).toContain(
        'YOUTUBE_CLIENT_SECRET: set, from platform_settings, youtube_credentials, encrypted',
      );
    });
  });

  it('takes no value as an argument', async () => {
    const said = await runProcess(
      BIN,
      ['--env-file', '/nowhere/.env', 'credentials', 'set', 'youtube', 'id', 'secret'],
      {
        cwd: '/',
        env: { PATH: `${dirname(process.execPath)}:/usr/bin:/bin`, ...publisher().env },
      },
    );
    expect(said.code).toBe(64);
  });

  it('calls X by the name the app knows it by, and takes the id alone', async () => {
    await settings({}, async () => {
      expect(await set('twitter', 'public-client\n', { only: 'id' })).toMatchObject({ code: 0 });
      expect(await stored('twitter_credentials')).toEqual({ client_id: 'public-client' });
    });
  });

  it.each(['jsonb', 'json', 'text'] as const)(
    'keeps what stands beside it, in a column of type %s',
    async (type) => {
      const before = { app_id: 7, other: { deep: [1, null] }, big: '12345678901234567890' };
      await settings(
        { facebook_credentials: before },
        async () => {
          expect(await set('facebook', 'secret\n', { only: 'secret' })).toMatchObject({ code: 0 });
          const value = await stored('facebook_credentials');
          const { app_secret, ...rest } =
            typeof value === 'string' ? JSON.parse(value) : (value as Record<string, unknown>);
          expect(rest).toEqual(before);
          expect(decrypt(app_secret)).toBe('secret');
        },
        type,
      );
    },
  );

  it('leaves in clear what the app keeps in clear, and says so', async () => {
    await settings({ facebook_credentials: { app_id: '1', app_secret: 'old' } }, async () => {
      const said = await set('facebook', '2\nnew\n');
      expect(said.out).toContain('app_secret (in clear, as the app keeps it)');
      expect(await stored('facebook_credentials')).toEqual({ app_id: '2', app_secret: 'new' });
      expect((await set('facebook', '99\nEAAB-page\n', { page: true })).code).toBe(0);
      expect(await stored('facebook_credentials')).toMatchObject({
        page_id: '99',
        page_access_token: 'EAAB-page',
      });
    });
  });

  it('encrypts the whole again where the app encrypts the whole', async () => {
    const whole = encrypt(JSON.stringify({ client_key: 'k', client_secret: 's', more: 1 }));
    await settings({ tiktok_credentials: whole }, async () => {
      expect((await set('tiktok', 'fresh\n', { only: 'secret' })).code).toBe(0);
      expect(JSON.parse(decrypt(await stored('tiktok_credentials')) ?? '')).toEqual({
        client_key: 'k',
        client_secret: 'fresh',
        more: 1,
      });
    });
    await settings({ tiktok_credentials: 'not ours' }, async () => {
      expect(await set('tiktok', 'fresh\n', { only: 'secret' })).toMatchObject({ code: 78 });
      expect(await stored('tiktok_credentials')).toBe('not ours');
    });
  });

  it.each([
    ['a platform without an app', 'bluesky', /needs no app of ours/],
    ['no platform', 'myspace', /is no platform/],
  ])('refuses %s', async (_what, platform, message) => {
    expect(await set(platform, 'a\nb\n')).toMatchObject({ code: 64, err: expect.stringMatching(message) });
  });

  it('names what mends it where there is no place for it, before it asks for anything', async () => {
    const missing = await withPlatformSettings(publisher(), undefined, {}, () => set('youtube', ''));
    expect(missing).toMatchObject({ code: 78, err: expect.stringContaining('"content-publisher migrate"') });
    expect(await set('youtube', '')).toMatchObject({ code: 78, err: expect.stringContaining('in .env') });
  });

  it('works in the table that the migration makes, and warns when the environment counts', async () => {
    await publisher().supabase
      .sql`alter table public.platform_settings rename to platform_settings_of_connections`;
    try {
      await publisher().supabase
        .sql`create table public.platform_settings (id uuid primary key default gen_random_uuid(),
        key text not null unique, value jsonb, created_at timestamptz default now(), updated_at timestamptz default now())`;
      const said = await set('youtube', 'id\nsecret\n', {}, { YOUTUBE_CLIENT_ID: 'own' });
      expect(said.code).toBe(0);
      expect(said.err).toContain('YOUTUBE_CLIENT_ID stands in the environment, and that is what counts');
      expect(said.err).not.toContain('YOUTUBE_CLIENT_SECRET');
    } finally {
      await publisher().supabase.sql`drop table public.platform_settings`;
      await publisher().supabase
        .sql`alter table public.platform_settings_of_connections rename to platform_settings`;
    }
  });
});

describe('credentials verify', () => {
  afterEach(() => publisher().platforms.setFaults([]));
  const RIGHT = { extra: { clientSecret: 'right-secret' } };
  const pair = (id: string, secret: string, value: string) => ({ [id]: 'our-app', [secret]: value });

  it.each([
    ['facebook', 'FACEBOOK_APP_ID', 'FACEBOOK_APP_SECRET', 'Facebook'],
    ['linkedin', 'LINKEDIN_CLIENT_ID', 'LINKEDIN_CLIENT_SECRET', 'LinkedIn'],
    ['youtube', 'YOUTUBE_CLIENT_ID', 'YOUTUBE_CLIENT_SECRET', 'YouTube'],
    ['tiktok', 'TIKTOK_CLIENT_KEY', 'TIKTOK_CLIENT_SECRET', 'TikTok'],
  ] as const)('%s tells right ones from wrong ones', async (platform, id, secret, label) => {
    await connect(publisher(), await addPerson(publisher()), platform, { sim: RIGHT });
    expect(await verify(platform, pair(id, secret, 'right-secret'))).toEqual({
      code: 0,
      out: `${label}: takes ${id} and ${secret}.\n`,
      err: '',
    });
    const wrong = await verify(platform, pair(id, secret, 'wrong-secret'));
    expect(wrong).toMatchObject({ code: 1, err: '' });
    expect(wrong.out).toContain(`${label}: does not take ${id} and ${secret}`);
    expect(wrong.out).toContain(`content-publisher credentials set ${platform}`);
    expect(wrong.out).not.toContain('wrong-secret');

    publisher().platforms.setFaults([{ platform, kind: 'server_error_before' }]);
    expect(await verify(platform, pair(id, secret, 'right-secret'))).toMatchObject({
      code: 75,
      out: expect.stringContaining('gave no answer that tells'),
    });
  });

  it('says of the others that they cannot be verified, and asks nobody', async () => {
    const asked = publisher().wire().length;
    const said = await verify('x', pair('X_CLIENT_ID', 'X_CLIENT_SECRET', 'any'));
    expect(said).toMatchObject({ code: 0, out: expect.stringContaining('X: they cannot be verified') });
    expect(publisher().wire().length).toBe(asked);
  });

  it('asks about all of them, and names what is not set', async () => {
    await connect(publisher(), await addPerson(publisher()), 'youtube', { sim: RIGHT });
    await settings(
      { youtube_credentials: { client_id: 'our-app', client_secret: encrypt('right-secret') } },
      async () => {
        const said = await verify(undefined);
        expect(said.code).toBe(0);
        expect(said.out).toContain('YouTube: takes YOUTUBE_CLIENT_ID and YOUTUBE_CLIENT_SECRET.');
        expect(said.out).toMatch(/TikTok: no app is set\. .*credentials set tiktok/);
      },
    );
    expect((await verify('tiktok')).code).toBe(1);
  });
});
