-- content-publisher 6/8: triggers, bucket, grants.

set lock_timeout = '5s';

-- Notes that a row changed, and nothing else. Whatever goes wrong in here (our table dropped, locked, full),
-- the app's own write succeeds; the sweep finds later what was not noted.
create or replace function public.publisher_note_change() returns trigger
language plpgsql security definer set search_path = '' set lock_timeout = '200ms' as $$
declare
  v_old jsonb;
  v_new jsonb;
begin
  if current_setting('content_publisher.locked_out', true) = 'on' then
    return null;
  end if;
  begin
    if tg_op <> 'INSERT' then
      v_old := to_jsonb(old);
    end if;
    if tg_op <> 'DELETE' then
      v_new := to_jsonb(new);
    end if;
    if tg_table_name in ('created_content', 'content_posts') then
      if coalesce(v_old ->> 'status', '') <> 'scheduled' and coalesce(v_new ->> 'status', '') <> 'scheduled' then
        return null;
      end if;
      if tg_op = 'UPDATE' and v_old ->> 'status' = v_new ->> 'status'
         and public.publisher_schedule(v_old || jsonb_build_object('owner_id', v_old -> 'user_id'))
           = public.publisher_schedule(v_new || jsonb_build_object('owner_id', v_new -> 'user_id')) then
        return null;
      end if;
    elsif tg_table_name = 'profiles' then
      if tg_op = 'UPDATE' and v_old -> 'timezone' = v_new -> 'timezone' then
        return null;
      end if;
    elsif tg_op = 'UPDATE' and v_old -> 'user_id' = v_new -> 'user_id' then
      return null;
    end if;
    insert into public.publish_changes (kind, ref) values (tg_table_name, (coalesce(v_new, v_old) ->> 'id')::uuid);
  exception
    when lock_not_available then
      -- Waiting once is enough for a transaction: 200 ms for each of many rows would run into the app's time-out.
      perform set_config('content_publisher.locked_out', 'on', true);
    when others then
      null;
  end;
  return null;
end
$$;

-- The app may take a target back until it is sent. What is out or may be is the record of a send: with it would go the
-- one way to learn what became of it, so the delete passes it over.
create or replace function public.publisher_keep_target() returns trigger
language plpgsql set search_path = '' as $$
begin
  if exists (select 1 from public.publish_effects e
       where e.source = old.source and e.post_id = old.post_id and e.platform = old.platform and e.account_id = old.account_id
         and e.effect = 'post' and e.state in ('armed', 'accepted', 'published', 'unknown')) then
    return null;
  end if;
  return old;
end
$$;

do $$
declare
  v_wanted record;
begin
  if not exists (select 1 from pg_trigger t where t.tgrelid = 'public.publish_targets'::regclass
                   and t.tgname = 'publisher_keep_target') then
    create trigger publisher_keep_target before delete on public.publish_targets
      for each row execute function public.publisher_keep_target();
  end if;
  for v_wanted in select * from (values
      ('created_content', 'insert or update or delete'),
      ('content_posts', 'insert or update or delete'),
      ('content_campaigns', 'update or delete'),
      ('profiles', 'insert or update')) as wanted (table_name, events)
  loop
    if not exists (select 1 from pg_trigger t where t.tgrelid = ('public.' || v_wanted.table_name)::regclass
                     and t.tgname = 'publisher_note_change') then
      execute format('create trigger publisher_note_change after %s on public.%I for each row execute function public.publisher_note_change()',
                     v_wanted.events, v_wanted.table_name);
    end if;
  end loop;
end
$$;

-- What was scheduled before the triggers existed.
insert into public.publish_changes (kind, ref)
  select s.kind, s.id from (
    select 'created_content' as kind, c.id from public.created_content c where c.status = 'scheduled'
    union all
    select 'content_posts', c.id from public.content_posts c where c.status = 'scheduled') s
  where not exists (select 1 from public.publish_queue q where q.source = s.kind and q.post_id = s.id)
    and not exists (select 1 from public.publish_changes p where p.kind = s.kind and p.ref = s.id);

-- Converted images are served from here; names are unguessable, objects are deleted after publishing.
do $$
begin
  if to_regclass('storage.buckets') is not null then
    insert into storage.buckets (id, name, public) values ('publisher-media', 'publisher-media', true)
    on conflict (id) do nothing;
  end if;
end
$$;

-- Whose a stored file is, before the publisher lends its key to anybody: the uploader, by the name of that column in this
-- version of Storage; files that the app itself put there (no uploader) belong to the user whose id is the first folder.
-- null: there is no such bucket, or no Storage that could be asked.
create or replace function public.publisher_stored_object(p_bucket text, p_name text) returns jsonb
language plpgsql stable set search_path = '' as $$
declare
  v_public boolean;
  v_object jsonb;
  v_folder text := lower(split_part(p_name, '/', 1));
begin
  select b.public into v_public from storage.buckets b where b.id = p_bucket;
  if not found then
    return null;
  end if;
  select to_jsonb(o) into v_object from storage.objects o where o.bucket_id = p_bucket and o.name = p_name;
  return jsonb_build_object(
    'public', coalesce(v_public, false),
    'found', v_object is not null,
    'owner', coalesce(nullif(v_object ->> 'owner_id', ''), v_object ->> 'owner',
                      case when v_folder ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then v_folder end));
exception when invalid_schema_name or undefined_table or undefined_column or insufficient_privilege then
  return null;
end
$$;

-- Converted copies that nobody fetches any more: those of posts that a platform finished after the tick which made them.
create or replace function public.publisher_stale_copies(p_seconds integer) returns jsonb
language plpgsql stable set search_path = '' as $$
declare
  v_names jsonb;
begin
  select coalesce(jsonb_agg(s.name), '[]'::jsonb) into v_names from (
    select o.name from storage.objects o
    where o.bucket_id = 'publisher-media' and o.created_at < now() - make_interval(secs => p_seconds)
    order by o.created_at limit 100) s;
  return v_names;
exception when invalid_schema_name or undefined_table or undefined_column or insufficient_privilege then
  return '[]'::jsonb;
end
$$;

-- Every function of ours is for service_role alone. Called at the end of each file that makes functions.
create or replace function public.publisher_close_functions() returns void
language plpgsql set search_path = '' as $$
declare
  v_function regprocedure;
begin
  for v_function in
    select p.oid::regprocedure from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
    where n.nspname = 'public' and p.proname like 'publisher\_%'
  loop
    execute format('revoke all on function %s from public, anon, authenticated', v_function);
    execute format('grant execute on function %s to service_role', v_function);
  end loop;
end
$$;

do $$
begin
  perform public.publisher_close_functions();
end
$$;

reset lock_timeout;
