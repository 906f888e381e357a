import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { anonClient, serviceClient, userClient } from '../support/clients.ts';
import { useSupabase } from '../support/supabase.ts';
import { VERSIONS } from './schema.ts';

const [ASHA, BEN] = [randomUUID(), randomUUID()];

describe.each(VERSIONS)('rights on PostgreSQL %s', (version) => {
  const project = useSupabase({ version });

  beforeAll(async () => {
    const { sql } = project();
    for (const user of [ASHA, BEN]) {
      await sql`insert into auth.users (id, email) values (${user}, ${`${user}@example.test`})`;
      const post = randomUUID();
      await sql`insert into public.publish_queue (source, post_id, user_id, schedule_key, due_at, next_attempt_at)
        values ('created_content', ${post}, ${user}, 'key', now(), now())`;
      await sql`insert into public.publish_targets (source, post_id, platform, account_id, state, checkpoint, error)
        values ('created_content', ${post}, 'facebook', ${user}, 'held', 'sealed secret',
          '{"message": "Slow down.", "hint": "Wait.", "trace_id": "inner"}')`;
    }
  });

  it('let nobody but service_role execute a function of ours', async () => {
    const functions = await project().sql`
      select p.oid::regprocedure::text as name, has_function_privilege('anon', p.oid, 'execute') as anon,
             has_function_privilege('authenticated', p.oid, 'execute') as authenticated,
             has_function_privilege('service_role', p.oid, 'execute') as service,
             p.proconfig as settings, p.prosecdef as definer
      from pg_proc p where p.pronamespace = 'public'::regnamespace and p.proname like 'publisher%' order by 1`;
    expect(functions.length).toBeGreaterThan(30);
    for (const { name, anon, authenticated, service, settings } of functions) {
      expect([name, anon, authenticated, service]).toEqual([name, false, false, true]);
      expect(settings, name).toContain('search_path=""');
    }
    expect(functions.filter(({ definer }) => definer === true).map(({ name }) => String(name))).toEqual([
      'publisher_find_user(text)',
      'publisher_note_change()',
    ]);
  });

  it('let nobody but service_role touch a table of ours', async () => {
    const tables = await project().sql`
      select c.relname as name, c.relkind as kind, c.relrowsecurity as rls,
        coalesce((select json_agg(distinct r.rolname || ' ' || a.privilege_type)
                  from aclexplode(c.relacl) a left join pg_roles r on r.oid = a.grantee
                  where a.grantee = 0 or r.rolname in ('anon', 'authenticated')), '[]') as open
      from pg_class c where c.relnamespace = 'public'::regnamespace and c.relname like 'publish%' and c.relkind in ('r', 'S')`;
    // Three of them sequences, two of which belong to identity columns.
    expect(tables).toHaveLength(12);
    for (const { name, kind, rls, open } of tables) {
      expect([name, open]).toEqual([name, []]);
      if (kind === 'r') expect([name, rls]).toEqual([name, true]);
    }
  });

  it('refuse both over the Data API', async () => {
    for (const client of [anonClient(project()), userClient(project(), ASHA)]) {
      for (const table of [
        'publish_queue',
        'publish_targets',
        'publish_log',
        'publish_holds',
        'publish_changes',
        'publish_hosts',
        'publish_notices',
      ]) {
        expect((await client.from(table).select()).error, table).toMatchObject({ code: '42501' });
        expect((await client.from(table).delete().neq('ctid', '(0,0)')).error, table).not.toBeNull();
      }
      expect(
        (await client.rpc('publisher_find_user', { p_query: `${BEN}@example.test` })).error,
      ).toMatchObject({
        code: '42501',
      });
      expect((await client.rpc('publisher_claim', { p: {} })).error).toMatchObject({ code: '42501' });
    }
  });

  it('let signed-in users see the state of their own posts, and nothing that is secret', async () => {
    const { data } = await userClient(project(), ASHA).from('publish_status').select();
    expect(data).toMatchObject([{ account_id: ASHA, state: 'held', message: 'Slow down.', hint: 'Wait.' }]);
    expect(Object.keys(data?.[0] ?? {}).sort()).toEqual([
      'account_id',
      'account_name',
      'due_at',
      'hint',
      'message',
      'platform',
      'platform_post_id',
      'platform_post_url',
      'post_id',
      'published_at',
      'source',
      'state',
    ]);
    expect((await userClient(project(), randomUUID()).from('publish_status').select()).data).toEqual([]);
    expect((await anonClient(project()).from('publish_status').select()).error).toMatchObject({
      code: '42501',
    });
    expect(
      (
        await userClient(project(), ASHA)
          .from('publish_status')
          .update({ state: 'published' })
          .eq('account_id', ASHA)
      ).error,
    ).not.toBeNull();
  });

  it('let service_role do all of it', async () => {
    const client = serviceClient(project());
    expect((await client.from('publish_targets').select('checkpoint')).data).toHaveLength(2);
    const { data, error } = await client.rpc('publisher_find_user', { p_query: `${BEN}@example.test` });
    expect([data, error]).toMatchObject([[{ id: BEN }], null]);
  });
});
