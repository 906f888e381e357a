import { setTimeout as wait } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { StoreError } from '../../src/core/store.ts';
import {
  installedLongAgo,
  letTimePass,
  metadataOf,
  publicPosts,
  publishErrorOf,
  readRow,
  storeFile,
} from '../support/app-rows.ts';
import {
  type AddedPost,
  addPerson,
  type ConnectedAccount,
  connect,
  type Person,
  schedule,
} from '../support/people.ts';
import { encrypt, usePublisher } from '../support/publisher.ts';

const publisher = usePublisher();
let photo: string;

beforeAll(async () => {
  await installedLongAgo(publisher());
  photo = await storeFile(publisher().supabase, 'bakery-sourdough.jpg');
});

/** What is refused first: the visible request itself, or the upload before it. */
const KINDS = [
  ['after the arm', () => ({})],
  ['before the arm', () => ({ images: [photo] })],
] as const;

async function page() {
  const person = await addPerson(publisher());
  return { person, account: await connect(publisher(), person, 'facebook') };
}

async function posts(person: Person, count: number, columns: Record<string, unknown>): Promise<AddedPost[]> {
  const added: AddedPost[] = [];
  for (let n = 0; n < count; n += 1) added.push(await schedule(publisher(), person, columns));
  return added;
}

const requests = () =>
  publisher()
    .wire()
    .filter(({ platform }) => platform === 'facebook').length;

async function connectionOf({ connectionId }: ConnectedAccount) {
  const [row] = await publisher().supabase
    .sql`select is_active, connection_status, disconnected_at is not null as told,
    metadata -> 'publish_error' ->> 'code' as code from public.platform_connections where id = ${connectionId}`;
  return row;
}

/** As the app reconnects: it deletes the inactive row and makes a new one for the same page, with a new token. */
async function forget({ connectionId }: ConnectedAccount): Promise<void> {
  await publisher().supabase.sql`delete from public.platform_connections where id = ${connectionId}`;
}
async function reconnect(person: Person, { id, name, token }: ConnectedAccount): Promise<void> {
  await connect(publisher(), person, 'facebook', {
    sim: { id, name, token: `${token}-new` },
    connection: { page_id: id, page_name: name },
  });
}

describe.each(KINDS)('a token that the platform refuses %s', (_moment, columns) => {
  it('twenty posts: one request, one notice, all wait with their reason, and go out after the reconnection', async () => {
    const { run, platforms, supabase } = publisher();
    const { person, account } = await page();
    const added = await posts(person, 20, columns());
    const before = requests();
    platforms.setFaults([{ platform: 'facebook', kind: 'token_expired' }]);
    const first = await run({ userId: person.id });
    expect(first.summary).toMatchObject({ published: 0, failed: 0, held: 20 });
    expect(requests() - before).toBe(1);
    expect(first.notices).toHaveLength(1);
    expect(first.notices[0]).toMatch(new RegExp(`${account.name}.*${account.id}.*disconnected.*Connect`));
    expect(await connectionOf(account)).toEqual({
      is_active: false,
      connection_status: 'expired',
      told: true,
      code: '190/463',
    });

    await letTimePass(publisher(), 3_600);
    const second = await run({ userId: person.id });
    platforms.setFaults([]);
    expect(second.summary).toMatchObject({ published: 0, failed: 0, held: 20 });
    expect(second.notices).toEqual([]);
    expect(requests() - before).toBe(1);
    for (const { table, id } of added) {
      const row = await readRow(supabase, table, id);
      expect(row.status).toBe('scheduled');
      expect(publishErrorOf(row).kind).toBe('auth');
      expect(publishErrorOf(row).hint).toMatch(/[Cc]onnect/);
      expect(metadataOf(row)).not.toHaveProperty('_publishing');
    }

    await forget(account);
    await reconnect(person, account);
    await letTimePass(publisher(), 3_600);
    const third = await run({ userId: person.id });
    expect(third.summary).toMatchObject({ published: 20, failed: 0 });
    const texts = publicPosts(publisher(), account.id).map(({ text }) => text);
    expect(texts.sort()).toEqual(added.map(({ content }) => content).sort());
    for (const { table, id } of added) {
      const row = await readRow(supabase, table, id);
      expect(row.status).toBe('published');
      expect(metadataOf(row)).not.toHaveProperty('publish_error');
    }
  });

  it('waits through the moment in which the app has deleted the old row and not made the new one', async () => {
    const { run, platforms, supabase } = publisher();
    const { person, account } = await page();
    const [post] = await posts(person, 1, columns());
    if (post === undefined) throw new Error('no post');
    platforms.setFaults([{ platform: 'facebook', kind: 'token_expired', times: 1 }]);
    await run({ userId: person.id });
    await forget(account);
    await letTimePass(publisher(), 3_600);
    expect((await run({ userId: person.id })).summary).toMatchObject({ failed: 0, held: 1 });
    const row = await readRow(supabase, post.table, post.id);
    expect(row.status).toBe('scheduled');
    expect(publishErrorOf(row).kind).toBe('auth');
    await reconnect(person, account);
    await letTimePass(publisher(), 3_600);
    expect((await run({ userId: person.id })).summary.published).toBe(1);
  });

  it('does not cost an attempt, and ends as a draft after MAX_HOLD', async () => {
    const { run, platforms, supabase } = publisher();
    const { person } = await page();
    const [post] = await posts(person, 1, columns());
    if (post === undefined) throw new Error('no post');
    platforms.setFaults([{ platform: 'facebook', kind: 'token_expired', times: 1 }]);
    const env = { MAX_HOLD: '2h', MAX_ATTEMPTS: '2' };
    const outcomes: string[] = [];
    for (let hour = 0; hour < 4; hour += 1) {
      const { summary, notices } = await run({ userId: person.id, env });
      outcomes.push(...summary.posts.map(({ outcome }) => outcome));
      if (summary.failed > 0) expect(notices).toHaveLength(1);
      await letTimePass(publisher(), 3_600);
    }
    expect(outcomes).toEqual(['held', 'held', 'failed']);
    const row = await readRow(supabase, post.table, post.id);
    expect(row.status).toBe('draft');
    expect(publishErrorOf(row)).toMatchObject({ kind: 'auth' });
    expect(publishErrorOf(row)).not.toHaveProperty('retry_at');
  });

  it('another account of the same platform goes on in the same tick', async () => {
    const { run } = publisher();
    const dead = await page();
    const alive = await page();
    await publisher().supabase
      .sql`update public.platform_connections set access_token_encrypted = ${encrypt('EAABnobody')}
      where id = ${dead.account.connectionId}`;
    await posts(dead.person, 3, columns());
    await posts(alive.person, 3, columns());
    const { summary, notices } = await run();
    const outcomes = (person: Person) =>
      summary.posts.filter(({ user_id }) => user_id === person.id).map(({ outcome }) => outcome);
    expect(outcomes(dead.person)).toEqual(['held', 'held', 'held']);
    expect(outcomes(alive.person)).toEqual(['published', 'published', 'published']);
    expect(notices).toHaveLength(1);
    expect(publicPosts(publisher(), alive.account.id)).toHaveLength(3);
  });
});

it('a permission that is missing disconnects the account as well', async () => {
  const { run } = publisher();
  const person = await addPerson(publisher());
  const account = await connect(publisher(), person, 'facebook', {
    sim: { scopes: ['pages_read_engagement'] },
  });
  await posts(person, 2, {});
  const { summary, notices } = await run({ userId: person.id });
  expect(summary).toMatchObject({ held: 2, published: 0 });
  expect(notices).toHaveLength(1);
  expect(await connectionOf(account)).toMatchObject({ is_active: false });
});

it('a token that the app has renewed meanwhile is not disconnected by the refusal of the old one', async () => {
  const { run, platforms, supabase } = publisher();
  const { person, account } = await page();
  await posts(person, 1, { images: [photo] });
  // The refusal arrives after the app has stored a new token in the same row.
  platforms.setFaults([{ platform: 'facebook', kind: 'slow', ms: 400, match: 'POST .*/photos', times: 1 }]);
  await supabase.sql`update public.platform_connections set access_token_encrypted = ${encrypt('EAABold')}
    where id = ${account.connectionId}`;
  const before = requests();
  const ticking = run({ userId: person.id });
  // With the old token in hand, which needs no renewal: the upload answers late.
  const taken = async () =>
    (
      await supabase.sql`select 1 from public.publish_holds
        where key = ${`facebook:${account.id}`} and token_good_until is not null`
    ).length > 0;
  while (!(await taken())) await wait(5);
  await supabase.sql`update public.platform_connections set access_token_encrypted = ${encrypt(account.token)}
    where id = ${account.connectionId}`;
  const { notices } = await ticking;
  expect(requests() - before).toBe(1);
  expect(notices).toEqual([]);
  expect(await connectionOf(account)).toMatchObject({ is_active: true });
  await letTimePass(publisher(), 3_600);
  expect((await run({ userId: person.id })).summary.published).toBe(1);
});

describe('a tick that dies while it takes an account out of use', () => {
  it('leaves no account that is waited for and looks as if it were well', async () => {
    const { run, platforms } = publisher();
    const { person, account } = await page();
    await posts(person, 1, {});
    platforms.setFaults([{ platform: 'facebook', match: 'POST .*/feed', kind: 'token_expired' }]);
    const dead = async (): Promise<never> => {
      throw new StoreError('lost', 'The process is dead.', '');
    };
    await run({ userId: person.id, store: (store) => ({ ...store, disconnect: dead, settle: dead }) });
    await letTimePass(publisher(), 400);
    await run({ userId: person.id });
    platforms.setFaults([]);
    expect(await connectionOf(account)).toMatchObject({ is_active: false });
  });
});
