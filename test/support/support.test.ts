import { describe, expect, it } from 'vitest';
import { applyMigrations, readMigrations } from '../../src/sandbox/migrations.ts';
import { loadFixtureRows } from './fixture-rows.ts';
import { openTestSupabase, useSupabase } from './supabase.ts';

describe('loadFixtureRows', () => {
  const project = useSupabase({ migrated: false });

  it('loads every row with its tokens encrypted and its media on the given origin', async () => {
    const { sql } = project();
    const rows = await loadFixtureRows(project(), {
      encrypt: (plaintext) => `encrypted(${plaintext})`,
      storageOrigin: 'http://127.0.0.1:1',
    });
    const tables = [...new Set(rows.map(({ table }) => table))];
    for (const table of tables) {
      const [found] = await sql`select count(*)::int as count from ${sql(`public.${table}`)}`;
      expect(found?.['count'], table).toBe(rows.filter((row) => row.table === table).length);
    }
    const tokens =
      await sql`select access_token_encrypted as token from public.platform_connections order by id`;
    expect(tokens.map(({ token }) => String(token))).toContain('encrypted(EAAB-page-token-1)');
    expect(tokens.map(({ token }) => String(token))).toContain('EAABplainlegacytoken2');
    const [carousel] = await sql`
      select carousel_images[1] as column, metadata -> 'carousel_images' ->> 0 as metadata
      from public.created_content where id = 'a0000000-0000-4000-8000-000000000003'`;
    const expected = 'http://127.0.0.1:1/storage/v1/object/public/ai-generated-images/carousel_images/1.png';
    expect(carousel).toEqual({ column: expected, metadata: expected });
    const [nulls] = await sql`
      select hashtags, metadata from public.created_content where id = 'a0000000-0000-4000-8000-000000000023'`;
    expect(nulls).toEqual({ hashtags: null, metadata: null });
  });
});

describe('openTestSupabase', () => {
  it('gives every caller a database of its own, on the version asked for', async () => {
    const [one, other] = await Promise.all([
      openTestSupabase({ app: 'none', migrated: false }),
      openTestSupabase({ app: 'none', migrated: false, version: 15 }),
    ]);
    await one.sql`create table public.mine (id int)`;
    const [found] = await other.sql`
      select to_regclass('public.mine') as mine, current_setting('server_version_num')::int / 10000 as major`;
    expect(found).toEqual({ mine: null, major: 15 });
    await Promise.all([one.stop(), other.stop()]);
  });
});

describe('applyMigrations', () => {
  it('applies in the order of the names, which begin with a timestamp as the Supabase CLI wants it', async () => {
    const names = (await readMigrations()).map(({ name }) => name);
    expect(names).toEqual(names.toSorted());
    for (const name of names) expect(name).toMatch(/^migrations\/\d{14}_[a-z0-9_]+\.sql$/);
  });

  it('leaves no transaction and no setting behind', async () => {
    const project = await openTestSupabase({ app: 'none', migrated: false });
    await project.sql`select 1`;
    await applyMigrations(project.sql);
    const settings = await Promise.all(
      Array.from(
        { length: 4 },
        () => project.sql`select current_setting('lock_timeout') as lock, pg_sleep(0.01)`,
      ),
    );
    expect(settings.map(([row]) => row?.['lock'])).toEqual(['0', '0', '0', '0']);
    await project.stop();
  });
});
