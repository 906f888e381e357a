-- content-publisher 7/7: what a person decides by hand, and what an operator looks at.

set lock_timeout = '5s';

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
-- published: it is that post. NULL: it is not on the account, so it may be sent again.
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
  if v_target.state <> 'needs_review' then
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
          id_kind = v_published ->> 'id_kind', platform_post_url = v_published ->> 'url', error = null, next_look_at = null,
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
  update public.publish_queue q set writeback_due = true, updated_at = now() where q.source = v_source and q.post_id = v_id;
  perform public.publisher_writeback(v_source, v_id);
  return jsonb_build_object('ok', true, 'status', public.publisher_row(v_source, v_id) ->> 'status');
end
$$;

do $$
begin
  perform public.publisher_close_functions();
end
$$;

reset lock_timeout;
notify pgrst, 'reload schema';
