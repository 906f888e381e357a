import { setTimeout as wait } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { listConnections } from '../../src/cli/connections/list.ts';
import { EncryptionKey } from '../../src/core/encryption.ts';
import { createKeyring } from '../../src/security/keyring.ts';
import {
  installedLongAgo,
  letTimePass,
  publicPosts,
  publishErrorOf,
  readRow,
  storeFile,
} from '../support/app-rows.ts';
import { runCommand } from '../support/command.ts';
import { addPerson, type ConnectedAccount, connect, type Person, schedule } from '../support/people.ts';
import { encrypt, usePublisher } from '../support/publisher.ts';

const publisher = usePublisher();
let film: string;

beforeAll(async () => {
  await installedLongAgo(publisher());
  film = await storeFile(publisher().supabase, 'cycling-film.mp4');
});

const video = (person: Person) =>
  schedule(publisher(), person, {
    platform: 'YouTube',
    content_type: 'long_video',
    title: 'Over the pass',
    media_url: film,
  });

async function channel(change: Parameters<typeof connect>[3] = {}) {
  const person = await addPerson(publisher());
  return { person, account: await connect(publisher(), person, 'youtube', change) };
}

/** Requests to YouTube since `from`; its token endpoint has a path of its own. */
function asked(from = 0) {
  const lines = publisher()
    .wire()
    .filter(({ platform }) => platform === 'youtube')
    .slice(from);
  return {
    all: lines.length + from,
    tokens: lines.filter(({ path }) => path === '/token').length,
    uses: lines.filter(({ path }) => path !== '/token').length,
  };
}

async function connectionOf({ connectionId }: ConnectedAccount) {
  const [row] = await publisher().supabase.sql<
    {
      access: string;
      refresh: string | null;
      active: boolean;
      status: string;
      expires: string | null;
      refreshed: string | null;
    }[]
  >`select access_token_encrypted as access, refresh_token_encrypted as refresh, is_active as active,
      connection_status as status, token_expires_at::text as expires, last_token_refresh::text as refreshed
    from public.platform_connections where id = ${connectionId}`;
  if (row === undefined) throw new Error('The connection is gone.');
  return row;
}

function decrypt(stored: string): string | null {
  const key = EncryptionKey.parse(publisher().env['ENCRYPTION_KEY'] ?? '');
  return key === null ? null : createKeyring(key, []).decrypt(stored);
}

async function lockWaits(): Promise<number> {
  const [row] = await publisher().supabase.sql`select count(*)::int as n from pg_locks
    where not granted and database = (select oid from pg_database where datname = current_database())`;
  const waitingForRows = await publisher().supabase.sql`select 1 from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'`;
  return Number(row?.['n'] ?? 0) + waitingForRows.length;
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await wait(10);
}

describe('a token that lives for an hour', () => {
  it('is refreshed before it is used, and remembered until it is near its end', async () => {
    const { run, supabase } = publisher();
    const { person, account } = await channel();
    const before = await connectionOf(account);
    const from = asked().all;
    await video(person);
    const first = await run({ userId: person.id });
    expect(first.summary).toMatchObject({ published: 1 });
    expect(publicPosts(publisher(), account.id)).toHaveLength(1);
    expect(asked(from)).toMatchObject({ tokens: 1 });

    const after = await connectionOf(account);
    expect(after.access).not.toBe(before.access);
    expect(decrypt(after.access)).toMatch(/^ya29\.sim-/);
    expect(after.refresh).toBe(before.refresh);
    const left = Date.parse(`${after.expires}Z`) - Date.now();
    expect(left).toBeGreaterThan(58 * 60_000);
    expect(left).toBeLessThan(61 * 60_000);

    await video(person);
    expect((await run({ userId: person.id })).summary.published).toBe(1);
    expect(asked(from)).toMatchObject({ tokens: 1 });

    await supabase.sql`update public.publish_holds set token_good_until = now() + interval '4 minutes'
      where key = ${`youtube:${account.id}`}`;
    await video(person);
    expect((await run({ userId: person.id })).summary.published).toBe(1);
    expect(asked(from)).toMatchObject({ tokens: 2 });
  });

  it('is stored before its first use', async () => {
    const { run, supabase } = publisher();
    const { person, account } = await channel();
    await video(person);
    const from = asked().all;
    let ticking: ReturnType<typeof run> | undefined;
    await supabase.sql.begin(async (transaction) => {
      await transaction`select 1 from public.platform_connections where id = ${account.connectionId} for update`;
      ticking = run({ userId: person.id });
      await until(async () => asked(from).tokens === 1 && (await lockWaits()) > 0);
      expect(asked(from).uses).toBe(0);
    });
    expect((await ticking)?.summary.published).toBe(1);
    expect(asked(from).uses).toBeGreaterThan(0);
  });

  it('is kept when its first use fails', async () => {
    const { run, platforms } = publisher();
    const { person, account } = await channel();
    await video(person);
    const from = asked().all;
    platforms.setFaults([{ platform: 'youtube', match: 'POST /upload', kind: 'server_error_before' }]);
    expect((await run({ userId: person.id })).summary).toMatchObject({ published: 0, retry: 1 });
    platforms.setFaults([]);
    expect(decrypt((await connectionOf(account)).access)).toMatch(/^ya29\.sim-/);
    await letTimePass(publisher(), 120);
    expect((await run({ userId: person.id })).summary.published).toBe(1);
    expect(asked(from).tokens).toBe(1);
  });

  it('two ticks at once have it refreshed once, and publish each post once', async () => {
    const { run } = publisher();
    const { person, account } = await channel();
    for (let n = 0; n < 3; n += 1) await video(person);
    const from = asked().all;
    await Promise.all([run({ userId: person.id }), run({ userId: person.id })]);
    // A tick that met the other's refresh leaves its post to the next one.
    await letTimePass(publisher(), 61);
    await run({ userId: person.id });
    expect(publicPosts(publisher(), account.id)).toHaveLength(3);
    expect(asked(from).tokens).toBe(1);
  });

  it('while another host refreshes it, nobody else does', async () => {
    const { run, supabase } = publisher();
    const { person, account } = await channel();
    await video(person);
    const from = asked().all;
    await supabase.sql`insert into public.publish_holds (scope, key, refresh_owner, refresh_until)
      values ('account', ${`youtube:${account.id}`}, gen_random_uuid(), now() + interval '1 minute')`;
    const { summary } = await run({ userId: person.id });
    expect(summary).toMatchObject({ published: 0, skipped: 1 });
    expect(asked(from)).toMatchObject({ tokens: 0, uses: 0 });
    await letTimePass(publisher(), 61);
    expect((await run({ userId: person.id })).summary.published).toBe(1);
    expect(asked(from).tokens).toBe(1);
  });

  it('where there never was a refresh token, none is written', async () => {
    const { run } = publisher();
    const sim = { token: 'ya29.long-lived', tokenExpiresAt: Date.now() + 3_600_000 };
    const { person, account } = await channel({ sim, connection: { refresh_token_encrypted: null } });
    await video(person);
    const from = asked().all;
    expect((await run({ userId: person.id })).summary.published).toBe(1);
    expect(asked(from).tokens).toBe(0);
    expect(await connectionOf(account)).toMatchObject({ refresh: null, refreshed: null });
  });
});

describe('a refresh that fails', () => {
  it.each([
    ['the connection is cut', 'drop_before'],
    ['Google has a fault', 'server_error_before'],
  ] as const)('%s: nothing is disconnected, and the post goes out later', async (_name, kind) => {
    const { run, platforms } = publisher();
    const { person, account } = await channel();
    const post = await video(person);
    const before = await connectionOf(account);
    platforms.setFaults([{ platform: 'youtube', match: 'POST /token', kind }]);
    const { summary, notices } = await run({ userId: person.id });
    platforms.setFaults([]);
    expect(summary).toMatchObject({ published: 0, retry: 1 });
    expect(notices).toEqual([]);
    expect(await connectionOf(account)).toEqual(before);
    const row = await readRow(publisher().supabase, post.table, post.id);
    expect(row.status).toBe('scheduled');
    expect(publishErrorOf(row).kind).toBe('temporary');
    await letTimePass(publisher(), 120);
    expect((await run({ userId: person.id })).summary.published).toBe(1);
  });

  it('a token that is good for a while yet is used', async () => {
    const { run, platforms, supabase } = publisher();
    const { person, account } = await channel();
    await video(person);
    await run({ userId: person.id });
    await supabase.sql`update public.publish_holds set token_good_until = now() + interval '4 minutes'
      where key = ${`youtube:${account.id}`}`;
    await video(person);
    platforms.setFaults([{ platform: 'youtube', match: 'POST /token', kind: 'drop_before' }]);
    const { summary } = await run({ userId: person.id });
    platforms.setFaults([]);
    expect(summary.published).toBe(1);
  });

  it('without our Google project it is the operator’s: held, nothing asked, nothing disconnected', async () => {
    const { run } = publisher();
    const { person, account } = await channel();
    const post = await video(person);
    const from = asked().all;
    const { summary } = await run({ userId: person.id, env: { YOUTUBE_CLIENT_SECRET: '' } });
    expect(summary).toMatchObject({
      held: 1,
      posts: [{ error: { kind: 'config', code: 'YOUTUBE_CLIENT_MISSING' } }],
    });
    expect(asked(from)).toMatchObject({ tokens: 0, uses: 0 });
    expect((await connectionOf(account)).active).toBe(true);
    expect((await readRow(publisher().supabase, post.table, post.id)).status).toBe('scheduled');
  });

  it('Google’s own refusal disconnects the channel: asked once, told once, all posts wait for the reconnection', async () => {
    const { run, supabase, platforms } = publisher();
    const { person, account } = await channel({
      connection: { refresh_token_encrypted: encrypt('1//revoked') },
    });
    const posts = [await video(person), await video(person), await video(person)];
    const from = asked().all;
    const first = await run({ userId: person.id });
    expect(first.summary).toMatchObject({ published: 0, held: 3 });
    expect(first.notices).toHaveLength(1);
    expect(first.notices[0]).toContain(account.name);
    expect(asked(from)).toMatchObject({ tokens: 1, uses: 0 });
    expect(await connectionOf(account)).toMatchObject({ active: false, status: 'expired' });

    await letTimePass(publisher(), 400);
    const second = await run({ userId: person.id });
    expect(second.summary).toMatchObject({ published: 0, held: 3 });
    expect(second.notices).toEqual([]);
    expect(asked(from)).toMatchObject({ tokens: 1, uses: 0 });
    for (const { table, id } of posts) {
      const row = await readRow(supabase, table, id);
      expect(row.status).toBe('scheduled');
      expect(publishErrorOf(row)).toMatchObject({ kind: 'auth' });
    }

    // The app deletes the inactive row and makes a new one for the same channel.
    await supabase.sql`delete from public.platform_connections where id = ${account.connectionId}`;
    const again = await connect(publisher(), person, 'youtube', {
      sim: { id: account.id, name: account.name },
      connection: { page_id: account.id },
    });
    expect(again.id).toBe(account.id);
    await letTimePass(publisher(), 400);
    expect((await run({ userId: person.id })).summary.published).toBe(3);
    expect(publicPosts({ ...publisher(), platforms }, account.id)).toHaveLength(3);
  });

  it('a fresh token that the platform refuses too disconnects the channel, after one refresh', async () => {
    const { run } = publisher();
    const { person, account } = await channel({ sim: { scopes: [] } });
    await video(person);
    await video(person);
    const from = asked().all;
    const notices: string[] = [];
    for (let tick = 0; tick < 3; tick += 1) {
      notices.push(...(await run({ userId: person.id })).notices);
      await letTimePass(publisher(), 30);
    }
    expect(notices).toHaveLength(1);
    expect(await connectionOf(account)).toMatchObject({ active: false });
    expect(asked(from).tokens).toBeLessThanOrEqual(2);
    expect(asked(from).uses).toBeLessThanOrEqual(2);
  });
});

describe('a token that lives for weeks', () => {
  const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().replace('Z', '');
  const renewals = (since: number) =>
    publisher()
      .wire()
      .slice(since)
      .filter(({ path }) => path.endsWith('/refresh_access_token'));
  const nobodyLooked = () => publisher().supabase.sql`update public.publish_install set renewals_at = null`;
  async function threads(days: number) {
    const person = await addPerson(publisher());
    return connect(publisher(), person, 'threads', { connection: { token_expires_at: inDays(days) } });
  }

  it('is renewed near its end though its account has nothing to publish, by one tick in hours', async () => {
    const { run, wire } = publisher();
    const [near, far] = [await threads(5), await threads(30)];
    const before = await connectionOf(far);
    const from = wire().length;
    await nobodyLooked();
    await run();
    await run();
    expect(renewals(from)).toHaveLength(1);
    expect(await connectionOf(far)).toEqual(before);
    const after = await connectionOf(near);
    const left = Date.parse(`${after.expires}Z`) - Date.now();
    expect(left).toBeGreaterThan(58 * 86_400_000);
  });

  it('is left alone by a tick that is limited to one user', async () => {
    const { run, wire } = publisher();
    await threads(5);
    const other = await addPerson(publisher());
    const from = wire().length;
    await nobodyLooked();
    await run({ userId: other.id });
    expect(renewals(from)).toHaveLength(0);
  });

  it('that the platform refuses to renew disconnects its account, which is told; a fault of the platform does not', async () => {
    const { run, platforms, wire } = publisher();
    const account = await threads(5);
    platforms.setFaults([{ platform: 'threads', kind: 'server_error_before' }]);
    await nobodyLooked();
    const first = await run();
    platforms.setFaults([]);
    expect(first.notices).toEqual([]);
    expect(await connectionOf(account)).toMatchObject({ active: true });
    const from = wire().length;
    platforms.setFaults([{ platform: 'threads', kind: 'token_expired' }]);
    await nobodyLooked();
    const second = await run();
    platforms.setFaults([]);
    expect(renewals(from)).not.toHaveLength(0);
    expect(second.notices.join()).toContain(account.name);
    expect(await connectionOf(account)).toMatchObject({ active: false });
  });
});

it('a refusal after a renewal that was cut off says that the token may have been lost with it', async () => {
  const { run, supabase } = publisher();
  const { person, account } = await channel({ connection: { refresh_token_encrypted: encrypt('1//gone') } });
  await video(person);
  await supabase.sql`insert into public.publish_holds (scope, key, refresh_owner, refresh_until)
    values ('account', ${`youtube:${account.id}`}, gen_random_uuid(), now() - interval '1 minute')`;
  const { notices } = await run({ userId: person.id });
  expect(notices).toHaveLength(1);
  expect(notices[0]).toContain('An earlier renewal was cut off');
});

describe.each([
  ['facebook', 'FACEBOOK'],
  ['instagram', 'INSTAGRAM'],
] as const)('on %s a person’s token where a Page’s should be', (platform, prefix) => {
  const app = { [`${prefix}_APP_ID`]: 'app-1', [`${prefix}_APP_SECRET`]: 'app-1-secret' };
  let photo: string;
  beforeAll(async () => {
    photo = await storeFile(publisher().supabase, 'bakery-sourdough.jpg');
  });
  async function connected() {
    const person = await addPerson(publisher());
    const account = await connect(publisher(), person, platform, {
      sim: { extra: { personToken: `EAAU-of-${person.id}`, pageId: `7700000000${platform.length}` } },
      connection: { access_token_encrypted: encrypt(`EAAU-of-${person.id}`) },
    });
    return { person, account };
  }
  const post = (person: Person) => schedule(publisher(), person, { platform, images: [photo] });
  const exchanges = (since: number) =>
    publisher()
      .wire()
      .slice(since)
      .filter(({ path }) => path.endsWith('/oauth/access_token')).length;

  it('is exchanged for the Page’s own with our app, once', async () => {
    const { run, wire } = publisher();
    const { person, account } = await connected();
    const since = wire().length;
    await post(person);
    const first = await run({ userId: person.id, env: app });
    expect(first.summary).toMatchObject({ published: 1 });
    expect(decrypt((await connectionOf(account)).access)).toBe(account.token);
    await post(person);
    expect((await run({ userId: person.id, env: app })).summary.published).toBe(1);
    expect(exchanges(since)).toBe(1);
  });

  it('without our app is used as it is, and the platform says what it is', async () => {
    const { run, wire } = publisher();
    const { person, account } = await connected();
    const since = wire().length;
    await post(person);
    expect((await run({ userId: person.id })).summary.published).toBe(0);
    expect(exchanges(since)).toBe(0);
    expect(decrypt((await connectionOf(account)).access)).toContain('EAAU-of-');
  });

  it('a Page’s token is not exchanged, and asked about once a day', async () => {
    const { run, wire } = publisher();
    const person = await addPerson(publisher());
    const account = await connect(publisher(), person, platform);
    const since = wire().length;
    for (let n = 0; n < 2; n += 1) {
      await post(person);
      expect((await run({ userId: person.id, env: app })).summary.published).toBe(1);
    }
    expect(exchanges(since)).toBe(0);
    const looks = wire()
      .slice(since)
      .filter(({ path }) => path.endsWith('/me/accounts'));
    expect(looks).toHaveLength(1);
    expect(decrypt((await connectionOf(account)).access)).toBe(account.token);
  });
});

it('an account that only a person renews is not warned of because nobody needs to ask for two days', async () => {
  const { run } = publisher();
  const person = await addPerson(publisher());
  await connect(publisher(), person, 'linkedin', { connection: { refresh_token_encrypted: null } });
  await schedule(publisher(), person, { platform: 'linkedin' });
  expect((await run({ userId: person.id })).summary.published).toBe(1);
  const { out } = await runCommand(publisher(), (io) => listConnections(io, { json: true }), {
    TEST_USER_ID: person.id,
  });
  expect(JSON.parse(out)).toMatchObject({ accounts: [{ state: 'well', warning: null, ends_at: null }] });
});
