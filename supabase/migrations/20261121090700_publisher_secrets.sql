-- content-publisher 8/8: what is stored encrypted, as the commands "credentials" and "keys" read and replace it.

set lock_timeout = '5s';

-- The type of platform_settings.value; '' where the table has not the columns key and value (one installation family
-- keeps settings of connections under this name); NULL where there is no such table.
create or replace function public.publisher_settings_type() returns text
language sql stable set search_path = '' as $$
  select case when to_regclass('public.platform_settings') is null then null else coalesce((
    select pg_catalog.format_type(v.atttypid, v.atttypmod)
    from pg_catalog.pg_attribute v join pg_catalog.pg_attribute k on k.attrelid = v.attrelid
    where v.attrelid = to_regclass('public.platform_settings') and v.attname = 'value' and not v.attisdropped
      and k.attname = 'key' and not k.attisdropped), '') end
$$;

-- The object in a value, which may be JSON or a text that holds JSON; NULL when there is none.
create or replace function public.publisher_settings_object(p_value jsonb) returns jsonb
language plpgsql immutable set search_path = '' as $$
declare
  v_object jsonb := p_value;
begin
  if jsonb_typeof(v_object) = 'string' then
    v_object := (v_object #>> '{}')::jsonb;
  end if;
  return case when jsonb_typeof(v_object) = 'object' then v_object end;
exception when others then
  return null;
end
$$;

-- {place: ok|no_table|no_columns, rows: {<key>: object or whatever else stands there}}, only of keys for credentials.
create or replace function public.publisher_settings() returns jsonb
language plpgsql stable set search_path = '' as $$
declare
  v_type text := public.publisher_settings_type();
  v_rows jsonb;
begin
  if coalesce(v_type, '') = '' then
    return jsonb_build_object('place', case when v_type is null then 'no_table' else 'no_columns' end, 'rows', '{}'::jsonb);
  end if;
  execute 'select coalesce(jsonb_object_agg(s.key, coalesce(public.publisher_settings_object(to_jsonb(s.value)), to_jsonb(s.value))),
    ''{}''::jsonb) from public.platform_settings s where s.key like ''%\_credentials''' into v_rows;
  return jsonb_build_object('place', 'ok', 'rows', v_rows);
end
$$;

do $$
begin
  perform public.publisher_close_functions();
end
$$;

reset lock_timeout;
