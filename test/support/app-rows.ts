import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { z } from 'zod';
import type { PublicPost } from '../../src/sandbox/platforms/simulator.ts';
import type { Supabase } from '../../src/sandbox/supabase/start-supabase.ts';
import { serviceClient } from './clients.ts';
import type { Publisher } from './publisher.ts';

export type AppTable = 'created_content' | 'content_posts';
export type Columns = Readonly<Record<string, unknown>>;

const AppRow = z.looseObject({
  id: z.string(),
  status: z.string().nullable(),
  metadata: z.unknown(),
  channel_post_id: z.string().nullish(),
  published_at: z.string().nullish(),
});
export type AppRow = z.output<typeof AppRow>;

/** A row whose metadata is an object, or NULL, which counts as an empty one. */
export function metadataOf(row: AppRow): Columns {
  return z.record(z.string(), z.unknown()).parse(row.metadata ?? {});
}

const PublishError = z.strictObject({
  kind: z.string(),
  code: z.string(),
  message: z.string().min(20),
  hint: z.string().min(10),
  at: z.iso.datetime(),
  retry_at: z.string().optional(),
});

/** metadata.publish_error, which must have every part that the app is promised. */
export function publishErrorOf(row: AppRow): z.output<typeof PublishError> {
  return PublishError.parse(metadataOf(row)['publish_error']);
}

/** Inserts through the table's own row type: arrays, jsonb, dates and NULL arrive as the column wants them. */
export async function insertRows(
  { sql }: Pick<Supabase, 'sql'>,
  table: string,
  rows: readonly Columns[],
): Promise<void> {
  const columns = sql(Object.keys(rows[0] ?? {}));
  await sql`insert into ${sql(table)} (${columns})
    select ${columns} from json_populate_recordset(null::${sql(table)}, ${JSON.stringify(rows)}::text::json)`;
}

/** Changes columns of one row as the app would, by the same conversion. */
export async function updateRow(
  { sql }: Pick<Supabase, 'sql'>,
  table: string,
  id: string,
  change: Columns,
): Promise<void> {
  const columns = Object.keys(change);
  const assignments = columns.map((column) => `${column} = n.${column}`).join(', ');
  await sql.unsafe(
    `update public.${table} t set ${assignments} from json_populate_record(null::public.${table}, $1::text::json) n where t.id = $2`,
    [JSON.stringify(change), id],
  );
}

export async function readRow({ sql }: Pick<Supabase, 'sql'>, table: AppTable, id: string): Promise<AppRow> {
  const [found] = await sql`select to_jsonb(t) as row from ${sql(`public.${table}`)} t where t.id = ${id}`;
  return AppRow.parse(found?.['row']);
}

/** Every row of these tables byte for byte, with the transaction that wrote it last: an equal value means untouched. */
export async function snapshot(
  { sql }: Pick<Supabase, 'sql'>,
  tables: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const rows = new Map<string, string>();
  for (const table of tables) {
    for (const { id, bytes } of await sql`
      select id, xmin::text || ' ' || ctid::text || ' ' || t::text as bytes from ${sql(`public.${table}`)} t`) {
      rows.set(`${table}:${id}`, bytes);
    }
  }
  return rows;
}

/** Names of the columns, and of the keys of metadata, that differ. */
export function changedParts(before: AppRow, after: AppRow): readonly string[] {
  const parts = (row: AppRow): Columns => {
    const { metadata, ...columns } = row;
    const whole = metadata !== null && typeof metadata === 'object' && !Array.isArray(metadata);
    const keys = whole ? Object.entries(metadata).map(([key, value]) => [`metadata.${key}`, value]) : [];
    return { ...columns, ...(whole || metadata === null ? Object.fromEntries(keys) : { metadata }) };
  };
  const [old, now] = [parts(before), parts(after)];
  return [...new Set([...Object.keys(old), ...Object.keys(now)])]
    .filter((name) => JSON.stringify(old[name]) !== JSON.stringify(now[name]))
    .sort();
}

const SEED_MEDIA = new URL('../../supabase/seed/media/', import.meta.url);
const MIMES: Readonly<Record<string, string>> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
  '.mp4': 'video/mp4',
  '.pdf': 'application/pdf',
};

export async function seedFile(name: string): Promise<Buffer> {
  return readFile(new URL(name, SEED_MEDIA));
}

/** Puts a seed file where the app would keep it; `place` is bucket/path. Returns its public address. */
export async function storeFile(
  supabase: Supabase,
  file: string,
  place = `user-uploads/${file}`,
): Promise<string> {
  const { storage } = serviceClient(supabase);
  const [bucket = '', ...rest] = place.split('/');
  const { error: taken } = await storage.createBucket(bucket, { public: true });
  if (taken !== null && !/exist/i.test(taken.message)) throw taken;
  const { error } = await storage.from(bucket).upload(rest.join('/'), await seedFile(file), {
    contentType: MIMES[extname(file)] ?? '',
    upsert: true,
  });
  if (error !== null) throw error;
  return storage.from(bucket).getPublicUrl(rest.join('/')).data.publicUrl;
}

export function minutesAgo(minutes: number): string {
  return new Date(Date.now() - minutes * 60_000).toISOString();
}

/** date, time: the wall clock in that zone, `minutes` ago, with the seconds and microseconds that `time` columns hold. */
export function wallClock(zone: string, minutes = 0): { readonly date: string; readonly time: string } {
  const at = new Date(Date.now() - minutes * 60_000);
  // The Swedish locale writes YYYY-MM-DD HH:MM:SS.
  const text = new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone,
    dateStyle: 'short',
    timeStyle: 'medium',
  }).format(at);
  const [date = '', time = ''] = text.split(' ');
  return { date, time };
}

/** Nothing due in these tests counts as due before content-publisher was installed. */
export async function installedLongAgo({ supabase }: Publisher): Promise<void> {
  await supabase.sql`update public.publish_install set installed_at = now() - interval '30 days'`;
}

/** As if that much time had passed for everything our tables wait for; the app's rows keep their times. */
export async function letTimePass({ supabase: { sql } }: Publisher, seconds: number): Promise<void> {
  const columns = await sql`
    select table_name, column_name from information_schema.columns
    where table_schema = 'public' and data_type = 'timestamp with time zone'
      and table_name in ('publish_queue', 'publish_targets', 'publish_effects', 'publish_holds')
      and column_name not in ('due_at', 'created_at', 'updated_at', 'published_at')`;
  for (const table of new Set(columns.map((column) => String(column['table_name'])))) {
    const changes = columns
      .filter((column) => column['table_name'] === table)
      .map(({ column_name: name }) => `${name} = ${name} - make_interval(secs => $1)`);
    await sql.unsafe(`update public.${table} set ${changes.join(', ')}`, [seconds]);
  }
}

export function publicPosts({ platforms }: Publisher, account: string): readonly PublicPost[] {
  return platforms.posts().filter((post) => post.account === account);
}

export const newId = (): string => randomUUID();
