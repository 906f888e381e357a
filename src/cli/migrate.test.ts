import postgres from 'postgres';
import { afterEach, describe, expect, it } from 'vitest';
import { allRows, snapshot } from '../../test/schema/snapshot.ts';
import { openTestSupabase, type TestSupabaseOptions } from '../../test/support/supabase.ts';
import { freePort } from '../sandbox/supabase/loopback.ts';
import type { Supabase } from '../sandbox/supabase/start-supabase.ts';
import { EXIT } from './exit-codes.ts';
import { CommandError } from './io.ts';
import { type MigrateOptions, runMigrate } from './migrate.ts';

const USER = '11111111-1111-4111-8111-111111111111';
const POST = 'a0000000-0000-4000-8000-000000000001';

const opened: Supabase[] = [];
async function project(options: TestSupabaseOptions): Promise<Supabase> {
  const one = await openTestSupabase(options);
  opened.push(one);
  return one;
}
afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.stop()));
});

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function migrate(
  databaseUrl: string | undefined,
  options: Partial<MigrateOptions> = {},
): Promise<Ended> {
  let out = '';
  let err = '';
  const io = {
    out: (text: string) => {
      out += text;
    },
    err: (text: string) => {
      err += text;
    },
    terminal: false,
    env: { DATABASE_URL: databaseUrl },
  };
  try {
    const code = await runMigrate({ down: false, force: false, check: false, ...options }, io);
    return { code, out, err };
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return { code: error.exitCode, out, err: `${err}${error.message}\nTry: ${error.hint}\n` };
  }
}

const passwordOf = (url: string) => new URL(url).password;

describe('migrate', () => {
  it('brings an empty project up to date, once and again, so that --check finds nothing', async () => {
    const { databaseUrl, sql } = await project({ app: 'none', migrated: false });
    const first = await migrate(databaseUrl);
    expect(first).toMatchObject({ code: EXIT.ok, err: '' });
    expect(first.out).toMatch(/^applied migrations\/\d{14}_publisher_base\.sql\n/);
    expect(first.out).toContain('Next: content-publisher run --dry-run');
    const made = await snapshot(sql);
    expect((await migrate(databaseUrl)).code).toBe(EXIT.ok);
    expect(await snapshot(sql)).toEqual(made);
    expect(await migrate(databaseUrl, { check: true })).toMatchObject({ code: EXIT.ok, err: '' });
  });

  it('may be called twice at the same moment', async () => {
    const { databaseUrl } = await project({ app: 'current', migrated: false });
    const both = await Promise.all([migrate(databaseUrl), migrate(databaseUrl)]);
    expect(both.map(({ code, err }) => ({ code, err }))).toEqual([
      { code: EXIT.ok, err: '' },
      { code: EXIT.ok, err: '' },
    ]);
    expect((await migrate(databaseUrl, { check: true })).code).toBe(EXIT.ok);
  });

  it('without DATABASE_URL prints SQL that does the same, and on stderr where to bring it', async () => {
    const { databaseUrl, sql } = await project({ app: 'old', migrated: false });
    const printed = await migrate('');
    expect(printed.code).toBe(EXIT.ok);
    for (const where of ['SQL editor', 'supabase db push', 'psql']) expect(printed.err).toContain(where);
    await sql.unsafe(printed.out).simple();
    expect((await migrate(databaseUrl, { check: true })).code).toBe(EXIT.ok);
  });

  it('names a table of our name that is not ours, and touches nothing', async () => {
    const { databaseUrl, sql } = await project({ app: 'current', migrated: false });
    await sql`create table public.publish_log (mine text)`;
    const before = await snapshot(sql);
    const ended = await migrate(databaseUrl);
    expect(ended.code).toBe(EXIT.config);
    expect(ended.err).toContain('publish_log');
    expect(await snapshot(sql)).toEqual(before);
  });

  it('gives up within seconds when the app holds a lock, and says to try again', async () => {
    const { databaseUrl, sql } = await project({ app: 'old', migrated: false });
    const started = performance.now();
    const ended = await sql.begin(async (app) => {
      await app`lock table public.created_content in row exclusive mode`;
      return migrate(databaseUrl);
    });
    expect(ended.code).toBe(EXIT.again);
    expect(ended.err).toMatch(/publisher_base\.sql: .*lock/);
    expect(ended.err).toContain('Try again');
    expect(performance.now() - started).toBeLessThan(9_000);
    expect((await migrate(databaseUrl)).code).toBe(EXIT.ok);
  });

  it('says 69 when nobody answers, 78 when the password is wrong, and never shows the password', async () => {
    const { databaseUrl } = await project({ app: 'none', migrated: false });
    const closed = new URL(databaseUrl);
    closed.port = String(await freePort());
    const unreachable = await migrate(closed.href);
    expect(unreachable.code).toBe(EXIT.unreachable);
    expect(unreachable.err).toContain('did not answer');
    const wrong = databaseUrl.replace(passwordOf(databaseUrl), 'hunter2%40');
    const refused = await migrate(wrong);
    expect(refused.code).toBe(EXIT.config);
    expect(refused.err).toContain('DATABASE_URL');
    for (const { out, err } of [unreachable, refused]) {
      expect(out + err).not.toContain(passwordOf(databaseUrl));
      expect(out + err).not.toContain('hunter2');
    }
  });

  it('tells how to reach a database that has no TLS', async () => {
    const { databaseUrl } = await project({ app: 'none', migrated: false });
    const ended = await migrate(`${databaseUrl}?sslmode=require`);
    expect(ended.code).toBe(EXIT.unreachable);
    expect(ended.err).toContain('sslmode=disable');
    expect((await migrate(`${databaseUrl}?sslmode=disable`)).code).toBe(EXIT.ok);
  });

  it('refuses a DATABASE_URL that is none instead of printing the SQL', async () => {
    const ended = await migrate('db.example.com secret');
    expect(ended).toMatchObject({ code: EXIT.config, out: '' });
    expect(ended.err).toContain('DATABASE_URL');
    expect(ended.err).not.toContain('secret');
  });

  it('takes one of --down and --check', async () => {
    expect((await migrate('', { down: true, check: true })).code).toBe(EXIT.usage);
  });
});

describe('migrate --check', () => {
  it('says each difference in a sentence', async () => {
    const { databaseUrl, sql } = await project({ app: 'current' });
    await sql`drop function public.publisher_renew(jsonb)`;
    await sql.unsafe(`create or replace function public.publisher_uuid(p_text text) returns uuid
      language sql immutable set search_path = '' as 'select null::uuid'`);
    await sql`alter table public.publish_targets drop constraint publish_targets_published_has_id`;
    await sql`alter table public.publish_queue alter column zone type varchar(10)`;
    await sql`alter table public.publish_queue disable row level security`;
    await sql`alter table public.profiles disable trigger publisher_note_change`;
    await sql`drop index public.publish_created_content_scheduled`;
    await sql`alter table public.profiles drop column timezone`;
    await sql`grant select on public.publish_log to anon`;
    await sql`grant execute on function public.publisher_find_user(text) to public`;
    await sql`create function public.publisher_extra() returns int language sql as 'select 1'`;
    await sql`update public.publish_install set schema_version = 0`;
    await sql`delete from storage.buckets where id = 'publisher-media'`;
    const ended = await migrate(databaseUrl, { check: true });
    expect(ended.code).toBe(EXIT.config);
    const said = ended.out.trimEnd().split('\n');
    for (const sentence of [
      /^Missing: the function publisher_renew\(p jsonb\)/,
      /^Different: the function publisher_uuid\(p_text text\)/,
      /^Missing: the constraint publish_targets_published_has_id of publish_targets/,
      /^Different: the column publish_queue.zone is “character varying\(10\)” and should be “text”/,
      /^Different: the table publish_queue is “row level security off”/,
      /^Different: the trigger publisher_note_change on public.profiles .*not enabled/,
      /^Missing: the index publish_created_content_scheduled/,
      /^Missing: the column profiles.timezone/,
      /^Not from our migrations: rights of anon on publish_log \(select\)/,
      /^Not from our migrations: rights of public on publisher_find_user\(p_query text\)/,
      /^Not from our migrations: the function publisher_extra\(\)/,
      /^Different: schema version is “0” and should be “1”/,
      /^Missing: the bucket publisher-media/,
    ]) {
      expect(said).toContainEqual(expect.stringMatching(sentence));
    }
    expect(ended.err).toContain('content-publisher migrate');
  });

  it('is mended by migrate, except for what was made by hand', async () => {
    const { databaseUrl, sql } = await project({ app: 'current' });
    await sql`drop function public.publisher_renew(jsonb)`;
    await sql`grant all on public.publish_log to anon`;
    await sql`create index by_hand on public.publish_log (at)`;
    expect((await migrate(databaseUrl)).code).toBe(EXIT.ok);
    const ended = await migrate(databaseUrl, { check: true });
    expect(ended.out.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/^Not from our migrations: the index by_hand/),
    ]);
  });

  it('says 78 on a database that was never migrated, and without a database', async () => {
    const { databaseUrl } = await project({ app: 'current', migrated: false });
    const ended = await migrate(databaseUrl, { check: true });
    expect(ended.code).toBe(EXIT.config);
    expect(ended.out).toContain('Missing: the table publish_queue');
    expect((await migrate(undefined, { check: true })).code).toBe(EXIT.config);
  });
});

describe('migrate --down', () => {
  async function withApp(sql: postgres.Sql): Promise<void> {
    await sql`insert into auth.users (id) values (${USER})`;
    await sql`insert into public.profiles (id, timezone) values (${USER}, 'Asia/Kolkata')`;
    await sql`insert into public.created_content (id, user_id, platform, content_type, content)
      values (${POST}, ${USER}, 'facebook', 'post', 'Hello')`;
  }

  it('leaves the database of the app as it was before the migration', async () => {
    const { databaseUrl, sql } = await project({ app: 'current', migrated: false });
    await withApp(sql);
    await sql`create table public.publish_notes (not_ours text)`;
    const before = [await snapshot(sql), await allRows(sql)];
    await migrate(databaseUrl);
    const ended = await migrate(databaseUrl, { down: true });
    expect(ended).toMatchObject({ code: EXIT.ok, err: '' });
    expect([await snapshot(sql), await allRows(sql)]).toEqual(before);
    expect((await migrate(databaseUrl, { down: true })).code).toBe(EXIT.ok);
  });

  it('keeps the columns and tables that the migration had to add for the app', async () => {
    const { databaseUrl, sql } = await project({ app: 'none' });
    const appOnly = (lines: string[]) =>
      lines.filter((line) => !/\bpublish_|publisher_|publisher-media/.test(line));
    const before = appOnly(await snapshot(sql));
    await migrate(databaseUrl, { down: true });
    const after = await snapshot(sql);
    expect(after).toEqual(before);
    expect(after.join('\n')).toContain('scheduled_at');
  });

  it('refuses while a post may be on its way, naming it, unless --force', async () => {
    for (const state of ['armed', 'accepted', 'unknown']) {
      const { databaseUrl, sql } = await project({ app: 'current' });
      await sql`insert into public.publish_targets (source, post_id, platform, account_id, state)
        values ('created_content', ${POST}, 'facebook', '42', ${state})`;
      const before = await snapshot(sql);
      const ended = await migrate(databaseUrl, { down: true });
      expect(ended.code).toBe(EXIT.again);
      expect(ended.err).toContain(`created_content:${POST} (facebook 42, ${state})`);
      expect(ended.err).toContain('--force');
      expect(await snapshot(sql)).toEqual(before);
      expect((await migrate(databaseUrl, { down: true, force: true })).code).toBe(EXIT.ok);
      expect((await snapshot(sql)).join('\n')).not.toMatch(/publish_|publisher/);
    }
  });

  it('leaves a bucket that holds files and says so', async () => {
    const { databaseUrl, sql } = await project({ app: 'current' });
    await sql`insert into storage.objects (bucket_id, name) values ('publisher-media', 'a.jpg')`;
    const ended = await migrate(databaseUrl, { down: true });
    expect(ended.code).toBe(EXIT.ok);
    expect(ended.err).toContain('publisher-media');
    expect(await sql`select id from storage.buckets where id = 'publisher-media'`).toHaveLength(1);
  });

  it('removes the empty bucket where hosted projects protect their tables', async () => {
    const { databaseUrl, sql, adminUrl } = await project({ app: 'current' });
    const admin = postgres(adminUrl, { max: 1 });
    await admin
      .unsafe(`create function storage.protect_delete() returns trigger language plpgsql as $$ begin
          if coalesce(current_setting('storage.allow_delete_query', true), 'false') <> 'true' then
            raise exception 'Direct deletion from storage tables is not allowed.';
          end if;
          return null;
        end $$;
        create trigger protect before delete on storage.buckets
          for each statement execute function storage.protect_delete();`)
      .simple();
    await admin.end();
    expect(await migrate(databaseUrl, { down: true })).toMatchObject({ code: EXIT.ok, err: '' });
    expect(await sql`select id from storage.buckets where id = 'publisher-media'`).toHaveLength(0);
  });

  it('tells how to make the Supabase CLI forget the migrations that it recorded', async () => {
    const { databaseUrl, sql } = await project({ app: 'current' });
    await sql`create schema supabase_migrations`;
    await sql`create table supabase_migrations.schema_migrations (version text primary key)`;
    await sql`insert into supabase_migrations.schema_migrations values ('20261121090000'), ('20200101000000')`;
    const ended = await migrate(databaseUrl, { down: true });
    expect(ended.err).toContain('supabase migration repair --status reverted 20261121090000\n');
  });

  it('without DATABASE_URL prints SQL that does the same', async () => {
    const { databaseUrl, sql } = await project({ app: 'current' });
    const printed = await migrate(undefined, { down: true });
    expect(printed.code).toBe(EXIT.ok);
    expect(printed.err).toContain('SQL editor');
    await sql.unsafe(printed.out).simple();
    expect((await snapshot(sql)).join('\n')).not.toMatch(/publish_|publisher/);
    expect((await migrate(databaseUrl, { check: true })).code).toBe(EXIT.config);
  });
});
