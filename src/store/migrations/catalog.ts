import type postgres from 'postgres';
import { z } from 'zod';

/** What our functions read or write on the app's tables; the first migration adds what is missing. */
export const APP_COLUMNS = {
  created_content: [
    'carousel_images',
    'channel_post_id',
    'media_url',
    'metadata',
    'published_at',
    'scheduled_at',
    'scheduled_date',
    'scheduled_time',
  ],
  content_posts: [
    'metadata',
    'primary_image_approved',
    'primary_image_prompt',
    'primary_image_url',
    'published_at',
  ],
  content_campaigns: ['user_id'],
  profiles: ['timezone'],
  platform_connections: [
    'connection_status',
    'disconnected_at',
    'instagram_id',
    'last_token_refresh',
    'linkedin_id',
    'metadata',
    'organization_id',
  ],
} as const;

/**
 * One row (thing, definition) for each thing of ours, spelled alike on PostgreSQL 15 to 18. Owners' rights and what
 * service_role has beyond what we grant come from default privileges, which differ between projects.
 */
const CATALOG_SQL = `
with ours as (
  select c.oid, c.relname, c.relkind, c.relrowsecurity, c.reloptions, c.relacl, c.relowner
  from pg_class c
  where c.relnamespace = 'public'::regnamespace and c.relname like 'publish\\_%' and c.relkind in ('r', 'v', 'S')
    and obj_description(c.oid, 'pg_class') like 'content-publisher%'
), functions as (
  select p.*, p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')' as signature
  from pg_proc p
  where p.pronamespace = 'public'::regnamespace and p.proname like 'publisher\\_%'
), rights as (
  select o.relname::text as name, a.grantee, a.privilege_type, a.privilege_type = any (case o.relkind
      when 'r' then array['SELECT', 'INSERT', 'UPDATE', 'DELETE'] when 'v' then array['SELECT']
      else array['SELECT', 'USAGE'] end) as granted
  from ours o, aclexplode(coalesce(o.relacl, acldefault(case o.relkind when 'S' then 's' else 'r' end::"char", o.relowner))) a
  where a.grantee <> o.relowner
  union all
  select f.signature, a.grantee, a.privilege_type, true
  from functions f, aclexplode(coalesce(f.proacl, acldefault('f', f.proowner))) a
  where a.grantee <> f.proowner
)
select 'table ' || relname as thing, 'row level security ' || case when relrowsecurity then 'on' else 'off' end as definition
  from ours where relkind = 'r'
union all
select 'sequence ' || relname, 'there' from ours where relkind = 'S'
union all
select 'view ' || relname, coalesce(array_to_string(reloptions, ', '), '') || ' '
    -- Since 16 columns are no longer qualified where that is not needed.
    || md5(regexp_replace(pg_get_viewdef(oid), '\\s+|\\m[a-z_]+\\.', '', 'g'))
  from ours where relkind = 'v'
union all
select 'column ' || o.relname || '.' || a.attname,
    format_type(a.atttypid, a.atttypmod) || case when a.attnotnull then ' not null' else '' end
    || case a.attidentity when 'a' then ' generated always as identity' else '' end
    || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '')
  from ours o join pg_attribute a on a.attrelid = o.oid and a.attnum > 0 and not a.attisdropped
  left join pg_attrdef d on d.adrelid = o.oid and d.adnum = a.attnum
  where o.relkind in ('r', 'v')
union all
-- 18 lists NOT NULL among the constraints too.
select 'constraint ' || c.conname || ' of ' || o.relname, pg_get_constraintdef(c.oid)
  from ours o join pg_constraint c on c.conrelid = o.oid where c.contype <> 'n'
union all
select 'index ' || i.relname, pg_get_indexdef(x.indexrelid) || case when x.indisvalid then '' else ' (invalid)' end
  from pg_index x join pg_class i on i.oid = x.indexrelid
  where x.indrelid in (select oid from ours)
     or i.relnamespace = 'public'::regnamespace
        and i.relname in ('publish_created_content_scheduled', 'publish_content_posts_scheduled')
union all
select 'function ' || signature,
    format('returns %s, language %s, %s%s%s, source md5 %s', pg_get_function_result(f.oid),
      (select l.lanname from pg_language l where l.oid = f.prolang),
      case f.provolatile when 'i' then 'immutable' when 's' then 'stable' else 'volatile' end,
      case when f.prosecdef then ', security definer' else '' end,
      coalesce(', set ' || array_to_string(f.proconfig, ', '), ''), md5(f.prosrc))
  from functions f
union all
select 'trigger ' || t.tgname || ' on ' || t.tgrelid::regclass,
    pg_get_triggerdef(t.oid) || case t.tgenabled when 'O' then '' else ' (not enabled)' end
  from pg_trigger t where t.tgfoid in (select oid from functions)
union all
select 'rights of ' || coalesce(r.rolname, 'public') || ' on ' || rights.name,
    string_agg(lower(rights.privilege_type), ', ' order by rights.privilege_type)
  from rights left join pg_roles r on r.oid = rights.grantee
  where rights.grantee = 0 or r.rolname in ('anon', 'authenticated')
     or r.rolname = 'service_role' and rights.granted
  group by r.rolname, rights.name
union all
select 'column ' || c.table_name || '.' || c.column_name, 'there'
  from information_schema.columns c join json_each($1::text::json) wanted on wanted.key = c.table_name
  where c.table_schema = 'public' and c.column_name in (select json_array_elements_text(wanted.value))
`;

const Rows = z.array(z.object({ thing: z.string(), definition: z.string() }));

/** Thing → definition, sorted; a thing that is missing has no key. */
export type Catalog = Readonly<Record<string, string>>;

/** Reads what there is of ours. The user needs no rights beyond the catalog's, storage.buckets and publish_install. */
export async function readCatalog(sql: postgres.Sql): Promise<Catalog> {
  const rows = await sql.begin('read only', async (transaction) => {
    // Names come out qualified or not depending on it.
    await transaction`select set_config('search_path', '', true)`;
    const catalog = await transaction.unsafe(CATALOG_SQL, [JSON.stringify(APP_COLUMNS)]);
    return [...catalog, ...(await schemaVersion(transaction)), ...(await bucket(transaction))];
  });
  const sorted = Rows.parse(rows).sort((a, b) => (a.thing < b.thing ? -1 : 1));
  return Object.fromEntries(sorted.map(({ thing, definition }) => [thing, definition]));
}

async function schemaVersion(sql: postgres.TransactionSql): Promise<postgres.Row[]> {
  const [found] = await sql`
    select has_table_privilege(c.oid, 'select') as readable from pg_class c
    where c.oid = to_regclass('public.publish_install')
      and obj_description(c.oid, 'pg_class') like 'content-publisher%'`;
  if (found?.['readable'] !== true) return [];
  return sql`
    select 'schema version' as thing, schema_version::text as definition from public.publish_install`;
}

async function bucket(sql: postgres.TransactionSql): Promise<postgres.Row[]> {
  const [found] = await sql`select to_regclass('storage.buckets') is not null as there`;
  if (found?.['there'] !== true) return [];
  return sql`
    select 'bucket ' || id as thing, case when public then 'public' else 'private' end as definition
    from storage.buckets where id = 'publisher-media'`;
}
