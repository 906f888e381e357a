-- content-publisher: removes what supabase/migrations made (triggers, functions, view, tables, sequence, our two
-- indexes on the app's tables, the bucket when it is empty), and nothing else: no row, column or table of the app's.
-- One statement, so it happens whole or not at all. It refuses while a post may be on its way; where that must not
-- count, run first:  select set_config('content_publisher.force', 'on', false);

do $$
declare
  v_what record;
  v_open text;
begin
  perform set_config('lock_timeout', '5s', true);

  -- The app's tables first, as everywhere: the triggers hang on them.
  for v_what in
    select t.tgname, t.tgrelid::regclass as on_table from pg_trigger t join pg_proc p on p.oid = t.tgfoid
    where p.pronamespace = 'public'::regnamespace and p.proname like 'publisher\_%'
    order by t.tgrelid = to_regclass('public.publish_targets'), t.tgrelid::regclass::text
  loop
    execute format('drop trigger %I on %s', v_what.tgname, v_what.on_table);
  end loop;

  if to_regclass('public.publish_targets') is not null
     and obj_description(to_regclass('public.publish_targets'), 'pg_class') like 'content-publisher%'
     and coalesce(current_setting('content_publisher.force', true), '') <> 'on' then
    lock table public.publish_targets in access exclusive mode;
    select string_agg(format('%s:%s (%s %s, %s)', t.source, t.post_id, t.platform, t.account_id, t.state), ', ')
      into v_open
      from (select * from public.publish_targets where state in ('armed', 'accepted', 'unknown')
             order by source, post_id, platform, account_id limit 10) t;
    if v_open is not null then
      raise exception 'Posts are being sent or may be out: %', v_open
        using errcode = 'CPOPN',
              hint = 'Let "content-publisher run" follow them to their end first; --force forgets them.';
    end if;
  end if;

  for v_what in
    select p.oid::regprocedure as name from pg_proc p
    where p.pronamespace = 'public'::regnamespace and p.proname like 'publisher\_%'
  loop
    execute format('drop function %s', v_what.name);
  end loop;

  -- Only what bears our mark; indexes, constraints and policies go with their table.
  for v_what in
    select c.oid::regclass as name,
           case c.relkind when 'v' then 'view' when 'S' then 'sequence' else 'table' end as kind
    from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relname like 'publish\_%' and c.relkind in ('r', 'v', 'S')
      and obj_description(c.oid, 'pg_class') like 'content-publisher%'
    order by c.relkind <> 'v'
  loop
    execute format('drop %s %s', v_what.kind, v_what.name);
  end loop;
  drop index if exists public.publish_created_content_scheduled, public.publish_content_posts_scheduled;

  if to_regclass('storage.buckets') is not null
     and exists (select from storage.buckets b where b.id = 'publisher-media') then
    if exists (select from storage.objects o where o.bucket_id = 'publisher-media') then
      raise notice 'The bucket publisher-media holds files and was left; empty and delete it in the dashboard under Storage.';
    else
      begin
        -- Without it hosted projects refuse every delete by SQL (github.com/supabase/storage/pull/817).
        perform set_config('storage.allow_delete_query', 'true', true);
        delete from storage.buckets b where b.id = 'publisher-media';
        perform set_config('storage.allow_delete_query', 'false', true);
      exception when others then
        raise notice 'The bucket publisher-media was left (%); delete it in the dashboard under Storage.', sqlerrm;
      end;
    end if;
  end if;
  notify pgrst, 'reload schema';
end
$$;
