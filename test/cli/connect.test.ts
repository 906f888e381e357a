import type { ChildProcess } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { type ConnectOptions, connectAccount } from '../../src/cli/connections/connect.ts';
import { EncryptionKey } from '../../src/core/encryption.ts';
import type { Platform } from '../../src/core/platform.ts';
import { foldPlatform } from '../../src/core/platform-name.ts';
import { platforms } from '../../src/platforms/index.ts';
import type { SimAccount } from '../../src/sandbox/platforms/simulator.ts';
import { createKeyring } from '../../src/security/keyring.ts';
import { installedLongAgo, readRow } from '../support/app-rows.ts';
import { type CommandOutput, runCommand } from '../support/command.ts';
import { addPerson, type ConnectedAccount, connect, type Person, schedule } from '../support/people.ts';
import { encrypt, usePublisher } from '../support/publisher.ts';
import { runProcess } from '../support/run-process.ts';

const publisher = usePublisher();
beforeAll(() => installedLongAgo(publisher()));

const HTTPS = 'https://app.example/callback';
const APPS = {
  FACEBOOK_APP_ID: 'app-1',
  FACEBOOK_APP_SECRET: 'app-1-secret',
  INSTAGRAM_APP_ID: 'app-2',
  INSTAGRAM_APP_SECRET: 'app-2-secret',
  THREADS_APP_ID: 'app-3',
  THREADS_APP_SECRET: 'app-3-secret',
  LINKEDIN_CLIENT_ID: 'client-1',
  LINKEDIN_CLIENT_SECRET: 'client-1-secret',
};

let accounts = 0;
/** A remote account that nobody has connected. */
function simulate(platform: string, sim: Partial<SimAccount> & { readonly id: string }): SimAccount {
  accounts += 1;
  const account = {
    name: `Account ${accounts}`,
    token: `nobody-has-this-${accounts}`,
    scopes: [],
    ...sim,
  };
  publisher().platforms.addAccounts(platform, [account]);
  return account;
}

type Answer = (question: string, printed: string, hidden: boolean) => Promise<string | null>;
const NO_OPTIONS: ConnectOptions = { token: false, all: false };

function run(
  person: Person | null,
  platform: string,
  options: Partial<ConnectOptions>,
  answer: Answer = async () => null,
  env: Readonly<Record<string, string>> = {},
): Promise<CommandOutput> {
  const limited = person === null ? {} : { TEST_USER_ID: person.id };
  return runCommand(
    publisher(),
    (io) => connectAccount(io, platform, { ...NO_OPTIONS, ...options }),
    { ...limited, ...APPS, ...env },
    answer,
  );
}

/** Where the consent screen sends the browser of somebody who chooses this account, or none: says no. */
async function agree(printed: string, accountId: string): Promise<URL> {
  const screen = new URL(/^http\S+$/m.exec(printed)?.[0] ?? '');
  const page = await fetch(screen);
  expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('Which account?')]);
  screen.searchParams.set('sandbox_account', accountId);
  const back = await fetch(screen, { redirect: 'manual' });
  expect(back.status).toBe(302);
  return new URL(back.headers.get('location') ?? '');
}

/** Somebody on this machine: the browser comes back to it by itself. */
const atThisMachine =
  (accountId: string, change: (back: URL) => URL = (back) => back): Answer =>
  async (_question, printed) => {
    const back = change(await agree(printed, accountId));
    await fetch(back);
    return null;
  };

/** Somebody elsewhere pastes what the browser shows. */
const pasting =
  (accountId: string, change: (back: string) => string = (back) => back): Answer =>
  async (_question, printed) =>
    change((await agree(printed, accountId)).href);

async function rowsOf(person: Person) {
  return await publisher().supabase
    .sql`select *, to_char(token_expires_at, 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as ends
    from public.platform_connections where user_id = ${person.id} order by created_at, page_id`;
}

async function onlyRow(person: Person) {
  const rows = await rowsOf(person);
  expect(rows).toHaveLength(1);
  return rows[0] ?? {};
}

function decrypt(stored: unknown): string | null {
  const key = EncryptionKey.parse(publisher().env['ENCRYPTION_KEY'] ?? '');
  return key === null ? null : createKeyring(key, []).decrypt(String(stored));
}

const daysTo = (ends: unknown) => (Date.parse(String(ends)) - Date.now()) / 86_400_000;

/** What every connection must be: found again by its platform's own rule, encrypted, active. */
function expectSound(row: Record<string, unknown>, accountId: string): void {
  const folded = foldPlatform(String(row['platform']));
  const module = Object.entries<Platform>(platforms).find(
    ([name]) => 'platform' in folded && name === folded.platform,
  )?.[1];
  const text = (column: string) => (row[column] == null ? null : String(row[column]));
  expect(
    module?.accountId({
      id: String(row['id']),
      pageId: text('page_id'),
      pageName: text('page_name'),
      instagramId: text('instagram_id'),
      linkedinId: text('linkedin_id'),
      organizationId: text('organization_id'),
      metadata: row['metadata'] as Record<string, unknown>,
    }),
  ).toBe(accountId);
  expect(row).toMatchObject({ is_active: true, connection_status: 'active', disconnected_at: null });
  expect(String(row['access_token_encrypted'])).toMatch(/^gAAAAA/);
  expect(decrypt(row['access_token_encrypted'])?.length).toBeGreaterThan(5);
}

describe('content-publisher connections connect: in the browser, back to this machine', () => {
  it('X: the account is connected with its refresh token and its permissions, and posts go out', async () => {
    const person = await addPerson(publisher());
    const { id, name } = simulate('x', { id: '1445566770000001' });
    const { code, out, err } = await run(person, 'x', { port: 48_123 }, atThisMachine(id));
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('http://127.0.0.1:48123/callback/ must be registered');
    expect(out).toContain(`Connected: the X account ${name} (${id}), for user ${person.id}.`);
    const row = await onlyRow(person);
    expectSound(row, id);
    expect(row).toMatchObject({ platform: 'twitter', page_id: id, token_source: 'content-publisher' });
    expect(row['metadata']).toMatchObject({
      scopes: expect.arrayContaining(['offline.access', 'media.write']),
    });
    expect(decrypt(row['refresh_token_encrypted'])).toMatch(/^x-refresh-/);
    expect(Math.abs(daysTo(row['ends']) * 24 - 2)).toBeLessThan(0.1);
    await schedule(publisher(), person, { platform: 'twitter' });
    expect((await publisher().run({ userId: person.id })).summary.published).toBe(1);
    // Its end is known, so the first post needs no renewal.
    expect(await onlyRow(person)).toMatchObject({ access_token_encrypted: row['access_token_encrypted'] });
  });

  it('YouTube: any port; of a project in testing the end after seven days is stored', async () => {
    const person = await addPerson(publisher());
    const { id } = simulate('youtube', { id: 'UCconnectconnectconne001', extra: { inTesting: true } });
    const { code, out } = await run(person, 'YouTube', {}, atThisMachine(id));
    expect(code).toBe(0);
    expect(out).not.toContain('must be registered');
    const row = await onlyRow(person);
    expectSound(row, id);
    expect(decrypt(row['refresh_token_encrypted'])).toMatch(/^1\/\/sim-/);
    const metadata = row['metadata'] as Record<string, unknown>;
    expect(daysTo(metadata['refresh_token_expires_at'])).toBeCloseTo(7, 1);
  });

  it('TikTok: with the hash in hexadecimal, and the life of the refresh token', async () => {
    const person = await addPerson(publisher());
    const { id } = simulate('tiktok', { id: '_000connectconnectconnect1' });
    expect((await run(person, 'tiktok', {}, atThisMachine(id))).code).toBe(0);
    const row = await onlyRow(person);
    expectSound(row, id);
    expect(decrypt(row['refresh_token_encrypted'])).toMatch(/^rft\.sim/);
    const metadata = row['metadata'] as Record<string, unknown>;
    expect(daysTo(metadata['refresh_token_expires_at'])).toBeCloseTo(180, 0);
  });

  it('Mastodon: an app of its own is registered on the server that is named', async () => {
    const person = await addPerson(publisher());
    const { id } = simulate('mastodon', { id: '109500000000009901@social.example' });
    const options = { server: 'social.example', scope: ['profile'] };
    const { code, err } = await run(person, 'mastodon', options, atThisMachine(id));
    expect([code, err]).toEqual([0, '']);
    const row = await onlyRow(person);
    expectSound(row, id);
    expect(row['metadata']).toMatchObject({
      instance_url: 'https://social.example',
      scopes: expect.arrayContaining(['write:statuses', 'profile']),
    });
  });

  it('a server that is not named is asked for; one inside the network is refused', async () => {
    const person = await addPerson(publisher());
    const asked: string[] = [];
    const answer: Answer = async (question) => {
      asked.push(question);
      return '192.168.1.1';
    };
    expect(await run(person, 'mastodon', {}, answer)).toMatchObject({
      code: 64,
      err: expect.stringContaining('is no server that a token may go to'),
    });
    expect(asked).toEqual([expect.stringContaining('Server of the account')]);
    expect(await run(person, 'x', { server: 'a.example' })).toMatchObject({ code: 64 });
  });

  it('somebody on another machine pastes the address', async () => {
    const person = await addPerson(publisher());
    const { id } = simulate('x', { id: '1445566770000002' });
    expect((await run(person, 'x', { port: 48_124 }, pasting(id))).code).toBe(0);
    expectSound(await onlyRow(person), id);
  });

  it.each<readonly [string, (back: string) => string, string]>([
    ['leads to another host', (back) => back.replace('127.0.0.1', 'evil.example'), 'leads to evil.example'],
    [
      'is of another attempt',
      (back) => back.replace(/state=[^&]+/, 'state=other'),
      'belongs to another attempt',
    ],
    ['is none', () => 'hello', 'is no address'],
    ['holds no code', (back) => back.replace(/code=[^&]+/, 'x=1'), 'without a code'],
  ])('an address that %s is refused, and nothing is stored', async (_what, change, said) => {
    const person = await addPerson(publisher());
    const { id } = simulate('youtube', { id: `UCpastepastepastepaste${String(accounts).padStart(2, '0')}` });
    const { code, err } = await run(person, 'youtube', {}, pasting(id, change));
    expect(code).not.toBe(0);
    expect(err).toContain(said);
    expect(err).not.toContain('sandbox-code');
    expect(await rowsOf(person)).toEqual([]);
  });

  it('a browser with another state gets no further, and the right one still does', async () => {
    const person = await addPerson(publisher());
    const { id } = simulate('youtube', { id: 'UCstatestatestatestate01' });
    const statuses: number[] = [];
    const answer: Answer = async (_question, printed) => {
      const back = await agree(printed, id);
      const wrong = new URL(back);
      wrong.searchParams.set('state', 'guessed');
      statuses.push((await fetch(wrong)).status, (await fetch(new URL('/elsewhere', back))).status);
      statuses.push((await fetch(back)).status);
      return null;
    };
    expect((await run(person, 'youtube', {}, answer)).code).toBe(0);
    expect(statuses).toEqual([400, 404, 200]);
  });

  it('who says no has changed nothing', async () => {
    const person = await addPerson(publisher());
    expect(await run(person, 'tiktok', {}, atThisMachine(''))).toMatchObject({
      code: 1,
      err: expect.stringContaining('was not agreed to'),
    });
    expect(await rowsOf(person)).toEqual([]);
  });
});

describe('content-publisher connections connect: https addresses, where platforms take no other', () => {
  const there = { redirect: HTTPS };

  it('without one it says what is needed', async () => {
    const person = await addPerson(publisher());
    for (const platform of ['facebook', 'instagram', 'threads', 'linkedin']) {
      const { code, err } = await run(person, platform, {});
      expect([platform, code, err]).toEqual([platform, 64, expect.stringContaining('--redirect https://')]);
    }
    expect((await run(person, 'facebook', { redirect: 'http://app.example/' })).code).toBe(64);
  });

  it('Facebook: Pages of the person are offered, with tokens of their own; those without the task are not', async () => {
    const person = await addPerson(publisher());
    const extra = { person: 'asha' };
    const one = simulate('facebook', { id: '700000000009901', token: 'EAAB-page-9901', extra });
    const two = simulate('facebook', { id: '700000000009902', token: 'EAAB-page-9902', extra });
    simulate('facebook', {
      id: '700000000009903',
      token: 'EAAB-page-9903',
      extra: { ...extra, tasks: 'ANALYZE' },
    });
    const questions: string[] = [];
    const answer: Answer = async (question, printed, hidden) => {
      questions.push(question);
      return questions.length === 1 ? await pasting(one.id)(question, printed, hidden) : '2';
    };
    const { code, err } = await run(person, 'facebook', there, answer);
    expect([code, err]).toEqual([0, '']);
    expect(questions[1]).toContain(one.name);
    expect(questions[1]).not.toContain('700000000009903');
    const row = await onlyRow(person);
    expectSound(row, two.id);
    expect(decrypt(row['access_token_encrypted'])).toBe('EAAB-page-9902');
    // As the app has it: the end of the person's own token.
    expect(daysTo(row['ends'])).toBeGreaterThan(59);
    const all = await run(person, 'facebook', { ...there, all: true }, pasting(one.id));
    expect(all.out).toContain(`Connected again: the Facebook account ${two.name}`);
    expect((await rowsOf(person)).map(({ page_id }) => page_id).sort()).toEqual([one.id, two.id]);
    await schedule(publisher(), person, { metadata: { page_id: one.id } });
    expect((await publisher().run({ userId: person.id })).summary.published).toBe(1);
  });

  it('Facebook: pages are named with --account; one that the access does not open is refused', async () => {
    const person = await addPerson(publisher());
    const extra = { person: 'ben' };
    const one = simulate('facebook', { id: '700000000009911', token: 'EAAB-page-9911', extra });
    simulate('facebook', { id: '700000000009912', token: 'EAAB-page-9912', extra });
    expect((await run(person, 'facebook', { ...there, account: [one.id] }, pasting(one.id))).code).toBe(0);
    expect(await onlyRow(person)).toMatchObject({ page_id: one.id });
    expect(await run(person, 'facebook', { ...there, account: ['1'] }, pasting(one.id))).toMatchObject({
      code: 1,
      err: expect.stringContaining('does not open 1'),
    });
  });

  it('Instagram: the account’s own login, with a token of 60 days', async () => {
    const person = await addPerson(publisher());
    const { id, name } = simulate('instagram', { id: '17841400000099001', token: 'IGnobody' });
    const { code, err } = await run(person, 'instagram', there, pasting(id));
    expect([code, err]).toEqual([0, '']);
    const row = await onlyRow(person);
    expectSound(row, id);
    expect(row).toMatchObject({ page_id: id, page_name: name });
    expect(decrypt(row['access_token_encrypted'])).toMatch(/^IGAAlong/);
    expect(daysTo(row['ends'])).toBeCloseTo(60, 0);
    expect(row['metadata']).toMatchObject({ scopes: expect.arrayContaining(['instagram_business_basic']) });
  });

  it('Threads: a token of 60 days', async () => {
    const person = await addPerson(publisher());
    const { id } = simulate('threads', { id: '25000000000099001' });
    expect((await run(person, 'threads', there, pasting(id))).code).toBe(0);
    const row = await onlyRow(person);
    expectSound(row, id);
    expect(decrypt(row['access_token_encrypted'])).toMatch(/^THAAlong/);
    expect(daysTo(row['ends'])).toBeCloseTo(60, 0);
  });

  it('LinkedIn: the member; with the permission for it also the pages, and a partner’s refresh token', async () => {
    const person = await addPerson(publisher());
    const extra = { partner: true };
    const member = simulate('linkedin', { id: 'urn:li:person:Con_nect-1', token: 'AQX-connect', extra });
    const page = simulate('linkedin', { id: 'urn:li:organization:7998859', token: 'AQX-connect', extra });
    expect((await run(person, 'linkedin', there, pasting(member.id))).code).toBe(0);
    const first = await onlyRow(person);
    expectSound(first, member.id);
    expect(first).toMatchObject({
      linkedin_id: 'Con_nect-1',
      is_organization: false,
      account_type: 'personal',
    });
    expect(decrypt(first['refresh_token_encrypted'])).toMatch(/^AQR/);
    const scope = ['w_organization_social', 'r_organization_social', 'rw_organization_admin'];
    const { code, err } = await run(person, 'linkedin', { ...there, scope, all: true }, pasting(member.id));
    expect([code, err]).toEqual([0, '']);
    const rows = await rowsOf(person);
    expect(rows).toHaveLength(2);
    const organization = rows.find(({ is_organization }) => is_organization === true) ?? {};
    expectSound(organization, page.id);
    expect(organization).toMatchObject({ organization_id: '7998859', page_name: page.name });
  });

  it('where nobody can paste it, that is said at once', async () => {
    const person = await addPerson(publisher());
    expect(await run(person, 'threads', there)).toMatchObject({
      code: 64,
      err: expect.stringContaining('No address was pasted.'),
    });
  });

  it('a permission that the platform does not know is told as it says it', async () => {
    const person = await addPerson(publisher());
    const refused: Answer = async (_question, printed) => {
      const response = await fetch(/^http\S+$/m.exec(printed)?.[0] ?? '');
      expect([response.status, await response.text()]).toEqual([400, 'Unknown scope: everything']);
      return `${HTTPS}?error=invalid_scope&state=${new URL(response.url).searchParams.get('state')}`;
    };
    expect(await run(person, 'linkedin', { ...there, scope: ['everything'] }, refused)).toMatchObject({
      code: 1,
      err: expect.stringContaining('LinkedIn refused: invalid_scope.'),
    });
  });
});

describe('content-publisher connections connect: a token or an app password that is pasted', () => {
  const typed =
    (line: string): Answer =>
    async () =>
      line;

  it('Bluesky: handle and app password; the password is asked for without echo and moves to the refresh token', async () => {
    const person = await addPerson(publisher());
    const did = 'did:plc:connectconnectconnectabc';
    const { name } = simulate('bluesky', {
      id: did,
      name: 'rao.example',
      refreshToken: 'abcd-efgh-ijkl-mnop',
    });
    const asked: (readonly [string, boolean])[] = [];
    const answer: Answer = async (question, _printed, hidden) => {
      asked.push([question, hidden]);
      return hidden ? 'abcd-efgh-ijkl-mnop' : `@${name}`;
    };
    const { code, out, err } = await run(person, 'bluesky', {}, answer);
    expect([code, err]).toEqual([0, '']);
    expect(asked).toEqual([
      [expect.stringContaining('Handle'), false],
      [expect.stringContaining('App password'), true],
    ]);
    expect(out).not.toContain('abcd-efgh');
    const row = await onlyRow(person);
    expectSound(row, did);
    expect(row['metadata']).toEqual({ pds_url: 'https://pds.example' });
    expect(decrypt(row['refresh_token_encrypted'])).toBe('abcd-efgh-ijkl-mnop');
    await schedule(publisher(), person, { platform: 'bluesky' });
    expect((await publisher().run({ userId: person.id })).summary.published).toBe(1);
  });

  it('a wrong app password is the platform’s word, and nothing is stored', async () => {
    const person = await addPerson(publisher());
    const { code, err } = await run(person, 'bluesky', {}, async (_question, _printed, hidden) =>
      hidden ? 'wrong-wrong-wron-g' : 'nobody.example',
    );
    expect(code).toBe(1);
    expect(err).toMatch(/^No Bluesky account was connected: [A-Z]/);
    expect(err).not.toContain('wrong-wrong');
    expect(await rowsOf(person)).toEqual([]);
  });

  it('Mastodon, Threads, Instagram, LinkedIn: the token says whose it is', async () => {
    const person = await addPerson(publisher());
    simulate('mastodon', {
      id: '109500000000009911@social.example',
      token: 'mastodon-pasted',
      scopes: ['read', 'write'],
    });
    simulate('threads', { id: '25000000000099011', token: 'THAA-pasted', scopes: ['threads_basic'] });
    simulate('instagram', {
      id: '17841400000099011',
      token: 'IGAA-pasted',
      scopes: ['instagram_business_basic', 'instagram_business_content_publish'],
    });
    simulate('linkedin', {
      id: 'urn:li:person:Pas_ted-1',
      token: 'AQX-pasted',
      scopes: ['openid', 'profile', 'w_member_social'],
    });
    const given = [
      ['mastodon', 'mastodon-pasted', { server: 'social.example' }],
      ['threads', 'THAA-pasted', {}],
      ['instagram', 'IGAA-pasted', {}],
      ['linkedin', 'AQX-pasted', {}],
    ] as const;
    for (const [platform, token, options] of given) {
      const { code, out, err } = await run(person, platform, { token: true, ...options }, typed(token));
      expect([platform, code, err]).toEqual([platform, 0, '']);
      expect(out).not.toContain(token);
    }
    const rows = await rowsOf(person);
    expect(rows.map(({ access_token_encrypted }) => decrypt(access_token_encrypted)).sort()).toEqual(
      given.map(([, token]) => token).sort(),
    );
  });

  it('Facebook and Instagram: a person’s token is made to last and opens the Pages, a Page’s token is taken as it is', async () => {
    const person = await addPerson(publisher());
    const page = simulate('facebook', {
      id: '700000000009921',
      token: 'EAAB-page-9921',
      scopes: ['pages_manage_posts', 'pages_read_engagement'],
      extra: { personToken: 'EAAU-person-1' },
    });
    const instagram = simulate('instagram', {
      id: '17841400000099021',
      token: 'EAAB-page-9922',
      scopes: ['instagram_basic'],
      extra: { personToken: 'EAAU-person-2', pageId: '700000000009922' },
    });
    expect((await run(person, 'facebook', { token: true }, typed('EAAU-person-1'))).code).toBe(0);
    const [row = {}] = await rowsOf(person);
    expectSound(row, page.id);
    expect(decrypt(row['access_token_encrypted'])).toBe('EAAB-page-9921');
    expect(daysTo(row['ends'])).toBeGreaterThan(59);
    expect((await run(person, 'facebook', { token: true }, typed('EAAB-page-9921'))).code).toBe(0);
    expect((await run(person, 'instagram', { token: true }, typed('EAAU-person-2'))).code).toBe(0);
    const rows = await rowsOf(person);
    expect(rows).toHaveLength(2);
    expectSound(rows.find(({ platform }) => platform === 'instagram') ?? {}, instagram.id);
  });

  it.each([
    ['a blank inside', 'THAA one two'],
    ['a control character', 'THAA\u0007one'],
    ['ciphertext', 'gAAAAABhello'],
  ])(
    'a pasted token with %s is refused before it is sent anywhere, and not repeated',
    async (_what, token) => {
      const person = await addPerson(publisher());
      const asked = publisher().wire().length;
      const { code, err } = await run(person, 'threads', { token: true }, typed(token));
      expect(code).toBe(64);
      expect(err).not.toContain(token);
      expect(publisher().wire()).toHaveLength(asked);
    },
  );

  it('platforms whose tokens live for hours take none, and nothing typed is nothing', async () => {
    const person = await addPerson(publisher());
    for (const platform of ['x', 'youtube', 'tiktok']) {
      expect((await run(person, platform, { token: true }, typed('secret-token'))).code).toBe(64);
    }
    expect(await run(person, 'threads', { token: true })).toMatchObject({
      code: 64,
      err: expect.stringContaining('Nothing was given for'),
    });
  });
});

describe('content-publisher connections connect, again', () => {
  const reconnect = (person: Person, account: ConnectedAccount) =>
    run(person, 'youtube', {}, atThisMachine(account.id));

  it('updates the row of the account, and posts that waited for it go out with the next run', async () => {
    const { supabase, run: tick } = publisher();
    const person = await addPerson(publisher());
    const account = await connect(publisher(), person, 'x', {
      connection: { refresh_token_encrypted: encrypt('x-revoked'), metadata: { note: 'kept' } },
    });
    const post = await schedule(publisher(), person, { platform: 'twitter' });
    expect((await tick({ userId: person.id })).summary).toMatchObject({ held: 1, published: 0 });
    expect(await onlyRow(person)).toMatchObject({ is_active: false });
    const { out } = await run(person, 'x', { port: 48_125 }, atThisMachine(account.id));
    expect(out).toContain('Connected again');
    const row = await onlyRow(person);
    expectSound(row, account.id);
    expect(row['id']).toBe(account.connectionId);
    expect(row['metadata']).toMatchObject({ note: 'kept' });
    expect(row['metadata']).not.toHaveProperty('publish_error');
    expect(
      await supabase.sql`select 1 from public.publish_holds where key = ${`x:${account.id}`} and until > now()`,
    ).toEqual([]);
    expect((await tick({ userId: person.id })).summary.published).toBe(1);
    expect((await readRow(supabase, post.table, post.id)).status).toBe('published');
  });

  it('a missing refresh token never overwrites the one that is there', async () => {
    const person = await addPerson(publisher());
    const account = await connect(publisher(), person, 'mastodon', {
      connection: { refresh_token_encrypted: encrypt('kept'), page_name: null },
    });
    const server = { token: true, server: 'mastodon.example' };
    expect((await run(person, 'mastodon', server, async () => account.token)).code).toBe(0);
    const row = await onlyRow(person);
    expect(decrypt(row['refresh_token_encrypted'])).toBe('kept');
    expect(row['page_name']).toBe(account.name);
  });

  it('finds the account in rows of an older kind, and changes nothing of what says which it is', async () => {
    const person = await addPerson(publisher());
    const account = await connect(publisher(), person, 'instagram', {
      sim: { token: 'IGAA-older' },
      connection: { page_id: '7000111', instagram_id: '17841400000099031', access_token_encrypted: null },
    });
    publisher().platforms.addAccounts('instagram', [
      {
        id: '17841400000099031',
        name: account.name,
        token: 'IGAA-older-kind',
        scopes: ['instagram_business_basic'],
      },
    ]);
    expect((await run(person, 'instagram', { token: true }, async () => 'IGAA-older-kind')).code).toBe(0);
    const row = await onlyRow(person);
    expect(row).toMatchObject({ page_id: '7000111', instagram_id: '17841400000099031', is_active: true });
    expect(decrypt(row['access_token_encrypted'])).toBe('IGAA-older-kind');
  });

  it('twice at once makes one row', async () => {
    const person = await addPerson(publisher());
    const { id } = simulate('mastodon', {
      id: '109500000000009941@social.example',
      token: 'mastodon-twice',
      scopes: ['read', 'write'],
    });
    const once = () =>
      run(person, 'mastodon', { token: true, server: 'social.example' }, async () => 'mastodon-twice');
    const codes = await Promise.all([once(), once(), once()]);
    expect(codes.map(({ code }) => code)).toEqual([0, 0, 0]);
    expectSound(await onlyRow(person), id);
  });

  it('metadata that is no object is left alone', async () => {
    const { supabase } = publisher();
    const person = await addPerson(publisher());
    const account = await connect(publisher(), person, 'youtube');
    await supabase.sql`update public.platform_connections set metadata = '["a"]' where id = ${account.connectionId}`;
    expect((await reconnect(person, account)).code).toBe(0);
    expect((await onlyRow(person))['metadata']).toEqual(['a']);
  });
});

describe('whose account it is', () => {
  const secret: Answer = async () => 'THAA-whose';
  const token = { token: true };
  beforeAll(() => {
    simulate('threads', { id: '25000000000099051', token: 'THAA-whose', scopes: ['threads_basic'] });
  });

  it('must be said, by e-mail or id, when TEST_USER_ID does not', async () => {
    const person = await addPerson(publisher());
    expect(await run(null, 'threads', token, secret)).toMatchObject({
      code: 64,
      err: expect.stringContaining('--user'),
    });
    expect((await run(null, 'threads', { ...token, user: 'nobody@example.test' }, secret)).code).toBe(1);
    expect((await run(null, 'threads', { ...token, user: person.id }, secret)).code).toBe(0);
    expect(await rowsOf(person)).toHaveLength(1);
  });

  it('with TEST_USER_ID may be nobody else', async () => {
    const [mine, other] = [await addPerson(publisher()), await addPerson(publisher())];
    expect(await run(mine, 'threads', { ...token, user: other.id }, secret)).toMatchObject({
      code: 64,
      err: expect.stringContaining('another user than TEST_USER_ID'),
    });
    expect(await rowsOf(other)).toEqual([]);
  });

  it('has to have a profile', async () => {
    const { supabase } = publisher();
    const person = await addPerson(publisher());
    await supabase.sql`delete from public.profiles where id = ${person.id}`;
    expect(await run(person, 'threads', token, secret)).toMatchObject({
      code: 1,
      err: expect.stringContaining('has no profile'),
    });
  });

  it('a platform that is none is refused', async () => {
    const person = await addPerson(publisher());
    for (const named of ['myspace', 'wordpress', '']) expect((await run(person, named, {})).code).toBe(64);
  });
});

describe('when a platform answers badly', () => {
  it.each([
    ['has a fault of its own', 'server_error_before', 75],
    ['cuts the connection', 'drop_before', 75],
  ] as const)('%s: a sentence, and nothing is stored', async (_what, kind, expected) => {
    const person = await addPerson(publisher());
    const { id } = simulate('youtube', { id: `UCfaultfaultfaultfault${String(accounts).padStart(2, '0')}` });
    publisher().platforms.setFaults([{ platform: 'youtube', match: 'POST /token', kind }]);
    const { code, err } = await run(person, 'youtube', {}, atThisMachine(id));
    publisher().platforms.setFaults([]);
    expect([code, err]).toEqual([
      expected,
      expect.stringMatching(/^No YouTube account was connected: [A-Z]/),
    ]);
    expect(await rowsOf(person)).toEqual([]);
  });

  it('without our app there it names the settings that are missing', async () => {
    const person = await addPerson(publisher());
    const { code, err } = await run(person, 'youtube', {}, undefined, { YOUTUBE_CLIENT_SECRET: '' });
    expect([code, err]).toEqual([78, expect.stringContaining('YOUTUBE_CLIENT_SECRET')]);
    expect((await run(person, 'x', {}, undefined, { X_CLIENT_ID: '' })).code).toBe(78);
  });
});

describe('the program itself', () => {
  const BIN = fileURLToPath(new URL('../../bin/content-publisher', import.meta.url));

  async function program(
    person: Person,
    args: readonly string[],
    options: Partial<Parameters<typeof runProcess>[2]>,
  ) {
    const all = ['--', BIN, '--env-file', '/dev/null', 'connections', 'connect', ...args];
    const env = { ...publisher().env, TEST_USER_ID: person.id };
    return await runProcess(process.execPath, all, { cwd: dirname(BIN), env, ...options });
  }

  /** As soon as the address to open has been printed. */
  const whenAsked = (act: (printed: string, child: ChildProcess) => unknown) => (child: ChildProcess) => {
    let printed = '';
    child.stdout?.on('data', (bytes) => {
      const asked = /^http\S+\n/m;
      const before = asked.test(printed);
      printed += String(bytes);
      if (!before && asked.test(printed)) act(printed, child);
    });
  };

  it('waits for the browser, and ends when it was there', async () => {
    const person = await addPerson(publisher());
    const { id } = simulate('youtube', { id: 'UCprogramprogramprogra01' });
    const started = whenAsked(async (printed) => await fetch(await agree(printed, id)));
    const { code, stdout, stderr } = await program(person, ['youtube'], { started });
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('Connected: the YouTube account');
    expectSound(await onlyRow(person), id);
  });

  it('ends at once with Ctrl-C', async () => {
    const person = await addPerson(publisher());
    const started = whenAsked((_printed, child) => child.kill('SIGINT'));
    const { code, stderr, ms } = await program(person, ['youtube'], { started });
    expect([code, stderr]).toEqual([75, expect.stringContaining('Told to stop; nothing was changed.')]);
    expect(ms).toBeLessThan(30_000);
  });

  it('takes handle and password from a pipe', async () => {
    const person = await addPerson(publisher());
    const did = 'did:plc:programprogramprogramabc';
    simulate('bluesky', { id: did, name: 'program.example', refreshToken: 'abcd-efgh-ijkl-mnop' });
    const input = 'program.example\nabcd-efgh-ijkl-mnop\n';
    const { code, stdout, stderr } = await program(person, ['bluesky'], { input });
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).not.toContain('abcd-efgh');
    expectSound(await onlyRow(person), did);
  });
});
