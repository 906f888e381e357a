import { describe, expect, it } from 'vitest';
import { anonClient, userClient } from '../../../test/support/clients.ts';
import { loadFixtureRows } from '../../../test/support/fixture-rows.ts';
import { openTestSupabase, useSupabase } from '../../../test/support/supabase.ts';

const TABLES = [
  'connection_activity',
  'content_campaigns',
  'content_images',
  'content_posts',
  'created_content',
  'oauth_states',
  'platform_connections',
  'platform_settings',
  'profiles',
  'token_refresh_queue',
];

const UNDECLARED = [
  'content_posts.primary_image_approved',
  'content_posts.primary_image_prompt',
  'content_posts.primary_image_url',
  'content_posts.published_at',
  'created_content.published_at',
  'created_content.scheduled_at',
  'created_content.scheduled_date',
  'created_content.scheduled_time',
  'platform_connections.metadata',
];

const COLUMNS = `
  select table_name || '.' || column_name as name from information_schema.columns
  where table_schema = 'public' order by 1`;

describe('the app as it is today', () => {
  const project = useSupabase({ app: 'current', migrated: false });

  it('has its ten tables, all with row level security', async () => {
    const tables = await project().sql`
      select relname as name from pg_class
      where relnamespace = 'public'::regnamespace and relkind = 'r' and relrowsecurity order by 1`;
    expect(tables.map(({ name }) => String(name))).toEqual(TABLES);
  });

  it('differs from an old installation by the columns that its SQL never declared', async () => {
    const old = await openTestSupabase({ app: 'old', migrated: false });
    const before = await old.sql.unsafe(COLUMNS);
    await old.stop();
    const known = new Set(before.map(({ name }) => String(name)));
    const now = await project().sql.unsafe(COLUMNS);
    expect(now.map(({ name }) => String(name)).filter((name) => !known.has(name))).toEqual(UNDECLARED);
  });

  it('holds the fixture rows, shows each user the own ones and sets updated_at', async () => {
    const { url, sql } = project();
    await loadFixtureRows(project(), { encrypt: (text) => text, storageOrigin: url });
    const [user] = await sql<{ user_id: string; count: number }[]>`
      select user_id, count(*)::int from public.created_content group by user_id order by 2 desc limit 1`;
    const client = userClient(project(), user?.user_id ?? '');
    const { data } = await client.from('created_content').select('id, user_id');
    expect(data).toHaveLength(user?.count ?? -1);
    expect((await anonClient(project()).from('created_content').select()).data).toEqual([]);
    for (const table of ['created_content', 'content_posts', 'platform_connections']) {
      const { data: own } = await client.from(table).select('*');
      expect(own?.length).toBeGreaterThan(0);
    }
    const id = String(data?.[0]?.id);
    const { data: changed } = await client
      .from('created_content')
      .update({ title: 'new' })
      .eq('id', id)
      .select()
      .single();
    expect(Date.parse(String(changed?.updated_at))).toBeGreaterThan(Date.parse(String(changed?.created_at)));
    const { status } = await client.from('created_content').update({ channel: 'Fax' }).eq('id', id);
    expect(status).toBe(400);
  });
});
