import postgres from 'postgres';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { anonClient, serviceClient, userClient } from '../../../test/support/clients.ts';
import { startNodeScript } from '../../../test/support/node-script.ts';
import { openTestSupabase, useSupabase } from '../../../test/support/supabase.ts';

const USER = '11111111-1111-4111-8111-111111111111';
const JOBS = 300;

const SCHEMA = `
  insert into auth.users (id) values ('${USER}');
  create table public.jobs (
    id int primary key check (id < 1000), owner uuid, claimed_by uuid, body jsonb, at timestamptz, local timestamp);
  alter table public.jobs enable row level security;
  create policy own on public.jobs using (auth.uid() = owner);
  insert into public.jobs (id, owner)
    select n, case when n % 2 = 0 then '${USER}'::uuid end from generate_series(1, ${JOBS}) n;
  create table public.private (id int);
  revoke all on public.private from anon, authenticated;
  create function public.claim(p_by uuid, p_limit int default 2) returns jsonb language sql as $$
    with free as (
      select id from public.jobs where claimed_by is null order by id for update skip locked limit p_limit),
    mine as (update public.jobs set claimed_by = p_by where id in (select id from free) returning id)
    select coalesce(jsonb_agg(id), '[]') from mine
  $$;
  create function public.whoami() returns jsonb language sql as $$
    select jsonb_build_object('user', current_user, 'uid', auth.uid(), 'role', auth.role(), 'jwt', auth.jwt())
  $$;
  create function public.echo(p_text text, p_json jsonb default '"default"', p_texts text[] default null,
    p_at timestamptz default null) returns jsonb language sql as $$
    select jsonb_build_object('text', p_text, 'json', p_json, 'type', jsonb_typeof(p_json), 'texts', p_texts, 'at', p_at)
  $$;
  create function public.refuse() returns jsonb language plpgsql as $$
  begin
    raise exception 'no: %', 1 using errcode = 'CP001', detail = 'the detail', hint = 'the hint';
  end $$;
  create function public.nothing() returns void language sql as '';
  create function public.guarded() returns int language sql as 'select 1';
  revoke execute on function public.guarded() from public, anon, authenticated;
  create function public.many() returns setof int language sql as 'select generate_series(1, 2500)';
  create function public.many_in_one() returns jsonb language sql as
    'select jsonb_agg(n) from generate_series(1, 2500) n';
  create function public.block() returns trigger language plpgsql as $$
  begin
    raise exception 'blocked' using hint = 'do not';
  end $$;
  create trigger block before delete on public.jobs for each row execute function public.block();
`;

const EMPTY = { app: 'none', migrated: false } as const;
const project = useSupabase(EMPTY);

beforeAll(async () => {
  await project().sql.unsafe(SCHEMA).simple();
  await project().reloadSchema();
});

describe('roles', () => {
  it('runs each request as the role of its key or user', async () => {
    const { data: service } = await serviceClient(project()).rpc('whoami');
    const { data: anon } = await anonClient(project()).rpc('whoami');
    const { data: user } = await userClient(project(), USER).rpc('whoami');
    expect(service).toMatchObject({ user: 'service_role', role: 'service_role', uid: null });
    expect(anon).toMatchObject({ user: 'anon', role: 'anon', uid: null });
    expect(user).toMatchObject({ user: 'authenticated', uid: USER, jwt: { sub: USER } });
  });

  it('accepts the service_role JWT of an older project', async () => {
    const { data } = await serviceClient(project(), project().serviceRoleJwt).rpc('whoami');
    expect(data).toMatchObject({ user: 'service_role' });
  });

  it('refuses a key of another project', async () => {
    const client = serviceClient(project(), 'sb_secret_of_another_project');
    const { status, error } = await client.rpc('whoami');
    expect(status).toBe(401);
    expect(error?.message).toBe('Invalid API key');
  });

  it('enforces row level security for everybody but the service role', async () => {
    const count = async (client: ReturnType<typeof anonClient>) =>
      (await client.from('jobs').select('id', { count: 'exact', head: true })).count;
    expect(await count(anonClient(project()))).toBe(0);
    expect(await count(userClient(project(), USER))).toBe(JOBS / 2);
    expect(await count(serviceClient(project()))).toBe(JOBS);
    const { status, error } = await anonClient(project()).from('jobs').insert({ id: 900 });
    expect(status).toBe(401);
    expect(error?.code).toBe('42501');
  });

  it('lets everybody call new functions and read new tables until a migration revokes it, and keeps it revoked', async () => {
    for (const [client, status] of [
      [anonClient(project()), 401],
      [userClient(project(), USER), 403],
      [serviceClient(project()), 200],
    ] as const) {
      expect((await client.rpc('guarded')).status).toBe(status);
      expect((await client.from('private').select()).status).toBe(status);
      expect((await client.rpc('nothing')).status).toBe(204);
    }
  });

  it('runs migrations as an owner who is not a superuser, as on a hosted project', async () => {
    const [role] = await project()
      .sql`select rolsuper, rolbypassrls from pg_roles where rolname = current_user`;
    expect(role).toEqual({ rolsuper: false, rolbypassrls: true });
    await expect(project().sql`alter table auth.users add column x int`).rejects.toThrow('must be owner');
    const found = await project().sql`select from auth.users where id = ${USER}`;
    expect(found).toHaveLength(1);
  });
});

describe('rpc', () => {
  it('passes arguments with their types: JSON stays JSON, arrays arrays', async () => {
    const { data } = await serviceClient(project()).rpc('echo', {
      p_text: `ü "it's" \\ '; select 1`,
      p_json: { a: [1, null] },
      p_texts: ['x', 'y,z'],
      p_at: '2026-11-21T09:00:00+05:30',
    });
    expect(data).toEqual({
      text: `ü "it's" \\ '; select 1`,
      json: { a: [1, null] },
      type: 'object',
      texts: ['x', 'y,z'],
      at: '2026-11-21T03:30:00+00:00',
    });
  });

  it.each([
    [[1, '2'], 'array'],
    ['text', 'string'],
    ['{"looks": "like JSON"}', 'string'],
    [5, 'number'],
    [null, null],
  ])('passes %j as jsonb', async (value, type) => {
    const { data } = await serviceClient(project()).rpc('echo', { p_text: '', p_json: value });
    expect(data).toMatchObject({ json: value, type });
  });

  it('uses defaults for what is not passed', async () => {
    const { data } = await serviceClient(project()).rpc('echo', { p_text: 't' });
    expect(data).toMatchObject({ json: 'default', texts: null });
  });

  it('answers a raised error as PostgREST does: code, message, details, hint', async () => {
    const { status, error } = await serviceClient(project()).rpc('refuse');
    expect(status).toBe(400);
    expect({ ...error }).toMatchObject({
      code: 'CP001',
      message: 'no: 1',
      details: 'the detail',
      hint: 'the hint',
    });
  });

  it('names a function or argument that does not exist', async () => {
    const client = serviceClient(project());
    expect((await client.rpc('missing')).error?.code).toBe('PGRST202');
    const { status, error } = await client.rpc('echo', { p_text: 't', p_unknown: 1 });
    expect(status).toBe(404);
    expect(error?.code).toBe('PGRST202');
    expect((await client.rpc('echo', {})).error?.code).toBe('PGRST202');
  });

  it('reports an argument of the wrong type with its SQLSTATE', async () => {
    const { status, error } = await serviceClient(project()).rpc('echo', { p_text: '', p_at: 'nonsense' });
    expect(status).toBe(400);
    expect(error?.code).toBe('22007');
  });

  it('caps sets at 1,000 rows but not one jsonb value', async () => {
    const client = serviceClient(project());
    expect((await client.rpc('many')).data).toHaveLength(1000);
    expect((await client.rpc('many_in_one')).data).toHaveLength(2500);
  });
});

describe('tables', () => {
  it('answers timestamps as ISO 8601', async () => {
    const client = serviceClient(project());
    const row = { at: '2026-11-21T09:00:00.123456+05:30', local: '2026-11-21T09:00:00' };
    const { data } = await client.from('jobs').update(row).eq('id', 1).select('at, local').single();
    expect(data).toEqual({ at: '2026-11-21T03:30:00.123456+00:00', local: '2026-11-21T09:00:00' });
  });

  it.each([[{ a: { b: [1] } }], [[1, { b: 2 }]], ['text'], [5], [null]])(
    'stores %j as jsonb of the same kind',
    async (body) => {
      const client = serviceClient(project());
      const { data } = await client.from('jobs').update({ body }).eq('id', 2).select('body').single();
      expect(data?.body).toEqual(body);
      const [stored] = await project().sql<{ body: unknown }[]>`select body from public.jobs where id = 2`;
      expect(stored?.body).toEqual(body);
    },
  );

  it('answers constraints and errors of triggers with their SQLSTATE, and prints nothing', async () => {
    const printed = vi.spyOn(console, 'error');
    const client = serviceClient(project());
    const check = await client.from('jobs').insert({ id: 1000 });
    expect(check).toMatchObject({ status: 400, error: { code: '23514' } });
    const raised = await client.from('jobs').delete().eq('id', 1);
    expect(raised).toMatchObject({
      status: 400,
      error: { code: 'P0001', message: 'blocked', hint: 'do not', details: null },
    });
    const double = await client.from('jobs').insert({ id: 1 });
    expect(double).toMatchObject({ status: 409, error: { code: '23505' } });
    expect(printed).not.toHaveBeenCalled();
    printed.mockRestore();
  });

  it('names a table or column that does not exist', async () => {
    const client = serviceClient(project());
    expect((await client.from('missing').select()).error?.code).toBe('PGRST205');
    expect((await client.from('jobs').select('missing')).error?.code).toBe('42703');
  });
});

describe('schema cache', () => {
  it('learns of new tables, columns and functions by notify pgrst', async () => {
    const { sql } = project();
    const client = serviceClient(project());
    await client.from('jobs').select().limit(1);
    await sql
      .unsafe(`
      create table public.late (id int);
      alter table public.jobs add column late int default 7;
      create function public.late_function() returns int language sql as 'select 7';
      notify pgrst, 'reload schema';
    `)
      .simple();
    await vi.waitFor(async () => {
      expect((await client.from('late').select()).data).toEqual([]);
      expect((await client.rpc('late_function')).data).toBe(7);
    });
    const { data } = await client.from('jobs').select().eq('id', 1).single();
    expect(data?.late).toBe(7);
  });

  it('does not learn of them by itself, so that a migration without the notify is found out', async () => {
    await project().sql`create table public.unannounced (id int)`;
    const { error } = await serviceClient(project()).from('unannounced').select();
    expect(error?.code).toBe('PGRST205');
    await project().reloadSchema();
    expect((await serviceClient(project()).from('unannounced').select()).data).toEqual([]);
  });
});

describe('a lost connection', () => {
  it('is answered as PostgREST answers it', async () => {
    const { sql, adminUrl, reloadSchema, stop, ...keys } = await openTestSupabase(EMPTY);
    await sql`create function public.wait() returns void language sql as 'select pg_sleep(60)'`;
    await reloadSchema();
    const waiting = serviceClient(keys)
      .rpc('wait')
      .then((answer) => answer);
    const admin = postgres(adminUrl, { max: 1 });
    await vi.waitFor(async () => {
      const ended = await admin`
        select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and wait_event = 'PgSleep'`;
      expect(ended).toHaveLength(1);
    });
    await admin.end();
    const { status, error } = await waiting;
    expect([status, error?.code]).toEqual([503, 'PGRST001']);
    await stop();
  });
});

describe('concurrency', () => {
  it('gives every job to one of 150 simultaneous callers in three processes', async () => {
    const script = `
      import { createClient } from '@supabase/supabase-js';
      import { randomUUID } from 'node:crypto';
      const [url, key] = process.argv.slice(-2);
      const client = createClient(url, key, { auth: { persistSession: false }, realtime: { transport: class {} } });
      const answers = await Promise.all(
        Array.from({ length: 50 }, () => client.rpc('claim', { p_by: randomUUID() })));
      console.log(JSON.stringify(answers.map(({ data, error }) => data ?? error)));`;
    const { url, serviceRoleKey } = project();
    const runs = [1, 2, 3].map(() => startNodeScript(script, [url, serviceRoleKey]));
    const answers = await Promise.all(
      runs.map(async ({ nextLine }) => JSON.parse(await nextLine()) as unknown[]),
    );
    await Promise.all(runs.map(({ ended }) => ended));
    const claimed = answers.flat(2);
    expect(claimed.toSorted((a, b) => Number(a) - Number(b))).toEqual(
      Array.from({ length: JOBS }, (_, index) => index + 1),
    );
  });
});
