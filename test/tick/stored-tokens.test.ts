import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { EncryptionKey } from '../../src/core/encryption.ts';
import { createKeyring } from '../../src/security/keyring.ts';
import {
  type Columns,
  installedLongAgo,
  letTimePass,
  publicPosts,
  publishErrorOf,
  readRow,
  storeFile,
  updateRow,
} from '../support/app-rows.ts';
import { testServers } from '../support/http-servers.ts';
import { addPerson, type ConnectedAccount, connect, schedule } from '../support/people.ts';
import { encrypt, usePublisher } from '../support/publisher.ts';

const publisher = usePublisher();
const servers = testServers();
afterEach(() => servers.close());

/** Not the key of the tests. */
const OTHER_KEY = 'YW5vdGhlciB0ZXN0IGtleSBvZiAzMiBieXRlcyBsZW4=';
const encryptOtherwise = (text: string) => {
  const key = EncryptionKey.parse(OTHER_KEY);
  if (key === null) throw new Error('the other key is no key');
  return createKeyring(key, []).encrypt(text);
};

let photo: string;
let film: string;

beforeAll(async () => {
  await installedLongAgo(publisher());
  photo = await storeFile(publisher().supabase, 'bakery-sourdough.jpg');
  film = await storeFile(publisher().supabase, 'cycling-film.mp4');
});

const change = (account: ConnectedAccount, columns: Columns) =>
  updateRow(publisher().supabase, 'platform_connections', account.connectionId, columns);

async function isActive({ connectionId }: ConnectedAccount): Promise<unknown> {
  const [row] = await publisher().supabase
    .sql`select is_active from public.platform_connections where id = ${connectionId}`;
  return row?.['is_active'];
}

const requestsTo = (platform: string) =>
  publisher()
    .wire()
    .filter((line) => line.platform === platform);

describe('a stored token', () => {
  it('in clear, as it was stored before tokens were encrypted, is used as it is, with one warning for the account', async () => {
    const person = await addPerson(publisher());
    const account = await connect(publisher(), person, 'facebook');
    await change(account, { access_token_encrypted: account.token });
    await schedule(publisher(), person);
    await schedule(publisher(), person);
    const first = await publisher().run({ userId: person.id });
    expect(first.summary.published).toBe(2);
    expect(first.notices).toEqual([
      expect.stringMatching(
        /^A token of the Facebook account .* stands in clear .*keys rotate --encrypt-plaintext/,
      ),
    ]);
    expect(first.log.filter(({ message }) => message.includes('in clear'))).toHaveLength(1);
    expect(JSON.stringify(first)).not.toContain(account.token);

    await schedule(publisher(), person);
    const second = await publisher().run({ userId: person.id });
    expect(second).toMatchObject({ summary: { published: 1 }, notices: [] });
  });

  it('of a key that was replaced is read with ENCRYPTION_KEY_PREVIOUS', async () => {
    const person = await addPerson(publisher());
    const account = await connect(publisher(), person, 'facebook');
    await change(account, { access_token_encrypted: encryptOtherwise(account.token) });
    await schedule(publisher(), person);
    const env = { ENCRYPTION_KEY_PREVIOUS: OTHER_KEY };
    expect((await publisher().run({ userId: person.id, env })).summary.published).toBe(1);
  });

  it('that does not decrypt holds its own account, is never sent, and disconnects nobody', async () => {
    const { run, supabase } = publisher();
    const person = await addPerson(publisher());
    const facebook = await connect(publisher(), person, 'facebook');
    const linkedin = await connect(publisher(), person, 'linkedin');
    await change(facebook, { access_token_encrypted: encryptOtherwise(facebook.token) });
    const held = await schedule(publisher(), person);
    await schedule(publisher(), person, { platform: 'linkedin' });
    const before = requestsTo('facebook').length;
    const { summary } = await run({ userId: person.id });
    expect(summary).toMatchObject({ published: 1, held: 1, failed: 0 });
    expect(publicPosts(publisher(), linkedin.id)).toHaveLength(1);
    expect(requestsTo('facebook')).toHaveLength(before);
    expect(await isActive(facebook)).toBe(true);
    const row = await readRow(supabase, held.table, held.id);
    expect(row.status).toBe('scheduled');
    expect(publishErrorOf(row)).toMatchObject({ code: 'TOKEN_UNREADABLE' });
    expect(publishErrorOf(row).hint).toContain('ENCRYPTION_KEY_PREVIOUS');

    await letTimePass(publisher(), 3_600);
    const env = { ENCRYPTION_KEY_PREVIOUS: OTHER_KEY };
    expect((await run({ userId: person.id, env })).summary.published).toBe(1);
  });

  it('beside others that do is a matter of its account: its user reconnects it, no tick ends as misconfigured', async () => {
    const person = await addPerson(publisher());
    const facebook = await connect(publisher(), person, 'facebook');
    await connect(publisher(), person, 'linkedin');
    await change(facebook, { access_token_encrypted: encryptOtherwise(facebook.token) });
    await schedule(publisher(), person);
    const env = { MAX_HOLD: '1h' };
    const first = await publisher().run({ userId: person.id, env });
    expect(first.summary.posts).toMatchObject([
      { outcome: 'held', error: { kind: 'auth', code: 'TOKEN_UNREADABLE' } },
    ]);
    await letTimePass(publisher(), 3_700);
    expect((await publisher().run({ userId: person.id, env })).summary).toMatchObject({ failed: 1 });
  });

  it('never leaves as ciphertext, whatever stands in the column', async () => {
    const sent: string[] = [];
    const listener = await servers.http((request, response) => {
      sent.push(JSON.stringify(request.headers) + request.url);
      request.resume();
      response.writeHead(500).end();
    });
    const env = Object.fromEntries(
      ['FACEBOOK', 'INSTAGRAM', 'LINKEDIN', 'YOUTUBE'].map((name) => [`${name}_API_URL`, listener]),
    );
    const person = await addPerson(publisher());
    // One token that fits: it is not the key that is wrong.
    const fitting = encrypt('a token of another kind');
    const connection = { platform: 'wordpress', access_token_encrypted: fitting };
    await connect(publisher(), person, 'facebook', { connection });
    for (const [platform, columns] of [
      ['facebook', {}],
      ['instagram', { images: [photo] }],
      ['linkedin', {}],
      ['youtube', { content_type: 'long_video', title: 'A film', media_url: film }],
    ] as const) {
      const account = await connect(publisher(), person, platform);
      await schedule(publisher(), person, { platform, ...columns });
      await change(account, {
        access_token_encrypted: encryptOtherwise(account.token),
        refresh_token_encrypted: encryptOtherwise('refresh'),
      });
    }
    expect((await publisher().run({ userId: person.id, env })).summary).toMatchObject({
      published: 0,
      held: 4,
    });
    expect(sent).toEqual([]);

    for (const stored of [
      encrypt(encryptOtherwise('EAAB-token')),
      `${encryptOtherwise('EAAB-token')}damaged`,
      'gAAAAA',
      'some text',
    ]) {
      await publisher().supabase
        .sql`update public.platform_connections set access_token_encrypted = ${stored},
        refresh_token_encrypted = ${stored} where user_id = ${person.id} and platform <> 'wordpress'`;
      await letTimePass(publisher(), 3_600);
      expect((await publisher().run({ userId: person.id, env })).summary).toMatchObject({
        published: 0,
        held: 4,
      });
    }
    expect(sent).toEqual([]);
  });

  it.each([[''], [null]])('that is %j is missing: the account has to be reconnected', async (stored) => {
    const person = await addPerson(publisher());
    const account = await connect(publisher(), person, 'facebook');
    await change(account, { access_token_encrypted: stored });
    await schedule(publisher(), person);
    const { summary } = await publisher().run({ userId: person.id });
    expect(summary).toMatchObject({ held: 1, posts: [{ error: { kind: 'auth', code: 'TOKEN_MISSING' } }] });
  });

  it('that nobody mends is waited for, longer than MAX_HOLD: the post stays scheduled and the account active', async () => {
    const person = await addPerson(publisher());
    const account = await connect(publisher(), person, 'facebook');
    await change(account, { access_token_encrypted: encryptOtherwise(account.token) });
    const post = await schedule(publisher(), person);
    const env = { MAX_HOLD: '1h' };
    expect((await publisher().run({ userId: person.id, env })).summary.held).toBe(1);
    await letTimePass(publisher(), 3_601);
    const { summary } = await publisher().run({ userId: person.id, env });
    expect(summary).toMatchObject({ held: 1, failed: 0 });
    expect((await readRow(publisher().supabase, post.table, post.id)).status).toBe('scheduled');
    expect(await isActive(account)).toBe(true);
  });
});
