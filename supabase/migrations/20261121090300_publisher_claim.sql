-- content-publisher 4/8: claim, targets, checkpoint, arm, outcome.
-- Lock order everywhere: the app's row, then publish_queue, then publish_targets.

set lock_timeout = '5s';

-- Everything that a publish needs, as one value.
create or replace function public.publisher_job(p_source text, p_id uuid, p_row jsonb) returns jsonb
language plpgsql stable set search_path = '' set timezone = 'UTC' as $$
declare
  v_queue public.publish_queue;
  v_owner uuid := public.publisher_uuid(p_row ->> 'owner_id');
  v_connections jsonb;
  v_off jsonb := '[]'::jsonb;
  v_targets jsonb;
begin
  select * into v_queue from public.publish_queue q where q.source = p_source and q.post_id = p_id;
  select coalesce(jsonb_agg(to_jsonb(c) || jsonb_build_object('token_good_until', h.token_good_until)
                            order by c.connected_at desc nulls last, c.id), '[]'::jsonb)
    into v_connections
    from public.platform_connections c
    left join lateral (select max(k.token_good_until) as token_good_until from public.publish_holds k
        where k.scope = 'account' and k.token_md5 = md5(c.access_token_encrypted)) h on true
    where c.user_id = coalesce(v_owner, v_queue.user_id);

  -- One installation family has a platform_settings with connection_id and auto_posting, another has not.
  if (select count(*) from information_schema.columns c where c.table_schema = 'public'
        and c.table_name = 'platform_settings' and c.column_name in ('connection_id', 'auto_posting')) = 2 then
    execute 'select coalesce(jsonb_agg(s.connection_id), ''[]''::jsonb) from public.platform_settings s
             where s.auto_posting is false and s.connection_id in
               (select (value ->> ''id'')::uuid from jsonb_array_elements($1))'
      into v_off using v_connections;
  end if;

  select coalesce(jsonb_agg(to_jsonb(t) || jsonb_build_object(
      'current_revision', public.publisher_revision(p_row, t.text),
      'due', t.next_look_at <= clock_timestamp(),
      'effects', (select coalesce(jsonb_agg(to_jsonb(e) order by e.effect), '[]'::jsonb) from public.publish_effects e
                   where e.source = t.source and e.post_id = t.post_id and e.platform = t.platform
                     and e.account_id = t.account_id))
      order by t.created_at, t.platform, t.account_id), '[]'::jsonb)
    into v_targets
    from public.publish_targets t where t.source = p_source and t.post_id = p_id;

  return jsonb_build_object(
    'source', p_source, 'id', p_id, 'user_id', coalesce(v_owner, v_queue.user_id), 'platform', v_queue.platform,
    'due_at', v_queue.due_at, 'seen_due_at', v_queue.seen_due_at, 'zone', v_queue.zone,
    'first_claim', v_queue.first_claimed_at is null, 'released', v_queue.released,
    'cancelled', v_queue.cancelled_at is not null, 'attempts', v_queue.attempts, 'fence', v_queue.fence,
    'revision', public.publisher_revision(p_row, null), 'row', p_row,
    'timezone', public.publisher_timezone(v_owner),
    'connections', v_connections, 'auto_posting_off', v_off, 'targets', v_targets);
end
$$;

create or replace function public.publisher_in_flight(p_source text, p_id uuid) returns boolean
language sql stable set search_path = '' as $$
  select exists (select 1 from public.publish_targets t where t.source = p_source and t.post_id = p_id
                  and public.publisher_looked_for(t.state, t.next_look_at))
$$;

-- Notes the first moment at which a late post could have been taken: how late it is, is judged by that.
create or replace function public.publisher_seen(p_user uuid, p_late interval, p_include_overdue boolean) returns void
language sql set search_path = '' as $$
  update public.publish_queue q set seen_due_at = now()
    where q.state = 'waiting' and q.problem is null and q.seen_due_at is null and q.due_at < now() - p_late
      and q.next_attempt_at <= now() and (p_user is null or q.user_id = p_user)
      and (q.released or p_include_overdue or q.due_at >= (select i.installed_at from public.publish_install i))
      and q.lease_owner is null
$$;

-- Whether time spent in this wait counts towards MAX_HOLD. What the operator must mend, and our own cap of writes,
-- say nothing against the post.
create or replace function public.publisher_hold_counts(p_error jsonb) returns boolean
language sql immutable set search_path = '' as $$
  select coalesce(p_error ->> 'kind', '') <> 'config' and coalesce(p_error ->> 'code', '') <> 'WRITES_PER_HOUR'
$$;

-- p: {version, call, owner, run_id, host, pid, lease_seconds, limit, per_account, user_id, include_overdue,
--     late_after_seconds, spacing_seconds, max_ticks_per_host, alone_after, busy,
--     only: {source, id}}
-- A post on which alone_after leases have died is given out alone, and only to a tick that is not busy with others: so
-- it takes nobody with it, and what died beside it is found innocent.
-- Answers {now, host_busy, jobs: [job]}. Under the same call id it answers the same jobs again.
create or replace function public.publisher_claim(p jsonb) returns jsonb
language plpgsql set search_path = '' set timezone = 'UTC' as $$
declare
  v_call uuid := (p ->> 'call')::uuid;
  v_owner uuid := (p ->> 'owner')::uuid;
  v_user uuid := (p ->> 'user_id')::uuid;
  v_lease interval := make_interval(secs => (p ->> 'lease_seconds')::double precision);
  v_late interval := make_interval(secs => (p ->> 'late_after_seconds')::double precision);
  v_spacing interval := make_interval(secs => (p ->> 'spacing_seconds')::double precision);
  v_limit integer := (p ->> 'limit')::integer;
  v_installed timestamptz;
  v_candidate record;
  v_row jsonb;
  v_queue public.publish_queue;
  v_jobs jsonb := '[]'::jsonb;
  v_suspect boolean := false;
  v_unreached text[];
begin
  perform public.publisher_require_version((p ->> 'version')::integer);
  select installed_at into v_installed from public.publish_install;

  for v_candidate in
    select q.source, q.post_id from public.publish_queue q
    where q.lease_call = v_call and q.lease_owner = v_owner and q.lease_until > clock_timestamp()
  loop
    v_row := public.publisher_row(v_candidate.source, v_candidate.post_id);
    v_jobs := v_jobs || public.publisher_job(v_candidate.source, v_candidate.post_id, v_row);
  end loop;
  if v_jobs <> '[]'::jsonb then
    return jsonb_build_object('now', clock_timestamp(), 'host_busy', false, 'jobs', v_jobs);
  end if;

  if (select count(distinct q.lease_owner) from public.publish_queue q
       where q.lease_owner <> v_owner and q.host = p ->> 'host' and q.lease_until > clock_timestamp())
     >= (p ->> 'max_ticks_per_host')::integer then
    return jsonb_build_object('now', clock_timestamp(), 'host_busy', true, 'jobs', '[]'::jsonb);
  end if;

  perform public.publisher_seen(v_user, v_late, (p ->> 'include_overdue')::boolean);

  -- What this host does not reach is left to hosts that do.
  select coalesce(array_agg(split_part(h.key, '@', 1)), '{}') into v_unreached from public.publish_holds h
    where h.scope = 'host' and h.kind = 'temporary' and h.until > clock_timestamp()
      and h.key = split_part(h.key, '@', 1) || '@' || (p ->> 'host');

  for v_candidate in
    with due as (
      select q.*,
             -- A backlog must not keep back what is on time.
             row_number() over (partition by coalesce(q.user_id, q.post_id), q.platform, q.late
                                order by q.due_at nulls first, q.source, q.post_id) as place
      from (select o.*,
                   -- Also after holds: a reconnected account must not pour out all that waited for it.
                   not o.released and o.due_at < now() - v_late
                     and not public.publisher_in_flight(o.source, o.post_id) as late
            from public.publish_queue o) q
      where q.state = 'waiting' and q.next_attempt_at <= now()
        and (q.lease_until is null or q.lease_until < clock_timestamp())
        and (v_user is null or q.user_id = v_user)
        and ((q.problem is null
              and (q.released or (p ->> 'include_overdue')::boolean or q.due_at >= v_installed
                   or q.first_claimed_at is not null or q.cancelled_at is not null))
             -- Also without a usable time what may be out is followed.
             or public.publisher_in_flight(q.source, q.post_id))
        -- "publish" by hand takes one post and no other.
        and (p #>> '{only,id}' is null
             or (q.source = p #>> '{only,source}' and q.post_id = (p #>> '{only,id}')::uuid))
    )
    select due.source, due.post_id, due.user_id, due.platform from due
    where due.place <= case when due.late then 1 else (p ->> 'per_account')::integer end
      and (due.platform is null or due.platform <> all (v_unreached)
           or exists (select 1 from public.publish_targets t where t.source = due.source and t.post_id = due.post_id
                and t.next_look_at <= now() and t.platform <> all (v_unreached)))
      -- One account does one thing at a time: what another tick works on blocks its account, not the others.
      and not exists (select 1 from public.publish_queue o
            where o.user_id = due.user_id and o.platform = due.platform and o.lease_owner <> v_owner
              and o.lease_until > clock_timestamp())
      -- A backlog after an outage goes out spaced, oldest first. Only what is in hand or was sent counts: a post that
      -- failed before that takes no place.
      and not (due.late and exists (select 1 from public.publish_queue o
            where o.user_id = due.user_id and o.platform = due.platform
              and o.last_claimed_at > now() - v_spacing - interval '1 hour'
              and (o.source, o.post_id) <> (due.source, due.post_id)
              and (o.lease_until > clock_timestamp()
                   or exists (select 1 from public.publish_effects e where e.source = o.source and e.post_id = o.post_id
                                and e.armed_at > now() - v_spacing))))
    order by due.due_at nulls first, due.source, due.post_id
    limit v_limit * 4
  loop
    exit when v_suspect or jsonb_array_length(v_jobs) >= v_limit;

    -- Two claims at the same moment do not see each other's leases: the second one leaves the account to the first,
    -- and looks again once nobody else can be giving it out.
    if not pg_try_advisory_xact_lock(hashtextextended(
         concat_ws(':', 'content-publisher:claim', v_candidate.user_id, v_candidate.platform), 0)) then
      continue;
    end if;
    if exists (select 1 from public.publish_queue o
         where o.user_id = v_candidate.user_id and o.platform = v_candidate.platform and o.lease_owner <> v_owner
           and o.lease_until > clock_timestamp()) then
      continue;
    end if;
    if not public.publisher_try_lock(v_candidate.source, v_candidate.post_id) then
      continue;
    end if;
    v_row := public.publisher_row(v_candidate.source, v_candidate.post_id);

    select * into v_queue from public.publish_queue q
      where q.source = v_candidate.source and q.post_id = v_candidate.post_id
        and q.state = 'waiting' and q.next_attempt_at <= now()
        and (q.lease_until is null or q.lease_until < clock_timestamp())
      for update skip locked;
    if not found then
      continue;
    end if;

    if not public.publisher_wanted(v_candidate.source, v_candidate.post_id, v_row)
       and not public.publisher_in_flight(v_candidate.source, v_candidate.post_id) then
      -- Un-scheduled or deleted, and the trigger's note has not been read yet.
      perform public.publisher_cancel(v_candidate.source, v_candidate.post_id);
      perform public.publisher_writeback(v_candidate.source, v_candidate.post_id);
      continue;
    end if;

    v_suspect := v_queue.attempts + case when v_queue.lease_owner is null then 0 else 1 end
                 >= (p ->> 'alone_after')::integer;
    if v_suspect and ((p ->> 'busy')::boolean or v_jobs <> '[]'::jsonb) then
      v_suspect := false;
      continue;
    end if;

    update public.publish_queue q set
      lease_owner = v_owner, lease_until = clock_timestamp() + v_lease, lease_call = v_call,
      host = p ->> 'host', pid = (p ->> 'pid')::integer, run_id = p ->> 'run_id',
      fence = nextval('public.publish_fence_seq'),
      -- A lease that ran out without a settle.
      attempts = q.attempts + case when q.lease_owner is null then 0 else 1 end,
      last_claimed_at = now(),
      released = q.released or ((p ->> 'include_overdue')::boolean and q.due_at < v_installed),
      updated_at = now()
      where q.source = v_candidate.source and q.post_id = v_candidate.post_id;
    v_jobs := v_jobs || public.publisher_job(v_candidate.source, v_candidate.post_id, v_row);
    perform public.publisher_writeback(v_candidate.source, v_candidate.post_id);
  end loop;

  return jsonb_build_object('now', clock_timestamp(), 'host_busy', false, 'jobs', v_jobs);
end
$$;

-- True while this tick still holds the claim. Raises CPLST otherwise: the caller drops the post.
create or replace function public.publisher_require_lease(p jsonb) returns public.publish_queue
language plpgsql set search_path = '' as $$
declare
  v_queue public.publish_queue;
begin
  select * into v_queue from public.publish_queue q
    where q.source = p ->> 'source' and q.post_id = (p ->> 'id')::uuid for update;
  if v_queue.lease_owner is distinct from (p ->> 'owner')::uuid or v_queue.fence is distinct from (p ->> 'fence')::bigint then
    raise exception 'The claim on % % was lost.', p ->> 'source', p ->> 'id' using errcode = 'CPLST';
  end if;
  return v_queue;
end
$$;

drop function if exists public.publisher_hold_for(text, text, text);

-- The longest hold that stands against this account now, with its reason; NULL when nothing does.
create or replace function public.publisher_hold_for(p_platform text, p_account text, p_token_md5 text, p_host text, p_fence bigint)
returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object('scope', h.scope, 'until', h.until, 'kind', h.kind, 'reason', h.reason, 'hint', h.hint)
  from public.publish_holds h
  where h.until > clock_timestamp()
    and ((h.scope = 'account' and h.key = p_platform || ':' || p_account)
         or (h.scope in ('app', 'platform') and h.key = p_platform)
         or (h.scope = 'host' and h.key = p_platform || '@' || p_host))
    -- The one claim that may try whether it goes again.
    and not (h.kind = 'temporary' and coalesce(h.evidence ->> 'probe' = p_fence::text, false))
    -- Reconnected since: the token that was refused is no longer the one in use.
    and not (h.kind = 'auth' and h.evidence ->> 'token_md5' is distinct from p_token_md5)
  order by h.until desc limit 1
$$;

-- As publisher_hold_for, for a claim that goes on when nothing stands against it. A breaker whose time is over lets
-- one claim through: the first that asks makes the others wait for what comes of it, as long as its lease.
create or replace function public.publisher_pass(p_platform text, p_account text, p_token_md5 text, p_claim public.publish_queue)
returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_breaker record;
  v_hold jsonb := public.publisher_hold_for(p_platform, p_account, p_token_md5, p_claim.host, p_claim.fence);
begin
  if v_hold is not null then
    return v_hold;
  end if;
  for v_breaker in
    select h.scope, h.key from public.publish_holds h
    where h.kind = 'temporary' and h.until <= clock_timestamp()
      and (h.scope, h.key) in (('account', p_platform || ':' || p_account), ('platform', p_platform),
                               ('host', p_platform || '@' || p_claim.host))
    order by h.scope, h.key for update
  loop
    update public.publish_holds h set until = greatest(p_claim.lease_until, clock_timestamp() + interval '1 second'), updated_at = now(),
        evidence = coalesce(h.evidence, '{}'::jsonb) || jsonb_build_object('probe', p_claim.fence::text)
      where h.scope = v_breaker.scope and h.key = v_breaker.key;
  end loop;
  return public.publisher_hold_for(p_platform, p_account, p_token_md5, p_claim.host, p_claim.fence);
end
$$;

create or replace function public.publisher_breaker_row(p_hold public.publish_holds) returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object('scope', p_hold.scope, 'key', p_hold.key, 'failures', p_hold.failures,
    'window_started_at', p_hold.window_started_at, 'until', case when p_hold.kind = 'temporary' then p_hold.until end,
    'by', p_hold.evidence ->> 'by')
$$;

-- Breakers that concern this account on this host and that have counted a failure.
create or replace function public.publisher_breakers(p_platform text, p_account text, p_host text, p_fence bigint) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(public.publisher_breaker_row(h) || jsonb_build_object(
           'probe', coalesce(h.evidence ->> 'probe' = p_fence::text, false))), '[]'::jsonb)
  from public.publish_holds h
  where h.failures > 0
    and (h.scope, h.key) in (('account', p_platform || ':' || p_account), ('platform', p_platform),
                             ('host', p_platform || '@' || p_host))
$$;

-- p: {source, id, owner, fence, targets: [{platform, account_id, account_name, connection_id, fingerprint,
--     token_md5, origin}], foreign_flag_at}
-- Registers what this post goes to, drops derived targets that no longer apply, and answers per target its row,
-- effects, the hold that stands against it, and the post it is a copy of.
create or replace function public.publisher_targets(p jsonb) returns jsonb
language plpgsql set search_path = '' set timezone = 'UTC' as $$
declare
  v_queue public.publish_queue;
  v_want jsonb;
  v_target public.publish_targets;
  v_copy record;
  v_row jsonb;
  v_answer jsonb := '[]'::jsonb;
  v_flag timestamptz := (p ->> 'foreign_flag_at')::timestamptz;
begin
  v_row := public.publisher_row(p ->> 'source', (p ->> 'id')::uuid, true);
  v_queue := public.publisher_require_lease(p);

  update public.publish_targets t set state = 'cancelled', next_look_at = null, updated_at = now()
    where t.source = v_queue.source and t.post_id = v_queue.post_id and t.origin = 'post'
      and t.state in ('pending', 'prepared', 'retry', 'held')
      and not exists (select 1 from jsonb_array_elements(p -> 'targets') w
            where w ->> 'platform' = t.platform and w ->> 'account_id' = t.account_id);

  -- In one order for everybody: two posts for the same accounts must not wait for each other.
  for v_want in select w from jsonb_array_elements(p -> 'targets') w order by w ->> 'platform', w ->> 'account_id' loop
    -- Two hosts that hold the two copies of one post meet here.
    perform pg_advisory_xact_lock(hashtextextended(
      'content-publisher:' || (v_want ->> 'platform') || ':' || (v_want ->> 'account_id'), 0));
    insert into public.publish_targets as t (source, post_id, platform, account_id, account_name, connection_id, origin,
        fingerprint, revision, created_at)
      values (v_queue.source, v_queue.post_id, v_want ->> 'platform', v_want ->> 'account_id', v_want ->> 'account_name',
              (v_want ->> 'connection_id')::uuid, coalesce(v_want ->> 'origin', 'post'), v_want ->> 'fingerprint', null,
              clock_timestamp())
      on conflict (source, post_id, platform, account_id) do update set
        -- Under the lock: the order of created_at is the order of first registration, also of rows that the app added.
        created_at = case when t.fingerprint is null then excluded.created_at else t.created_at end,
        account_name = coalesce(excluded.account_name, t.account_name),
        connection_id = excluded.connection_id,
        fingerprint = case when t.state in ('pending', 'prepared', 'retry', 'held', 'cancelled') then excluded.fingerprint
                           else t.fingerprint end,
        -- What was prepared from other content is of no use.
        checkpoint = case when t.state in ('pending', 'prepared', 'retry', 'held', 'cancelled')
                           and t.revision is distinct from public.publisher_revision(v_row, t.text)
                          then null else t.checkpoint end,
        state = case when t.state = 'cancelled' then 'pending' else t.state end,
        next_look_at = case when t.state = 'cancelled' then now() else t.next_look_at end,
        updated_at = now()
      returning * into v_target;

    -- Another publisher's flag without an arm of ours: as good as a send whose answer was lost.
    if v_flag is not null and v_target.state in ('pending', 'prepared', 'retry', 'held')
       and not exists (select 1 from public.publish_effects e where e.source = v_target.source and e.post_id = v_target.post_id
                        and e.platform = v_target.platform and e.account_id = v_target.account_id) then
      insert into public.publish_effects (source, post_id, platform, account_id, effect, state, arm_id, fence, fingerprint,
          first_armed_at, armed_at, last_possible_at, unknown_sends)
        values (v_target.source, v_target.post_id, v_target.platform, v_target.account_id, 'post', 'unknown',
                gen_random_uuid(), v_queue.fence, v_target.fingerprint, v_flag, v_flag, v_flag + interval '15 minutes', 1);
      update public.publish_targets t set state = 'unknown', next_look_at = now(), updated_at = now()
        where t.source = v_target.source and t.post_id = v_target.post_id and t.platform = v_target.platform
          and t.account_id = v_target.account_id
        returning * into v_target;
    end if;

    -- The copy is the one that came later, so that they never give way to each other.
    select o.source, o.post_id into v_copy
      from public.publish_targets o
      join public.publish_queue q on q.source = o.source and q.post_id = o.post_id
      where o.platform = v_target.platform and o.account_id = v_target.account_id
        and o.fingerprint = v_want ->> 'fingerprint' and o.source <> v_queue.source
        and (o.state in ('armed', 'accepted', 'published', 'unknown', 'needs_review')
             or (o.state in ('pending', 'prepared', 'retry', 'held') and o.created_at < v_target.created_at))
        and q.user_id is not distinct from v_queue.user_id
        and date_trunc('minute', q.due_at) = date_trunc('minute', v_queue.due_at)
      limit 1;

    v_answer := v_answer || (to_jsonb(v_target) || jsonb_build_object(
      'current_revision', public.publisher_revision(v_row, v_target.text),
      'due', v_target.next_look_at <= clock_timestamp(),
      'copy_of', case when v_copy.post_id is not null and v_target.state in ('pending', 'prepared', 'retry', 'held')
                      then v_copy.source || ':' || v_copy.post_id end,
      'hold', case when v_target.state in ('pending', 'prepared', 'retry', 'held') and v_copy.post_id is null
                        and v_target.next_look_at <= clock_timestamp()
                   then public.publisher_pass(v_target.platform, v_target.account_id, v_want ->> 'token_md5', v_queue)
                   else public.publisher_hold_for(v_target.platform, v_target.account_id, v_want ->> 'token_md5',
                                                  v_queue.host, v_queue.fence) end,
      'effects', (select coalesce(jsonb_agg(to_jsonb(e) order by e.effect), '[]'::jsonb) from public.publish_effects e
                   where e.source = v_target.source and e.post_id = v_target.post_id
                     and e.platform = v_target.platform and e.account_id = v_target.account_id)));
    v_answer := jsonb_set(v_answer, '{-1,breakers}', public.publisher_breakers(v_target.platform, v_target.account_id,
                                                                             v_queue.host, v_queue.fence));
  end loop;
  perform public.publisher_writeback(v_queue.source, v_queue.post_id);
  return v_answer;
end
$$;

-- p: {source, id, owner, fence, platform, account_id, checkpoint, prepared, revision}
create or replace function public.publisher_checkpoint(p jsonb) returns jsonb
language plpgsql set search_path = '' as $$
begin
  perform public.publisher_require_lease(p);
  update public.publish_targets t
    set checkpoint = p ->> 'checkpoint', revision = p ->> 'revision', updated_at = now(),
        state = case when t.state in ('pending', 'prepared', 'retry', 'held')
                     then case when (p ->> 'prepared')::boolean then 'prepared' else 'pending' end else t.state end
    where t.source = p ->> 'source' and t.post_id = (p ->> 'id')::uuid
      and t.platform = p ->> 'platform' and t.account_id = p ->> 'account_id';
  -- Progress: what went before no longer counts as dying on this post.
  update public.publish_queue q set attempts = 0
    where q.source = p ->> 'source' and q.post_id = (p ->> 'id')::uuid and q.attempts > 0;
  return jsonb_build_object('ok', true);
end
$$;

-- Writes down "about to send", durably, or says why nothing may be sent.
-- p: {arm_id, source, id, owner, fence, platform, account_id, connection_id, effect, revision, fingerprint,
--     token_md5, sent, repeat, writes_per_hour, window_ms, request_timeout_ms}
-- Answers {ok: true, ms_left} or {ok: false, why, until, detail, hold}.
create or replace function public.publisher_arm(p jsonb) returns jsonb
language plpgsql set search_path = '' set timezone = 'UTC' as $$
declare
  v_arm uuid := (p ->> 'arm_id')::uuid;
  v_source text := p ->> 'source';
  v_id uuid := (p ->> 'id')::uuid;
  v_platform text := p ->> 'platform';
  v_account text := p ->> 'account_id';
  v_effect_name text := coalesce(p ->> 'effect', 'post');
  v_window interval := make_interval(secs => (p ->> 'window_ms')::double precision / 1000);
  v_timeout interval := make_interval(secs => (p ->> 'request_timeout_ms')::double precision / 1000);
  v_row jsonb;
  v_queue public.publish_queue;
  v_target public.publish_targets;
  v_effect public.publish_effects;
  v_hold jsonb;
  v_now timestamptz;
  v_repeat boolean := coalesce((p ->> 'repeat')::boolean, false);
  v_main boolean := coalesce(p ->> 'effect', 'post') = 'post';
  v_cap integer := greatest(1, coalesce((p ->> 'writes_per_hour')::integer, 60));
  v_free_at timestamptz;
begin
  v_row := public.publisher_row(v_source, v_id, true);
  v_queue := public.publisher_require_lease(p);
  v_now := clock_timestamp();

  select * into v_effect from public.publish_effects e where e.arm_id = v_arm;
  if found then
    -- The answer to this arm was lost; the window goes on from the first time.
    return jsonb_build_object('ok', v_effect.state = 'armed', 'why', 'already answered', 'ms_left',
      greatest(0, extract(epoch from (v_effect.armed_at + v_window - v_now)) * 1000)::integer);
  end if;

  if v_queue.lease_until < v_now then
    return jsonb_build_object('ok', false, 'why', 'lease_over');
  end if;
  if v_row is null then
    return jsonb_build_object('ok', false, 'why', 'deleted');
  end if;
  if not public.publisher_wanted(v_source, v_id, v_row) then
    return jsonb_build_object('ok', false, 'why', 'not_scheduled', 'detail', v_row ->> 'status');
  end if;

  -- The claim may be there to follow another target of a post that was moved into the future.
  if v_main and v_queue.due_at > v_now and not v_queue.publish_now then
    return jsonb_build_object('ok', false, 'why', 'not_scheduled', 'detail', 'not due yet');
  end if;

  perform pg_advisory_xact_lock(hashtextextended('content-publisher:' || v_platform || ':' || v_account, 0));
  select * into v_target from public.publish_targets t
    where t.source = v_source and t.post_id = v_id and t.platform = v_platform and t.account_id = v_account for update;
  if not found then
    return jsonb_build_object('ok', false, 'why', 'target_gone');
  end if;
  -- What follows a post is sent once that is out, and as it was when that was sent.
  if v_main and v_target.state not in ('pending', 'prepared', 'retry', 'held')
       and not (v_repeat and v_target.state = 'unknown')
     or not v_main and v_target.state <> 'published' then
    return jsonb_build_object('ok', false, 'why', 'state', 'detail', v_target.state);
  end if;
  if v_main and public.publisher_revision(v_row, v_target.text) is distinct from p ->> 'revision' then
    -- What is repeated may be out: it stays what it is, and what it was sent from.
    update public.publish_targets t set checkpoint = null, state = 'pending', updated_at = now()
      where not v_repeat and t.source = v_source and t.post_id = v_id and t.platform = v_platform
        and t.account_id = v_account;
    return jsonb_build_object('ok', false, 'why', 'edited');
  end if;
  if not exists (select 1 from public.platform_connections c
        where c.id = (p ->> 'connection_id')::uuid and c.is_active is not false
          and c.user_id::text is not distinct from v_row ->> 'owner_id') then
    return jsonb_build_object('ok', false, 'why', 'account_gone');
  end if;
  v_hold := public.publisher_pass(v_platform, v_account, p ->> 'token_md5', v_queue);
  -- A repeat is the look at what may be out and has minutes only: it is worth a try also while nothing gets through.
  if v_hold is not null and not (v_repeat and v_hold ->> 'kind' = 'temporary') then
    return jsonb_build_object('ok', false, 'why', 'held', 'until', v_hold -> 'until', 'detail', v_hold ->> 'reason', 'hold', v_hold);
  end if;
  -- One that its tick left behind is judged by its own recovery; it must not block the account for ever.
  if exists (select 1 from public.publish_effects e
        where e.platform = v_platform and e.account_id = v_account and e.state = 'armed' and e.last_possible_at > v_now
          and (e.source, e.post_id) <> (v_source, v_id)) then
    return jsonb_build_object('ok', false, 'why', 'busy');
  end if;
  if v_main and exists (select 1 from public.publish_targets t
        join public.publish_queue q on q.source = t.source and q.post_id = t.post_id
        where t.platform = v_platform and t.account_id = v_account and t.fingerprint = p ->> 'fingerprint'
          and (t.source, t.post_id) <> (v_source, v_id)
          and (t.state in ('armed', 'unknown')
               -- A copy in the other table that was edited after this one was registered; publisher_targets names it.
               or (t.state in ('accepted', 'published', 'needs_review') and t.source <> v_source
                   and q.user_id is not distinct from v_queue.user_id
                   and date_trunc('minute', q.due_at) = date_trunc('minute', v_queue.due_at)))) then
    return jsonb_build_object('ok', false, 'why', 'same_unresolved');
  end if;

  select * into v_effect from public.publish_effects e where e.source = v_source and e.post_id = v_id
    and e.platform = v_platform and e.account_id = v_account and e.effect = v_effect_name for update;
  if v_effect.state in ('armed', 'accepted', 'published', 'unknown') and not (v_repeat and v_effect.state = 'unknown') then
    return jsonb_build_object('ok', false, 'why', 'state', 'detail', v_effect.state);
  end if;

  -- Under the account's lock, so that two hosts count the same. What was definitely not sent takes no place; a repeat
  -- is the look at a send that has one already.
  if not v_repeat then
    select e.armed_at + interval '1 hour' into v_free_at from public.publish_effects e
      where e.platform = v_platform and e.account_id = v_account and e.armed_at > v_now - interval '1 hour'
        and e.state not in ('refused', 'not_sent', 'absent')
      order by e.armed_at desc offset v_cap - 1 limit 1;
    if found then
      v_hold := jsonb_build_object('scope', 'account', 'until', v_free_at, 'kind', 'rate_limited', 'code', 'WRITES_PER_HOUR',
        'reason', format('The account has had %s posts within an hour, which is as many as are sent to it.', v_cap),
        'hint', 'Nothing to do: the others follow by themselves. WRITES_PER_HOUR sets another number.');
      return jsonb_build_object('ok', false, 'why', 'held', 'until', v_free_at, 'detail', v_hold ->> 'reason', 'hold', v_hold);
    end if;
  end if;

  insert into public.publish_effects as e (source, post_id, platform, account_id, effect, state, arm_id, fence, fingerprint,
      sent, first_armed_at, armed_at, last_possible_at)
    values (v_source, v_id, v_platform, v_account, v_effect_name, 'armed', v_arm, v_queue.fence, p ->> 'fingerprint', p -> 'sent',
            v_now, v_now, v_now + v_window + v_timeout)
    on conflict (source, post_id, platform, account_id, effect) do update set
      state = 'armed', arm_id = excluded.arm_id, fence = excluded.fence, fingerprint = excluded.fingerprint,
      sent = excluded.sent, looked_since = null,
      armed_at = excluded.armed_at,
      -- Only an earlier send of unknown outcome makes the first moment matter.
      first_armed_at = case when e.unknown_sends > 0 then e.first_armed_at else excluded.first_armed_at end,
      last_possible_at = excluded.last_possible_at, absent_seen_at = null, updated_at = now();
  update public.publish_targets t set
      state = case when v_main then 'armed' else t.state end,
      revision = case when v_main then p ->> 'revision' else t.revision end,
      fingerprint = case when v_main then p ->> 'fingerprint' else t.fingerprint end,
      next_look_at = v_now + v_window + v_timeout, updated_at = now()
    where t.source = v_source and t.post_id = v_id and t.platform = v_platform and t.account_id = v_account;
  update public.publish_queue q
    set lease_until = greatest(q.lease_until, v_now + v_window + v_timeout + interval '30 seconds'), updated_at = now()
    where q.source = v_source and q.post_id = v_id;
  insert into public.publish_log (run_id, host, source, post_id, platform, account_id, effect, step, arm_id, detail)
    values (v_queue.run_id, v_queue.host, v_source, v_id, v_platform, v_account, v_effect_name, 'arm', v_arm,
            jsonb_build_object('fence', v_queue.fence, 'revision', p ->> 'revision'));
  return jsonb_build_object('ok', true, 'ms_left',
    greatest(0, extract(epoch from (v_now + v_window - clock_timestamp())) * 1000)::integer);
end
$$;

-- The platform's answer to an arm: appended, accepted from anybody at any time, also after the lease is lost.
-- p: {arm_id, outcome: published|accepted|refused|not_sent|absent|unknown, platform_post_id, id_kind, url, warning,
--     missing, checkpoint, platform_code, trace_id, error, state, next_look_at, proof, run_id, host, only_user}
-- Under only_user it is stored only for a post of that user. For refused and not_sent, state (failed|retry|held) says
-- what follows. Answers {state, …}.
create or replace function public.publisher_outcome(p jsonb) returns jsonb
language plpgsql set search_path = '' set timezone = 'UTC' as $$
declare
  v_outcome text := p ->> 'outcome';
  v_arm uuid := (p ->> 'arm_id')::uuid;
  v_effect public.publish_effects;
  v_target public.publish_targets;
  v_new boolean;
  v_current boolean;
  v_next timestamptz := coalesce((p ->> 'next_look_at')::timestamptz, now());
  v_looked_since timestamptz;
begin
  select * into v_effect from public.publish_effects e where e.arm_id = v_arm;
  if not found then
    -- An earlier arm of an effect that was armed again: its late answer must not be lost.
    select e.* into v_effect from public.publish_log l
      join public.publish_effects e on e.source = l.source and e.post_id = l.post_id and e.platform = l.platform
        and e.account_id = l.account_id and e.effect = l.effect
      where l.arm_id = v_arm and l.step = 'arm' limit 1;
    if not found then
      return jsonb_build_object('state', null, 'why', 'unknown arm');
    end if;
  end if;
  perform 1 from public.publish_queue q where q.source = v_effect.source and q.post_id = v_effect.post_id
      and (p ->> 'only_user' is null or q.user_id = (p ->> 'only_user')::uuid) for update;
  if not found and p ->> 'only_user' is not null then
    return jsonb_build_object('state', null, 'why', 'another user');
  end if;
  select * into v_target from public.publish_targets t
    where t.source = v_effect.source and t.post_id = v_effect.post_id and t.platform = v_effect.platform
      and t.account_id = v_effect.account_id for update;
  select * into v_effect from public.publish_effects e
    where e.source = v_effect.source and e.post_id = v_effect.post_id and e.platform = v_effect.platform
      and e.account_id = v_effect.account_id and e.effect = v_effect.effect for update;
  v_current := v_effect.arm_id = v_arm;
  -- A look that comes much later than it was due: nobody looked meanwhile.
  v_looked_since := case when v_outcome in ('unknown', 'accepted')
    then case when v_target.next_look_at < now() - interval '30 minutes' then now() else coalesce(v_effect.looked_since, now()) end end;

  insert into public.publish_log (run_id, host, source, post_id, platform, account_id, effect, step, arm_id, outcome,
      platform_post_id, platform_code, trace_id, detail)
    values (p ->> 'run_id', p ->> 'host', v_effect.source, v_effect.post_id, v_effect.platform, v_effect.account_id,
            v_effect.effect, 'outcome', v_arm, v_outcome, p ->> 'platform_post_id', p ->> 'platform_code',
            p ->> 'trace_id', p -> 'error')
    on conflict do nothing;
  v_new := found;

  if v_effect.effect <> 'post' then
    -- Something that follows a post which is out: that stays out, whatever becomes of this.
    if v_effect.state <> 'published' and (v_current or v_outcome = 'published') then
      update public.publish_effects e set
          state = v_outcome, platform_post_id = coalesce(p ->> 'platform_post_id', e.platform_post_id),
          unknown_sends = e.unknown_sends + case when v_outcome = 'unknown' and e.state = 'armed' and v_new then 1 else 0 end,
          resends = e.resends + case when v_outcome = 'absent' and p ->> 'proof' = 'listing' then 1 else 0 end,
          looked_since = v_looked_since,
          absent_seen_at = case when v_outcome = 'unknown' then e.absent_seen_at end, updated_at = now()
        where e.arm_id = v_effect.arm_id
        returning * into v_effect;
      update public.publish_targets t set
          checkpoint = case when v_outcome = 'absent' then p ->> 'checkpoint' else coalesce(p ->> 'checkpoint', t.checkpoint) end,
          attempts = case when v_outcome = 'published' then 0
                          when v_outcome = 'refused' and p ->> 'state' is distinct from 'held' then t.attempts + 1
                          else t.attempts end,
          held_since = case when p ->> 'state' in ('held', 'retry') then coalesce(t.held_since, now())
                            when v_outcome = 'published' then null else t.held_since end,
          next_look_at = case when p ->> 'state' in ('failed', 'needs_review') then null else v_next end, updated_at = now()
        where t.source = v_target.source and t.post_id = v_target.post_id and t.platform = v_target.platform
          and t.account_id = v_target.account_id and t.state = 'published';
    elsif v_outcome = 'published' and v_effect.platform_post_id is distinct from p ->> 'platform_post_id' then
      update public.publish_targets t
        set warning = format('What follows it is on the account twice: also as %s. Delete one of them.',
                             coalesce(p ->> 'url', p ->> 'platform_post_id')), updated_at = now()
        where t.source = v_target.source and t.post_id = v_target.post_id and t.platform = v_target.platform
          and t.account_id = v_target.account_id;
    end if;
  elsif v_outcome = 'published' then
    -- Over a known id goes only the public one of the same send, where so far there was a provisional one (PROVISIONAL_ID).
    if v_target.state = 'published'
       and not (v_current and v_target.id_kind = 'container' and p ->> 'id_kind' <> 'container') then
      if v_target.platform_post_id is distinct from p ->> 'platform_post_id' and v_target.id_kind = p ->> 'id_kind' then
        update public.publish_targets t
          set warning = format('It is on the account twice: also as %s. Delete one of them.',
                               coalesce(p ->> 'url', p ->> 'platform_post_id')), updated_at = now()
          where t.source = v_target.source and t.post_id = v_target.post_id and t.platform = v_target.platform
            and t.account_id = v_target.account_id;
      end if;
    else
      begin
        update public.publish_targets t set
            state = 'published', platform_post_id = p ->> 'platform_post_id', id_kind = p ->> 'id_kind',
            platform_post_url = coalesce(p ->> 'url', t.platform_post_url),
            published_at = coalesce(t.published_at, clock_timestamp()),
            warning = coalesce(p ->> 'warning', case
              -- Proven absent by mistake, and sent again since: nobody looks for that send any more.
              when not v_current and v_effect.state in ('armed', 'accepted', 'unknown') and exists (
                select 1 from public.publish_log l where l.arm_id = v_arm and l.step = 'outcome' and l.outcome = 'absent')
              then 'It was sent once more before this was known: look whether it is on the account twice.' end, t.warning),
            error = null, held_since = null, attempts = 0,
            missing = p ->> 'missing',
            -- Out, but its public id is not known or what follows it is not out: looked at until that moment comes no more.
            next_look_at = (p ->> 'next_look_at')::timestamptz, updated_at = now()
          where t.source = v_target.source and t.post_id = v_target.post_id and t.platform = v_target.platform
            and t.account_id = v_target.account_id;
        update public.publish_effects e set state = 'published', platform_post_id = p ->> 'platform_post_id', updated_at = now()
          where e.arm_id = v_effect.arm_id
          returning * into v_effect;
      exception when unique_violation then
        update public.publish_targets t set state = case when t.state = 'published' then t.state else 'needs_review' end, next_look_at = null, updated_at = now(),
            error = jsonb_build_object('kind', 'unknown', 'code', 'ID_TAKEN', 'at', public.publisher_iso(now()), 'message',
              format('The platform gave the id %s, which already belongs to another post.', p ->> 'platform_post_id'),
              'hint', format(
                'Look at the account. If the post is there, run "content-publisher resolve %1$s:%2$s --published <its address>"; if not, run "content-publisher resolve %1$s:%2$s --not-published".',
                v_target.source, v_target.post_id))
          where t.source = v_target.source and t.post_id = v_target.post_id and t.platform = v_target.platform
            and t.account_id = v_target.account_id;
      end;
    end if;
  elsif v_current and v_effect.state <> 'published' and v_target.state in ('armed', 'unknown', 'accepted') then
    update public.publish_effects e set
        state = v_outcome,
        unknown_sends = e.unknown_sends + case when v_outcome = 'unknown' and e.state = 'armed' and v_new then 1 else 0 end,
        resends = e.resends + case when v_outcome = 'absent' and p ->> 'proof' = 'listing' then 1 else 0 end,
        looked_since = v_looked_since,
        -- Waiting for the second look is recorded as unknown too; the first look stays.
        absent_seen_at = case when v_outcome = 'unknown' then e.absent_seen_at end, updated_at = now()
      where e.arm_id = v_effect.arm_id;
    update public.publish_targets t set
        state = case v_outcome when 'accepted' then 'accepted' when 'unknown' then coalesce(p ->> 'state', 'unknown')
                               when 'refused' then p ->> 'state' when 'absent' then 'pending'
                               else coalesce(p ->> 'state', 'retry') end,
        -- Absent: what find says is left of the preparation, or nothing.
        checkpoint = case when v_outcome = 'absent' then p ->> 'checkpoint' else coalesce(p ->> 'checkpoint', t.checkpoint) end,
        error = case when v_outcome in ('accepted', 'absent') then null else coalesce(nullif(p -> 'error', 'null'::jsonb), t.error) end,
        -- Waiting for an account, a limit or the operator costs no attempt.
        attempts = t.attempts + case when v_outcome = 'refused' and p ->> 'state' is distinct from 'held' then 1 else 0 end,
        held_since = case when p ->> 'state' not in ('held', 'retry') then t.held_since
                          when public.publisher_hold_counts(p -> 'error') then coalesce(t.held_since, now()) end,
        next_look_at = case when p ->> 'state' in ('failed', 'needs_review') then null else v_next end,
        updated_at = now()
      where t.source = v_target.source and t.post_id = v_target.post_id and t.platform = v_target.platform
        and t.account_id = v_target.account_id;
  end if;

  select * into v_target from public.publish_targets t
    where t.source = v_effect.source and t.post_id = v_effect.post_id and t.platform = v_effect.platform
      and t.account_id = v_effect.account_id;
  -- A post that ended, or that nobody holds, must still be told.
  update public.publish_queue q set writeback_due = true,
      state = case when v_target.next_look_at is not null then 'waiting' else q.state end,
      next_attempt_at = coalesce(least(q.next_attempt_at, v_target.next_look_at), q.next_attempt_at, v_target.next_look_at)
    where q.source = v_effect.source and q.post_id = v_effect.post_id;
  return jsonb_build_object('state', v_target.state, 'platform_post_id', v_target.platform_post_id,
    'url', v_target.platform_post_url, 'published_at', v_target.published_at, 'warning', v_target.warning,
    'next_look_at', v_target.next_look_at, 'effect_state', v_effect.state, 'effect_id', v_effect.platform_post_id);
end
$$;

-- Absence in a complete listing is believed at the second look, 60 s after the first and after the quarantine.
-- p: {arm_id, quarantine_seconds, gap_seconds}; answers {proven, look_at}.
create or replace function public.publisher_absent_seen(p jsonb) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_effect public.publish_effects;
  v_quarantine interval := make_interval(secs => (p ->> 'quarantine_seconds')::double precision);
  v_gap interval := make_interval(secs => (p ->> 'gap_seconds')::double precision);
  v_now timestamptz := clock_timestamp();
begin
  select * into v_effect from public.publish_effects e where e.arm_id = (p ->> 'arm_id')::uuid for update;
  if not found then
    return jsonb_build_object('proven', false, 'look_at', v_now + v_gap);
  end if;
  if v_now < v_effect.last_possible_at + v_quarantine then
    return jsonb_build_object('proven', false, 'look_at', v_effect.last_possible_at + v_quarantine);
  end if;
  if v_effect.absent_seen_at is null then
    update public.publish_effects e set absent_seen_at = v_now where e.arm_id = v_effect.arm_id;
    return jsonb_build_object('proven', false, 'look_at', v_now + v_gap);
  end if;
  return jsonb_build_object('proven', v_now >= v_effect.absent_seen_at + v_gap and v_effect.resends = 0,
    'look_at', v_effect.absent_seen_at + v_gap, 'resends', v_effect.resends);
end
$$;

reset lock_timeout;
