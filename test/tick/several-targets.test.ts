import { beforeAll, describe, expect, it } from 'vitest';
import { retry } from '../../src/cli/retry.ts';
import { StoreError } from '../../src/core/store.ts';
import {
  insertRows,
  installedLongAgo,
  letTimePass,
  metadataOf,
  publicPosts,
  publishErrorOf,
  readRow,
  updateRow,
} from '../support/app-rows.ts';
import {
  type AddedPost,
  addPerson,
  type ConnectedAccount,
  connect,
  type Person,
  schedule,
  scheduleCampaignPost,
} from '../support/people.ts';
import { usePublisher } from '../support/publisher.ts';

const publisher = usePublisher();
beforeAll(() => installedLongAgo(publisher()));

const rowOf = ({ table, id }: AddedPost) => readRow(publisher().supabase, table, id);
const texts = (account: ConnectedAccount) => publicPosts(publisher(), account.id).map(({ text }) => text);

/** As the app makes a post go to several accounts. */
async function sendTo(
  post: AddedPost,
  targets: readonly {
    readonly account: Pick<ConnectedAccount, 'platform' | 'id'>;
    readonly text?: string | null;
  }[],
): Promise<void> {
  const rows = targets.map(({ account, text = null }) => ({
    source: post.table,
    post_id: post.id,
    platform: account.platform,
    account_id: account.id,
    text,
  }));
  const { sql } = publisher().supabase;
  for (const row of rows) await sql`insert into public.publish_targets ${sql(row)}`;
}

async function shop() {
  const person = await addPerson(publisher());
  const first = await connect(publisher(), person, 'facebook');
  const second = await connect(publisher(), person, 'facebook');
  const member = await connect(publisher(), person, 'linkedin');
  return { person, first, second, member };
}

const resultsOf = (row: { metadata?: unknown }) =>
  (metadataOf(row as never)['publish_results'] as readonly Record<string, unknown>[]).map(
    ({ account_id, state }) => [account_id, state],
  );

describe('a post that goes to several accounts', () => {
  it('goes to all of them, each with its own text as it is, else with the post’s', async () => {
    const { run } = publisher();
    const { person, first, second, member } = await shop();
    const post = await schedule(publisher(), person, { title: 'News', content: 'Body', hashtags: ['tag'] });
    await sendTo(post, [
      { account: first },
      { account: second, text: 'Only for you (a)' },
      { account: member, text: null },
    ]);
    await run({ userId: person.id });
    expect(texts(first)).toEqual(['News\n\nBody\n\n#tag']);
    expect(texts(second)).toEqual(['Only for you (a)']);
    expect(texts(member)).toEqual(['News\n\nBody\n\n#tag']);
    const row = await rowOf(post);
    expect(row.status).toBe('published');
    expect(metadataOf(row)).toMatchObject({ linkedin_post_id: publicPosts(publisher(), member.id)[0]?.id });
    // Two of one platform: the key holds the first, publish_results all.
    const ids = [first, second].map(({ id }) => publicPosts(publisher(), id)[0]?.id);
    expect(ids).toContain(metadataOf(row)['facebook_post_id']);
    expect(resultsOf(row)).toHaveLength(3);
  });

  it('is published at the first success; what is held goes out later, nothing twice', async () => {
    const { run, platforms } = publisher();
    const { person, first, member } = await shop();
    const post = await schedule(publisher(), person);
    await sendTo(post, [{ account: first }, { account: member }]);
    platforms.setFaults([{ platform: 'linkedin', kind: 'rate_limit' }]);
    // One post, though two targets.
    expect((await run({ userId: person.id })).summary).toMatchObject({ due: 1, published: 1, held: 1 });
    platforms.setFaults([]);
    expect((await rowOf(post)).status).toBe('published');
    expect(resultsOf(await rowOf(post))).toEqual([
      [first.id, 'published'],
      [member.id, 'held'],
    ]);
    // The tick after our own 'published' must not take it for somebody else's.
    await run({ userId: person.id });
    expect(texts(member)).toEqual([]);
    await letTimePass(publisher(), 25 * 3_600);
    await run({ userId: person.id });
    await run({ userId: person.id });
    expect(texts(first)).toHaveLength(1);
    expect(texts(member)).toHaveLength(1);
    expect(resultsOf(await rowOf(post)).map(([, state]) => state)).toEqual(['published', 'published']);
  });

  it('is published though one of them refused it for good, which its result tells', async () => {
    const { run } = publisher();
    const { person, first, member } = await shop();
    const post = await schedule(publisher(), person);
    await sendTo(post, [{ account: first }, { account: member, text: 'x'.repeat(3_001) }]);
    const { summary } = await run({ userId: person.id });
    expect(summary).toMatchObject({ published: 1, failed: 1 });
    const row = await rowOf(post);
    expect(row.status).toBe('published');
    expect(metadataOf(row)['publish_results']).toMatchObject([
      { account_id: first.id, state: 'published' },
      { account_id: member.id, state: 'failed', error: { code: 'TEXT_TOO_LONG' } },
    ]);
  });

  it('an account that is not connected fails alone', async () => {
    const { run } = publisher();
    const { person, first } = await shop();
    const post = await schedule(publisher(), person);
    await sendTo(post, [{ account: first }, { account: { platform: 'facebook', id: '4242' } }]);
    await run({ userId: person.id });
    const row = await rowOf(post);
    expect(row.status).toBe('published');
    expect(texts(first)).toHaveLength(1);
    expect(metadataOf(row)['publish_results']).toMatchObject([
      { account_id: first.id, state: 'published' },
      { account_id: '4242', state: 'failed', error: { code: 'ACCOUNT_NOT_CONNECTED' } },
    ]);
  });

  it('fails when all of them fail', async () => {
    const { run } = publisher();
    const { person, first, member } = await shop();
    const post = await schedule(publisher(), person);
    await sendTo(post, [
      { account: first, text: 'x'.repeat(63_207) },
      { account: member, text: 'x'.repeat(3_001) },
    ]);
    await run({ userId: person.id });
    const row = await rowOf(post);
    expect(row.status).toBe('draft');
    expect(publishErrorOf(row).code).toBe('TEXT_TOO_LONG');
  });

  it.each([
    [
      'retry of one account',
      async (post: AddedPost, account: string) => {
        const io = { out: () => {}, err: () => {}, terminal: false, env: publisher().env };
        expect(await retry(io, `${post.table}:${post.id}`, account)).toBe(0);
      },
    ],
    [
      'a new time in the app',
      async (post: AddedPost) => {
        await publisher().supabase
          .sql`update public.created_content set status = 'scheduled', scheduled_at = now() where id = ${post.id}`;
      },
    ],
  ])('sends only what failed after %s', async (_what, again) => {
    const { run, platforms, supabase } = publisher();
    const { person, first, member } = await shop();
    const post = await schedule(publisher(), person);
    await sendTo(post, [{ account: first }, { account: member }]);
    platforms.setFaults([{ platform: 'linkedin', kind: 'refuse' }]);
    await run({ userId: person.id });
    platforms.setFaults([]);
    expect(resultsOf(await rowOf(post))).toContainEqual([member.id, 'failed']);
    await run({ userId: person.id });
    expect(texts(member)).toEqual([]);

    await again(post, member.id);
    await run({ userId: person.id });
    await run({ userId: person.id });
    expect(texts(first)).toHaveLength(1);
    expect(texts(member)).toHaveLength(1);
    const row = await rowOf(post);
    expect(row.status).toBe('published');
    expect(resultsOf(row).map(([, state]) => state)).toEqual(['published', 'published']);
    expect(await supabase.sql`select state from public.publish_queue where post_id = ${post.id}`).toEqual([
      { state: 'done' },
    ]);
  });

  it('that is all out is not sent again when it is scheduled again, and says so', async () => {
    const { run, supabase } = publisher();
    const { person, first, member } = await shop();
    const post = await schedule(publisher(), person);
    await sendTo(post, [{ account: first }, { account: member }]);
    await run({ userId: person.id });
    await supabase.sql`update public.created_content set status = 'scheduled', scheduled_at = now() where id = ${post.id}`;
    await run({ userId: person.id });
    const row = await rowOf(post);
    expect(row.status).toBe('published');
    expect(publishErrorOf(row)).toMatchObject({
      code: 'ALREADY_OUT',
      hint: expect.stringMatching(/Duplicate the post/),
    });
    expect([...texts(first), ...texts(member)]).toHaveLength(2);
  });
});

describe('two rows of different tables for the same minute', () => {
  /** The same minute, however long the inserts take. */
  function sameMinute() {
    const at = new Date(Math.floor((Date.now() - 60_000) / 60_000) * 60_000).toISOString();
    return { scheduled_at: at, scheduled_date: at.slice(0, 10), scheduled_time: at.slice(11, 19) };
  }

  async function both(person: Person, content: string, otherContent = content) {
    const { scheduled_at, scheduled_date, scheduled_time } = sameMinute();
    const one = await schedule(publisher(), person, { content, scheduled_at });
    const two = await scheduleCampaignPost(publisher(), person, {
      content: otherContent,
      scheduled_date,
      scheduled_time,
    });
    return [one, two] as const;
  }

  it('with equal owner, account and content: one is sent, the other is a copy of it', async () => {
    const { run } = publisher();
    const { person, member } = await shop();
    await publisher().supabase.sql`delete from public.platform_connections
      where user_id = ${person.id} and platform = 'facebook'`;
    const posts = await both(person, 'The same words');
    for (const { id, table } of posts) {
      await publisher().supabase.sql.unsafe(
        `update public.${table} set platform = 'linkedin' where id = $1`,
        [id],
      );
    }
    const { summary } = await run({ userId: person.id });
    expect(summary).toMatchObject({ published: 1, failed: 1 });
    expect(texts(member)).toEqual(['The same words']);
    const rows = await Promise.all(posts.map(rowOf));
    const sent = rows.findIndex(({ status }) => status === 'published');
    const [other, copy] = [posts[sent], rows[1 - sent]];
    if (other === undefined || copy === undefined) throw new RangeError('none was published');
    expect(copy.status).toBe('draft');
    expect(publishErrorOf(copy)).toMatchObject({
      code: 'COPY_OF',
      message: expect.stringContaining(`copy of ${other.table}:${other.id}`),
    });
  });

  it('with other words: both are sent', async () => {
    const { run } = publisher();
    const person = await addPerson(publisher());
    const page = await connect(publisher(), person, 'facebook');
    await both(person, 'Morning words', 'Evening words');
    await run({ userId: person.id });
    expect(texts(page).sort()).toEqual(['Evening words', 'Morning words']);
  });

  it('of two owners: both are sent', async () => {
    const { run } = publisher();
    const { scheduled_at, scheduled_date, scheduled_time } = sameMinute();
    const [one, two] = [await addPerson(publisher()), await addPerson(publisher())];
    const pages = [await connect(publisher(), one, 'facebook'), await connect(publisher(), two, 'facebook')];
    await schedule(publisher(), one, { content: 'Franchise', scheduled_at });
    await scheduleCampaignPost(publisher(), two, { content: 'Franchise', scheduled_date, scheduled_time });
    await run();
    expect(pages.flatMap(texts)).toEqual(['Franchise', 'Franchise']);
  });
});

describe('TEST_USER_ID', () => {
  it('touches that user’s rows only, byte for byte, whatever the others have waiting', async () => {
    const { run, supabase } = publisher();
    const { person, first } = await shop();
    await supabase.sql`delete from public.platform_connections where user_id = ${person.id} and page_id <> ${first.id}`;
    const [other, zoneless] = [await addPerson(publisher()), await addPerson(publisher(), 'IST')];
    const page = await connect(publisher(), other, 'facebook');
    await connect(publisher(), other, 'youtube');
    const campaign = { id: crypto.randomUUID(), user_id: other.id, campaign_name: 'c' };
    await insertRows(supabase, 'public.content_campaigns', [
      { ...campaign, week_start_date: '2026-11-16', week_end_date: '2026-11-22' },
    ]);
    await schedule(publisher(), other);
    await schedule(publisher(), other, { scheduled_at: null });
    await schedule(publisher(), other, { content: '\u0001' });
    await schedule(publisher(), other, { platform: 'youtube', content_type: 'long_video', title: 'No film' });
    await scheduleCampaignPost(publisher(), other, { campaign_id: campaign.id, metadata: null });
    await scheduleCampaignPost(publisher(), other, { metadata: { user_id: other.id } });
    await scheduleCampaignPost(publisher(), zoneless);
    const mine = await schedule(publisher(), person);
    const mineToo = await scheduleCampaignPost(publisher(), person);

    const others = async () => {
      const rows: string[] = [];
      for (const table of [
        'created_content',
        'content_posts',
        'content_campaigns',
        'platform_connections',
        'profiles',
      ]) {
        const found =
          await supabase.sql`select xmin::text || t::text as bytes from ${supabase.sql(`public.${table}`)} t
          where t.id not in ${supabase.sql([mine.id, mineToo.id])} order by id`;
        rows.push(...found.map(({ bytes }) => `${table} ${bytes}`));
      }
      for (const table of ['publish_queue', 'publish_targets', 'publish_effects', 'publish_holds']) {
        const found = await supabase.sql`select t::text as bytes from ${supabase.sql(`public.${table}`)} t
          where position(${person.id} in t::text) = 0 and position(${mine.id} in t::text) = 0
            and position(${mineToo.id} in t::text) = 0 and position(${first.id} in t::text) = 0 order by 1`;
        rows.push(...found.map(({ bytes }) => `${table} ${bytes}`));
      }
      return rows;
    };
    const before = await others();
    await run({ userId: person.id });
    await run({ userId: person.id });
    expect(texts(first)).toHaveLength(2);
    expect(await others()).toEqual(before);
    expect(texts(page)).toEqual([]);

    // And what was left alone is still there for everybody's tick.
    await run();
    expect(texts(page)).toHaveLength(3);
  });

  it('that is no uuid is refused, and never means all users', async () => {
    await expect(publisher().run({ userId: 'everybody' })).rejects.toThrow(/TEST_USER_ID/);
  });
});

describe('a post of which one account has it already', () => {
  it('whose time is changed then goes to the others at the new time, and not never', async () => {
    const { run, platforms } = publisher();
    const { person, first, member } = await shop();
    const post = await schedule(publisher(), person);
    await sendTo(post, [{ account: first }, { account: member }]);
    platforms.setFaults([{ platform: 'linkedin', kind: 'rate_limit' }]);
    await run({ userId: person.id });
    platforms.setFaults([]);
    expect((await rowOf(post)).status).toBe('published');

    const soon = new Date(Date.now() + 3_000);
    await updateRow(publisher().supabase, post.table, post.id, { scheduled_at: soon });
    await letTimePass(publisher(), 90_000);
    expect((await run({ userId: person.id })).summary).toMatchObject({ published: 0, skipped: 1 });
    expect(texts(member)).toEqual([]);
    await letTimePass(publisher(), 60);
    expect(
      (await run({ userId: person.id, now: () => new Date(soon.getTime() + 1_000) })).summary.published,
    ).toBe(1);
    expect(texts(member)).toHaveLength(1);
    expect(texts(first)).toHaveLength(1);
  });
});

describe('a post that the app has published itself', () => {
  it('after our first target and before we could write that goes to no further account', async () => {
    const { run, supabase, platforms } = publisher();
    const { person, first, member } = await shop();
    const post = await schedule(publisher(), person);
    await sendTo(post, [{ account: first }, { account: member }]);
    platforms.setFaults([{ platform: 'linkedin', kind: 'rate_limit' }]);
    // The tick dies before it settles.
    const dead = async (): Promise<never> => {
      throw new StoreError('lost', 'The process is dead.', '');
    };
    await run({ userId: person.id, store: (store) => ({ ...store, settle: dead }) });
    platforms.setFaults([]);
    expect(texts(first)).toHaveLength(1);
    await supabase.sql`update public.publish_holds set until = null`;
    await updateRow(supabase, post.table, post.id, { status: 'published' });
    await letTimePass(publisher(), 90_000);
    await run({ userId: person.id });
    await letTimePass(publisher(), 100);
    await run({ userId: person.id });
    expect(texts(member)).toEqual([]);
    expect(texts(first)).toHaveLength(1);
  });
});
