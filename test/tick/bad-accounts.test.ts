import { beforeAll, describe, expect, it } from 'vitest';
import {
  type Columns,
  changedParts,
  insertRows,
  installedLongAgo,
  letTimePass,
  metadataOf,
  publicPosts,
  publishErrorOf,
  readRow,
  updateRow,
} from '../support/app-rows.ts';
import { addPerson, type ConnectedAccount, connect, type Person, schedule } from '../support/people.ts';
import { encrypt, usePublisher } from '../support/publisher.ts';

const publisher = usePublisher();
beforeAll(() => installedLongAgo(publisher()));

const rowOf = (id: string) => readRow(publisher().supabase, 'created_content', id);

async function publish(person: Person, columns: Columns) {
  const { id } = await schedule(publisher(), person, columns);
  const output = await publisher().run({ userId: person.id });
  return { id, output, row: await rowOf(id) };
}

describe('a post whose owner has no account for its platform', () => {
  it('says so and names the platform', async () => {
    const person = await addPerson(publisher());
    const { row } = await publish(person, { platform: 'LinkedIn' });
    expect(row.status).toBe('draft');
    expect(publishErrorOf(row)).toMatchObject({ kind: 'unusable', code: 'NO_ACCOUNT' });
    expect(publishErrorOf(row).message).toContain('LinkedIn');
  });

  it('is not sent by another user’s account', async () => {
    const [owner, other] = [await addPerson(publisher()), await addPerson(publisher())];
    const page = await connect(publisher(), other, 'facebook');
    const { row } = await publish(owner, { metadata: { account_id: page.id } });
    expect(publishErrorOf(row).code).toBe('NO_ACCOUNT');
    expect(publicPosts(publisher(), page.id)).toEqual([]);
  });

  it('never uses a google row for YouTube: it lacks the scope', async () => {
    const person = await addPerson(publisher());
    await insertRows(publisher().supabase, 'public.platform_connections', [
      {
        user_id: person.id,
        platform: 'google',
        page_id: 'UCgoogle',
        access_token_encrypted: encrypt('ya29.google'),
      },
    ]);
    const { row } = await publish(person, {
      platform: 'youtube',
      content_type: 'long_video',
      title: 'Film',
      media_url: 'https://files.example.test/film.mp4',
    });
    expect(publishErrorOf(row)).toMatchObject({
      code: 'NO_ACCOUNT',
      message: expect.stringContaining('YouTube'),
    });
  });
});

describe('a user with two accounts of one platform', () => {
  let person: Person;
  let first: ConnectedAccount;
  let second: ConnectedAccount;
  beforeAll(async () => {
    person = await addPerson(publisher());
    first = await connect(publisher(), person, 'facebook');
    second = await connect(publisher(), person, 'facebook');
  });

  it('gets the post refused with both of them named', async () => {
    const { row } = await publish(person, {});
    const error = publishErrorOf(row);
    expect(error.code).toBe('SEVERAL_ACCOUNTS');
    for (const { id, name } of [first, second]) expect(error.message).toContain(`${name} (${id})`);
    expect(error.hint).toContain('metadata.account_id');
    expect(row.status).toBe('draft');
  });

  it.each(['account_id', 'page_id'])('chooses with metadata.%s', async (key) => {
    const { row } = await publish(person, { metadata: { [key]: second.id } });
    expect(row.status).toBe('published');
    expect(publicPosts(publisher(), second.id).map(({ id }) => id)).toContain(
      metadataOf(row)['facebook_post_id'],
    );
    expect(publicPosts(publisher(), first.id)).toEqual([]);
  });

  it('is told when the post names a third one', async () => {
    const { row } = await publish(person, { metadata: { account_id: '123456' } });
    expect(publishErrorOf(row)).toMatchObject({
      code: 'ACCOUNT_NOT_CONNECTED',
      message: expect.stringContaining('123456'),
    });
  });

  it('has one again when the other was disconnected', async () => {
    await updateRow(publisher().supabase, 'platform_connections', first.connectionId, { is_active: false });
    const { row } = await publish(person, {});
    expect(row.status).toBe('published');
    expect(publicPosts(publisher(), first.id)).toEqual([]);
  });

  it('chooses between the person and the company on LinkedIn', async () => {
    const me = await connect(publisher(), person, 'linkedin');
    const organization = 'urn:li:organization:4711';
    await connect(publisher(), person, 'linkedin', {
      sim: { id: organization, scopes: ['w_organization_social', 'r_organization_social'] },
      connection: { page_id: '4711', organization_id: '4711', is_organization: true },
    });
    const { row } = await publish(person, { platform: 'linkedin' });
    expect(publishErrorOf(row).code).toBe('SEVERAL_ACCOUNTS');
    const { row: chosen } = await publish(person, { platform: 'linkedin', metadata: { account_id: '4711' } });
    expect(chosen.status).toBe('published');
    expect(publicPosts(publisher(), organization)).toHaveLength(1);
    expect(publicPosts(publisher(), me.id)).toEqual([]);
  });
});

it('two rows for one remote account are one account, reached by the newer row', async () => {
  const person = await addPerson(publisher());
  const page = await connect(publisher(), person, 'facebook');
  // unique(user_id, platform, page_id) lets rows without page_id double; the older token is dead.
  await insertRows(publisher().supabase, 'public.platform_connections', [
    {
      user_id: person.id,
      platform: 'facebook',
      page_id: ` ${page.id}`,
      page_name: 'left behind by an earlier connect',
      access_token_encrypted: encrypt('EAAB-dead'),
      connected_at: '2020-01-01T00:00:00',
    },
  ]);
  const instagram = await connect(publisher(), person, 'instagram');
  await insertRows(publisher().supabase, 'public.platform_connections', [
    {
      user_id: person.id,
      platform: 'instagram',
      page_id: '998877',
      instagram_id: instagram.id,
      access_token_encrypted: encrypt('EAAB-dead-too'),
      connected_at: '2020-01-01T00:00:00',
    },
  ]);
  const { row } = await publish(person, {});
  expect(publicPosts(publisher(), page.id)).toHaveLength(1);
  expect(row.status).toBe('published');
  const { row: other } = await publish(person, { platform: 'instagram' });
  expect(publishErrorOf(other).code, 'one account was found; only the picture is missing').toBe(
    'KIND_NOT_POSSIBLE',
  );
});

describe('a disconnected account', () => {
  it('holds its posts, which go out by themselves after it was connected anew', async () => {
    const { run, supabase, platforms } = publisher();
    const person = await addPerson(publisher());
    const page = await connect(publisher(), person, 'facebook', { connection: { is_active: false } });
    const { id, row } = await publish(person, {});
    expect(row.status).toBe('scheduled');
    expect(publishErrorOf(row)).toMatchObject({ kind: 'auth', message: expect.stringContaining(page.name) });

    // The app deletes the inactive row at reconnect and makes a new one for the same page.
    await supabase.sql`delete from public.platform_connections where id = ${page.connectionId}`;
    platforms.addAccounts('facebook', [
      {
        id: page.id,
        name: page.name,
        token: 'EAAB-fresh',
        scopes: ['pages_manage_posts', 'pages_read_engagement'],
      },
    ]);
    await insertRows(supabase, 'public.platform_connections', [
      {
        user_id: person.id,
        platform: 'facebook',
        page_id: page.id,
        page_name: page.name,
        access_token_encrypted: encrypt('EAAB-fresh'),
      },
    ]);
    await letTimePass(publisher(), 10 * 60);
    await run({ userId: person.id });
    expect((await rowOf(id)).status).toBe('published');
    expect(metadataOf(await rowOf(id))).not.toHaveProperty('publish_error');
    expect(publicPosts(publisher(), page.id)).toHaveLength(1);
  });

  it('gives its posts up after MAX_HOLD, with the reason on the row', async () => {
    const person = await addPerson(publisher());
    await connect(publisher(), person, 'facebook', { connection: { is_active: false } });
    const { id } = await publish(person, {});
    await letTimePass(publisher(), 25 * 3_600);
    await publisher().run({ userId: person.id });
    const row = await rowOf(id);
    expect(row.status).toBe('draft');
    expect(publishErrorOf(row).kind).toBe('auth');
  });
});

describe('an account whose auto-posting is off', () => {
  it('is skipped with that reason, and goes on when it is on again', async () => {
    const { run, supabase } = publisher();
    const person = await addPerson(publisher());
    const page = await connect(publisher(), person, 'facebook');
    await insertRows(supabase, 'public.platform_settings', [
      { connection_id: page.connectionId, auto_posting: false },
    ]);
    const { id } = await schedule(publisher(), person);
    const before = await rowOf(id);

    const { summary, notices } = await run({ userId: person.id });

    expect(summary).toMatchObject({ published: 0, failed: 0, skipped: 1 });
    expect(summary.posts).toMatchObject([
      { id, outcome: 'skipped', error: { message: expect.stringMatching(/auto-posting/i) } },
    ]);
    expect(notices).toEqual([]);
    const after = await rowOf(id);
    expect(after.status).toBe('scheduled');
    expect(changedParts(before, after).filter((part) => part !== 'updated_at')).toEqual([]);

    await supabase.sql`update public.platform_settings set auto_posting = true where connection_id = ${page.connectionId}`;
    await letTimePass(publisher(), 10 * 60);
    await run({ userId: person.id });
    expect((await rowOf(id)).status).toBe('published');
    expect(publicPosts(publisher(), page.id)).toHaveLength(1);
  });

  it('fails its posts once they are too late, instead of sending them when it is on again', async () => {
    const { run, supabase } = publisher();
    const person = await addPerson(publisher());
    const page = await connect(publisher(), person, 'facebook');
    await insertRows(supabase, 'public.platform_settings', [
      { connection_id: page.connectionId, auto_posting: false },
    ]);
    const { id } = await schedule(publisher(), person);
    await run({ userId: person.id });
    await letTimePass(publisher(), 10 * 60);
    // The post is a minute old: with this limit it is as late as one that waited for a day.
    await run({ userId: person.id, env: { MAX_LATENESS: '1s' } });
    const row = await rowOf(id);
    expect(row.status).toBe('draft');
    expect(publishErrorOf(row).code).toBe('MISSED_TIME');
    expect(publicPosts(publisher(), page.id)).toHaveLength(0);
  });

  it('does not matter where platform_settings means something else', async () => {
    const { run, supabase } = publisher();
    await supabase.sql.unsafe(
      `alter table public.platform_settings rename to platform_settings_of_connections;
       create table public.platform_settings (id bigint generated always as identity, key text unique, value json)`,
    );
    try {
      const person = await addPerson(publisher());
      const page = await connect(publisher(), person, 'facebook');
      await schedule(publisher(), person);
      await run({ userId: person.id });
      expect(publicPosts(publisher(), page.id)).toHaveLength(1);
    } finally {
      await supabase.sql.unsafe(
        `drop table public.platform_settings;
         alter table public.platform_settings_of_connections rename to platform_settings`,
      );
    }
  });
});
