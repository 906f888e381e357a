-- content-publisher 5/8: settle, write back, accounts, and what a person does by hand.

set lock_timeout = '5s';

-- Makes the app's row say what our tables say. Derived from them alone, so it may be repeated at any time;
-- a failure (a trigger of the app's, a lock) leaves writeback_due and undoes nothing.
create or replace function public.publisher_writeback(p_source text, p_id uuid) returns boolean
language plpgsql set search_path = '' set timezone = 'UTC' as $$
declare
  v_row jsonb;
  v_metadata jsonb;
  v_new jsonb;
  v_queue public.publish_queue;
  v_first public.publish_targets;
  v_results jsonb;
  v_ids jsonb;
  v_review jsonb;
  v_error jsonb;
  v_flight boolean;
  v_leased boolean;
  v_foreign boolean;
  v_status text;
  v_published_at timestamptz;
begin
  v_row := public.publisher_row(p_source, p_id, true);
  select * into v_queue from public.publish_queue q where q.source = p_source and q.post_id = p_id;
  if v_queue.source is null then
    return true;
  end if;
  if v_row is null then
    update public.publish_queue q set writeback_due = false where q.source = p_source and q.post_id = p_id;
    return true;
  end if;

  select * into v_first from public.publish_targets t
    where t.source = p_source and t.post_id = p_id and t.state = 'published'
    order by t.published_at, t.platform, t.account_id limit 1;
  select bool_or(t.state in ('armed', 'accepted', 'unknown', 'needs_review')),
         jsonb_agg(jsonb_strip_nulls(jsonb_build_object('platform', t.platform, 'account_id', t.account_id,
           'account_name', t.account_name, 'state', t.state, 'id', t.platform_post_id, 'url', t.platform_post_url,
           'published_at', t.published_at, 'warning', nullif(concat_ws(' ', t.warning, t.missing), ''),
           'error', case when t.state <> 'published' then t.error end))
           order by t.published_at nulls last, t.platform, t.account_id) filter (where t.state <> 'cancelled')
    into v_flight, v_results
    from public.publish_targets t where t.source = p_source and t.post_id = p_id;
  v_flight := coalesce(v_flight, false);
  v_leased := coalesce(v_queue.lease_until > clock_timestamp(), false);

  select jsonb_object_agg(case d.platform when 'x' then 'twitter_post_id' else d.platform || '_post_id' end, d.platform_post_id)
         || coalesce(jsonb_object_agg('x_post_id', d.platform_post_id) filter (where d.platform = 'x'), '{}'::jsonb)
    into v_ids
    from (select distinct on (t.platform) t.platform, t.platform_post_id from public.publish_targets t
           where t.source = p_source and t.post_id = p_id and t.state = 'published'
           order by t.platform, t.published_at, t.account_id) d;

  select coalesce(t.error, '{}'::jsonb) || jsonb_build_object('kind', 'unknown', 'code', 'MAYBE_LIVE', 'message',
           format('May already be live on %s (%s). %s', coalesce(t.account_name, t.account_id), t.platform,
                  coalesce(t.error ->> 'message', '')))
    into v_review
    from public.publish_targets t
    where t.source = p_source and t.post_id = p_id and t.state = 'needs_review' limit 1;

  v_status := v_row ->> 'status';
  if v_first.source is not null then
    if v_status is distinct from 'deleted' then
      v_status := 'published';
    end if;
    v_error := case when v_queue.problem ->> 'code' = 'ALREADY_OUT' then v_queue.problem end;
    v_published_at := v_first.published_at;
  elsif v_review is not null then
    v_error := v_review;
    -- Also where the app took it back meanwhile: a draft would look as if it could not be out.
    if v_status in ('scheduled', 'draft') and v_queue.state <> 'waiting' then
      v_status := 'failed';
    end if;
  else
    select coalesce(v_queue.problem, (select t.error from public.publish_targets t
      where t.source = p_source and t.post_id = p_id and t.error is not null and t.state not in ('cancelled', 'pending')
      order by case t.state when 'failed' then 0 when 'unknown' then 1 when 'held' then 2 else 3 end, t.updated_at desc
      limit 1)) into v_error;
    -- 'failed' is ours where it said MAYBE_LIVE: a person has looked since, and it is not out.
    if (v_status = 'scheduled'
        or (v_status = 'failed' and public.publisher_metadata(v_row) #>> '{publish_error,code}' = 'MAYBE_LIVE'))
       and v_queue.state = 'done' and not v_flight then
      v_status := 'draft';
    end if;
  end if;

  v_metadata := case when jsonb_typeof(v_row -> 'metadata') = 'object' then v_row -> 'metadata'
                     when v_row -> 'metadata' = 'null'::jsonb and not public.publisher_metadata_is_json_null(p_source, p_id)
                     then '{}'::jsonb end;
  if v_metadata is not null then
    v_foreign := coalesce(v_metadata ->> '_publishing', 'false') = 'true'
                 and coalesce(v_metadata ->> '_publishing_by', '') not like 'content-publisher%';
    v_new := v_metadata;
    if (v_leased and not v_foreign) or v_flight then
      if v_foreign or coalesce(v_metadata ->> '_publishing', '') <> 'true'
         or coalesce(v_metadata ->> '_publishing_at', '') < to_char(now() at time zone 'UTC' - interval '3 minutes', 'YYYY-MM-DD"T"HH24:MI:SS') then
        v_new := v_new || jsonb_build_object('_publishing', true,
          '_publishing_at', to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
          '_publishing_by', 'content-publisher/' || coalesce(v_queue.run_id, 'recovery'));
      end if;
    elsif not v_foreign or v_first.source is not null then
      v_new := v_new - array['_publishing', '_publishing_at', '_publishing_by'];
    end if;
    if v_error is null then
      v_new := v_new - 'publish_error';
    else
      v_new := v_new || jsonb_build_object('publish_error', jsonb_strip_nulls(jsonb_build_object(
        'kind', v_error -> 'kind', 'code', v_error -> 'code', 'message', v_error -> 'message',
        'hint', v_error -> 'hint', 'at', v_error -> 'at', 'retry_at', v_error -> 'retry_at')));
    end if;
    if v_ids is not null then
      v_new := v_new || v_ids || jsonb_build_object('publish_results', v_results);
    end if;
  end if;

  if v_status is distinct from v_row ->> 'status' or v_new is distinct from v_metadata
     or (v_published_at is not null and v_row ->> 'published_at' is null) then
    -- published_at is declared nowhere and may be of another type: the table's own row type converts.
    if p_source = 'created_content' then
      update public.created_content c set
          status = v_status,
          metadata = case when v_metadata is null then c.metadata else v_new end,
          channel_post_id = coalesce(v_first.platform_post_id, c.channel_post_id),
          published_at = coalesce(typed.published_at, c.published_at),
          updated_at = now()
        from jsonb_populate_record(null::public.created_content, jsonb_build_object('published_at', v_published_at)) typed
        where c.id = p_id;
    else
      update public.content_posts c set
          status = v_status,
          metadata = case when v_metadata is null then c.metadata else v_new end,
          published_at = coalesce(typed.published_at, c.published_at),
          updated_at = now()
        from jsonb_populate_record(null::public.content_posts, jsonb_build_object('published_at', v_published_at)) typed
        where c.id = p_id;
    end if;
  end if;
  update public.publish_queue q set writeback_due = false,
      wrote_published = q.wrote_published or (v_status = 'published' and v_row ->> 'status' is distinct from 'published')
    where q.source = p_source and q.post_id = p_id
      and (q.writeback_due or v_status is distinct from v_row ->> 'status');
  return true;
exception when others then
  -- Behind the others, so that rows which always fail starve nobody.
  update public.publish_queue q set writeback_due = true, updated_at = now() where q.source = p_source and q.post_id = p_id;
  -- Once and not every minute: the log must not grow by a row that can never be written.
  insert into public.publish_log (source, post_id, step, outcome, detail)
    select p_source, p_id, 'writeback', 'failed', jsonb_build_object('message', sqlerrm, 'sqlstate', sqlstate)
    where not exists (select 1 from public.publish_log l where l.source = p_source and l.post_id = p_id
      and l.step = 'writeback' and l.detail ->> 'sqlstate' = sqlstate and l.at > now() - interval '1 day');
  return false;
end
$$;

-- to_jsonb shows SQL NULL and JSON null alike; only the first may become an object.
create or replace function public.publisher_metadata_is_json_null(p_source text, p_id uuid) returns boolean
language sql stable set search_path = '' as $$
  select coalesce(case p_source
    when 'created_content' then (select c.metadata is not null from public.created_content c where c.id = p_id)
    else (select c.metadata is not null from public.content_posts c where c.id = p_id) end, false)
$$;

-- Ends a claim. p: {call, source, id, owner, fence, problem, next_attempt_at,
--   targets: [{platform, account_id, state: pending|prepared|retry|held|failed|unknown|published, error, next_look_at,
--              count_attempt, missing}]}
create or replace function public.publisher_settle(p jsonb) returns jsonb
language plpgsql set search_path = '' set timezone = 'UTC' set lock_timeout = '3s' as $$
declare
  v_queue public.publish_queue;
  v_want jsonb;
  v_problem jsonb := nullif(p -> 'problem', 'null'::jsonb);
  v_open integer;
  v_all integer;
  v_next timestamptz;
  v_locked boolean := true;
begin
  begin
    perform public.publisher_row(p ->> 'source', (p ->> 'id')::uuid, true);
  exception when lock_not_available then
    -- The app holds its row: ours are settled now, its own is written later.
    v_locked := false;
  end;
  select * into v_queue from public.publish_queue q
    where q.source = p ->> 'source' and q.post_id = (p ->> 'id')::uuid for update;
  if v_queue.settle_call = (p ->> 'call')::uuid then
    return jsonb_build_object('ok', true, 'state', v_queue.state, 'written', not v_queue.writeback_due);
  end if;
  v_queue := public.publisher_require_lease(p);

  for v_want in select * from jsonb_array_elements(coalesce(nullif(p -> 'targets', 'null'::jsonb), '[]'::jsonb)) loop
    update public.publish_targets t set
        -- Nothing can be looked for where nothing was ever sent.
        state = case when v_want ->> 'state' = 'unknown'
                      and not exists (select 1 from public.publish_effects e where e.source = t.source and e.post_id = t.post_id
                            and e.platform = t.platform and e.account_id = t.account_id)
                     then 'retry' else v_want ->> 'state' end,
        error = coalesce(nullif(v_want -> 'error', 'null'::jsonb), t.error),
        attempts = t.attempts + case when (v_want ->> 'count_attempt')::boolean then 1 else 0 end,
        held_since = case when v_want ->> 'state' in ('held', 'retry')
                           and public.publisher_hold_counts(coalesce(nullif(v_want -> 'error', 'null'::jsonb), t.error))
                          then coalesce(t.held_since, now()) end,
        next_look_at = case when v_want ->> 'state' = 'failed' then null
                            else coalesce((v_want ->> 'next_look_at')::timestamptz, now()) end,
        updated_at = now()
      where v_want ->> 'state' <> 'published' and t.source = v_queue.source and t.post_id = v_queue.post_id
        and t.platform = v_want ->> 'platform' and t.account_id = v_want ->> 'account_id'
        and t.state in ('pending', 'prepared', 'retry', 'held');
    -- What may be out keeps its state; only the next look moves.
    update public.publish_targets t set
        next_look_at = coalesce((v_want ->> 'next_look_at')::timestamptz, now() + interval '1 minute'), updated_at = now()
      where t.source = v_queue.source and t.post_id = v_queue.post_id and t.platform = v_want ->> 'platform'
        and t.account_id = v_want ->> 'account_id' and t.state in ('armed', 'unknown', 'accepted');
    -- What follows a post that is out.
    update public.publish_targets t set
        missing = v_want ->> 'missing', next_look_at = (v_want ->> 'next_look_at')::timestamptz, updated_at = now()
      where v_want ->> 'state' = 'published' and t.state = 'published' and t.source = v_queue.source
        and t.post_id = v_queue.post_id and t.platform = v_want ->> 'platform' and t.account_id = v_want ->> 'account_id';
  end loop;
  if v_queue.cancelled_at is not null then
    update public.publish_targets t set state = 'cancelled', next_look_at = null, updated_at = now()
      where t.source = v_queue.source and t.post_id = v_queue.post_id and t.state in ('pending', 'prepared', 'retry', 'held');
  end if;
  if v_problem is not null then
    update public.publish_targets t set state = 'failed', error = v_problem, next_look_at = null, updated_at = now()
      where t.source = v_queue.source and t.post_id = v_queue.post_id and t.state in ('pending', 'prepared', 'retry', 'held');
  end if;

  select count(*), count(*) filter (where t.next_look_at is not null), min(t.next_look_at)
    into v_all, v_open, v_next
    from public.publish_targets t
    where t.source = v_queue.source and t.post_id = v_queue.post_id and t.state <> 'cancelled';
  update public.publish_queue q set
      -- While something may be out the post is not over, and its reason stands with the targets that failed of it.
      problem = case when v_open = 0 then v_problem end,
      state = case when v_open > 0 then 'waiting'
                   when v_problem is not null then 'done'
                   when q.cancelled_at is not null then 'cancelled'
                   when v_all > 0 then 'done'
                   else 'waiting' end,
      next_attempt_at = case when v_open > 0 then greatest(v_next, (p ->> 'next_attempt_at')::timestamptz, clock_timestamp() + interval '1 second')
                             when v_problem is null and v_all = 0
                             then coalesce((p ->> 'next_attempt_at')::timestamptz, now() + interval '1 minute') end,
      lease_owner = null, lease_until = null, lease_call = null, attempts = 0,
      -- Only now: a claim whose answer or whose tick was lost has judged nothing.
      first_claimed_at = coalesce(q.first_claimed_at, q.last_claimed_at),
      settle_call = (p ->> 'call')::uuid, writeback_due = true, updated_at = now()
    where q.source = v_queue.source and q.post_id = v_queue.post_id
    returning * into v_queue;
  return jsonb_build_object('ok', true, 'state', v_queue.state,
    'written', v_locked and public.publisher_writeback(v_queue.source, v_queue.post_id), 'next_attempt_at', v_queue.next_attempt_at);
end
$$;

-- What earlier ticks could not write to the app's rows, and flags that must not look stale to an older scheduler.
create or replace function public.publisher_writebacks(p_version integer, p_user uuid, p_limit integer) returns jsonb
language plpgsql set search_path = '' set timezone = 'UTC' as $$
declare
  v_queue record;
  v_done integer := 0;
  v_failed jsonb := '[]'::jsonb;
begin
  perform public.publisher_require_version(p_version);
  -- Unplannable for 15 minutes (editors write status first and time second): it becomes 'draft'.
  with over as (
    update public.publish_queue q set state = 'done', next_attempt_at = null, writeback_due = true, updated_at = now()
      where q.state = 'waiting' and q.problem is not null and q.next_attempt_at <= now() and q.lease_owner is null
        and (p_user is null or q.user_id = p_user)
        and not public.publisher_in_flight(q.source, q.post_id)
        and not exists (select 1 from public.publish_changes c where c.kind = q.source and c.ref = q.post_id)
      returning q.source, q.post_id, q.problem
  )
  update public.publish_targets t set state = 'failed', error = over.problem, next_look_at = null, updated_at = now()
    from over where t.source = over.source and t.post_id = over.post_id
      and t.state in ('pending', 'prepared', 'retry', 'held');
  for v_queue in
    select q.source, q.post_id from (
      select d.source, d.post_id from public.publish_queue d where d.writeback_due
      union
      select t.source, t.post_id from public.publish_targets t where t.state in ('armed', 'accepted', 'unknown')
    ) open
    join public.publish_queue q on q.source = open.source and q.post_id = open.post_id
    where (p_user is null or q.user_id = p_user)
      and (q.lease_until is null or q.lease_until < clock_timestamp())
    order by q.updated_at limit p_limit
  loop
    if not public.publisher_try_lock(v_queue.source, v_queue.post_id) then
      continue;
    end if;
    if public.publisher_writeback(v_queue.source, v_queue.post_id) then
      v_done := v_done + 1;
    else
      v_failed := v_failed || jsonb_build_object('source', v_queue.source, 'id', v_queue.post_id);
    end if;
  end loop;
  return jsonb_build_object('written', v_done, 'failed', v_failed);
end
$$;

drop function if exists public.publisher_renew(uuid, integer);

-- Extends the leases of the posts that a living tick has in hand, and renews the flags in the app's rows with them. A
-- post that it gave up ends by its time; a lease that ran out already is not revived: somebody may have it.
-- p: {owner, lease_seconds, posts: [{source, id}]}
create or replace function public.publisher_renew(p jsonb) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_lease interval := make_interval(secs => (p ->> 'lease_seconds')::double precision);
  v_queue record;
  v_count integer := 0;
begin
  for v_queue in
    select q.source, q.post_id from public.publish_queue q
    join jsonb_array_elements(p -> 'posts') w on w ->> 'source' = q.source and (w ->> 'id')::uuid = q.post_id
    where q.lease_owner = (p ->> 'owner')::uuid and q.lease_until > clock_timestamp()
    order by q.source, q.post_id
  loop
    if public.publisher_try_lock(v_queue.source, v_queue.post_id) then
      perform public.publisher_writeback(v_queue.source, v_queue.post_id);
    end if;
    update public.publish_queue q set lease_until = greatest(q.lease_until, clock_timestamp() + v_lease)
      where q.source = v_queue.source and q.post_id = v_queue.post_id
        and q.lease_owner = (p ->> 'owner')::uuid and q.lease_until > clock_timestamp();
    v_count := v_count + case when found then 1 else 0 end;
  end loop;
  return jsonb_build_object('renewed', v_count);
end
$$;

-- p: {scope, key, until, kind, reason, hint, evidence}. Of one kind the longer hold stands; of another
-- kind the newer one, since it is what the platform says now.
create or replace function public.publisher_hold(p jsonb) returns jsonb
language plpgsql set search_path = '' set timezone = 'UTC' as $$
begin
  insert into public.publish_holds as h (scope, key, until, kind, reason, hint, evidence, since)
    values (p ->> 'scope', p ->> 'key', (p ->> 'until')::timestamptz, p ->> 'kind', p ->> 'reason', p ->> 'hint',
            p -> 'evidence', now())
    on conflict (scope, key) do update set
      until = case when h.kind is distinct from excluded.kind then excluded.until else greatest(h.until, excluded.until) end,
      kind = excluded.kind, reason = excluded.reason, hint = excluded.hint,
      evidence = excluded.evidence,
      -- It has answered, so it is there.
      failures = 0, window_started_at = null,
      since = case when h.until > now() then h.since else now() end, updated_at = now();
  return jsonb_build_object('ok', true);
end
$$;

-- Compare and set: stores the next state of a breaker when the present one is what it was decided from.
-- p: {call, scope, key, seen: {failures, window_started_at}, next: {failures, window_started_at, until, by}, reason,
--     hint, evidence}. Answers {done, now}; repeated under its call id it is done.
create or replace function public.publisher_breaker(p jsonb) returns jsonb
language plpgsql set search_path = '' set timezone = 'UTC' as $$
declare
  v_hold public.publish_holds;
  v_until timestamptz := (p #>> '{next,until}')::timestamptz;
  v_ours boolean;
  v_done boolean;
begin
  insert into public.publish_holds (scope, key) values (p ->> 'scope', p ->> 'key') on conflict do nothing;
  select * into v_hold from public.publish_holds h where h.scope = p ->> 'scope' and h.key = p ->> 'key' for update;
  v_done := coalesce(v_hold.evidence ->> 'call' = p ->> 'call', false);
  if not v_done and v_hold.failures = (p #>> '{seen,failures}')::integer
     and v_hold.window_started_at is not distinct from (p #>> '{seen,window_started_at}')::timestamptz then
    -- A limit or a fault of the operator's that stands in the same row goes before; it ends by itself. One of a
    -- refused token does not: that token was not the one that met this.
    v_ours := coalesce(v_hold.kind = 'temporary', false)
              or (v_until is not null and (v_hold.kind = 'auth' or coalesce(v_hold.until <= clock_timestamp(), true)));
    update public.publish_holds h set
        failures = (p #>> '{next,failures}')::integer,
        window_started_at = (p #>> '{next,window_started_at}')::timestamptz,
        evidence = (case when v_ours then '{}'::jsonb else coalesce(h.evidence, '{}'::jsonb) end) || (p -> 'evidence')
                   || jsonb_build_object('call', p -> 'call', 'by', p #> '{next,by}'),
        until = case when v_ours then v_until else h.until end,
        kind = case when not v_ours then h.kind when v_until is not null then 'temporary' end,
        reason = case when not v_ours then h.reason when v_until is not null then p ->> 'reason' end,
        hint = case when not v_ours then h.hint when v_until is not null then p ->> 'hint' end,
        since = case when not v_ours then h.since when v_until is not null then coalesce(h.since, now()) end,
        updated_at = now()
      where h.scope = v_hold.scope and h.key = v_hold.key
      returning * into v_hold;
    v_done := true;
  end if;
  return jsonb_build_object('done', v_done, 'now', public.publisher_breaker_row(v_hold) || jsonb_build_object('probe', false));
end
$$;

-- One refresher per account. p: {key, connection_id, owner, seconds, token_md5}
-- Answers {go: true, interrupted: whether an earlier turn was never given back}, or {go: false, changed: true} when somebody stored a newer token, or {go: false, wait_ms}.
create or replace function public.publisher_refresh_begin(p jsonb) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_hold public.publish_holds;
  v_md5 text;
begin
  insert into public.publish_holds (scope, key) values ('account', p ->> 'key') on conflict do nothing;
  select * into v_hold from public.publish_holds h where h.scope = 'account' and h.key = p ->> 'key' for update;
  select md5(c.access_token_encrypted) into v_md5 from public.platform_connections c where c.id = (p ->> 'connection_id')::uuid;
  if v_md5 is distinct from p ->> 'token_md5' then
    return jsonb_build_object('go', false, 'changed', true);
  end if;
  if v_hold.refresh_until > clock_timestamp() and v_hold.refresh_owner <> (p ->> 'owner')::uuid then
    return jsonb_build_object('go', false, 'changed', false, 'wait_ms',
      (extract(epoch from (v_hold.refresh_until - clock_timestamp())) * 1000)::integer);
  end if;
  update public.publish_holds h set refresh_owner = (p ->> 'owner')::uuid,
      refresh_until = clock_timestamp() + make_interval(secs => (p ->> 'seconds')::double precision)
    where h.scope = 'account' and h.key = p ->> 'key';
  return jsonb_build_object('go', true, 'interrupted', v_hold.refresh_owner <> (p ->> 'owner')::uuid);
end
$$;

-- Stores a new pair before its first use; NULL never overwrites a refresh token, and a pair that the app stored
-- meanwhile is never overwritten. p: {key, connection_id, token_md5, access_token_encrypted,
-- refresh_token_encrypted, expires_at, only_user: of which user alone, if so}
create or replace function public.publisher_refresh_store(p jsonb) returns jsonb
language plpgsql set search_path = '' set timezone = 'UTC' as $$
declare
  v_connection uuid;
begin
  if exists (select 1 from public.platform_connections c where c.id = (p ->> 'connection_id')::uuid
              and c.user_id <> (p ->> 'only_user')::uuid) then
    return jsonb_build_object('stored', false, 'why', 'another user');
  end if;
  update public.platform_connections c set
      access_token_encrypted = p ->> 'access_token_encrypted',
      refresh_token_encrypted = coalesce(p ->> 'refresh_token_encrypted', c.refresh_token_encrypted),
      token_expires_at = coalesce(((p ->> 'expires_at')::timestamptz) at time zone 'UTC', c.token_expires_at),
      last_token_refresh = now() at time zone 'UTC', updated_at = now() at time zone 'UTC'
    where c.id = (p ->> 'connection_id')::uuid
      and (md5(c.access_token_encrypted) is not distinct from p ->> 'token_md5'
           -- The same token, which "keys rotate" has encrypted anew meanwhile.
           or exists (select 1 from public.publish_log l where l.step = 'encrypted_anew' and l.detail ->> 'from' = p ->> 'token_md5'
                and l.detail ->> 'connection_id' = c.id::text and l.detail ->> 'to' = md5(c.access_token_encrypted)))
    returning c.id into v_connection;
  if v_connection is null then
    -- Stored already, and only the answer was lost.
    select c.id into v_connection from public.platform_connections c
      where c.id = (p ->> 'connection_id')::uuid and c.access_token_encrypted = p ->> 'access_token_encrypted';
  end if;
  update public.publish_holds h set refresh_owner = null, refresh_until = null, updated_at = now(),
      token_md5 = case when v_connection is null then h.token_md5 else md5(p ->> 'access_token_encrypted') end,
      token_good_until = case when v_connection is null then h.token_good_until else (p ->> 'expires_at')::timestamptz end
    where h.scope = 'account' and h.key = p ->> 'key';
  return jsonb_build_object('stored', v_connection is not null);
end
$$;

-- Ends a turn that brought no new token. p: {key, owner, token_md5, good_until}; with good_until nobody asks again
-- before it as long as the token is this one.
create or replace function public.publisher_refresh_end(p jsonb) returns jsonb
language plpgsql set search_path = '' set timezone = 'UTC' as $$
begin
  update public.publish_holds h set refresh_owner = null, refresh_until = null, updated_at = now(),
      token_md5 = coalesce(case when p ->> 'good_until' is not null then p ->> 'token_md5' end, h.token_md5),
      token_good_until = coalesce((p ->> 'good_until')::timestamptz, h.token_good_until)
    where h.scope = 'account' and h.key = p ->> 'key' and h.refresh_owner = (p ->> 'owner')::uuid;
  return jsonb_build_object('ok', true);
end
$$;

-- Accounts whose token ends within 8 days, once in 6 hours over all hosts, with what a refresh needs.
create or replace function public.publisher_renewals(p_version integer) returns jsonb
language plpgsql set search_path = '' set timezone = 'UTC' as $$
begin
  perform public.publisher_require_version(p_version);
  update public.publish_install i set renewals_at = now()
    where i.renewals_at is null or i.renewals_at < now() - interval '6 hours';
  if not found then
    return '[]'::jsonb;
  end if;
  return (select coalesce(jsonb_agg(to_jsonb(e.c) || jsonb_build_object('token_good_until', e.token_good_until)), '[]'::jsonb)
    from (select c, h.token_good_until
      from public.platform_connections c
      left join lateral (select max(k.token_good_until) as token_good_until from public.publish_holds k
        where k.scope = 'account' and k.token_md5 = md5(c.access_token_encrypted)) h on true
      where c.is_active is not false and c.access_token_encrypted is not null
        -- What ended long ago was given up by its owner. token_good_until does not count: it also says until when nobody
        -- need ask for a token that only a person renews.
        and c.token_expires_at at time zone 'UTC' between now() - interval '1 day' and now() + interval '8 days'
      order by c.token_expires_at, c.id limit 200) e);
end
$$;

-- The account's own refusal after a refresh: one notice, and the app can see it.
-- p: {connection_id, account_id, token_md5, status: expired|revoked|error, reason}
create or replace function public.publisher_disconnect(p jsonb) returns jsonb
language plpgsql set search_path = '' set timezone = 'UTC' as $$
declare
  v_connection uuid;
begin
  update public.platform_connections c set
      is_active = false, connection_status = p ->> 'status', disconnected_at = now() at time zone 'UTC',
      updated_at = now() at time zone 'UTC'
    where c.id = (p ->> 'connection_id')::uuid and c.is_active is not false
      and md5(c.access_token_encrypted) is not distinct from p ->> 'token_md5'
    returning c.id into v_connection;
  if v_connection is not null then
    insert into public.publish_notices (connection_id, why, detail)
      values (v_connection, 'disconnected', jsonb_build_object('account_id', p -> 'account_id', 'error', (p -> 'reason') - 'at'))
      on conflict do nothing;
  end if;
  -- Declared in no old installation, so it may be json as well as jsonb.
  update public.platform_connections c
    set metadata = coalesce(to_jsonb(c.metadata), '{}'::jsonb) || jsonb_build_object('publish_error', p -> 'reason')
    where c.id = v_connection and coalesce(jsonb_typeof(to_jsonb(c.metadata)), 'object') = 'object';
  if v_connection is null then
    -- Done already, and only the answer was lost: the notice must not be lost with it.
    select c.id into v_connection from public.platform_connections c
      where c.id = (p ->> 'connection_id')::uuid and c.is_active is false
        and to_jsonb(c.metadata) -> 'publish_error' = p -> 'reason';
  end if;
  return jsonb_build_object('disconnected', v_connection is not null);
end
$$;

-- Some of the stored tokens while something is due, none otherwise: when no key fits any of them, it is the wrong one.
create or replace function public.publisher_token_sample(p_version integer, p_user uuid) returns jsonb
language plpgsql set search_path = '' as $$
begin
  perform public.publisher_require_version(p_version);
  -- With a wrong key nothing is claimed, maybe for days: that must not make a post one that missed its time.
  perform public.publisher_seen(p_user, interval '10 minutes', false);
  if not exists (select 1 from public.publish_queue q where q.state = 'waiting' and q.problem is null
                   and q.next_attempt_at <= now() and (p_user is null or q.user_id = p_user)) then
    return '[]'::jsonb;
  end if;
  return (select coalesce(jsonb_agg(s.token), '[]'::jsonb) from (
    select c.access_token_encrypted as token from public.platform_connections c
    where c.is_active is not false and c.access_token_encrypted like 'gAAAAA%' and (p_user is null or c.user_id = p_user)
    order by c.id limit 50) s);
end
$$;

create or replace function public.publisher_id_known(p_platform text, p_account text, p_id text) returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object('known', exists (select 1 from public.publish_targets t
    where t.platform = p_platform and t.account_id = p_account and t.platform_post_id = p_id)
    -- Parts of a thread and comments stand in the platform's lists too.
    or exists (select 1 from public.publish_effects e
      where e.platform = p_platform and e.account_id = p_account and e.platform_post_id = p_id))
$$;

-- Counts for the summary line: {now, renewals_due: whether publisher_renewals is to be asked, waiting, overdue, skipped: {reason: n}, held: [{reason, until, n}]}.
-- p_tick: {host, run_id, version, started_at, clock_skew_ms} of a tick that has come to its end; it is noted for
-- "status" with this same call, so that an idle tick makes no request more.
drop function if exists public.publisher_report(integer, uuid);
create or replace function public.publisher_report(p_version integer, p_user uuid, p_tick jsonb default null) returns jsonb
language plpgsql set search_path = '' set timezone = 'UTC' as $$
declare
  v_installed timestamptz;
begin
  perform public.publisher_require_version(p_version);
  if nullif(p_tick, 'null'::jsonb) is not null then
    insert into public.publish_hosts as h (host, only_user, run_id, version, started_at, ended_at, clock_skew_ms)
      values (p_tick ->> 'host', coalesce(p_user::text, ''), p_tick ->> 'run_id', p_tick ->> 'version',
              (p_tick ->> 'started_at')::timestamptz, clock_timestamp(), (p_tick ->> 'clock_skew_ms')::bigint)
      on conflict (host, only_user) do update set run_id = excluded.run_id, version = excluded.version,
        started_at = excluded.started_at, ended_at = excluded.ended_at, clock_skew_ms = excluded.clock_skew_ms;
  end if;
  select installed_at into v_installed from public.publish_install;
  return jsonb_build_object(
    'now', clock_timestamp(),
    'installed_at', v_installed,
    'renewals_due', p_user is null and coalesce((select i.renewals_at from public.publish_install i)
                                                < now() - interval '6 hours', true),
    'due', (select count(*) from public.publish_queue q where q.state = 'waiting' and q.due_at <= now()
             and q.problem is null and (p_user is null or q.user_id = p_user)
             and (q.released or q.due_at >= v_installed or q.first_claimed_at is not null)),
    'overdue', (select count(*) from public.publish_queue q where q.state = 'waiting' and q.due_at < v_installed
             and q.problem is null and not q.released and q.first_claimed_at is null
             and (p_user is null or q.user_id = p_user)),
    'skipped', (select coalesce(jsonb_object_agg(s.skip_reason, s.n), '{}'::jsonb) from (
             select q.skip_reason, count(*) as n from public.publish_queue q
             where q.state = 'skipped' and q.due_at <= now() and (p_user is null or q.user_id = p_user)
             group by q.skip_reason) s),
    'held', (select coalesce(jsonb_agg(jsonb_build_object('reason', h.reason, 'until', h.until, 'n', h.n)), '[]'::jsonb) from (
             select t.error ->> 'message' as reason, min(t.next_look_at) as until, count(*) as n
             from public.publish_targets t join public.publish_queue q on q.source = t.source and q.post_id = t.post_id
             where t.state in ('held', 'retry', 'unknown') and (p_user is null or q.user_id = p_user)
             group by t.error ->> 'message') h));
end
$$;

-- For run --dry-run: every scheduled row after a key, with all that a publish would need. Reads only.
create or replace function public.publisher_preview(p_version integer, p_user uuid, p_source text, p_after uuid, p_limit integer)
returns jsonb
language plpgsql stable set search_path = '' set timezone = 'UTC' as $$
declare
  v_items jsonb;
begin
  perform public.publisher_require_version(p_version);
  with page as (
    (select c.id from public.created_content c
       where p_source = 'created_content' and c.status = 'scheduled' and c.id > p_after
         and (p_user is null or c.user_id = p_user) order by c.id limit p_limit)
    union all
    (select c.id from public.content_posts c
       where p_source = 'content_posts' and c.status = 'scheduled' and c.id > p_after
         and (p_user is null or public.publisher_row(p_source, c.id) ->> 'owner_id' = p_user::text) order by c.id limit p_limit)
  )
  select coalesce(jsonb_agg(public.publisher_job(p_source, page.id, public.publisher_row(p_source, page.id)) order by page.id), '[]'::jsonb)
    into v_items from page;
  return jsonb_build_object('now', clock_timestamp(),
    'installed_at', (select i.installed_at from public.publish_install i), 'items', v_items);
end
$$;

-- Lets failed targets of a post go again, now. Never touches what went out or may have.
create or replace function public.publisher_retry(p_version integer, p_source text, p_id uuid, p_account text) returns jsonb
language plpgsql set search_path = '' set timezone = 'UTC' as $$
declare
  v_row jsonb;
  v_queue public.publish_queue;
  v_reopened integer;
begin
  perform public.publisher_require_version(p_version);
  v_row := public.publisher_row(p_source, p_id, true);
  if v_row is null then
    return jsonb_build_object('ok', false, 'why', 'not_found');
  end if;
  select * into v_queue from public.publish_queue q where q.source = p_source and q.post_id = p_id for update;
  if v_queue.source is null then
    return jsonb_build_object('ok', false, 'why', 'not_planned', 'status', v_row -> 'status');
  end if;
  if v_queue.lease_until > clock_timestamp() then
    return jsonb_build_object('ok', false, 'why', 'in_flight');
  end if;
  if v_queue.due_at is null then
    return jsonb_build_object('ok', false, 'why', 'no_time', 'detail', v_queue.problem ->> 'message');
  end if;
  if v_row ->> 'status' = 'deleted' then
    return jsonb_build_object('ok', false, 'why', 'deleted');
  end if;
  update public.publish_targets t set
      -- Of a post that is out, what is missing is gone on with.
      state = case when t.state = 'published' then t.state else 'pending' end,
      attempts = 0, held_since = null, next_look_at = now(), error = null, updated_at = now()
    where t.source = p_source and t.post_id = p_id
      and (t.state in ('failed', 'retry', 'held', 'cancelled') or (t.state = 'published' and t.missing is not null))
      and (p_account is null or t.account_id = p_account);
  get diagnostics v_reopened = row_count;
  -- Pending ones are let go too; they may be what this same call has just reopened, when its answer was lost.
  if v_reopened = 0 and exists (select 1 from public.publish_targets t where t.source = p_source and t.post_id = p_id)
     and not exists (select 1 from public.publish_targets t where t.source = p_source and t.post_id = p_id
                      and t.state in ('pending', 'prepared') and (p_account is null or t.account_id = p_account)) then
    return jsonb_build_object('ok', false, 'why', 'nothing_to_retry', 'targets', (
      select jsonb_agg(jsonb_build_object('platform', t.platform, 'account_id', t.account_id, 'state', t.state, 'url', t.platform_post_url))
      from public.publish_targets t where t.source = p_source and t.post_id = p_id));
  end if;
  update public.publish_queue q set state = 'waiting', problem = null, cancelled_at = null, released = true, attempts = 0,
      -- Before its time too where something of it may be out.
      next_attempt_at = least(greatest(now(), q.due_at), (select min(t.next_look_at) from public.publish_targets t
        where t.source = p_source and t.post_id = p_id and public.publisher_looked_for(t.state, t.next_look_at))),
      updated_at = now()
    where q.source = p_source and q.post_id = p_id returning * into v_queue;
  if v_row ->> 'status' <> 'published' then
    if p_source = 'created_content' then
      update public.created_content c set status = 'scheduled', updated_at = now() where c.id = p_id;
    else
      update public.content_posts c set status = 'scheduled', updated_at = now() where c.id = p_id;
    end if;
  end if;
  perform public.publisher_writeback(p_source, p_id);
  insert into public.publish_log (source, post_id, account_id, step, outcome) values (p_source, p_id, p_account, 'retry', 'by hand');
  return jsonb_build_object('ok', true, 'reopened', v_reopened, 'goes_at', greatest(now(), v_queue.due_at));
end
$$;

-- By e-mail or id; needs auth.users, which service_role cannot read by itself.
create or replace function public.publisher_find_user(p_query text) returns jsonb
language sql stable security definer set search_path = '' as $$
  select coalesce(jsonb_agg(jsonb_build_object('id', u.id, 'email', u.email, 'timezone', p.timezone,
    'accounts', (select count(*) from public.platform_connections c where c.user_id = u.id and c.is_active is not false))), '[]'::jsonb)
  from auth.users u left join public.profiles p on p.id = u.id
  where lower(u.email) = lower(btrim(p_query)) or u.id = public.publisher_uuid(p_query)
$$;
-- At once, not only in 6/7: it reads auth.users, and 6/7 may fail at a lock.
revoke all on function public.publisher_find_user(text) from public, anon, authenticated;

reset lock_timeout;
