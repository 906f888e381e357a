import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { useSupabase } from '../support/supabase.ts';
import { VERSIONS } from './schema.ts';

describe.each(VERSIONS)('publish_changes on PostgreSQL %s', (version) => {
  const project = useSupabase({ version });
  const [user, campaign] = [randomUUID(), randomUUID()];

  beforeEach(async () => {
    const { sql } = project();
    await sql`delete from auth.users`;
    await sql`insert into auth.users (id) values (${user})`;
    await sql`insert into public.profiles (id, timezone) values (${user}, 'UTC')`;
    await sql`insert into public.content_campaigns (id, user_id, campaign_name, week_start_date, week_end_date)
      values (${campaign}, ${user}, 'Week', '2026-11-16', '2026-11-22')`;
    await sql`truncate public.publish_changes`;
  });

  /** What the triggers noted since the last call. */
  async function noted(): Promise<string[]> {
    const { sql } = project();
    const rows = await sql`select kind, ref from public.publish_changes order by id`;
    await sql`truncate public.publish_changes`;
    return rows.map((row) => `${row['kind']} ${row['ref']}`);
  }

  const insertions = {
    created_content: async (status: string | null) => {
      const id = randomUUID();
      await project()
        .sql`insert into public.created_content (id, user_id, platform, content_type, content, status, metadata)
        values (${id}, ${user}, 'facebook', 'post', 'Hello', ${status}, '{"a": 1}')`;
      return id;
    },
    content_posts: async (status: string | null) => {
      const id = randomUUID();
      await project()
        .sql`insert into public.content_posts (id, campaign_id, platform, post_type, content, status, scheduled_date, scheduled_time)
        values (${id}, ${campaign}, 'facebook', 'text', 'Hello', ${status}, '2026-12-24', '10:00')`;
      return id;
    },
  };
  const tables = ['created_content', 'content_posts'] as const;

  it.each(tables)('hold a post of %s that is inserted as scheduled, and no other', async (table) => {
    const id = await insertions[table]('scheduled');
    expect(await noted()).toEqual([`${table} ${id}`]);
    for (const status of ['draft', 'published', 'generated', null]) await insertions[table](status);
    expect(await noted()).toEqual([]);
  });

  it.each(tables)('hold a post of %s whose status becomes or was scheduled', async (table) => {
    const { sql } = project();
    const id = await insertions[table]('draft');
    const set = (status: string | null) =>
      sql`update ${sql(`public.${table}`)} set status = ${status} where id = ${id}`;
    for (const [status, expected] of [
      ['approved', 0],
      ['scheduled', 1],
      ['scheduled', 0],
      ['draft', 1],
      ['scheduled', 1],
      [null, 1],
      ['published', 0],
    ] as const) {
      await set(status);
      expect(await noted(), String(status)).toEqual(Array.from({ length: expected }, () => `${table} ${id}`));
    }
  });

  it.each(tables)('hold a scheduled post of %s that is deleted, and no other', async (table) => {
    const { sql } = project();
    const [scheduled, draft] = [await insertions[table]('scheduled'), await insertions[table]('draft')];
    await noted();
    await sql`delete from ${sql(`public.${table}`)} where id in (${scheduled}, ${draft})`;
    expect(await noted()).toEqual([`${table} ${scheduled}`]);
  });

  it('hold a scheduled post for every change that decides when and where it is published', async () => {
    const { sql } = project();
    const [post, planned] = [
      await insertions.created_content('scheduled'),
      await insertions.content_posts('scheduled'),
    ];
    await noted();
    for (const change of [
      "scheduled_at = '2026-12-24T10:00:00Z'",
      "scheduled_date = '2026-12-24'",
      "scheduled_time = '10:00:00.123456'",
      "platform = 'linkedin'",
      'platform = null',
      "channel = 'Blog'",
      "content_type = 'carousel'",
      `metadata = metadata || '{"timezone": "Asia/Kolkata"}'`,
      'metadata = null',
    ]) {
      await sql.unsafe(`update public.created_content set ${change}`);
      expect(await noted(), change).toEqual([`created_content ${post}`]);
      await sql.unsafe(`update public.created_content set ${change}`);
      expect(await noted(), `${change}, again`).toEqual([]);
    }
    for (const change of [
      "scheduled_date = '2026-12-25'",
      "scheduled_time = '11:00'",
      "platform = 'linkedin'",
      "post_type = 'image'",
      'campaign_id = null',
      `metadata = '{"user_id": "${user}"}'`,
      `metadata = '{"user_id": "${user}", "is_temp": true}'`,
    ]) {
      await sql.unsafe(`update public.content_posts set ${change}`);
      expect(await noted(), change).toEqual([`content_posts ${planned}`]);
    }
  });

  it('hold nothing for changes that decide nothing', async () => {
    const { sql } = project();
    await insertions.created_content('scheduled');
    await insertions.content_posts('scheduled');
    await noted();
    for (const change of [
      "content = 'Other words'",
      "title = 'Other'",
      "hashtags = '{a,b}'",
      `metadata = coalesce(metadata, '{}') || '{"likes": 3, "_publishing": true, "publish_error": {"code": "X"}}'`,
      'updated_at = now()',
      'content = content',
    ]) {
      await sql
        .unsafe(`update public.created_content set ${change}; update public.content_posts set ${change}`)
        .simple();
      expect(await noted(), change).toEqual([]);
    }
    await sql`update public.created_content set images = '{https://example.com/1.png}', rl_post_id = 'x'`;
    expect(await noted()).toEqual([]);
  });

  it('hold the owner whose time zone changed, and nothing for the rest of a profile', async () => {
    const { sql } = project();
    for (const zone of ['Asia/Kolkata', '', null]) {
      await sql`update public.profiles set timezone = ${zone}`;
      expect(await noted()).toEqual([`profiles ${user}`]);
    }
    await sql`update public.profiles set timezone = null, name = 'Other', business_name = 'Other'`;
    expect(await noted()).toEqual([]);
    await sql`delete from public.profiles`;
    expect(await noted()).toEqual([]);
    await sql`insert into public.profiles (id) values (${user})`;
    expect(await noted()).toEqual([`profiles ${user}`]);
  });

  it('hold the campaign whose owner changed, and nothing for the rest of it', async () => {
    const { sql } = project();
    const heir = randomUUID();
    await sql`insert into auth.users (id) values (${heir})`;
    await sql`update public.content_campaigns set user_id = ${heir}`;
    expect(await noted()).toEqual([`content_campaigns ${campaign}`]);
    await sql`update public.content_campaigns set campaign_name = 'Other', generated_posts = 3, status = 'approved'`;
    expect(await noted()).toEqual([]);
    await sql`insert into public.content_campaigns (user_id, campaign_name, week_start_date, week_end_date)
      values (${heir}, 'Week', '2026-11-16', '2026-11-22')`;
    expect(await noted()).toEqual([]);
  });

  it('hold the scheduled posts that go with a campaign or a user', async () => {
    const { sql } = project();
    const [first, second] = [
      await insertions.content_posts('scheduled'),
      await insertions.created_content('scheduled'),
    ];
    await noted();
    await sql`delete from public.content_campaigns`;
    expect((await noted()).sort()).toEqual([`content_campaigns ${campaign}`, `content_posts ${first}`]);
    await sql`delete from auth.users where id = ${user}`;
    expect(await noted()).toEqual([`created_content ${second}`]);
  });

  it('hold nothing of a transaction that found them locked, and everything of the next one', async () => {
    const { sql } = project();
    const ids = [await insertions.created_content('draft'), await insertions.created_content('draft')];
    const session = await sql.reserve();
    await sql.begin(async (locker) => {
      await locker`lock table public.publish_changes in access exclusive mode`;
      await session`update public.created_content set status = 'scheduled'`;
    });
    expect(await noted()).toEqual([]);
    await session`update public.created_content set scheduled_at = now()`;
    session.release();
    expect((await noted()).sort()).toEqual(ids.map((id) => `created_content ${id}`).sort());
  });

  it('hold one line for each row of a statement, and none when it is rolled back', async () => {
    const { sql } = project();
    const ids = [await insertions.created_content('draft'), await insertions.created_content('draft')];
    await sql`update public.created_content set status = 'scheduled'`;
    expect((await noted()).sort()).toEqual(ids.map((id) => `created_content ${id}`).sort());
    await sql
      .begin(async (transaction) => {
        await transaction`update public.created_content set status = 'draft'`;
        throw new Error('rolled back');
      })
      .catch(() => undefined);
    expect(await noted()).toEqual([]);
  });
});
