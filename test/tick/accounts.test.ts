import { beforeAll, describe, expect, it } from 'vitest';
import {
  type Columns,
  installedLongAgo,
  letTimePass,
  minutesAgo,
  newId,
  publicPosts,
  publishErrorOf,
  readRow,
  storeFile,
  updateRow,
} from '../support/app-rows.ts';
import { addPerson, type ConnectedAccount, connect, type Person, schedule } from '../support/people.ts';
import { FULL_SCOPES, usePublisher } from '../support/publisher.ts';

const publisher = usePublisher();
let photo: string;
let film: string;

beforeAll(async () => {
  await installedLongAgo(publisher());
  photo = await storeFile(publisher().supabase, 'bakery-sourdough.jpg');
  film = await storeFile(publisher().supabase, 'cycling-film.mp4');
});

const change = (account: ConnectedAccount, columns: Columns) =>
  updateRow(publisher().supabase, 'platform_connections', account.connectionId, columns);

const requestsTo = (platform: string) =>
  publisher()
    .wire()
    .filter((line) => line.platform === platform);

describe('which remote account a row stands for', () => {
  const imagePost = (person: Person) =>
    schedule(publisher(), person, { platform: 'Instagram', images: [photo] });

  it.each([
    ['its instagram_id', (id: string, page: string) => ({ page_id: page, instagram_id: id })],
    ['a page_id that is an Instagram id', (id: string) => ({ page_id: id, instagram_id: null })],
    ['what the Page says', (_id: string, page: string) => ({ page_id: page, instagram_id: null })],
  ])('Instagram: %s', async (_name, columns) => {
    const { run } = publisher();
    const person = await addPerson(publisher());
    const page = `99887766${String(requestsTo('instagram').length).padStart(6, '0')}`;
    const account = await connect(publisher(), person, 'instagram', { sim: { extra: { pageId: page } } });
    await change(account, columns(account.id, page));
    await imagePost(person);
    const { summary } = await run({ userId: person.id });
    expect(summary).toMatchObject({ published: 1, posts: [{ account_id: account.id }] });
    expect(publicPosts(publisher(), account.id)).toHaveLength(1);
  });

  it('Instagram: a Page that Meta does not show is waited for, because Meta says so of Pages that exist; MAX_HOLD at most', async () => {
    const { run } = publisher();
    const person = await addPerson(publisher());
    await connect(publisher(), person, 'instagram', {
      connection: { page_id: '55554444333322', instagram_id: null },
    });
    await imagePost(person);
    expect((await run({ userId: person.id })).summary).toMatchObject({ failed: 0, skipped: 1 });
    await letTimePass(publisher(), 120);
    const { summary } = await run({ userId: person.id, env: { MAX_HOLD: '1s' } });
    expect(summary.posts).toMatchObject([{ outcome: 'failed', error: { code: '100/33' } }]);
  });

  it('LinkedIn: the organization where the row names one, else the member', async () => {
    const person = await addPerson(publisher());
    const organization = await connect(publisher(), person, 'linkedin', {
      sim: { id: 'urn:li:organization:2414183', scopes: FULL_SCOPES.linkedinOrganization },
      connection: { organization_id: '2414183', is_organization: true },
    });
    await schedule(publisher(), person, { platform: 'LinkedIn' });
    await publisher().run({ userId: person.id });
    expect(publicPosts(publisher(), organization.id)).toHaveLength(1);

    const member = await addPerson(publisher());
    const account = await connect(publisher(), member, 'linkedin', { connection: { linkedin_id: null } });
    await schedule(publisher(), member, { platform: 'linkedin' });
    await publisher().run({ userId: member.id });
    expect(publicPosts(publisher(), account.id)).toHaveLength(1);
  });

  it("YouTube: its own row, never a 'google' row", async () => {
    const video = (person: Person) =>
      schedule(publisher(), person, {
        platform: 'youtube',
        content_type: 'long_video',
        title: 'A film',
        media_url: film,
      });
    const person = await addPerson(publisher());
    const google = await connect(publisher(), person, 'youtube', { connection: { platform: 'google' } });
    await video(person);
    const before = requestsTo('youtube').length;
    const { summary } = await publisher().run({ userId: person.id });
    expect(summary.posts).toMatchObject([{ outcome: 'failed', error: { code: 'NO_ACCOUNT' } }]);
    expect(requestsTo('youtube')).toHaveLength(before);

    const youtube = await connect(publisher(), person, 'youtube');
    await video(person);
    expect((await publisher().run({ userId: person.id })).summary.published).toBe(1);
    expect(publicPosts(publisher(), youtube.id)).toHaveLength(1);
    expect(publicPosts(publisher(), google.id)).toHaveLength(0);
  });

  it('several rows for one page are one account, reached by the newest', async () => {
    const { supabase, run } = publisher();
    const person = await addPerson(publisher());
    const account = await connect(publisher(), person, 'facebook');
    // NULL page_id apart, only another user may have a second row of the same page; the app makes them by rebuilding.
    await supabase.sql`alter table public.platform_connections drop constraint if exists platform_connections_user_id_platform_page_id_key`;
    await supabase.sql`insert into public.platform_connections (id, user_id, platform, page_id, page_name, access_token_encrypted,
        is_active, connected_at)
      select ${newId()}, user_id, platform, page_id, page_name, 'EAABolder', true, connected_at - interval '1 day'
      from public.platform_connections where id = ${account.connectionId}`;
    await schedule(publisher(), person);
    expect((await run({ userId: person.id })).summary.published).toBe(1);
    expect(publicPosts(publisher(), account.id)).toHaveLength(1);
  });

  it('the account that the post names among several, and a list of them when it names none', async () => {
    const { run, supabase } = publisher();
    const person = await addPerson(publisher());
    const one = await connect(publisher(), person, 'facebook');
    const two = await connect(publisher(), person, 'facebook');
    await schedule(publisher(), person, { metadata: { account_id: two.id } });
    const unnamed = await schedule(publisher(), person);
    const { summary } = await run({ userId: person.id });
    expect(summary).toMatchObject({ published: 1, failed: 1 });
    expect(publicPosts(publisher(), two.id)).toHaveLength(1);
    const row = await readRow(supabase, unnamed.table, unnamed.id);
    expect(row.status).toBe('draft');
    expect(publishErrorOf(row)).toMatchObject({ code: 'SEVERAL_ACCOUNTS' });
    for (const { id, name } of [one, two]) expect(publishErrorOf(row).message).toContain(`${name} (${id})`);
  });
});

describe('an account that only the platform can name', () => {
  const filmPost = (person: Person) =>
    schedule(publisher(), person, {
      platform: 'YouTube',
      content_type: 'long_video',
      title: 'Over',
      media_url: film,
    });

  it('is asked with a renewed token when the stored one has expired', async () => {
    const { run } = publisher();
    const person = await addPerson(publisher());
    const account = await connect(publisher(), person, 'youtube', { sim: { tokenExpiresAt: 0 } });
    await change(account, { page_id: null });
    await filmPost(person);
    expect((await run({ userId: person.id })).summary).toMatchObject({ published: 1, failed: 0 });
    expect(publicPosts(publisher(), account.id)).toHaveLength(1);
  });

  it('is waited for while the platform does not answer, MAX_HOLD at most', async () => {
    const { run, platforms, supabase } = publisher();
    const person = await addPerson(publisher());
    const account = await connect(publisher(), person, 'youtube');
    await change(account, { page_id: null });
    const post = await filmPost(person);
    platforms.setFaults([{ platform: 'youtube', match: 'GET .*/channels', kind: 'server_error_before' }]);
    const waiting = await run({ userId: person.id });
    expect(waiting.summary).toMatchObject({ published: 0, failed: 0, skipped: 1 });
    expect(waiting.notices).toEqual([]);
    expect((await readRow(supabase, post.table, post.id)).status).toBe('scheduled');
    platforms.setFaults([]);
    await letTimePass(publisher(), 120);
    expect((await run({ userId: person.id })).summary.published).toBe(1);

    const late = await filmPost(person);
    platforms.setFaults([{ platform: 'youtube', match: 'GET .*/channels', kind: 'server_error_before' }]);
    await run({ userId: person.id, env: { MAX_HOLD: '1s' } });
    platforms.setFaults([]);
    expect((await readRow(supabase, late.table, late.id)).status).toBe('draft');
    expect(publishErrorOf(await readRow(supabase, late.table, late.id)).code).not.toBe('NO_ACCOUNT');
  });
});

describe('posts of one account', () => {
  it('go out in the order of their times, however long the database takes over the first of them', async () => {
    const { run } = publisher();
    const person = await addPerson(publisher());
    const account = await connect(publisher(), person, 'facebook');
    const posts: string[] = [];
    for (const minutes of [5, 4, 3, 2]) {
      posts.push((await schedule(publisher(), person, { scheduled_at: minutesAgo(minutes) })).content);
    }
    let first = true;
    await run({
      userId: person.id,
      store: (store) => ({
        ...store,
        targets: async (...args) => {
          const slow = first;
          first = false;
          const answer = await store.targets(...args);
          if (slow) await new Promise((done) => setTimeout(done, 300));
          return answer;
        },
      }),
    });
    expect(publicPosts(publisher(), account.id).map(({ text }) => text)).toEqual(posts);
  });
});
