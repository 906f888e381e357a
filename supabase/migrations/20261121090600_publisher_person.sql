-- content-publisher 7/8: what a person decides by hand, and what an operator looks at.

set lock_timeout = '5s';

create table if not exists public.publish_hosts (
  host text not null,
  -- A tick that TEST_USER_ID limits to one user says nothing about the posts of the others; '' is for all.
  only_user text not null default '',
  run_id text,
  version text,
  started_at timestamptz,
  ended_at timestamptz not null,
  -- How far the clock of the host is ahead of the database's.
  clock_skew_ms bigint,
  primary key (host, only_user)
);
comment on table public.publish_hosts is 'content-publisher: the last tick of each host that came to its end';
alter table public.publish_hosts enable row level security;
revoke all on public.publish_hosts from public, anon, authenticated;
grant select, insert, update, delete on public.publish_hosts to service_role;

-- One post with everything known of it: {now, working, job}, or NULL when there is none. working: a tick has it now.
create or replace function public.publisher_post(p_version integer, p_source text, p_id uuid) returns jsonb
language plpgsql stable set search_path = '' set timezone = 'UTC' as $$
declare
  v_row jsonb;
begin
  perform public.publisher_require_version(p_version);
  v_row := public.publisher_row(p_source, p_id);
  if v_row is null and not exists (select 1 from public.publish_queue q where q.source = p_source and q.post_id = p_id) then
    return null;
  end if;
  return jsonb_build_object(
    'now', clock_timestamp(),
    'working', exists (select 1 from public.publish_queue q where q.source = p_source and q.post_id = p_id
                        and q.lease_until > clock_timestamp()),
    'job', public.publisher_job(p_source, p_id, v_row));
end
$$;

-- A person has looked at the account of a target that may be live, and says what is there.
-- p: {version, source, id, platform, account_id, published: {id, id_kind, url} or null, proof, host}
-- published: it is that post, also where NULL was said of it before. NULL: it is not on the account, so it may be sent again.
-- Answers {ok: true, status} with the row's status, or {ok: false, why, detail}. The same again changes nothing.
create or replace function public.publisher_resolve(p jsonb) returns jsonb
language plpgsql set search_path = '' set timezone = 'UTC' as $$
declare
  v_source text := p ->> 'source';
  v_id uuid := (p ->> 'id')::uuid;
  v_published jsonb := nullif(p -> 'published', 'null'::jsonb);
  v_outcome text := case when nullif(p -> 'published', 'null'::jsonb) is null then 'not_published' else 'published' end;
  v_queue public.publish_queue;
  v_target public.publish_targets;
  v_owner public.publish_targets;
begin
  perform public.publisher_require_version((p ->> 'version')::integer);
  perform public.publisher_row(v_source, v_id, true);
  select * into v_queue from public.publish_queue q where q.source = v_source and q.post_id = v_id for update;
  select * into v_target from public.publish_targets t
    where t.source = v_source and t.post_id = v_id and t.platform = p ->> 'platform' and t.account_id = p ->> 'account_id'
    for update;
  if v_target.source is null then
    return jsonb_build_object('ok', false, 'why', 'no_target');
  end if;
  if (v_target.state = 'published' and v_target.platform_post_id = v_published ->> 'id')
     or (v_target.state = 'failed' and v_target.error ->> 'code' = 'NOT_PUBLISHED' and v_published is null) then
    -- Done already, and only the answer was lost.
    return jsonb_build_object('ok', true, 'status', public.publisher_row(v_source, v_id) ->> 'status');
  end if;
  if v_queue.lease_until > clock_timestamp() then
    return jsonb_build_object('ok', false, 'why', 'working');
  end if;
  -- Also where a person said that it is not there, was mistaken, and nothing was sent since.
  if v_target.state <> 'needs_review'
     and not (v_target.state = 'failed' and v_target.error ->> 'code' = 'NOT_PUBLISHED') then
    return jsonb_build_object('ok', false, 'why', 'state', 'detail', v_target.state);
  end if;

  if v_published is null then
    update public.publish_targets t set state = 'failed', next_look_at = null, updated_at = now(),
        error = jsonb_build_object('kind', 'rejected', 'code', 'NOT_PUBLISHED', 'at', public.publisher_iso(now()),
          'message', format('A person has looked: it is not on %s.', coalesce(t.account_name, t.account_id)),
          'hint', format('Schedule it again, or run "content-publisher retry %s:%s".', v_source, v_id))
      where t.source = v_source and t.post_id = v_id and t.platform = v_target.platform and t.account_id = v_target.account_id;
    -- The next send is a first one again: whatever the platform says of duplicates then is about another post.
    update public.publish_effects e set state = 'absent', unknown_sends = 0, absent_seen_at = null, updated_at = now()
      where e.source = v_source and e.post_id = v_id and e.platform = v_target.platform
        and e.account_id = v_target.account_id and e.state <> 'published';
  else
    begin
      update public.publish_targets t set state = 'published', platform_post_id = v_published ->> 'id',
          id_kind = v_published ->> 'id_kind', platform_post_url = v_published ->> 'url', error = null,
          -- What follows it may not be out.
          next_look_at = now(),
          published_at = coalesce((select min(e.first_armed_at) from public.publish_effects e where e.source = v_source
            and e.post_id = v_id and e.platform = v_target.platform and e.account_id = v_target.account_id), now()),
          updated_at = now()
        where t.source = v_source and t.post_id = v_id and t.platform = v_target.platform and t.account_id = v_target.account_id;
    exception when unique_violation then
      select * into v_owner from public.publish_targets t
        where t.platform = v_target.platform and t.account_id = v_target.account_id
          and t.platform_post_id = v_published ->> 'id';
      return jsonb_build_object('ok', false, 'why', 'taken', 'detail', v_owner.source || ':' || v_owner.post_id);
    end;
    update public.publish_effects e set state = 'published', platform_post_id = v_published ->> 'id', updated_at = now()
      where e.source = v_source and e.post_id = v_id and e.platform = v_target.platform
        and e.account_id = v_target.account_id and e.effect = 'post';
  end if;

  insert into public.publish_log (host, source, post_id, platform, account_id, step, outcome, platform_post_id, detail)
    values (p ->> 'host', v_source, v_id, v_target.platform, v_target.account_id, 'resolve', v_outcome,
            v_published ->> 'id', jsonb_build_object('by', 'hand', 'proof', coalesce(p ->> 'proof', 'person')));
  update public.publish_queue q set writeback_due = true, updated_at = now(),
      state = case when v_published is null then q.state else 'waiting' end,
      next_attempt_at = case when v_published is null then q.next_attempt_at else least(q.next_attempt_at, now()) end
    where q.source = v_source and q.post_id = v_id;
  perform public.publisher_writeback(v_source, v_id);
  return jsonb_build_object('ok', true, 'status', public.publisher_row(v_source, v_id) ->> 'status');
end
$$;

-- Lets one post go now, before its time too: what failed or waits of it, never what is out or may be. The claim, the arm
-- and everything else is a tick's. Answers as publisher_retry, or {ok: true, planned: false}: plan it and ask again.
create or replace function public.publisher_publish_now(p_version integer, p_source text, p_id uuid) returns jsonb
language plpgsql set search_path = '' set timezone = 'UTC' as $$
declare
  v_row jsonb;
  v_queue public.publish_queue;
  v_answer jsonb;
begin
  perform public.publisher_require_version(p_version);
  v_row := public.publisher_row(p_source, p_id, true);
  select * into v_queue from public.publish_queue q where q.source = p_source and q.post_id = p_id for update;
  if v_row is not null and (v_row ->> 'status' not in ('scheduled', 'draft', 'failed', 'published')
       or (v_row ->> 'status' = 'published' and not exists (select 1 from public.publish_targets t
             where t.source = p_source and t.post_id = p_id and t.state = 'published'))) then
    -- Not ready, or sent by somebody else.
    return jsonb_build_object('ok', false, 'why', 'status', 'detail', v_row ->> 'status');
  end if;
  if v_queue.state = 'skipped' then
    return jsonb_build_object('ok', false, 'why', 'skipped', 'detail', v_queue.skip_reason);
  end if;
  -- A draft whose time was changed was noted by nobody: planned with its old one it would wait for the new one.
  if v_row ->> 'status' in ('scheduled', 'draft', 'failed') and (v_queue.source is null
       or (v_queue.schedule_key <> public.publisher_schedule_key(
             v_row, public.publisher_timezone(public.publisher_uuid(v_row ->> 'owner_id')))
           and (v_queue.lease_until is null or v_queue.lease_until < clock_timestamp()))) then
    if p_source = 'created_content' then
      update public.created_content c set status = 'scheduled', updated_at = now() where c.id = p_id and c.status <> 'scheduled';
    else
      update public.content_posts c set status = 'scheduled', updated_at = now() where c.id = p_id and c.status <> 'scheduled';
    end if;
    return jsonb_build_object('ok', true, 'planned', false);
  end if;
  v_answer := public.publisher_retry(p_version, p_source, p_id, null);
  if (v_answer ->> 'ok')::boolean then
    update public.publish_queue q set publish_now = true, next_attempt_at = now() where q.source = p_source and q.post_id = p_id;
  end if;
  return v_answer || jsonb_build_object('planned', true);
end
$$;

-- What an operator looks at. p_user limits all of it to that user; p_quiet is how long ticks may keep silent before
-- something is wrong. Every list is short, with the count of all: {count, posts: [{source, id, platform, account, state, at, detail}]}.
create or replace function public.publisher_status(p_version integer, p_user uuid, p_quiet_seconds integer) returns jsonb
language plpgsql stable set search_path = '' set timezone = 'UTC' as $$
declare
  v_now timestamptz := clock_timestamp();
  v_quiet interval := make_interval(secs => p_quiet_seconds);
  v_installed timestamptz;
  v_answer jsonb;
begin
  perform public.publisher_require_version(p_version);
  select installed_at into v_installed from public.publish_install;

  with mine as (
    -- Planned posts that are not over yet: few, however long the history.
    select q.*, coalesce(q.lease_until > v_now, false) as leased,
           q.problem is null and q.due_at <= v_now
             and (q.released or q.due_at >= v_installed or q.first_claimed_at is not null) as due,
           q.problem is null and q.due_at < v_installed and not q.released and q.first_claimed_at is null
             and q.cancelled_at is null as overdue
    from public.publish_queue q
    where q.state = 'waiting' and (p_user is null or q.user_id = p_user)
  )
  select jsonb_build_object(
    'scheduled', count(*),
    'due', count(*) filter (where due),
    'overdue', count(*) filter (where overdue),
    'unplanned', count(*) filter (where problem is not null),
    'in_flight', count(*) filter (where leased),
    'next_due', min(due_at) filter (where due_at > v_now and problem is null)) into v_answer
    from mine;

  return v_answer || jsonb_build_object(
    'now', v_now,
    'installed_at', v_installed,
    'unread', (select count(distinct (c.kind, c.ref)) from public.publish_changes c where p_user is null),
    'targets', (select coalesce(jsonb_object_agg(s.state, s.n), '{}'::jsonb) from (
        select t.state, count(*) as n from public.publish_targets t
        where p_user is null or exists (select 1 from public.publish_queue q
              where q.source = t.source and q.post_id = t.post_id and q.user_id = p_user)
        group by t.state) s),
    'skipped', (select coalesce(jsonb_object_agg(coalesce(s.skip_reason, ''), s.n), '{}'::jsonb) from (
        select q.skip_reason, count(*) as n from public.publish_queue q
        where q.state = 'skipped' and q.due_at <= v_now and (p_user is null or q.user_id = p_user)
        group by q.skip_reason) s),
    'working', (select coalesce(jsonb_agg(to_jsonb(w)), '[]'::jsonb) from (
        select q.source, q.post_id as id, q.platform, q.host, q.last_claimed_at as since, q.lease_until as until
        from public.publish_queue q
        where q.lease_owner is not null and q.lease_until > v_now and (p_user is null or q.user_id = p_user)
        order by q.last_claimed_at limit 20) w),
    'held', (select coalesce(jsonb_agg(to_jsonb(h) order by h.until), '[]'::jsonb) from (
        select t.state, t.platform, coalesce(t.account_name, t.account_id) as account, t.error ->> 'message' as reason,
               t.error ->> 'hint' as hint, min(t.next_look_at) as until, min(t.held_since) as since, count(*) as count
        from public.publish_targets t join public.publish_queue q on q.source = t.source and q.post_id = t.post_id
        where t.state in ('held', 'retry') and (p_user is null or q.user_id = p_user)
        group by 1, 2, 3, 4, 5 order by count(*) desc limit 50) h),
    'holds', case when p_user is not null then '[]'::jsonb else (
        select coalesce(jsonb_agg(to_jsonb(h) order by h.until), '[]'::jsonb) from (
          select h.scope, h.key, h.until, h.kind, h.reason, h.hint from public.publish_holds h
          where h.until > v_now order by h.until limit 50) h) end,
    'hosts', (select coalesce(jsonb_agg(to_jsonb(h) order by h.ended_at desc), '[]'::jsonb) from (
        select h.host, nullif(h.only_user, '') as only_user, h.run_id, h.version, h.started_at, h.ended_at, h.clock_skew_ms
        from public.publish_hosts h
        where h.ended_at > v_now - interval '30 days' and (p_user is null or h.only_user in ('', p_user::text))
        order by h.ended_at desc limit 50) h),
    'inactive', (select coalesce(jsonb_agg(to_jsonb(a)), '[]'::jsonb) from (
        select c.platform, coalesce(c.page_name, c.page_id) as account, c.connection_status as status,
               to_jsonb(c.metadata) #>> '{publish_error,message}' as reason,
               count(*) as waiting
        from public.publish_targets t
        join public.publish_queue q on q.source = t.source and q.post_id = t.post_id
        join public.platform_connections c on c.id = t.connection_id
        where t.state in ('held', 'retry') and q.state = 'waiting' and c.is_active is false
          and (p_user is null or q.user_id = p_user)
        group by c.id order by count(*) desc limit 50) a),
    -- What a person has to look at.
    'review', public.publisher_status_list($q$
        select t.source, t.post_id as id, t.platform, coalesce(t.account_name, t.account_id) as account, t.state,
               t.updated_at as at, t.error ->> 'message' as detail, q.user_id
        from public.publish_targets t join public.publish_queue q on q.source = t.source and q.post_id = t.post_id
        where t.state = 'needs_review'$q$, p_user, v_quiet),
    'broken', jsonb_build_object(
      'OVERDUE', public.publisher_status_list($q$
        select q.source, q.post_id as id, q.platform, null as account, q.state, q.due_at as at, null as detail, q.user_id
        from public.publish_queue q
        where q.state = 'waiting' and q.problem is null and q.next_attempt_at < now() - $2
          and (q.lease_until is null or q.lease_until < now() - $2)
          and (q.released or q.due_at >= (select i.installed_at from public.publish_install i)
               or q.first_claimed_at is not null or q.cancelled_at is not null)
          -- A backlog goes out one after the other: it waits for nothing else while its account is being worked on.
          and not exists (select 1 from public.publish_queue o where o.user_id = q.user_id and o.platform = q.platform
                and o.last_claimed_at > now() - $2)$q$, p_user, v_quiet),
      'NEVER_LOOKED_AT', public.publisher_status_list($q$
        select t.source, t.post_id as id, t.platform, coalesce(t.account_name, t.account_id) as account, t.state,
               t.updated_at as at, null as detail, q.user_id
        from public.publish_targets t left join public.publish_queue q on q.source = t.source and q.post_id = t.post_id
        where t.state in ('armed', 'accepted', 'unknown', 'held', 'retry')
          and (t.next_look_at is null or q.source is null or q.state <> 'waiting' or q.next_attempt_at is null)
          -- Made into something that is not ours while it waited: nobody is to look.
          and not (t.state in ('held', 'retry') and coalesce(q.state = 'skipped', false))
          and t.updated_at < now() - $2$q$, p_user, v_quiet),
      'PUBLISHED_WITHOUT_ID', public.publisher_status_list($q$
        select t.source, t.post_id as id, t.platform, coalesce(t.account_name, t.account_id) as account, t.state,
               t.published_at as at, null as detail, q.user_id
        from public.publish_targets t left join public.publish_queue q on q.source = t.source and q.post_id = t.post_id
        where t.state = 'published' and t.platform_post_id is null$q$, p_user, v_quiet),
      'DEAD_LEASE', public.publisher_status_list($q$
        select q.source, q.post_id as id, q.platform, null as account, q.state, q.lease_until as at, q.host as detail, q.user_id
        from public.publish_queue q
        where q.lease_owner is not null and q.lease_until < now() - $2$q$, p_user, v_quiet),
      'UNKNOWN_LONG', public.publisher_status_list($q$
        select t.source, t.post_id as id, t.platform, coalesce(t.account_name, t.account_id) as account, t.state,
               max(e.last_possible_at) as at, t.error ->> 'message' as detail, q.user_id
        from public.publish_targets t
        join public.publish_queue q on q.source = t.source and q.post_id = t.post_id
        join public.publish_effects e on e.source = t.source and e.post_id = t.post_id and e.platform = t.platform
          and e.account_id = t.account_id
        where t.state in ('armed', 'unknown', 'accepted')
        group by t.source, t.post_id, t.platform, t.account_id, q.source, q.post_id
        -- After an hour without a proof a person is told; a video may be processed for a day.
        having max(e.last_possible_at) < now() - $2
               - case t.state when 'accepted' then interval '24 hours' else interval '1 hour' end$q$, p_user, v_quiet),
      'WRITEBACK', public.publisher_status_list($q$
        select q.source, q.post_id as id, q.platform, null as account, q.state, l.since as at, l.message as detail, q.user_id
        from public.publish_queue q
        cross join lateral (select min(l.at) as since, (array_agg(l.detail ->> 'message' order by l.id desc))[1] as message
              from public.publish_log l where l.source = q.source and l.post_id = q.post_id and l.step = 'writeback') l
        where q.writeback_due and (q.updated_at < now() - $2 or l.since < now() - $2)$q$, p_user, v_quiet),
      'ROW_LEFT', public.publisher_status_list($q$
        select s.source, s.id, q.platform, null as account, q.state, q.updated_at as at, null as detail, q.user_id
        from (select 'created_content' as source, c.id from public.created_content c where c.status = 'scheduled'
              union all
              select 'content_posts', c.id from public.content_posts c where c.status = 'scheduled') s
        join public.publish_queue q on q.source = s.source and q.post_id = s.id
        where q.state in ('done', 'cancelled') and not q.writeback_due and q.updated_at < now() - $2
          and not exists (select 1 from public.publish_changes c where c.kind = s.source and c.ref = s.id)$q$, p_user, v_quiet),
      'UNREAD', case when p_user is not null then jsonb_build_object('count', 0, 'posts', '[]'::jsonb)
        else public.publisher_status_list($q$
        select c.kind as source, c.ref as id, null as platform, null as account, null as state, min(c.at) as at, null as detail,
               null::uuid as user_id
        from public.publish_changes c where c.at < now() - $2 and c.kind in ('created_content', 'content_posts')
        group by c.kind, c.ref$q$, p_user, v_quiet) end));
end
$$;

-- p_query names what is wrong: its count, and the oldest ten. $2 in it is p_quiet; now(), because no index serves a
-- comparison with clock_timestamp().
create or replace function public.publisher_status_list(p_query text, p_user uuid, p_quiet interval) returns jsonb
language plpgsql stable set search_path = '' set timezone = 'UTC' as $$
declare
  v_answer jsonb;
begin
  execute format('with found as materialized (%s), mine as (select * from found f where $1 is null or f.user_id = $1)
    select jsonb_build_object(''count'', (select count(*) from mine), ''posts'', coalesce((select jsonb_agg(to_jsonb(o)) from (
      select m.source, m.id, m.platform, m.account, m.state, m.at, m.detail from mine m order by m.at, m.id limit 10) o), ''[]''::jsonb))',
    p_query) into v_answer using p_user, p_quiet;
  return v_answer;
end
$$;

do $$
begin
  perform public.publisher_close_functions();
end
$$;

reset lock_timeout;
