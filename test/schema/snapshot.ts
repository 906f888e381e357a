import type postgres from 'postgres';

/**
 * Everything that the schema public holds, and the buckets: one line a thing, sorted. Written apart from
 * src/store/migrations/catalog.ts on purpose, so that a gap there cannot hide in here.
 */
export async function snapshot(sql: postgres.Sql): Promise<string[]> {
  const rows = await sql`
    with relations as (
      select c.*, c.oid as id from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'v', 'S')
    )
    select format('%s %s owner=%s rls=%s,%s options=%s rights=%s comment=%s', relkind, relname, relowner::regrole,
             relrowsecurity, relforcerowsecurity, reloptions, relacl, obj_description(id, 'pg_class')) as line
      from relations
    union all
    select format('column %s.%s %s %s notnull=%s identity=%s default=%s rights=%s', r.relname, a.attnum, a.attname,
             format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
             pg_get_expr(d.adbin, d.adrelid), a.attacl)
      from relations r join pg_attribute a on a.attrelid = r.id and a.attnum > 0 and not a.attisdropped
      left join pg_attrdef d on d.adrelid = r.id and d.adnum = a.attnum
    union all
    select format('constraint %s.%s %s', r.relname, c.conname, pg_get_constraintdef(c.oid))
      from relations r join pg_constraint c on c.conrelid = r.id
    union all
    select format('index %s %s', x.indexrelid, pg_get_indexdef(x.indexrelid))
      from relations r join pg_index x on x.indrelid = r.id
    union all
    select format('policy %s', p) from pg_policies p where p.schemaname = 'public'
    union all
    select format('trigger %s %s %s', t.oid, pg_get_triggerdef(t.oid), t.tgenabled)
      from relations r join pg_trigger t on t.tgrelid = r.id where not t.tgisinternal
    union all
    select format('view %s', pg_get_viewdef(id)) from relations where relkind = 'v'
    union all
    select format('function %s rights=%s', pg_get_functiondef(p.oid), p.proacl)
      from pg_proc p where p.pronamespace = 'public'::regnamespace
    union all
    select format('bucket %s', b) from storage.buckets b
    order by 1`;
  return rows.map((row) => String(row['line']));
}

/** Every row of every table of the schema public, as JSON text. */
export async function allRows(sql: postgres.Sql): Promise<Record<string, unknown>> {
  const tables = await sql`select relname as name from pg_class
    where relnamespace = 'public'::regnamespace and relkind = 'r' order by relname`;
  const found: Record<string, unknown> = {};
  for (const { name } of tables) {
    const [content] = await sql`
      select coalesce(json_agg(t order by to_jsonb(t)::text), '[]') as rows from ${sql(`public.${String(name)}`)} t`;
    found[String(name)] = content?.['rows'];
  }
  return found;
}
