import { beforeAll, describe, expect, it } from 'vitest';
import { installedLongAgo, publishErrorOf, readRow, storeFile } from '../support/app-rows.ts';
import { addPerson, connect, schedule } from '../support/people.ts';
import { withPlatformSettings } from '../support/platform-settings.ts';
import { encrypt, usePublisher } from '../support/publisher.ts';

const publisher = usePublisher();
let film: string;
beforeAll(async () => {
  await installedLongAgo(publisher());
  film = await storeFile(publisher().supabase, 'cycling-film.mp4');
});

/** A due video for a channel whose token has expired, so that it cannot go out without the credentials of our app. */
async function video() {
  const person = await addPerson(publisher());
  await connect(publisher(), person, 'youtube');
  const { id, table } = await schedule(publisher(), person, {
    platform: 'youtube',
    content_type: 'long_video',
    title: 'A film',
    media_url: film,
  });
  return {
    run: (env: Record<string, string> = { YOUTUBE_CLIENT_ID: '', YOUTUBE_CLIENT_SECRET: '' }) =>
      publisher().run({ userId: person.id, env }),
    error: async () => publishErrorOf(await readRow(publisher().supabase, table, id)),
  };
}

const GOOD = { client_id: 'test-client', client_secret: 'test-client-secret' };
const SEALED = { client_id: 'test-client', client_secret: encrypt('test-client-secret') };

describe('the credentials of our app that stand in platform_settings', () => {
  it.each([
    ['jsonb', 'in clear', GOOD],
    ['json', 'encrypted', SEALED],
    ['text', 'as a text of JSON', JSON.stringify(SEALED)],
    ['jsonb', 'as a text of JSON within JSON', JSON.stringify(GOOD)],
    ['text', 'encrypted as a whole', encrypt(JSON.stringify(GOOD))],
  ] as const)('of type %s, %s, refresh a token', async (type, _how, stored) => {
    const { run } = await video();
    await withPlatformSettings(publisher(), type, { youtube_credentials: stored }, async () => {
      expect((await run()).summary).toMatchObject({ published: 1 });
    });
  });

  it('count less than those of the environment', async () => {
    const { run } = await video();
    const stored = { client_id: 'other', client_secret: 'other' };
    await withPlatformSettings(publisher(), 'jsonb', { youtube_credentials: stored }, async () => {
      expect((await run({})).summary).toMatchObject({ published: 1 });
    });
  });

  it.each([
    ['no such table', undefined, {}, 'content-publisher migrate'],
    [
      'a table without the key',
      'jsonb',
      { facebook_credentials: GOOD },
      'content-publisher credentials set youtube',
    ],
    [
      'a key that holds garbage',
      'jsonb',
      { youtube_credentials: [1] },
      'content-publisher credentials set youtube',
    ],
    [
      'a key that holds NULL',
      'text',
      { youtube_credentials: null },
      'content-publisher credentials set youtube',
    ],
    [
      'a secret of another key',
      'jsonb',
      { youtube_credentials: { ...GOOD, client_secret: `${encrypt('x').slice(0, -8)}AAAAAAA=` } },
      'ENCRYPTION_KEY_PREVIOUS',
    ],
  ] as const)(
    'are missing where there is %s: the row names what mends it',
    async (_what, type, rows, named) => {
      const { run, error } = await video();
      await withPlatformSettings(publisher(), type, rows, async () => {
        const { summary } = await run();
        expect(summary).toMatchObject({ held: 1, posts: [{ error: { code: 'YOUTUBE_CLIENT_MISSING' } }] });
      });
      expect((await error()).hint).toContain(named);
      expect((await error()).hint).not.toContain('gAAAAA');
    },
  );

  it('are missing where platform_settings holds settings of connections: .env is named', async () => {
    const { run, error } = await video();
    expect((await run()).summary).toMatchObject({ held: 1 });
    expect((await error()).hint).toMatch(/YOUTUBE_CLIENT_ID and YOUTUBE_CLIENT_SECRET in \.env/);
  });

  it('are not asked for while nothing needs them', async () => {
    const { sql } = publisher().supabase;
    const person = await addPerson(publisher());
    await connect(publisher(), person, 'mastodon');
    await schedule(publisher(), person, { platform: 'mastodon' });
    const { run } = await video();
    await sql`alter function public.publisher_settings() rename to publisher_settings_away`;
    try {
      const env = { YOUTUBE_CLIENT_ID: '', X_CLIENT_ID: '', TIKTOK_CLIENT_KEY: '' };
      expect((await publisher().run({ userId: person.id, env })).summary.published).toBe(1);
      await expect(run()).rejects.toMatchObject({ kind: 'config', hint: expect.stringContaining('migrate') });
    } finally {
      await sql`alter function public.publisher_settings_away() rename to publisher_settings`;
    }
  });
});
