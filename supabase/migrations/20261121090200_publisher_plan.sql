-- content-publisher 3/8: reading the app's rows, and planning.
-- Every function is called by rpc, returns one jsonb value, and is reserved to service_role (see 6/7).

set lock_timeout = '5s';

-- SQLSTATE CPVER: the program stops with exit code 78.
create or replace function public.publisher_require_version(p_version integer) returns void
language plpgsql set search_path = '' as $$
declare
  v_version integer;
begin
  select schema_version into v_version from public.publish_install;
  if v_version is distinct from p_version then
    raise exception 'The database has schema version %, this program needs version %.', v_version, p_version
      using errcode = 'CPVER',
            hint = 'Run "content-publisher migrate" with the newest program, and update the program on every host.';
  end if;
end
$$;

-- As the program writes moments: to_jsonb of a timestamptz has microseconds and an offset.
create or replace function public.publisher_iso(p_at timestamptz) returns text
language sql stable set search_path = '' as $$
  select to_char(p_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
$$;

create or replace function public.publisher_uuid(p_text text) returns uuid
language sql immutable set search_path = '' as $$
  select case when p_text ~* '^\s*[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\s*$'
              then btrim(p_text)::uuid end
$$;

-- metadata only where it is an object; an array, a string or JSON null is never read or touched.
create or replace function public.publisher_metadata(p_row jsonb) returns jsonb
language sql immutable set search_path = '' as $$
  select case jsonb_typeof(p_row -> 'metadata') when 'object' then p_row -> 'metadata' else '{}'::jsonb end
$$;

-- The whole row as the app stored it, with owner_id; NULL when it is gone. p_lock takes the row lock first.
create or replace function public.publisher_row(p_source text, p_id uuid, p_lock boolean default false) returns jsonb
language plpgsql set search_path = '' set timezone = 'UTC' as $$
declare
  v_row jsonb;
  v_owner uuid;
begin
  if p_source = 'created_content' then
    if p_lock then
      select to_jsonb(c) into v_row from public.created_content c where c.id = p_id for update;
    else
      select to_jsonb(c) into v_row from public.created_content c where c.id = p_id;
    end if;
    v_owner := public.publisher_uuid(v_row ->> 'user_id');
  else
    if p_lock then
      select to_jsonb(c) into v_row from public.content_posts c where c.id = p_id for update;
    else
      select to_jsonb(c) into v_row from public.content_posts c where c.id = p_id;
    end if;
    select k.user_id into v_owner from public.content_campaigns k
      where k.id = public.publisher_uuid(v_row ->> 'campaign_id');
    v_owner := coalesce(v_owner, public.publisher_uuid(public.publisher_metadata(v_row) ->> 'user_id'));
  end if;
  if v_row is null then
    return null;
  end if;
  return v_row || jsonb_build_object('owner_id', v_owner);
end
$$;

-- Takes the row's lock without waiting: false while somebody else holds it, true for a row that is gone.
create or replace function public.publisher_try_lock(p_source text, p_id uuid) returns boolean
language plpgsql set search_path = '' as $$
begin
  if p_source = 'created_content' then
    perform 1 from public.created_content c where c.id = p_id for update skip locked;
    return found or not exists (select 1 from public.created_content c where c.id = p_id);
  end if;
  perform 1 from public.content_posts c where c.id = p_id for update skip locked;
  return found or not exists (select 1 from public.content_posts c where c.id = p_id);
end
$$;

-- What decides when and where a row is published; its hash tells whether a plan still holds.
create or replace function public.publisher_schedule(p_row jsonb) returns jsonb
language sql immutable set search_path = '' as $$
  select jsonb_build_object(
    'scheduled_at', p_row -> 'scheduled_at',
    'scheduled_date', p_row -> 'scheduled_date',
    'scheduled_time', p_row -> 'scheduled_time',
    'platform', p_row -> 'platform',
    'channel', p_row -> 'channel',
    'content_type', p_row -> 'content_type',
    'post_type', p_row -> 'post_type',
    'owner_id', p_row -> 'owner_id',
    'campaign_id', p_row -> 'campaign_id',
    'metadata', jsonb_strip_nulls(jsonb_build_object(
      'timezone', public.publisher_metadata(p_row) -> 'timezone',
      'user_id', public.publisher_metadata(p_row) -> 'user_id',
      'is_temp', public.publisher_metadata(p_row) -> 'is_temp'))
  )
$$;

create or replace function public.publisher_schedule_key(p_row jsonb, p_timezone text) returns text
language sql immutable set search_path = '' as $$
  select md5(public.publisher_schedule(p_row)::text || '|' || coalesce(p_timezone, ''))
$$;

-- Hash of everything that is published or decides it, without our own keys and without keys of other programs.
create or replace function public.publisher_revision(p_row jsonb, p_target_text text) returns text
language sql immutable set search_path = '' as $$
  select md5(jsonb_build_array(
    public.publisher_schedule(p_row),
    p_row -> 'title', p_row -> 'content', p_row -> 'hashtags', p_row -> 'images', p_row -> 'carousel_images',
    p_row -> 'media_url', p_row -> 'primary_image_url',
    (select jsonb_object_agg(e.key, e.value) from jsonb_each(public.publisher_metadata(p_row)) e
      where e.key in ('carousel_images', 'images', 'total_images', 'video_url', 'media_url', 'media_type', 'is_video',
                      'publish_options', 'thread', 'account_id', 'page_id')),
    p_target_text
  )::text)
$$;

create or replace function public.publisher_timezone(p_user uuid) returns text
language sql stable set search_path = '' as $$
  select p.timezone::text from public.profiles p where p.id = p_user
$$;

-- Whether the app still wants the post sent: it is scheduled, or the first success of ours has made it 'published'
-- while other targets go on.
create or replace function public.publisher_wanted(p_source text, p_id uuid, p_row jsonb) returns boolean
language sql stable set search_path = '' as $$
  select coalesce(p_row ->> 'status' = 'scheduled'
    or (p_row ->> 'status' = 'published'
        and exists (select 1 from public.publish_queue q where q.source = p_source and q.post_id = p_id
                     and q.state = 'waiting' and q.cancelled_at is null and q.wrote_published)
        and exists (select 1 from public.publish_targets t where t.source = p_source and t.post_id = p_id
                     and t.state = 'published')), false)
$$;

-- It may be out, or it is and its public id is not known yet: followed to its end, whatever becomes of the row.
create or replace function public.publisher_looked_for(p_state text, p_next_look_at timestamptz) returns boolean
language sql immutable set search_path = '' as $$
  select p_state in ('armed', 'accepted', 'unknown') or (p_state = 'published' and p_next_look_at is not null)
$$;

drop function if exists public.publisher_restore(text, uuid);

-- Ends what an un-scheduled or deleted post still had to send. What may be out is followed to its end.
create or replace function public.publisher_cancel(p_source text, p_id uuid) returns void
language plpgsql set search_path = '' as $$
begin
  update public.publish_targets
    set state = 'cancelled', next_look_at = null, updated_at = now()
    where source = p_source and post_id = p_id and state in ('pending', 'prepared', 'retry', 'held');
  update public.publish_queue q
    set cancelled_at = coalesce(cancelled_at, now()),
        state = case when follow.it then 'waiting' else 'cancelled' end,
        next_attempt_at = case when follow.it then coalesce(q.next_attempt_at, now()) end,
        problem = null,
        -- A tick that wakes up after its lease must not register anything on it any more.
        lease_owner = null, lease_until = null, lease_call = null,
        updated_at = now()
    from (select exists (select 1 from public.publish_targets t where t.source = p_source and t.post_id = p_id
                          and public.publisher_looked_for(t.state, t.next_look_at)) as it) follow
    where q.source = p_source and q.post_id = p_id
      -- A post that ended by itself keeps its end: that is what made it 'draft' or 'published'.
      and q.state in ('waiting', 'skipped')
      and (q.lease_until is null or q.lease_until < clock_timestamp());
end
$$;

-- Rows whose schedule changed: {now, more, items: [{source, id, change_ids, row, timezone, schedule_key}]}.
-- row is NULL when the post is gone, and holds only what planning needs.
create or replace function public.publisher_plan_read(p_version integer, p_user uuid, p_limit integer) returns jsonb
language plpgsql set search_path = '' set timezone = 'UTC' as $$
declare
  v_items jsonb;
begin
  perform public.publisher_require_version(p_version);

  -- A changed time zone or campaign owner stands for all scheduled posts of that owner.
  with gone as (
    delete from public.publish_changes c
    where c.id in (select id from public.publish_changes
                   where kind in ('profiles', 'content_campaigns')
                     and (p_user is null or kind = 'content_campaigns' or ref = p_user)
                   order by id limit p_limit for update skip locked)
    returning c.kind, c.ref
  )
  insert into public.publish_changes (kind, ref)
    select 'created_content', c.id from gone join public.created_content c
      on gone.kind = 'profiles' and c.user_id = gone.ref and c.status = 'scheduled'
    union
    select 'content_posts', c.id from gone
      join public.content_campaigns k on (gone.kind = 'profiles' and k.user_id = gone.ref)
                                      or (gone.kind = 'content_campaigns' and k.id = gone.ref)
      join public.content_posts c on c.campaign_id = k.id and c.status = 'scheduled'
    union
    select 'content_posts', c.id from gone join public.content_posts c
      on gone.kind = 'profiles' and c.status = 'scheduled' and jsonb_typeof(c.metadata) = 'object'
     and c.metadata ->> 'user_id' = gone.ref::text;

  with changed as (
    select c.kind, c.ref, jsonb_agg(c.id) as ids, min(c.id) as first
    from public.publish_changes c
    where c.kind in ('created_content', 'content_posts')
    group by c.kind, c.ref
    order by min(c.id)
    limit case when p_user is null then p_limit else null end
  ), read as (
    select changed.*, public.publisher_row(changed.kind, changed.ref) as whole from changed
  ), mine as (
    select read.*, public.publisher_timezone(public.publisher_uuid(whole ->> 'owner_id')) as timezone from read
    where p_user is null
       or (whole ->> 'owner_id') = p_user::text
       or (whole is null and exists (select 1 from public.publish_queue q
             where q.source = read.kind and q.post_id = read.ref and q.user_id = p_user))
    order by first
    limit p_limit
  )
  select coalesce(jsonb_agg(jsonb_build_object(
      'source', kind, 'id', ref, 'change_ids', ids,
      'row', case when whole is not null
                  then public.publisher_schedule(whole) || jsonb_build_object('id', ref, 'status', whole -> 'status') end,
      'timezone', timezone,
      'schedule_key', public.publisher_schedule_key(whole, timezone)) order by first), '[]'::jsonb)
    into v_items from mine;

  return jsonb_build_object('now', clock_timestamp(), 'more', jsonb_array_length(v_items) >= p_limit, 'items', v_items);
end
$$;

-- Stores what was resolved, provided the schedule still says so, and deletes exactly the changes that were read.
-- p_items: [{source, id, change_ids, schedule_key, platform, due_at, zone, utc_offset_minutes, problem, skip_reason}].
-- An item that fails takes nobody with it; its changes stay and are read again.
create or replace function public.publisher_plan_write(p_version integer, p_items jsonb) returns jsonb
language plpgsql set search_path = '' set timezone = 'UTC' as $$
declare
  v_item jsonb;
  v_source text;
  v_id uuid;
  v_row jsonb;
  v_owner uuid;
  v_queue public.publish_queue;
  v_reopen boolean;
  v_state text;
  v_next timestamptz;
  v_look timestamptz;
  v_planned integer := 0;
  v_stale integer := 0;
  v_failed jsonb := '[]'::jsonb;
begin
  perform public.publisher_require_version(p_version);
  for v_item in select * from jsonb_array_elements(p_items) loop
    v_source := v_item ->> 'source';
    v_id := (v_item ->> 'id')::uuid;
    begin
      if not public.publisher_try_lock(v_source, v_id) then
        -- Whoever holds it must not keep back the others. Read again by the next tick.
        v_stale := v_stale + 1;
        continue;
      end if;
      v_row := public.publisher_row(v_source, v_id);
      v_owner := public.publisher_uuid(v_row ->> 'owner_id');
      select * into v_queue from public.publish_queue where source = v_source and post_id = v_id for update;

      if v_queue.lease_until > clock_timestamp() then
        -- A claim is in flight; its arm sees the change, also that it is not scheduled any more. Read again by the
        -- next tick: half of it cancelled under that claim would stay so when it is scheduled again meanwhile.
        v_stale := v_stale + 1;
        continue;
      elsif v_row is null or v_row ->> 'status' is distinct from 'scheduled' then
        if v_queue.state in ('waiting', 'skipped') and not public.publisher_wanted(v_source, v_id, v_row) then
          perform public.publisher_cancel(v_source, v_id);
          perform public.publisher_writeback(v_source, v_id);
        elsif v_queue.state = 'done' then
          -- Scheduled again and taken back before that was read: what is out, or may be, must not stay a draft.
          perform public.publisher_writeback(v_source, v_id);
        end if;
      elsif public.publisher_schedule_key(v_row, public.publisher_timezone(v_owner)) <> v_item ->> 'schedule_key' then
        v_stale := v_stale + 1;
        continue;
      elsif v_queue.state = 'done' and v_queue.writeback_due and v_queue.schedule_key = v_item ->> 'schedule_key' then
        -- It is over; its row only says 'scheduled' because the end could not be written.
        if not public.publisher_writeback(v_source, v_id) then
          v_stale := v_stale + 1;
          continue;
        end if;
      else
        v_reopen := coalesce(v_queue.state in ('done', 'cancelled') or v_queue.cancelled_at is not null, false);
        -- What may be out is followed, whatever becomes of the schedule.
        select min(t.next_look_at) into v_look from public.publish_targets t
          where t.source = v_source and t.post_id = v_id and public.publisher_looked_for(t.state, t.next_look_at);
        v_state := case when v_item ->> 'skip_reason' is not null and v_look is null then 'skipped' else 'waiting' end;
        v_next := case when v_state = 'waiting'
                       then least(coalesce((v_item ->> 'due_at')::timestamptz, now() + interval '15 minutes'), v_look) end;
        insert into public.publish_queue as q (source, post_id, user_id, platform, due_at, zone, utc_offset_minutes,
            schedule_key, state, skip_reason, problem, next_attempt_at)
          values (v_source, v_id, v_owner, v_item ->> 'platform', (v_item ->> 'due_at')::timestamptz, v_item ->> 'zone',
                  (v_item ->> 'utc_offset_minutes')::integer, v_item ->> 'schedule_key', v_state,
                  v_item ->> 'skip_reason', nullif(v_item -> 'problem', 'null'::jsonb), v_next)
          on conflict (source, post_id) do update set
            user_id = excluded.user_id, platform = excluded.platform, due_at = excluded.due_at, zone = excluded.zone,
            utc_offset_minutes = excluded.utc_offset_minutes, schedule_key = excluded.schedule_key,
            state = excluded.state, skip_reason = excluded.skip_reason, problem = excluded.problem,
            cancelled_at = null, wrote_published = false,
            released = case when q.schedule_key = excluded.schedule_key then q.released else false end,
            publish_now = q.publish_now and q.schedule_key = excluded.schedule_key and not v_reopen,
            seen_due_at = case when q.schedule_key = excluded.schedule_key and not v_reopen then q.seen_due_at end,
            first_claimed_at = case when q.schedule_key = excluded.schedule_key and not v_reopen then q.first_claimed_at end,
            attempts = case when v_reopen then 0 else q.attempts end,
            -- The same schedule again must not cut a back-off short.
            next_attempt_at = case when q.schedule_key = excluded.schedule_key and not v_reopen
                                    and q.state = 'waiting' and q.problem is null
                                   then q.next_attempt_at else excluded.next_attempt_at end,
            updated_at = now();
        if v_reopen then
          perform public.publisher_reopen(v_source, v_id, v_row);
        end if;
        perform public.publisher_writeback(v_source, v_id);
      end if;
      v_planned := v_planned + 1;
      delete from public.publish_changes
        where id in (select value::bigint from jsonb_array_elements_text(v_item -> 'change_ids'));
    exception when others then
      v_failed := v_failed || jsonb_build_object('source', v_source, 'id', v_id, 'message', sqlerrm);
    end;
  end loop;
  return jsonb_build_object('planned', v_planned, 'stale', v_stale, 'failed', v_failed);
end
$$;

-- A post that is scheduled again: failed targets reopen, published ones are never sent again.
create or replace function public.publisher_reopen(p_source text, p_id uuid, p_row jsonb) returns void
language plpgsql set search_path = '' as $$
declare
  v_out public.publish_targets;
begin
  update public.publish_targets t
    set state = 'pending', attempts = 0, error = null, held_since = null, next_look_at = now(), updated_at = now(),
        checkpoint = case when t.revision = public.publisher_revision(p_row, t.text) then t.checkpoint end
    where t.source = p_source and t.post_id = p_id and t.state in ('failed', 'cancelled', 'retry', 'held');
  if exists (select 1 from public.publish_targets t where t.source = p_source and t.post_id = p_id)
     and not exists (select 1 from public.publish_targets t where t.source = p_source and t.post_id = p_id
                      and (t.state not in ('published', 'needs_review') or t.next_look_at is not null)) then
    select * into v_out from public.publish_targets t
      where t.source = p_source and t.post_id = p_id and t.state = 'published' order by t.published_at limit 1;
    update public.publish_queue q
      set state = 'done', next_attempt_at = null,
          problem = case when v_out.source is not null then jsonb_build_object(
            'kind', 'rejected', 'code', 'ALREADY_OUT', 'at', public.publisher_iso(now()),
            'message', format('Already out since %s UTC%s; it was not sent again.',
                              to_char(v_out.published_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI'),
                              coalesce(': ' || v_out.platform_post_url, '')),
            'hint', 'Duplicate the post to send it again.') end
      where q.source = p_source and q.post_id = p_id;
  end if;
end
$$;

-- Walks the scheduled rows by key, p_limit a call, and notes those that a trigger missed.
create or replace function public.publisher_sweep(p_version integer, p_limit integer) returns jsonb
language plpgsql set search_path = '' set timezone = 'UTC' as $$
declare
  v_install public.publish_install;
  v_ids uuid[];
  v_seen integer;
  v_missed jsonb;
begin
  perform public.publisher_require_version(p_version);
  select * into v_install from public.publish_install for update skip locked;
  if not found then
    -- Another tick sweeps at this moment.
    return jsonb_build_object('now', clock_timestamp(), 'seen', 0, 'missed', '[]'::jsonb);
  end if;

  if v_install.sweep_source = 'created_content' then
    v_ids := array(select c.id from public.created_content c
      where c.status = 'scheduled' and c.id > v_install.sweep_after order by c.id limit p_limit);
  else
    v_ids := array(select c.id from public.content_posts c
      where c.status = 'scheduled' and c.id > v_install.sweep_after order by c.id limit p_limit);
  end if;
  v_seen := cardinality(v_ids);

  with read as (
    select s.id, public.publisher_row(v_install.sweep_source, s.id) as whole from unnest(v_ids) as s (id)
  ), missed as (
    insert into public.publish_changes (kind, ref)
      select v_install.sweep_source, read.id from read
      left join public.publish_queue q on q.source = v_install.sweep_source and q.post_id = read.id
      where (q.source is null
             or (q.state in ('done', 'cancelled') and not q.writeback_due)
             or q.cancelled_at is not null
             or q.schedule_key <> public.publisher_schedule_key(
                  read.whole, public.publisher_timezone(public.publisher_uuid(read.whole ->> 'owner_id'))))
        and not exists (select 1 from public.publish_changes c where c.kind = v_install.sweep_source and c.ref = read.id)
      returning ref
  )
  select coalesce(jsonb_agg(ref), '[]'::jsonb) into v_missed from missed;

  update public.publish_install set
    sweep_source = case when v_seen < p_limit
                        then case sweep_source when 'created_content' then 'content_posts' else 'created_content' end
                        else sweep_source end,
    sweep_after = case when v_seen < p_limit then '00000000-0000-0000-0000-000000000000' else v_ids[v_seen] end;
  return jsonb_build_object('now', clock_timestamp(), 'source', v_install.sweep_source, 'seen', v_seen, 'missed', v_missed);
end
$$;

reset lock_timeout;
