import { randomUUID } from 'node:crypto';
import type { SupabaseClient } from '@supabase/supabase-js';
import type postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Supabase } from '../../src/sandbox/supabase/start-supabase.ts';
import { anonClient, serviceClient, userClient } from '../support/clients.ts';
import { openTestSupabase } from '../support/supabase.ts';
import { VERSIONS } from './schema.ts';

/** However our side is broken, the app's write ends within this time: 200 ms of patience, and what a busy machine adds. */
const SOON_MS = 2_500;

const BROKEN: Readonly<Record<string, (sql: postgres.Sql) => Promise<() => Promise<unknown>>>> = {
  'as installed': async () => async () => undefined,
  'with our tables dropped': async (sql) => {
    await sql`drop table public.publish_install, public.publish_queue, public.publish_targets, public.publish_effects,
      public.publish_log, public.publish_holds, public.publish_changes cascade`;
    return async () => undefined;
  },
  'with the functions dropped that the trigger calls': async (sql) => {
    const functions = await sql`select p.oid::regprocedure::text as name from pg_proc p
      where p.pronamespace = 'public'::regnamespace and p.proname like 'publisher%' and p.prorettype <> 'trigger'::regtype`;
    for (const { name } of functions) await sql.unsafe(`drop function ${String(name)}`);
    return async () => undefined;
  },
  'with all our functions dropped': async (sql) => {
    const functions = await sql`select p.oid::regprocedure::text as name from pg_proc p
      where p.pronamespace = 'public'::regnamespace and p.proname like 'publisher%'`;
    for (const { name } of functions) await sql.unsafe(`drop function ${String(name)} cascade`);
    return async () => undefined;
  },
  'while somebody holds publish_changes locked': async (sql) => {
    const session = await sql.reserve();
    await session`begin`;
    await session`lock table public.publish_changes in access exclusive mode`;
    return async () => {
      await session`rollback`;
      session.release();
    };
  },
  'with rights that were taken from the owner': async (sql) => {
    await sql`revoke all on public.publish_changes from postgres`;
    return async () => undefined;
  },
};

describe.each(VERSIONS)('a write of the app on PostgreSQL %s', (version) => {
  describe.each(Object.entries(BROKEN))('%s', (_name, breakIt) => {
    const [asha, ben] = [randomUUID(), randomUUID()];
    const campaign = randomUUID();
    let project: Supabase;
    let mend: () => Promise<unknown>;

    beforeAll(async () => {
      project = await openTestSupabase({ version });
      const { sql } = project;
      for (const user of [asha, ben]) {
        await sql`insert into auth.users (id) values (${user})`;
        await sql`insert into public.profiles (id, timezone) values (${user}, 'UTC')`;
      }
      await sql`insert into public.content_campaigns (id, user_id, campaign_name, week_start_date, week_end_date)
        values (${campaign}, ${asha}, 'Week', '2026-11-16', '2026-11-22')`;
      mend = await breakIt(project.sql);
    });
    afterAll(async () => {
      await mend?.();
      await project?.stop();
    });

    async function soon<T>(work: PromiseLike<T>): Promise<T> {
      const started = performance.now();
      const answer = await work;
      expect(performance.now() - started).toBeLessThan(SOON_MS);
      return answer;
    }

    const content = (user_id: string) => ({
      user_id,
      platform: 'facebook',
      content_type: 'post',
      content: 'Hello',
      status: 'scheduled',
      scheduled_at: '2026-12-24T10:00:00Z',
    });
    const planned = {
      campaign_id: campaign,
      platform: 'facebook',
      post_type: 'text',
      content: 'Hello',
      status: 'scheduled',
      scheduled_date: '2026-12-24',
      scheduled_time: '10:00',
    };

    /** Inserts, changes and deletes in every table that has a trigger of ours. */
    async function writeEverything(client: SupabaseClient): Promise<void> {
      const rows: Readonly<Record<string, Record<string, string>>> = {
        created_content: content(asha),
        content_posts: planned,
      };
      for (const [table, row] of Object.entries(rows)) {
        const inserted = await soon(client.from(table).insert(row).select('id').single());
        expect(inserted.error, table).toBeNull();
        const id = String(inserted.data?.id);
        for (const change of [{ scheduled_time: '11:00' }, { status: 'draft' }, { status: 'scheduled' }]) {
          const updated = await soon(client.from(table).update(change).eq('id', id).select());
          expect([updated.error, updated.data?.length], table).toEqual([null, 1]);
        }
        const deleted = await soon(client.from(table).delete().eq('id', id).select());
        expect([deleted.error, deleted.data?.length], table).toEqual([null, 1]);
      }
      const zone = await soon(
        client
          .from('profiles')
          .update({ timezone: `Area/${randomUUID().slice(0, 8)}` })
          .eq('id', asha)
          .select(),
      );
      expect([zone.error, zone.data?.length]).toEqual([null, 1]);
    }

    it('by a signed-in user succeeds, soon', async () => {
      await writeEverything(userClient(project, asha));
    });

    it('by service_role succeeds, soon', async () => {
      const client = serviceClient(project);
      await writeEverything(client);
      for (const owner of [ben, asha]) {
        const moved = await soon(
          client.from('content_campaigns').update({ user_id: owner }).eq('id', campaign).select(),
        );
        expect([moved.error, moved.data?.length]).toEqual([null, 1]);
      }
    });

    it('by anybody else is refused by the app’s own policies, as before', async () => {
      for (const client of [anonClient(project), userClient(project, ben)]) {
        const refused = await soon(client.from('created_content').insert(content(asha)));
        expect(refused.error).toMatchObject({
          code: '42501',
          message: expect.stringContaining('row-level security'),
        });
        expect(
          (await soon(client.from('profiles').update({ timezone: 'UTC' }).eq('id', asha).select())).data,
        ).toEqual([]);
      }
    });

    it('of many rows at once is as soon as one', async () => {
      const { sql } = project;
      await sql`insert into public.created_content (user_id, platform, content_type, content, status)
        select ${asha}, 'facebook', 'post', 'Hello', 'draft' from generate_series(1, 60)`;
      const { data, error } = await soon(
        userClient(project, asha)
          .from('created_content')
          .update({ status: 'scheduled' })
          .eq('status', 'draft')
          .select('id'),
      );
      expect([error, data?.length]).toEqual([null, 60]);
    });
  });
});
