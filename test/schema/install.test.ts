import type postgres from 'postgres';
import { afterEach, describe, expect, it } from 'vitest';
import { TARGET_STATES, TERMINAL_STATES } from '../../src/core/states.ts';
import { applyMigrations, readMigrations } from '../../src/sandbox/migrations.ts';
import type { Supabase } from '../../src/sandbox/supabase/start-supabase.ts';
import { loadFixtureRows } from '../support/fixture-rows.ts';
import { openTestSupabase, type TestSupabaseOptions } from '../support/supabase.ts';
import { VERSIONS } from './schema.ts';
import { allRows, snapshot } from './snapshot.ts';

const opened: Supabase[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.stop()));
});
async function project(options: TestSupabaseOptions): Promise<Supabase> {
  const one = await openTestSupabase(options);
  opened.push(one);
  return one;
}

const withRows = (one: Supabase) =>
  loadFixtureRows(one, { encrypt: (text) => `encrypted(${text})`, storageOrigin: 'https://files.example' });

describe.each(VERSIONS)('the migrations on PostgreSQL %s', (version) => {
  it('make an empty project whole: the app’s tables with row level security, and ours', async () => {
    const { sql } = await project({ version, app: 'none', migrated: false });
    await applyMigrations(sql);
    const tables = await sql`select relname as name, relrowsecurity as rls from pg_class
      where relnamespace = 'public'::regnamespace and relkind = 'r' order by relname`;
    expect(tables.map(({ name }) => String(name))).toEqual([
      'content_campaigns',
      'content_posts',
      'created_content',
      'platform_connections',
      'platform_settings',
      'profiles',
      'publish_changes',
      'publish_effects',
      'publish_holds',
      'publish_hosts',
      'publish_install',
      'publish_log',
      'publish_notices',
      'publish_queue',
      'publish_targets',
    ]);
    expect(tables.every(({ rls }) => rls === true)).toBe(true);
    const policies = await sql`select distinct tablename from pg_policies where schemaname = 'public'`;
    expect(policies).toHaveLength(5);
  });

  it.each(['old', 'current'] as const)(
    'keep every row, column, policy and trigger of an app (%s)',
    async (app) => {
      const one = await project({ version, app, migrated: false });
      if (app === 'current') await withRows(one);
      else await one.sql`insert into auth.users (id) values ('11111111-1111-4111-8111-111111111111')`;
      const [things, rows] = [await snapshot(one.sql), await allRows(one.sql)];
      await applyMigrations(one.sql);
      const after = await snapshot(one.sql);
      for (const line of things) expect(after).toContain(line);
      const added = after.filter((line) => !things.includes(line) && !/\bpublish_|publisher[_-]/.test(line));
      for (const line of added)
        expect(line).toMatch(/^column (created_content|content_posts|platform_connections)\./);
      expect(added).toHaveLength(app === 'old' ? 9 : 0);
      const kept = await allRows(one.sql);
      if (app === 'current')
        for (const table of Object.keys(rows)) expect(kept[table], table).toEqual(rows[table]);
    },
  );

  it('change nothing when they are applied again, in what they made nor in what it holds', async () => {
    const one = await project({ version, app: 'current', migrated: false });
    await withRows(one);
    await applyMigrations(one.sql);
    await one.sql`select publisher_plan_read(1, null, 100)`;
    const before = [await snapshot(one.sql), await allRows(one.sql)];
    await applyMigrations(one.sql);
    expect([await snapshot(one.sql), await allRows(one.sql)]).toEqual(before);
  });

  it('take no lock on the app’s tables when there is nothing left to do', async () => {
    const { sql } = await project({ version, app: 'current' });
    const started = performance.now();
    await sql.begin(async (app) => {
      // What any write that is not committed yet holds.
      await app`lock table public.created_content, public.content_posts, public.content_campaigns, public.profiles,
        public.platform_connections in row exclusive mode`;
      await applyMigrations(sql);
    });
    expect(performance.now() - started).toBeLessThan(4_000);
  });

  it('give up within seconds where somebody holds a lock that they need, and leave the app working', async () => {
    const { sql } = await project({ version, app: 'current', migrated: false });
    const started = performance.now();
    await expect(
      sql.begin(async (app) => {
        await app`lock table public.profiles in row exclusive mode`;
        await applyMigrations(sql);
      }),
    ).rejects.toThrow(/publisher_triggers\.sql.*lock timeout/);
    expect(performance.now() - started).toBeLessThan(9_000);
    await sql`insert into auth.users (id) values ('11111111-1111-4111-8111-111111111111')`;
    await sql`insert into public.profiles (id) values ('11111111-1111-4111-8111-111111111111')`;
    await applyMigrations(sql);
  });

  it('never leave a function open to everybody, wherever they stop', async () => {
    const { sql } = await project({ version, app: 'current', migrated: false });
    for (const { name, text } of await readMigrations()) {
      await sql.unsafe(text).simple();
      const open = await sql`select p.proname from pg_proc p
        where p.pronamespace = 'public'::regnamespace and p.proname like 'publisher%' and p.prosecdef
          and p.prorettype <> 'trigger'::regtype
          and (has_function_privilege('anon', p.oid, 'execute') or has_function_privilege('authenticated', p.oid, 'execute'))`;
      expect(
        open.map((row) => row['proname']),
        name,
      ).toEqual([]);
    }
  });

  it('note what was scheduled before the triggers existed', async () => {
    const one = await project({ version, app: 'current', migrated: false });
    await withRows(one);
    await applyMigrations(one.sql);
    const [missing] = await one.sql`
      select count(*)::int as count from (
        select 'created_content' as kind, id from public.created_content where status = 'scheduled'
        union all select 'content_posts', id from public.content_posts where status = 'scheduled') s
      where not exists (select from public.publish_changes c where c.kind = s.kind and c.ref = s.id)`;
    expect(missing).toEqual({ count: 0 });
    expect((await one.sql`select from public.publish_changes`).length).toBeGreaterThan(10);
  });

  it.each([
    'create table public.publish_queue (mine int)',
    'create table public.publish_changes (mine int)',
    'create view public.publish_targets as select 1 as mine',
    'create table public.publish_status (mine int)',
    'create view public.publish_status as select 1 as mine',
    'create sequence public.publish_fence_seq',
  ])('refuse what has one of our names and is not ours: %s', async (statement) => {
    const { sql } = await project({ version, app: 'current', migrated: false });
    await sql.unsafe(statement);
    const before = await snapshot(sql);
    const name = /public\.(\w+)/.exec(statement)?.[1] ?? '';
    const error = await applyMigrations(sql).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Error);
    expect(String(error)).toContain(`public.${name} exists and was not made by content-publisher`);
    expect(error).toHaveProperty('cause.code', '42P07');
    expect(await snapshot(sql)).toEqual(before);
  });

  it('know the same states as the program', async () => {
    const { sql } = await project({ version });
    const list = async (constraint: string): Promise<string[]> => {
      const [found] =
        await sql`select pg_get_constraintdef(oid) as text from pg_constraint where conname = ${constraint}`;
      return [...String(found?.['text']).matchAll(/'([a-z_]+)'/g)].map(([, state]) => state ?? '');
    };
    expect((await list('publish_targets_state_check')).sort()).toEqual([...TARGET_STATES].sort());
    expect((await list('publish_targets_has_next_look')).sort()).toEqual([...TERMINAL_STATES].sort());
  });
});

describe('undeclared columns of another type', () => {
  async function installed(alter: string): Promise<postgres.Sql> {
    const { sql } = await project({ app: 'current', migrated: false });
    await sql.unsafe(alter).simple();
    await applyMigrations(sql);
    return sql;
  }

  it('are left as they are', async () => {
    const sql = await installed(`
      alter table public.created_content alter column scheduled_at type text, alter column scheduled_time type text;
      alter table public.content_posts alter column published_at type timestamp;
      alter table public.platform_connections alter column metadata drop default, alter column metadata type json`);
    const types = await sql`select data_type from information_schema.columns where table_schema = 'public'
      and (table_name, column_name) in (('created_content', 'scheduled_at'), ('created_content', 'scheduled_time'),
        ('content_posts', 'published_at'), ('platform_connections', 'metadata')) order by table_name, column_name`;
    expect(types.map((row) => String(row['data_type']))).toEqual([
      'timestamp without time zone',
      'text',
      'text',
      'json',
    ]);
    await sql`insert into auth.users (id) values ('11111111-1111-4111-8111-111111111111')`;
    await sql`insert into public.created_content (user_id, platform, content_type, content, status, scheduled_at)
      values ('11111111-1111-4111-8111-111111111111', 'facebook', 'post', 'Hello', 'scheduled', '2026-11-21 10:00')`;
    expect(await sql`select kind from public.publish_changes`).toEqual([{ kind: 'created_content' }]);
  });
});
