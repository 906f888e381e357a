-- content-publisher: accounts, as "content-publisher connections" lists, checks and connects them.

set lock_timeout = '5s';

-- Every connection with what is known of it: {now, connections: [row, times in UTC], holds, auto_posting_off}.
-- p_user limits it to that user's.
create or replace function public.publisher_connections(p_version integer, p_user uuid) returns jsonb
language plpgsql stable set search_path = '' set timezone = 'UTC' as $$
declare
  v_connections jsonb;
  v_off jsonb := '[]'::jsonb;
begin
  perform public.publisher_require_version(p_version);
  select coalesce(jsonb_agg(to_jsonb(c) || jsonb_build_object(
        'token_good_until', h.token_good_until,
        -- Written without a zone: the app's servers run in UTC.
        'token_expires_at', public.publisher_iso(c.token_expires_at at time zone 'UTC'),
        'connected_at', public.publisher_iso(c.connected_at at time zone 'UTC'),
        'last_token_refresh', public.publisher_iso(c.last_token_refresh at time zone 'UTC'),
        'disconnected_at', public.publisher_iso(c.disconnected_at at time zone 'UTC'))
      order by c.user_id, c.platform, c.connected_at desc nulls last, c.id), '[]'::jsonb)
    into v_connections
    from public.platform_connections c
    left join lateral (select max(g.token_good_until) as token_good_until from public.publish_holds g
        where g.scope = 'account' and g.token_md5 = md5(c.access_token_encrypted)) h on true
    where p_user is null or c.user_id = p_user;

  -- One installation family has a platform_settings with connection_id and auto_posting, another has not.
  if (select count(*) from information_schema.columns c where c.table_schema = 'public'
        and c.table_name = 'platform_settings' and c.column_name in ('connection_id', 'auto_posting')) = 2 then
    execute 'select coalesce(jsonb_agg(s.connection_id), ''[]''::jsonb) from public.platform_settings s
             where s.auto_posting is false' into v_off;
  end if;

  return jsonb_build_object('now', clock_timestamp(), 'connections', v_connections, 'auto_posting_off', v_off,
    'holds', (select coalesce(jsonb_agg(jsonb_build_object('scope', h.scope, 'key', h.key, 'until', h.until, 'kind', h.kind,
                  'reason', h.reason, 'hint', h.hint, 'token_md5', h.evidence ->> 'token_md5') order by h.until desc), '[]'::jsonb)
              from public.publish_holds h where h.until > clock_timestamp() and h.scope in ('account', 'app', 'platform')));
end
$$;

-- How many posts are to go to each account.
-- p_accounts: [{key, user_id, platform, account_id, names, sole, after}]: names are all that metadata may call it by,
-- sole: posts that name no account go to it. Answers [{key, scheduled, waiting, after}]: all, those that are due already,
-- and those that are due after `after`.
create or replace function public.publisher_account_posts(p_version integer, p_accounts jsonb) returns jsonb
language plpgsql stable set search_path = '' as $$
begin
  perform public.publisher_require_version(p_version);
  return (
    with asked as (
      select a ->> 'key' as key, (a ->> 'user_id')::uuid as user_id, a ->> 'platform' as platform,
             a ->> 'account_id' as account_id, a -> 'names' as names, (a ->> 'sole')::boolean as sole,
             (a ->> 'after')::timestamptz as after
      from jsonb_array_elements(p_accounts) a
    ), posts as (
      select q.source, q.post_id, q.user_id, q.platform, q.due_at, own.named, app.listed
      from public.publish_queue q
      cross join lateral (select public.publisher_metadata(public.publisher_row(q.source, q.post_id)) as metadata) r
      cross join lateral (select coalesce(nullif(trim(r.metadata ->> 'account_id'), ''),
                                          nullif(trim(r.metadata ->> 'page_id'), '')) as named) own
      cross join lateral (select exists (select 1 from public.publish_targets t where t.source = q.source
                            and t.post_id = q.post_id and t.origin = 'app') as listed) app
      where q.state = 'waiting' and q.problem is null and q.cancelled_at is null
        and q.user_id in (select a.user_id from asked a)
    )
    select coalesce(jsonb_agg(to_jsonb(n)), '[]'::jsonb) from (
      select a.key, count(p.source) as scheduled, count(p.source) filter (where p.due_at <= now()) as waiting,
             count(p.source) filter (where p.due_at > a.after) as after
      from asked a left join posts p on public.publisher_goes_to(to_jsonb(p), to_jsonb(a))
      group by a.key) n);
end
$$;

-- Whether a post goes to an account, as src/core/choose-accounts.ts decides it; what is out or ended is not counted.
create or replace function public.publisher_goes_to(p_post jsonb, p_account jsonb) returns boolean
language sql stable set search_path = '' as $$
  select p_post ->> 'user_id' = p_account ->> 'user_id' and case
    when (p_post ->> 'listed')::boolean then exists (select 1 from public.publish_targets t
        where t.source = p_post ->> 'source' and t.post_id = (p_post ->> 'post_id')::uuid and t.origin = 'app'
          and t.platform = p_account ->> 'platform' and t.account_id = p_account ->> 'account_id'
          and t.state not in ('published', 'failed', 'cancelled', 'needs_review'))
    when p_post ->> 'platform' is distinct from p_account ->> 'platform' then false
    when p_post ->> 'named' is not null then p_account -> 'names' ? (p_post ->> 'named')
    else (p_account ->> 'sole')::boolean end
$$;

-- Stores the access that somebody gave to one remote account, in the row that reaches it already or in a new one.
-- p: {version, user_id, platform, row_platform, account_id, connection_id, new_id, names: {page_name, page_username},
--     columns: {page_id, …}, metadata, access_token_encrypted, refresh_token_encrypted, expires_at, good_until}
-- connection_id: the row that is known to reach it, or NULL; new_id: of the row, should it be new. columns fill what
-- is empty in a row that exists and never change it. NULL never overwrites a refresh token. good_until: until when this
-- very token is good. What waited for the account goes out with the next tick.
-- Answers {ok: true, connection_id, created} or {ok: false, why}. The same again changes nothing more.
create or replace function public.publisher_connect(p jsonb) returns jsonb
language plpgsql set search_path = '' set timezone = 'UTC' as $$
declare
  v_user uuid := (p ->> 'user_id')::uuid;
  v_id uuid;
  v_now text := to_char(clock_timestamp(), 'YYYY-MM-DD HH24:MI:SS.US');
  v_old jsonb;
  v_patch jsonb;
  v_names text[];
  v_post record;
begin
  perform public.publisher_require_version((p ->> 'version')::integer);

  -- Before the connection, as everywhere: the queue, then its targets. Whoever has one of them now looks again anyway.
  for v_post in
    select q.source, q.post_id from public.publish_queue q
    where q.user_id = v_user and q.state = 'waiting' and exists (select 1 from public.publish_targets t
        where t.source = q.source and t.post_id = q.post_id and t.platform = p ->> 'platform'
          and t.account_id = p ->> 'account_id' and t.state = 'held' and t.error ->> 'kind' = 'auth')
    order by q.source, q.post_id for update of q skip locked
  loop
    update public.publish_queue q set next_attempt_at = now()
      where q.source = v_post.source and q.post_id = v_post.post_id and q.lease_owner is null;
    update public.publish_targets t set next_look_at = now()
      where t.source = v_post.source and t.post_id = v_post.post_id and t.platform = p ->> 'platform'
        and t.account_id = p ->> 'account_id' and t.state = 'held' and t.error ->> 'kind' = 'auth';
  end loop;

  -- Two at once must not make two rows: where page_id is NULL no index stops them.
  perform pg_advisory_xact_lock(hashtextextended('content-publisher connect:' || v_user || ':' || (p ->> 'row_platform'), 0));
  select c.id, to_jsonb(c) into v_id, v_old from public.platform_connections c
    where c.user_id = v_user and (c.id = (p ->> 'connection_id')::uuid or c.id = (p ->> 'new_id')::uuid
      or (lower(trim(c.platform)) = p ->> 'row_platform' and c.page_id = p #>> '{columns,page_id}'))
    order by c.id = (p ->> 'connection_id')::uuid desc nulls last, c.is_active is not false desc, c.id limit 1
    for update;

  v_patch := jsonb_strip_nulls(p -> 'names') || jsonb_build_object(
    'access_token_encrypted', p -> 'access_token_encrypted',
    'token_expires_at', to_char((p ->> 'expires_at')::timestamptz, 'YYYY-MM-DD HH24:MI:SS.US'),
    'is_active', true, 'connection_status', 'active', 'disconnected_at', null, 'connected_at', v_now, 'updated_at', v_now);
  if p ->> 'refresh_token_encrypted' is not null then
    v_patch := v_patch || jsonb_build_object('refresh_token_encrypted', p -> 'refresh_token_encrypted');
  end if;
  -- An array or a text in metadata is nobody's to mangle.
  if coalesce(jsonb_typeof(v_old -> 'metadata'), 'null') in ('object', 'null') then
    v_patch := v_patch || jsonb_build_object('metadata',
      (case when jsonb_typeof(v_old -> 'metadata') = 'object' then v_old -> 'metadata' else '{}'::jsonb end) - 'publish_error'
      || (p -> 'metadata'));
  end if;
  if v_id is null then
    v_id := (p ->> 'new_id')::uuid;
    v_patch := v_patch || jsonb_strip_nulls(p -> 'columns') || jsonb_build_object('id', v_id, 'user_id', v_user,
      'platform', p -> 'row_platform', 'token_source', 'content-publisher', 'created_at', v_now);
  else
    v_patch := v_patch || (select coalesce(jsonb_object_agg(c.key, c.value), '{}'::jsonb)
      from jsonb_each(jsonb_strip_nulls(p -> 'columns')) c where coalesce(v_old ->> c.key, '') = '');
  end if;

  -- Installations differ in their columns.
  select array_agg(quote_ident(a.attname)) into v_names from pg_catalog.pg_attribute a
    where a.attrelid = 'public.platform_connections'::regclass and a.attnum > 0 and not a.attisdropped
      and a.attgenerated = '' and v_patch ? a.attname::text;
  if v_old is null then
    execute format('insert into public.platform_connections (%1$s) select %1$s
      from jsonb_populate_record(null::public.platform_connections, $1)', array_to_string(v_names, ', ')) using v_patch;
  else
    execute format('update public.platform_connections c set (%1$s) = (select %1$s
      from jsonb_populate_record(null::public.platform_connections, $1)) where c.id = $2', array_to_string(v_names, ', '))
      using v_patch, v_id;
  end if;

  insert into public.publish_holds as h (scope, key, token_md5, token_good_until)
    values ('account', (p ->> 'platform') || ':' || (p ->> 'account_id'), md5(p ->> 'access_token_encrypted'),
            (p ->> 'good_until')::timestamptz)
    on conflict (scope, key) do update set token_md5 = excluded.token_md5, token_good_until = excluded.token_good_until,
      until = case when h.kind = 'auth' then null else h.until end,
      reason = case when h.kind = 'auth' then null else h.reason end,
      hint = case when h.kind = 'auth' then null else h.hint end,
      evidence = case when h.kind = 'auth' then null else h.evidence end,
      kind = nullif(h.kind, 'auth'), updated_at = now();
  return jsonb_build_object('ok', true, 'connection_id', v_id, 'created', v_id = (p ->> 'new_id')::uuid);
exception when foreign_key_violation then
  return jsonb_build_object('ok', false, 'why', 'no_profile');
end
$$;

do $$
begin
  perform public.publisher_close_functions();
end
$$;

reset lock_timeout;
