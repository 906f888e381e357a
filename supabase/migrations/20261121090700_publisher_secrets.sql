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

-- The object or list in a value, which may be JSON or a text that holds JSON; NULL when there is none.
create or replace function public.publisher_settings_object(p_value jsonb) returns jsonb
language plpgsql immutable set search_path = '' as $$
declare
  v_object jsonb := p_value;
begin
  if jsonb_typeof(v_object) = 'string' then
    v_object := (v_object #>> '{}')::jsonb;
  end if;
  return case when jsonb_typeof(v_object) in ('object', 'array') then v_object end;
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

-- One value in platform_settings, if it still is what the caller has read. p: {key, path: [field, …], was_md5: of the
-- text at path or null for none, text}. An empty path is the whole value. Other fields stay as they are.
-- Answers {done, why: no_place|changed|refused, detail}.
create or replace function public.publisher_settings_put(p jsonb) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_type text := coalesce(public.publisher_settings_type(), '');
  v_path text[] := array(select jsonb_array_elements_text(p -> 'path'));
  v_stored jsonb;
  v_object jsonb;
  v_now text;
  v_found boolean;
  v_new jsonb;
begin
  if v_type = '' then
    return jsonb_build_object('done', false, 'why', 'no_place');
  end if;
  execute 'select to_jsonb(s.value), true from public.platform_settings s where s.key = $1 for update'
    into v_stored, v_found using p ->> 'key';
  v_object := public.publisher_settings_object(v_stored);
  v_now := case when v_path = '{}' then v_stored #>> '{}' else v_object #>> v_path end;
  if v_now is not distinct from p ->> 'text' then
    return jsonb_build_object('done', true);
  elsif md5(v_now) is distinct from p ->> 'was_md5' then
    return jsonb_build_object('done', false, 'why', 'changed');
  elsif v_path <> '{}' and v_object is null and coalesce(v_stored, 'null'::jsonb) not in ('null'::jsonb, '""'::jsonb) then
    return jsonb_build_object('done', false, 'why', 'refused', 'detail', 'what stands there is no object');
  end if;
  v_new := case when v_path = '{}' then to_jsonb(p ->> 'text')
                else jsonb_set(coalesce(v_object, '{}'::jsonb), v_path, to_jsonb(p ->> 'text')) end;
  -- JSON in a text stays JSON in a text.
  if jsonb_typeof(v_stored) = 'string' and v_path <> '{}' and v_type in ('json', 'jsonb') then
    v_new := to_jsonb(v_new::text);
  end if;
  execute format(case when v_found then 'update public.platform_settings set value = ($1::text)::%s where key = $2'
                      else 'insert into public.platform_settings (key, value) values ($2, ($1::text)::%s)' end, v_type)
    using case when v_type in ('json', 'jsonb') then v_new::text
               when jsonb_typeof(v_new) = 'string' then v_new #>> '{}' else v_new::text end, p ->> 'key';
  return jsonb_build_object('done', true);
exception
  when unique_violation then
    return jsonb_build_object('done', false, 'why', 'changed');
  when not_null_violation or check_violation or string_data_right_truncation or invalid_text_representation then
    return jsonb_build_object('done', false, 'why', 'refused', 'detail', sqlerrm);
end
$$;

-- A page of what is stored encrypted. p: {version, place: accounts|settings|uploads, user: whose, null for everybody,
-- after: the last item's order, limit}. Answers {items: [{order, where: {…}, label, text}], more}. A text that is longer
-- than any token comes back as null. Settings belong to no user and all come at once.
create or replace function public.publisher_secrets(p jsonb) returns jsonb
language plpgsql stable set search_path = '' as $$
declare
  v_user uuid := (p ->> 'user')::uuid;
  v_after text := coalesce(p ->> 'after', '');
  v_limit integer := (p ->> 'limit')::integer;
  v_items jsonb := '[]'::jsonb;
begin
  perform public.publisher_require_version((p ->> 'version')::integer);
  if p ->> 'place' = 'accounts' then
    select coalesce(jsonb_agg(to_jsonb(i) order by i."order"), '[]'::jsonb) into v_items from (
      select (c.id::text || ' ' || s.field) collate "C" as "order",
             jsonb_build_object('id', c.id, 'field', s.field) as "where",
             concat_ws(' ', c.platform, coalesce(c.page_name, c.page_id), s.name) as label,
             case when length(s.text) <= 100000 then s.text end as text
      from public.platform_connections c
      cross join lateral (values ('access_token_encrypted', 'access token', c.access_token_encrypted::text),
                                 ('refresh_token_encrypted', 'refresh token', c.refresh_token_encrypted::text)) s (field, name, text)
      where s.text ~ '\S' and (v_user is null or c.user_id = v_user) and (c.id::text || ' ' || s.field) collate "C" > v_after
      order by 1 limit v_limit) i;
  elsif p ->> 'place' = 'uploads' then
    select coalesce(jsonb_agg(to_jsonb(i) order by i."order"), '[]'::jsonb) into v_items from (
      select concat_ws(' ', t.source, t.post_id, t.platform, t.account_id) collate "C" as "order",
             jsonb_build_object('source', t.source, 'post_id', t.post_id, 'platform', t.platform, 'account_id', t.account_id) as "where",
             concat_ws(' ', t.source || ':' || t.post_id, t.platform, coalesce(t.account_name, t.account_id)) as label,
             t.checkpoint as text
      from public.publish_targets t
      where t.checkpoint is not null and concat_ws(' ', t.source, t.post_id, t.platform, t.account_id) collate "C" > v_after
        and (v_user is null or exists (select 1 from public.publish_queue q
              where q.source = t.source and q.post_id = t.post_id and q.user_id = v_user))
      order by 1 limit v_limit) i;
  elsif v_user is null and coalesce(public.publisher_settings_type(), '') <> '' then
    -- Whatever looks like ciphertext, at any depth: not only credentials are kept there.
    execute $q$
      with recursive value as (
        select s.key, '{}'::text[] as path,
               coalesce(public.publisher_settings_object(to_jsonb(s.value)), to_jsonb(s.value)) as value
        from public.platform_settings s where s.key is not null
        union all
        select v.key, v.path || n.name, n.value from value v
        cross join lateral (
          select e.key as name, e.value from jsonb_each(case when jsonb_typeof(v.value) = 'object' then v.value else '{}' end) e
          union all
          select (a.ordinality - 1)::text, a.value
          from jsonb_array_elements(case when jsonb_typeof(v.value) = 'array' then v.value else '[]' end) with ordinality a) n)
      select coalesce(jsonb_agg(jsonb_build_object('order', '', 'where', jsonb_build_object('key', v.key, 'path', to_jsonb(v.path)),
        'label', array_to_string(v.key || v.path, '.'), 'text', v.value #>> '{}') order by v.key, v.path), '[]'::jsonb)
      from value v where jsonb_typeof(v.value) = 'string' and v.value #>> '{}' like 'gAAAAA%'$q$ into v_items;
  end if;
  return jsonb_build_object('items', v_items, 'more', p ->> 'place' <> 'settings' and jsonb_array_length(v_items) >= v_limit);
end
$$;

-- The same secret, encrypted anew. p: {place, items: [{where, was_md5, text}]}; answers {results: [done|changed]}.
-- What anybody else has stored since it was read stays. What is known of a token by the md5 of its ciphertext goes over
-- to the new one; the log says which became which, for a pair that was got for the old one (publisher_refresh_store).
create or replace function public.publisher_secrets_replace(p jsonb) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_item jsonb;
  v_text text;
  v_was text;
  v_done boolean;
  v_results jsonb := '[]'::jsonb;
begin
  for v_item in select value from jsonb_array_elements(p -> 'items') loop
    v_text := v_item ->> 'text';
    v_was := v_item ->> 'was_md5';
    if p ->> 'place' = 'settings' then
      v_done := (public.publisher_settings_put(v_item -> 'where' || (v_item - 'where')) ->> 'done')::boolean;
    elsif p ->> 'place' = 'uploads' then
      update public.publish_targets t set checkpoint = v_text
        where t.source = v_item #>> '{where,source}' and t.post_id = (v_item #>> '{where,post_id}')::uuid
          and t.platform = v_item #>> '{where,platform}' and t.account_id = v_item #>> '{where,account_id}'
          and (md5(t.checkpoint) = v_was or t.checkpoint = v_text);
      v_done := found;
    elsif v_item #>> '{where,field}' = 'refresh_token_encrypted' then
      update public.platform_connections c set refresh_token_encrypted = v_text
        where c.id = (v_item #>> '{where,id}')::uuid
          and (md5(c.refresh_token_encrypted) = v_was or c.refresh_token_encrypted = v_text);
      v_done := found;
    else
      update public.platform_connections c set access_token_encrypted = v_text
        where c.id = (v_item #>> '{where,id}')::uuid
          and (md5(c.access_token_encrypted) = v_was or c.access_token_encrypted = v_text);
      v_done := found;
      if v_done then
        insert into public.publish_log (step, detail) values ('encrypted_anew',
          jsonb_build_object('connection_id', v_item #> '{where,id}', 'from', v_was, 'to', md5(v_text)));
        update public.publish_holds h set token_md5 = md5(v_text) where h.scope = 'account' and h.token_md5 = v_was;
        update public.publish_holds h set evidence = h.evidence || jsonb_build_object('token_md5', md5(v_text))
          where h.scope = 'account' and h.kind = 'auth' and h.evidence ->> 'token_md5' = v_was;
      end if;
    end if;
    v_results := v_results || to_jsonb(case when v_done then 'done' else 'changed' end);
  end loop;
  return jsonb_build_object('results', v_results);
end
$$;

create index if not exists publish_log_encrypted on public.publish_log ((detail ->> 'from')) where step = 'encrypted_anew';

create unique index if not exists publish_log_once on public.publish_log (step, (detail ->> 'once')) where detail ->> 'once' is not null;

-- What is said once and never again. p: {call, step, key}; answers {first: whether it has not been said before this call}.
create or replace function public.publisher_once(p jsonb) returns jsonb
language plpgsql set search_path = '' as $$
begin
  insert into public.publish_log (step, detail)
    values (p ->> 'step', jsonb_build_object('once', p ->> 'key', 'call', p ->> 'call')) on conflict do nothing;
  return jsonb_build_object('first', exists (select 1 from public.publish_log l
    where l.step = p ->> 'step' and l.detail ->> 'once' = p ->> 'key' and l.detail ->> 'call' = p ->> 'call'));
end
$$;

do $$
begin
  perform public.publisher_close_functions();
end
$$;

reset lock_timeout;
