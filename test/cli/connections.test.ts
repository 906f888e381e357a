import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { listConnections } from '../../src/cli/connections/list.ts';
import { refreshConnection } from '../../src/cli/connections/refresh.ts';
import { verifyConnections } from '../../src/cli/connections/verify.ts';
import { installedLongAgo, minutesAgo } from '../support/app-rows.ts';
import { runCommand } from '../support/command.ts';
import { addPerson, connect, type Person, schedule } from '../support/people.ts';
import { encrypt, FULL_SCOPES, usePublisher } from '../support/publisher.ts';

const publisher = usePublisher();
beforeAll(() => installedLongAgo(publisher()));

const DAY_MINUTES = 24 * 60;
const inDays = (days: number) => minutesAgo(-days * DAY_MINUTES);
/** As the app writes it: without a zone. */
const naive = (iso: string) => iso.replace('Z', '');

const ListAnswer = z.object({
  only_user: z.string().nullable(),
  accounts: z.array(
    z.looseObject({
      name: z.string(),
      account_id: z.string().nullable(),
      connection_id: z.string(),
      state: z.string(),
      detail: z.string().nullable(),
      ends_in_days: z.number().nullable(),
      scopes: z.array(z.string()).nullable(),
      posts_scheduled: z.number(),
      posts_waiting: z.number(),
      posts_after_end: z.number(),
      warning: z.object({ level: z.number(), message: z.string(), hint: z.string() }).nullable(),
    }),
  ),
});

async function list(person: Person, change: Readonly<Record<string, string>> = {}) {
  const command = (io: Parameters<typeof listConnections>[0]) => listConnections(io, { json: true });
  const { code, out } = await runCommand(publisher(), command, { TEST_USER_ID: person.id, ...change });
  expect(code).toBe(0);
  return ListAnswer.parse(JSON.parse(out)).accounts;
}

async function listText(person: Person): Promise<string> {
  const command = (io: Parameters<typeof listConnections>[0]) => listConnections(io, { json: false });
  return (await runCommand(publisher(), command, { TEST_USER_ID: person.id })).out;
}

const VerifyAnswer = z.object({
  accounts: z.array(
    z
      .object({
        platform: z.string(),
        account_id: z.string().nullable(),
        ok: z.boolean(),
        answered: z.boolean(),
        problems: z.array(z.object({ message: z.string(), hint: z.string() })),
        notes: z.array(z.string()),
        scopes: z.array(z.string()).nullable(),
      })
      .loose(),
  ),
});

async function verify(person: Person, named?: string, change: Readonly<Record<string, string>> = {}) {
  const command = (io: Parameters<typeof verifyConnections>[0]) =>
    verifyConnections(io, named, { json: true });
  const { code, out, err } = await runCommand(publisher(), command, { TEST_USER_ID: person.id, ...change });
  return { code, err, accounts: out === '' ? [] : VerifyAnswer.parse(JSON.parse(out)).accounts };
}

const APPS = {
  FACEBOOK_APP_ID: 'app-1',
  FACEBOOK_APP_SECRET: 'app-1-secret',
  INSTAGRAM_APP_ID: 'app-1',
  INSTAGRAM_APP_SECRET: 'app-1-secret',
  LINKEDIN_CLIENT_ID: 'client-1',
  LINKEDIN_CLIENT_SECRET: 'client-1-secret',
};

describe('content-publisher connections list', () => {
  it('shows each account once, with its state and how long it lasts', async () => {
    const person = await addPerson(publisher());
    const page = await connect(publisher(), person, 'facebook', {
      connection: { token_expires_at: naive(inDays(-3)) },
    });
    const member = await connect(publisher(), person, 'linkedin', {
      connection: { token_expires_at: naive(inDays(40.5)) },
    });
    // The app makes a new row where it reconnects; the old one stays sometimes.
    await connect(publisher(), person, 'linkedin', {
      sim: { id: member.id },
      connection: {
        page_id: null,
        linkedin_id: member.id.replace('urn:li:person:', ''),
        is_active: false,
        connection_status: 'expired',
      },
    });
    const accounts = await list(person);
    expect(accounts).toHaveLength(2);
    // token_expires_at of a Page's row is that of the person's own token.
    expect(accounts.find(({ account_id }) => account_id === page.id)).toMatchObject({
      state: 'well',
      ends_in_days: null,
      warning: null,
    });
    expect(accounts.find(({ account_id }) => account_id === member.id)).toMatchObject({
      connection_id: member.connectionId,
      state: 'well',
      ends_in_days: 40,
      warning: null,
    });
    const text = await listText(person);
    expect(text).toContain(`Only user ${person.id} (TEST_USER_ID): 2 accounts, all is well.`);
    expect(text).toContain(`LinkedIn  ${member.name}  well`);
    expect(text).toContain('access token ends in 40 days');
  });

  it('warns, and counts the posts that are scheduled after the end', async () => {
    const { run } = publisher();
    const person = await addPerson(publisher());
    const member = await connect(publisher(), person, 'linkedin', {
      connection: { token_expires_at: naive(inDays(2.5)) },
    });
    const far = { platform: 'LinkedIn', scheduled_at: inDays(5) };
    await schedule(publisher(), person, { ...far, scheduled_at: inDays(1) });
    await schedule(publisher(), person, far);
    await schedule(publisher(), person, { ...far, metadata: { account_id: member.id } });
    await schedule(publisher(), person, { ...far, metadata: { account_id: 'another one' } });
    await schedule(publisher(), person, { scheduled_at: inDays(5) });
    await run({ userId: person.id });
    const [account] = await list(person);
    expect(account).toMatchObject({
      posts_scheduled: 3,
      posts_waiting: 0,
      posts_after_end: 2,
      ends_in_days: 2,
    });
    expect(account?.warning).toMatchObject({ level: 3 });
    expect(account?.warning?.message).toMatch(/ends in 2 days .*; 2 posts are scheduled after that\.$/);
    expect(await listText(person)).toContain('1 account, 1 needs a look.');
  });

  it('with several accounts only posts that name one are counted for it', async () => {
    const { run } = publisher();
    const person = await addPerson(publisher());
    const one = await connect(publisher(), person, 'facebook');
    const two = await connect(publisher(), person, 'facebook');
    await schedule(publisher(), person, { scheduled_at: inDays(5) });
    await schedule(publisher(), person, { scheduled_at: inDays(5), metadata: { page_id: two.id } });
    await schedule(publisher(), person, {
      scheduled_at: inDays(5),
      metadata: { account_id: two.connectionId },
    });
    await run({ userId: person.id });
    const accounts = await list(person);
    const scheduled = (id: string) => accounts.find(({ account_id }) => account_id === id)?.posts_scheduled;
    expect([scheduled(one.id), scheduled(two.id)]).toEqual([0, 2]);
  });

  it('does not warn of hours-long tokens that are renewed, but of the end of what renews them', async () => {
    const person = await addPerson(publisher());
    const hour = { token_expires_at: naive(inDays(-1)) };
    const ends = { refresh_token_expires_at: inDays(6.5) };
    await connect(publisher(), person, 'youtube', { connection: hour });
    const tiktok = await connect(publisher(), person, 'tiktok', { connection: { ...hour, metadata: ends } });
    const accounts = await list(person);
    expect(accounts.map(({ state }) => state)).toEqual(['well', 'well']);
    const warned = accounts.filter(({ warning }) => warning !== null);
    expect(warned).toMatchObject([
      { account_id: tiktok.id, what_ends: 'refresh token', warning: { level: 7 } },
    ]);
    expect(await listText(person)).toContain('consent screen of the Google project is in testing');
  });

  it('says why an account is disconnected, held, switched off, without a token or with one that nobody can read', async () => {
    const { supabase } = publisher();
    const person = await addPerson(publisher());
    const reason = { publish_error: { message: 'The password was changed.' } };
    const gone = await connect(publisher(), person, 'facebook', {
      connection: { is_active: false, connection_status: 'expired', metadata: reason },
    });
    const held = await connect(publisher(), person, 'threads');
    await supabase.sql`insert into public.publish_holds (scope, key, until, kind, reason, hint)
      values ('account', ${`threads:${held.id}`}, now() + interval '1 hour', 'rate_limited', 'Too fast.', 'Wait.')`;
    const off = await connect(publisher(), person, 'mastodon');
    await supabase.sql`insert into public.platform_settings (connection_id, auto_posting)
      values (${off.connectionId}, false)`;
    const empty = await connect(publisher(), person, 'instagram', {
      connection: { access_token_encrypted: encrypt('') },
    });
    const garbage = await connect(publisher(), person, 'linkedin', {
      connection: { access_token_encrypted: 'gAAAAAhunter2\u0007', token_expires_at: null },
    });
    const late = await connect(publisher(), person, 'linkedin', {
      connection: { token_expires_at: naive(inDays(-2)) },
    });
    const accounts = await list(person);
    const of = (id: string) => accounts.find(({ account_id }) => account_id === id);
    expect(of(gone.id)).toMatchObject({ state: 'disconnected', detail: 'The password was changed.' });
    expect(of(held.id)).toMatchObject({ state: 'held', detail: 'Too fast. Wait.' });
    expect(of(off.id)).toMatchObject({ state: 'auto-posting off' });
    expect(of(empty.id)).toMatchObject({ state: 'no token' });
    expect(of(garbage.id)).toMatchObject({ state: 'unreadable token', ends_in_days: null });
    expect(of(garbage.id)?.detail).toMatch(/encrypted with another key.*reconnect the account/);
    expect(of(late.id)).toMatchObject({ state: 'expired', ends_in_days: -3, warning: { level: 0 } });
    const text = await listText(person);
    expect(text).toContain('6 accounts, 6 need a look.');
    expect(text).not.toContain('hunter2');
    expect(text).not.toContain('\u0007');
  });

  it('with TEST_USER_ID shows nobody else’s', async () => {
    const [mine, other] = [await addPerson(publisher()), await addPerson(publisher())];
    const theirs = await connect(publisher(), other, 'facebook', {});
    expect(await list(mine)).toEqual([]);
    expect(await listText(mine)).toContain('no account is connected');
    const all = await runCommand(publisher(), (io) => listConnections(io, { json: false }));
    expect(all.out).toContain(theirs.id);
  });
});

describe('content-publisher connections verify', () => {
  it('says nothing is wrong where the permissions suffice, and asks the platform itself for them', async () => {
    const person = await addPerson(publisher());
    await connect(publisher(), person, 'facebook');
    await connect(publisher(), person, 'instagram');
    await connect(publisher(), person, 'threads');
    await connect(publisher(), person, 'linkedin');
    await connect(publisher(), person, 'youtube');
    await connect(publisher(), person, 'mastodon');
    await connect(publisher(), person, 'bluesky');
    await connect(publisher(), person, 'x', { connection: { metadata: { scopes: FULL_SCOPES.x } } });
    await connect(publisher(), person, 'tiktok', {
      connection: { metadata: { scopes: FULL_SCOPES.tiktok } },
    });
    const { code, accounts } = await verify(person, undefined, APPS);
    expect(accounts.flatMap(({ problems }) => problems)).toEqual([]);
    expect(code).toBe(0);
    expect(accounts).toHaveLength(9);
    for (const { platform, scopes } of accounts) {
      if (platform !== 'bluesky') expect(scopes?.length, platform).toBeGreaterThan(2);
    }
    expect(accounts.find(({ platform }) => platform === 'youtube')?.notes).toEqual([
      'Its token was near its end and has been renewed.',
    ]);
  });

  it('names each permission that the scheduled posts of the account need and its token lacks', async () => {
    const person = await addPerson(publisher());
    await connect(publisher(), person, 'facebook', {
      sim: { scopes: ['pages_manage_posts', 'pages_read_engagement'] },
    });
    const comment = { publish_options: { first_comment: 'And this.' } };
    await schedule(publisher(), person, { scheduled_at: inDays(3), metadata: comment });
    await schedule(publisher(), person, { scheduled_at: inDays(4), metadata: comment });
    await schedule(publisher(), person, { scheduled_at: inDays(5) });
    const { code, accounts } = await verify(person, undefined, APPS);
    expect(code).toBe(1);
    expect(accounts[0]?.problems).toEqual([
      {
        message:
          'The permission pages_manage_engagement is missing: first comments need it (2 of the scheduled posts).',
        hint: expect.stringContaining('connections connect facebook'),
      },
    ]);
    const text = await runCommand(publisher(), (io) => verifyConnections(io, undefined, { json: false }), {
      TEST_USER_ID: person.id,
      ...APPS,
    });
    expect(text.out).toMatch(/^WRONG .*\n {14}The permission pages_manage_engagement is missing/);
  });

  it('without our app Facebook does not tell, and that is said instead of guessed', async () => {
    const person = await addPerson(publisher());
    await connect(publisher(), person, 'facebook', { sim: { scopes: ['pages_read_engagement'] } });
    const { code, accounts } = await verify(person);
    expect(code).toBe(0);
    expect(accounts[0]?.notes).toEqual([
      'Facebook did not tell what the token permits, so that was not compared.',
    ]);
  });

  it('a token of somebody else, a dead one and a disconnected account are wrong, and nothing is written', async () => {
    const { supabase } = publisher();
    const person = await addPerson(publisher());
    const other = await connect(publisher(), await addPerson(publisher()), 'linkedin');
    await connect(publisher(), person, 'linkedin', {
      connection: { access_token_encrypted: encrypt(other.token) },
    });
    await connect(publisher(), person, 'mastodon', { sim: { tokenExpiresAt: 1 } });
    await connect(publisher(), person, 'facebook', { connection: { is_active: false } });
    await connect(publisher(), person, 'threads', { connection: { access_token_encrypted: 'nonsense' } });
    const rows = () =>
      supabase.sql`select * from public.platform_connections where user_id = ${person.id} order by id`;
    const before = await rows();
    const { code, accounts } = await verify(person, undefined, APPS);
    expect(code).toBe(1);
    expect(await rows()).toEqual(before);
    for (const { platform, problems } of accounts) {
      expect(problems, platform).toHaveLength(1);
      expect(problems[0]?.message, platform).toMatch(/^[A-Z].*\.$/);
      expect(problems[0]?.hint.length, platform).toBeGreaterThan(10);
    }
  });

  it.each([
    ['has a fault of its own', 'server_error_before'],
    ['cuts the connection', 'drop_before'],
    ['is asked too often', 'rate_limit'],
  ] as const)('a platform that %s says nothing against the account: try again later', async (_what, kind) => {
    const person = await addPerson(publisher());
    await connect(publisher(), person, 'mastodon');
    publisher().platforms.setFaults([{ platform: 'mastodon', kind }]);
    const { code, accounts } = await verify(person);
    publisher().platforms.setFaults([]);
    expect(code).toBe(75);
    expect(accounts).toMatchObject([{ ok: false, answered: false, problems: [] }]);
    expect(accounts[0]?.notes[0]).toMatch(/^[A-Z].*/);
  });

  it('takes one account by its id, its name or its connection, and refuses what is none or several', async () => {
    const person = await addPerson(publisher());
    const one = await connect(publisher(), person, 'mastodon', { connection: { page_name: 'Twins' } });
    await connect(publisher(), person, 'mastodon', { connection: { page_name: 'Twins' } });
    for (const named of [one.id, `mastodon:${one.id}`, one.connectionId]) {
      expect((await verify(person, named)).accounts.map(({ account_id }) => account_id)).toEqual([one.id]);
    }
    expect(await verify(person, 'Twins')).toMatchObject({
      code: 64,
      err: expect.stringContaining('several'),
    });
    const stranger = await connect(publisher(), await addPerson(publisher()), 'mastodon');
    expect(await verify(person, stranger.id)).toMatchObject({
      code: 64,
      err: expect.stringContaining('none of the connected accounts'),
    });
  });
});

describe('content-publisher connections refresh', () => {
  const refresh = (person: Person, named: string, change: Readonly<Record<string, string>> = {}) =>
    runCommand(publisher(), (io) => refreshConnection(io, named), { TEST_USER_ID: person.id, ...change });

  async function rowOf(connectionId: string) {
    const [row] = await publisher().supabase
      .sql`select * from public.platform_connections where id = ${connectionId}`;
    return row ?? {};
  }

  it('renews the token, stores it, and the next tick uses it without another renewal', async () => {
    const person = await addPerson(publisher());
    const account = await connect(publisher(), person, 'x');
    const before = await rowOf(account.connectionId);
    const { code, out } = await refresh(person, account.id);
    expect([code, out]).toEqual([
      0,
      expect.stringMatching(/has a new access token, good until 20.*It is stored/),
    ]);
    const after = await rowOf(account.connectionId);
    expect(after['access_token_encrypted']).not.toBe(before['access_token_encrypted']);
    expect(after['refresh_token_encrypted']).not.toBe(before['refresh_token_encrypted']);
    expect(out).not.toContain('x-access');
    await schedule(publisher(), person, { platform: 'twitter' });
    expect((await publisher().run({ userId: person.id })).summary.published).toBe(1);
    expect((await rowOf(account.connectionId))['access_token_encrypted']).toBe(
      after['access_token_encrypted'],
    );
  });

  it('renews also a token that is good for long', async () => {
    const person = await addPerson(publisher());
    const account = await connect(publisher(), person, 'youtube');
    expect((await refresh(person, account.id)).code).toBe(0);
    const first = await rowOf(account.connectionId);
    expect((await refresh(person, account.id)).code).toBe(0);
    expect(await rowOf(account.connectionId)).not.toMatchObject({
      access_token_encrypted: first['access_token_encrypted'],
    });
  });

  it('while another host renews it, nobody else does', async () => {
    const { supabase } = publisher();
    const person = await addPerson(publisher());
    const account = await connect(publisher(), person, 'youtube');
    await supabase.sql`insert into public.publish_holds (scope, key, refresh_owner, refresh_until)
      values ('account', ${`youtube:${account.id}`}, gen_random_uuid(), now() + interval '1 minute')`;
    const before = await rowOf(account.connectionId);
    expect(await refresh(person, account.id)).toMatchObject({
      code: 75,
      err: expect.stringContaining('at this moment'),
    });
    expect(await rowOf(account.connectionId)).toEqual(before);
  });

  it('a refusal of the platform disconnects the account with its reason', async () => {
    const person = await addPerson(publisher());
    const account = await connect(publisher(), person, 'youtube', {
      connection: { refresh_token_encrypted: encrypt('1//revoked') },
    });
    const { code, err } = await refresh(person, account.id);
    expect([code, err]).toEqual([1, expect.stringContaining('It is disconnected now; its posts wait.')]);
    expect(await rowOf(account.connectionId)).toMatchObject({
      is_active: false,
      connection_status: 'expired',
    });
    expect((await list(person))[0]).toMatchObject({
      state: 'disconnected',
      detail: expect.stringMatching(/./),
    });
    expect(await refresh(person, account.id)).toMatchObject({
      code: 1,
      err: expect.stringContaining('is disconnected'),
    });
  });

  it.each([
    ['has a fault of its own', 'server_error_before'],
    ['cuts the connection', 'drop_before'],
  ] as const)('a platform that %s disconnects nothing: try again later', async (_what, kind) => {
    const person = await addPerson(publisher());
    const account = await connect(publisher(), person, 'youtube');
    const before = await rowOf(account.connectionId);
    publisher().platforms.setFaults([{ platform: 'youtube', match: 'POST /token', kind }]);
    const { code, err } = await refresh(person, account.id);
    publisher().platforms.setFaults([]);
    expect([code, err]).toEqual([75, expect.stringMatching(/^The YouTube account .*: [A-Z]/)]);
    expect(await rowOf(account.connectionId)).toEqual(before);
  });

  it('says what cannot be renewed, and why', async () => {
    const person = await addPerson(publisher());
    const page = await connect(publisher(), person, 'facebook');
    const member = await connect(publisher(), person, 'linkedin');
    const garbage = await connect(publisher(), person, 'youtube', {
      connection: { refresh_token_encrypted: 'hunter2' },
    });
    const server = await connect(publisher(), person, 'mastodon');
    expect(await refresh(person, server.id)).toMatchObject({
      code: 0,
      out: expect.stringContaining('no end by time'),
    });
    expect(await refresh(person, page.id)).toMatchObject({
      code: 0,
      out: expect.stringContaining('no end by time'),
    });
    expect(await refresh(person, member.id)).toMatchObject({
      code: 1,
      err: expect.stringContaining('without a person'),
    });
    const unreadable = await refresh(person, garbage.id);
    expect(unreadable.code).toBe(78);
    expect(unreadable.err).toContain('neither encrypted nor a token');
    expect(unreadable.err).not.toContain('hunter2');
  });

  it('without the app of the platform it is the operator’s', async () => {
    const person = await addPerson(publisher());
    const account = await connect(publisher(), person, 'youtube');
    expect((await refresh(person, account.id, { YOUTUBE_CLIENT_ID: '' })).code).toBe(78);
  });

  it('with TEST_USER_ID touches nobody else’s account', async () => {
    const [mine, other] = [await addPerson(publisher()), await addPerson(publisher())];
    const theirs = await connect(publisher(), other, 'youtube');
    const before = await rowOf(theirs.connectionId);
    for (const named of [theirs.id, theirs.connectionId, theirs.name]) {
      expect(await refresh(mine, named)).toMatchObject({
        code: 64,
        err: expect.stringContaining('none of the'),
      });
    }
    expect(await rowOf(theirs.connectionId)).toEqual(before);
  });
});
