import { randomUUID } from 'node:crypto';
import type postgres from 'postgres';
import { beforeEach } from 'vitest';
import { z } from 'zod';
import type { ClaimedPost, StoredProblem } from '../../../src/core/job.ts';
import { Secret } from '../../../src/core/secret.ts';
import type { ClaimOptions, PlanItem, PlanResult, Store, TickIdentity } from '../../../src/core/store.ts';
import type { Supabase } from '../../../src/sandbox/supabase/start-supabase.ts';
import { connect, createRpc, type Rpc } from '../../../src/store/rpc.ts';
import { createStore } from '../../../src/store/store.ts';
import { type TestSupabaseOptions, useSupabase } from '../../support/supabase.ts';
import { type Account, makeWork, PAGE, type Post, type Work } from './work.ts';

export const problem = (over: Partial<StoredProblem> = {}): StoredProblem => ({
  kind: 'rejected',
  code: 'TOO_LONG',
  message: 'The text is too long.',
  hint: 'Shorten it.',
  at: '2026-11-21T10:00:00.000Z',
  ...over,
});

export const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000);
export const newTick = (host = 'host-a'): TickIdentity => ({
  owner: randomUUID(),
  runId: randomUUID().slice(0, 8),
  host,
  pid: 1,
  version: '1.2.3',
});

const Row = z.record(z.string(), z.unknown());
type Row = z.output<typeof Row>;

export interface World {
  readonly project: Supabase;
  readonly sql: postgres.Sql;
  readonly store: Store;
  /** A store whose every call loses its first answer and asks again with the same arguments. */
  readonly forgetful: Store;
  addUser(timezone?: string | null): Promise<string>;
  addAccount(userId: string, over?: Partial<Account> & { readonly active?: boolean }): Promise<Account>;
  /** A scheduled post; `dueMinutes` from now, negative for the past. */
  addPost(userId: string, columns?: Row & { readonly dueMinutes?: number }): Promise<Post>;
  addCampaignPost(userId: string | null, columns?: Row & { readonly dueMinutes?: number }): Promise<Post>;
  /** Changes the app's row as the app would. */
  edit(post: Post, columns: Row): Promise<void>;
  /** planRead and planWrite until nothing is left; `decide` changes what was resolved. */
  plan(decide?: (item: PlanItem, result: PlanResult) => PlanResult, userId?: string): Promise<number>;
  claim(over?: Partial<ClaimOptions>): Promise<readonly ClaimedPost[]>;
  /** Claims exactly this post. */
  take(post: Post, over?: Partial<ClaimOptions>): Promise<Work>;
  /** The app's row, NULL columns as null. */
  row(post: Post): Promise<Row>;
  metadata(post: Post): Promise<Row>;
  queue(post: Post): Promise<Row>;
  targets(post: Post): Promise<readonly Row[]>;
  effects(post: Post): Promise<readonly Row[]>;
  log(post: Post): Promise<readonly Row[]>;
  changes(): Promise<readonly { readonly kind: string; readonly ref: string }[]>;
  /** Lets `minutes` pass for this post: everything of it in our tables moves into the past. */
  pass(post: Post, minutes: number): Promise<void>;
}

/** A project with functions and tables of ours, emptied before each test. */
export function useWorld(options: TestSupabaseOptions = {}): () => World {
  const project = useSupabase(options);
  beforeEach(async () => {
    const { sql } = project();
    await sql`truncate public.publish_queue, public.publish_targets, public.publish_effects, public.publish_log,
      public.publish_holds, public.publish_changes, public.publish_hosts, public.publish_notices`;
    await sql`delete from auth.users`;
    await sql`delete from public.content_posts`;
    await sql`truncate public.publish_changes`;
    await sql`update public.publish_install set installed_at = now() - interval '30 days', schema_version = 1,
      sweep_source = 'created_content', sweep_after = '00000000-0000-0000-0000-000000000000'`;
  });
  return () => makeWorld(project());
}

function makeWorld(project: Supabase): World {
  const { sql, url, serviceRoleKey } = project;
  const client = connect({ url, serviceRoleKey: new Secret(serviceRoleKey), timeoutMs: 20_000 });
  const rpc = createRpc(client, []);
  const twice: Rpc = async (name, args) => {
    await rpc(name, args);
    return rpc(name, args);
  };
  const store = createStore(rpc);

  async function insert(table: string, row: Row): Promise<void> {
    const columns = sql(Object.keys(row));
    await sql`insert into ${sql(table)} (${columns})
      select ${columns} from json_populate_record(null::${sql(table)}, ${JSON.stringify(row)}::text::json)`;
  }
  const one = async (query: postgres.PendingQuery<postgres.Row[]>): Promise<Row> => {
    const [found] = await query;
    return Row.parse(found?.['row']);
  };
  const many = async (query: postgres.PendingQuery<postgres.Row[]>): Promise<Row[]> =>
    (await query).map((found) => Row.parse(found['row']));

  const world: World = {
    project,
    sql,
    store,
    forgetful: createStore(twice),
    async addUser(timezone = 'UTC') {
      const id = randomUUID();
      await insert('auth.users', { id, email: `${id}@example.test` });
      await insert('public.profiles', { id, timezone });
      return id;
    },
    async addAccount(userId, over = {}) {
      const account: Account = {
        platform: over.platform ?? 'facebook',
        accountId: over.accountId ?? PAGE,
        connectionId: over.connectionId ?? randomUUID(),
        token: over.token ?? `cipher-${randomUUID()}`,
      };
      await insert('public.platform_connections', {
        id: account.connectionId,
        user_id: userId,
        platform: account.platform,
        page_id: account.accountId,
        access_token_encrypted: account.token,
        is_active: over.active ?? true,
        connection_status: 'active',
        metadata: {},
      });
      return account;
    },
    async addPost(userId, { dueMinutes = -1, ...columns } = {}) {
      const id = randomUUID();
      await insert('public.created_content', {
        id,
        user_id: userId,
        platform: 'facebook',
        content_type: 'post',
        channel: 'Social Media',
        content: 'Hello',
        status: 'scheduled',
        metadata: {},
        scheduled_at: inMinutes(dueMinutes).toISOString(),
        ...columns,
      });
      return { source: 'created_content', id };
    },
    async addCampaignPost(userId, { dueMinutes = -1, ...columns } = {}) {
      const id = randomUUID();
      const campaign = randomUUID();
      if (userId !== null) {
        await insert('public.content_campaigns', {
          id: campaign,
          user_id: userId,
          campaign_name: 'Week',
          week_start_date: '2026-11-16',
          week_end_date: '2026-11-22',
        });
      }
      const at = inMinutes(dueMinutes).toISOString();
      await insert('public.content_posts', {
        id,
        campaign_id: userId === null ? null : campaign,
        platform: 'facebook',
        post_type: 'text',
        content: 'Hello',
        status: 'scheduled',
        scheduled_date: at.slice(0, 10),
        scheduled_time: at.slice(11, 23),
        ...columns,
      });
      return { source: 'content_posts', id };
    },
    async edit({ source, id }, columns) {
      const assignments = Object.keys(columns).map((column) => `${column} = n.${column}`);
      await sql.unsafe(
        `update public.${source} t set ${assignments.join(', ')}
         from json_populate_record(null::public.${source}, $1::text::json) n where t.id = $2`,
        [JSON.stringify(columns), id],
      );
    },
    async plan(decide = (_item, result) => result, userId) {
      let planned = 0;
      for (;;) {
        const page = await store.planRead(userId ?? null, 500);
        if (page.items.length === 0) return planned;
        const written = await store.planWrite(page.items.map((item) => decide(item, resolve(item))));
        planned += written.planned;
        if (written.failed.length > 0) throw new Error(JSON.stringify(written.failed));
        if (!page.more) return planned;
      }
    },
    async claim(over = {}) {
      const { posts } = await store.claim({ ...CLAIM, identity: newTick(), ...over });
      return posts;
    },
    async take(post, over = {}) {
      const tick = over.identity ?? newTick();
      const posts = await world.claim({ ...over, identity: tick });
      const claimed = posts.find((one) => one.id === post.id);
      if (claimed === undefined || posts.length > 1) {
        throw new Error(
          `claimed ${posts.map((found) => found.id).join(', ') || 'nothing'}, not only ${post.id}`,
        );
      }
      return makeWork(store, tick, claimed);
    },
    row: ({ source, id }) =>
      one(sql`select to_jsonb(t) as row from ${sql(`public.${source}`)} t where id = ${id}`),
    metadata: async (post) => Row.parse((await world.row(post))['metadata']),
    queue: ({ source, id }) =>
      one(
        sql`select to_jsonb(q) as row from public.publish_queue q where source = ${source} and post_id = ${id}`,
      ),
    targets: ({ source, id }) =>
      many(sql`select to_jsonb(t) as row from public.publish_targets t where source = ${source} and post_id = ${id}
        order by platform, account_id`),
    effects: ({ source, id }) =>
      many(sql`select to_jsonb(t) as row from public.publish_effects t where source = ${source} and post_id = ${id}
        order by platform, account_id, effect`),
    log: ({ source, id }) =>
      many(sql`select to_jsonb(t) as row from public.publish_log t where source = ${source} and post_id = ${id}
        order by id`),
    async changes() {
      const rows = await sql`select kind, ref from public.publish_changes order by kind, ref`;
      return rows.map((row) => ({ kind: String(row['kind']), ref: String(row['ref']) }));
    },
    async pass({ source, id }, minutes) {
      const columns = await sql`
        select c.relname as table, a.attname as column from pg_class c join pg_attribute a on a.attrelid = c.oid
        where c.relname in ('publish_queue', 'publish_targets', 'publish_effects') and c.relkind = 'r'
          and a.atttypid = 'timestamptz'::regtype and a.attname <> 'due_at'`;
      for (const table of new Set(columns.map((row) => String(row['table'])))) {
        const moved = columns
          .filter((row) => row['table'] === table)
          .map(({ column }) => `${column} = ${column} - interval '${minutes} minutes'`);
        await sql.unsafe(
          `update public.${table} set ${moved.join(', ')} where source = $1 and post_id = $2`,
          [source, id],
        );
      }
    },
  };
  return world;
}

const CLAIM: Omit<ClaimOptions, 'identity'> = {
  leaseSeconds: 90,
  limit: 100,
  perAccount: 100,
  userId: null,
  only: null,
  includeOverdue: false,
  lateAfterSeconds: 600,
  spacingSeconds: 120,
  maxTicksPerHost: 1_000,
  aloneAfter: 1_000,
  busy: false,
};

/** As the tick's planner does it, for rows that are simply right; zones are another test's matter. */
function resolve(item: PlanItem): PlanResult {
  const row = item.row === null ? {} : Row.parse(item.row);
  const at =
    row['scheduled_at'] ??
    (row['scheduled_date'] ? `${row['scheduled_date']}T${row['scheduled_time']}Z` : null);
  return {
    source: item.source,
    id: item.id,
    changeIds: item.changeIds,
    scheduleKey: item.scheduleKey,
    platform: typeof row['platform'] === 'string' ? row['platform'].trim().toLowerCase() : null,
    dueAt: typeof at === 'string' ? new Date(at) : null,
    zone: 'UTC',
    utcOffsetMinutes: 0,
    problem: null,
    skipReason: null,
  };
}
