import { beforeAll, describe, expect, it } from 'vitest';
import { installedLongAgo, publicPosts, publishErrorOf, readRow } from '../support/app-rows.ts';
import { testServers } from '../support/http-servers.ts';
import { addPerson, type ConnectedAccount, connect, schedule } from '../support/people.ts';
import { encrypt, usePublisher } from '../support/publisher.ts';

const publisher = usePublisher();
const servers = testServers();

beforeAll(async () => {
  await installedLongAgo(publisher());
});

const shown = ({ id }: Pick<ConnectedAccount, 'id'>) => publicPosts(publisher(), id);

describe('an account on a server of its own', () => {
  it('publishes there, under an id that names the server', async () => {
    const person = await addPerson(publisher());
    const account = await connect(publisher(), person, 'mastodon');
    const post = await schedule(publisher(), person, { platform: 'Mastodon' });
    const { summary } = await publisher().run({ userId: person.id });
    const url = expect.stringMatching(/^https:\/\/mastodon\.example\/@\w+\/\d+$/);
    expect(summary.posts).toMatchObject([
      { platform: 'mastodon', account_id: account.id, outcome: 'published', url },
    ]);
    expect(shown(account)).toMatchObject([{ text: post.content }]);
    expect((await readRow(publisher().supabase, post.table, post.id)).status).toBe('published');
  });

  it('is another one than that of the same number on another server', async () => {
    const account = await connect(publisher(), await addPerson(publisher()), 'mastodon');
    const [number = ''] = account.id.split('@');
    const person = await addPerson(publisher());
    const twin = await connect(publisher(), person, 'mastodon', {
      sim: { id: `${number}@other.example` },
      connection: { page_id: number, metadata: { instance_url: 'https://other.example' } },
    });
    await schedule(publisher(), person, { platform: 'mastodon' });
    await publisher().run({ userId: person.id });
    expect(shown(twin)).toHaveLength(1);
    expect(shown(account)).toEqual([]);
  });

  it.each([
    ['mastodon', { instance_url: 'http://10.0.0.8' }],
    ['bluesky', { pds_url: 'https://192.168.0.8' }],
  ] as const)(
    'of %s is said to be missing when it names %j, and its token goes nowhere',
    async (platform, metadata) => {
      const person = await addPerson(publisher());
      await connect(publisher(), person, platform, { connection: { metadata } });
      const { table, id } = await schedule(publisher(), person, { platform });
      const before = publisher().wire().length;
      await publisher().run({ userId: person.id });
      const row = await readRow(publisher().supabase, table, id);
      expect(publishErrorOf(row)).toMatchObject({ code: 'NO_ACCOUNT' });
      expect(publisher().wire()).toHaveLength(before);
    },
  );

  it('makes its sessions from the app password, which moves to where it stays', async () => {
    const password = 'abcd-efgh-ijkl-mnop';
    const person = await addPerson(publisher());
    const account = await connect(publisher(), person, 'bluesky', {
      sim: { refreshToken: password },
      connection: { access_token_encrypted: encrypt(password), refresh_token_encrypted: null },
    });
    for (let n = 0; n < 2; n += 1) {
      await schedule(publisher(), person, { platform: 'bluesky' });
      await publisher().run({ userId: person.id, env: { BACKLOG_SPACING: '0' } });
    }
    expect(shown(account)).toHaveLength(2);
    const lines = publisher()
      .wire()
      .filter(({ platform }) => platform === 'bluesky');
    expect(lines.filter(({ path }) => path.endsWith('.createSession'))).toHaveLength(1);
    const [row] = await publisher().supabase.sql<{ refresh: string | null }[]>`
      select refresh_token_encrypted as refresh from public.platform_connections where id = ${account.connectionId}`;
    expect(row?.refresh).toEqual(expect.any(String));
    expect(JSON.stringify(lines)).not.toContain(password);
  });

  it('that is down holds nobody else’s posts', async () => {
    const person = await addPerson(publisher());
    const account = await connect(publisher(), person, 'mastodon');
    const dead = await servers.http(() => {});
    await servers.close();
    for (let n = 0; n < 3; n += 1) await schedule(publisher(), person, { platform: 'mastodon' });
    const env = { MASTODON_API_URL: dead, BACKLOG_SPACING: '0' };
    const { summary } = await publisher().run({ userId: person.id, env });
    expect(summary).toMatchObject({ published: 0, failed: 0 });
    const holds = await publisher().supabase.sql`
      select scope, key, failures from public.publish_holds where key like 'mastodon%' and failures > 0`;
    expect([...holds]).toEqual([{ scope: 'account', key: `mastodon:${account.id}`, failures: 3 }]);
  });
});
