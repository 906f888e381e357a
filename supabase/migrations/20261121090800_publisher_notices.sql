-- content-publisher: notices, what somebody must hear of. Written with the change itself, so that no tick that dies
-- loses one; sent by ticks that know an address (NOTIFY_WEBHOOK_URL).

set lock_timeout = '5s';

-- A failure to note must never undo what it notes.
create or replace function public.publisher_note_end() returns trigger
language plpgsql set search_path = '' as $$
begin
  insert into public.publish_notices (source, post_id, why) values (new.source, new.post_id, 'ended') on conflict do nothing;
  return null;
exception when others then
  return null;
end
$$;

do $$
begin
  if not exists (select 1 from pg_trigger t where t.tgrelid = 'public.publish_targets'::regclass and t.tgname = 'publisher_note_end') then
    create trigger publisher_note_end after update on public.publish_targets for each row
      when ((new.state in ('failed', 'needs_review') and old.state <> new.state)
            -- What follows a post that is out, and is not tried any more.
            or (new.state = 'published' and new.missing is not null and new.next_look_at is null
                and (old.missing is null or old.next_look_at is not null)))
      execute function public.publisher_note_end();
  end if;
  if not exists (select 1 from pg_trigger t where t.tgrelid = 'public.publish_queue'::regclass and t.tgname = 'publisher_note_end') then
    create trigger publisher_note_end after update on public.publish_queue for each row
      when (new.state = 'done' and new.problem is not null and old.state <> 'done')
      execute function public.publisher_note_end();
  end if;
end
$$;

-- What a notice about a post says, from how the post is now; null: there is nothing to tell any more.
create or replace function public.publisher_notice_post(p_source text, p_id uuid) returns jsonb
language plpgsql stable set search_path = '' set timezone = 'UTC' as $$
declare
  v_queue public.publish_queue;
  v_targets jsonb;
  v_type text;
begin
  select * into v_queue from public.publish_queue q where q.source = p_source and q.post_id = p_id;
  select jsonb_agg(jsonb_build_object('platform', t.platform, 'account_id', t.account_id, 'account_name', t.account_name,
             'state', t.state, 'platform_post_id', t.platform_post_id, 'url', t.platform_post_url, 'missing', t.missing,
             'error', case when t.state <> 'published' and t.error is not null then jsonb_build_object('kind', t.error -> 'kind',
               'code', t.error -> 'code', 'message', t.error -> 'message', 'hint', t.error -> 'hint') end)
           order by t.platform, t.account_id),
         case when bool_or(t.state = 'needs_review') then 'post.unclear'
              when bool_or(t.state = 'failed') or v_queue.problem is not null then 'post.failed'
              when bool_or(t.state = 'published' and t.missing is not null and t.next_look_at is null) then 'post.incomplete'
              when bool_or(t.state in ('held', 'retry')) then 'post.waiting' end
    into v_targets, v_type
    from public.publish_targets t where t.source = p_source and t.post_id = p_id and t.state <> 'cancelled';
  if v_type is null and v_queue.state = 'done' and v_queue.problem is not null then
    v_type := 'post.failed';
  end if;
  if v_type is null then
    return null;
  end if;
  return jsonb_build_object('type', v_type, 'data', jsonb_build_object('source', p_source, 'id', p_id, 'user_id', v_queue.user_id,
    'due_at', v_queue.due_at, 'problem', v_queue.problem - array['at', 'retry_at'], 'targets', coalesce(v_targets, '[]'::jsonb)));
end
$$;

-- The same about an account; one that is well again, or that ended before it was told that it would, is not told of.
drop function if exists public.publisher_notice_connection(uuid, jsonb);
create or replace function public.publisher_notice_connection(p_id uuid, p_why text, p_detail jsonb) returns jsonb
language sql stable set search_path = '' set timezone = 'UTC' as $$
  select jsonb_build_object('type', 'account.' || p_why, 'data', jsonb_build_object(
      'connection_id', c.id, 'user_id', c.user_id, 'platform', c.platform, 'account_name', c.page_name,
      'account_id', p_detail ->> 'account_id', 'error', p_detail -> 'error',
      'posts_waiting', (select count(*) from public.publish_targets t
        where t.connection_id = c.id and t.state in ('pending', 'prepared', 'held', 'retry'))))
    from public.platform_connections c where c.id = p_id and coalesce(c.is_active, true) = (p_why = 'expiring')
$$;

-- What is to be told now; each is the caller's for lease_seconds, and is told again where they pass without
-- publisher_notice_done. p: {version, user_id, limit, lease_seconds, waiting_seconds}
create or replace function public.publisher_notices(p jsonb) returns jsonb
language plpgsql set search_path = '' set timezone = 'UTC' as $$
declare
  v_user uuid := (p ->> 'user_id')::uuid;
  v_notice public.publish_notices;
  v_told jsonb;
  v_answer jsonb := '[]'::jsonb;
begin
  perform public.publisher_require_version((p ->> 'version')::integer);
  -- A day later nobody needs to hear of it; what was told is kept for a while, to be told once: a week lies between
  -- two marks of an access that ends.
  delete from public.publish_notices n
    where n.created_at < now() - case when n.sent_at is null and n.why <> 'expiring' then interval '1 day' else interval '10 days' end;

  insert into public.publish_notices (source, post_id, why)
    select distinct t.source, t.post_id, 'waiting'
    from public.publish_targets t join public.publish_queue q on q.source = t.source and q.post_id = t.post_id
    where t.state in ('held', 'retry') and t.held_since < now() - make_interval(secs => (p ->> 'waiting_seconds')::double precision)
      and q.state = 'waiting' and (v_user is null or q.user_id = v_user)
      and not exists (select 1 from public.publish_notices n where n.source = t.source and n.post_id = t.post_id
                        and n.why = 'waiting' and n.created_at >= t.held_since)
      -- One notice about an account, not one more for each of its posts.
      and not exists (select 1 from public.publish_notices n where n.connection_id = t.connection_id
                        and n.why = 'disconnected' and n.created_at >= t.held_since - interval '1 hour')
    on conflict do nothing;

  for v_notice in
    select * from public.publish_notices n
    where n.sent_at is null and n.next_attempt_at <= now()
      and (v_user is null
           or exists (select 1 from public.publish_queue q where q.source = n.source and q.post_id = n.post_id and q.user_id = v_user)
           or exists (select 1 from public.platform_connections c where c.id = n.connection_id and c.user_id = v_user))
    order by n.created_at, n.id limit (p ->> 'limit')::integer
    for update skip locked
  loop
    v_told := case when v_notice.post_id is not null then public.publisher_notice_post(v_notice.source, v_notice.post_id)
                   else public.publisher_notice_connection(v_notice.connection_id, v_notice.why, v_notice.detail) end;
    if v_told is null then
      delete from public.publish_notices n where n.id = v_notice.id;
    else
      update public.publish_notices n set attempts = n.attempts + 1,
          next_attempt_at = now() + make_interval(secs => (p ->> 'lease_seconds')::double precision)
        where n.id = v_notice.id;
      v_answer := v_answer || (v_told || jsonb_build_object('id', v_notice.id, 'at', v_notice.created_at, 'attempt', v_notice.attempts + 1));
    end if;
  end loop;
  return v_answer;
end
$$;

-- Notes accounts whose access ends soon, each mark once: p: {version, accounts: [{connection_id, account_id, level, error:
-- {kind, code, message, hint}}]}. Answers the connections that were not noted before.
create or replace function public.publisher_note_expiring(p jsonb) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_account jsonb;
  v_new uuid;
  v_answer jsonb := '[]'::jsonb;
begin
  perform public.publisher_require_version((p ->> 'version')::integer);
  for v_account in select * from jsonb_array_elements(p -> 'accounts') loop
    v_new := null;
    -- An earlier mark that nobody was told of yet is told as the later one.
    insert into public.publish_notices as n (connection_id, why, detail)
      select (v_account ->> 'connection_id')::uuid, 'expiring', v_account - 'connection_id'
      where not exists (select 1 from public.publish_notices o where o.connection_id = (v_account ->> 'connection_id')::uuid
                          and o.why = 'expiring' and o.detail ->> 'level' = v_account ->> 'level')
      on conflict (connection_id, why) where sent_at is null and connection_id is not null
        do update set detail = excluded.detail, created_at = now(), attempts = 0, next_attempt_at = now()
      returning n.connection_id into v_new;
    if v_new is not null then
      v_answer := v_answer || to_jsonb(v_new);
    end if;
  end loop;
  return v_answer;
end
$$;

-- p: {id, told}; not told: once more after a minute, then two, four … an hour.
create or replace function public.publisher_notice_done(p jsonb) returns jsonb
language plpgsql set search_path = '' set timezone = 'UTC' as $$
begin
  update public.publish_notices n set
      sent_at = case when (p ->> 'told')::boolean then coalesce(n.sent_at, now()) end,
      next_attempt_at = now() + least(interval '1 hour', interval '1 minute' * power(2, least(n.attempts, 10) - 1))
    where n.id = (p ->> 'id')::uuid and n.sent_at is null;
  return jsonb_build_object('ok', true);
end
$$;

do $$
begin
  perform public.publisher_close_functions();
end
$$;

reset lock_timeout;
-- In the last file only: who reads the schema anew must not stand in the way of the next file.
notify pgrst, 'reload schema';
