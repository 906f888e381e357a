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

do $$
begin
  perform public.publisher_close_functions();
end
$$;

reset lock_timeout;
