-- content-publisher 1/8: the app's own tables.
-- Creates a table only where it is missing and adds only columns that an existing installation lacks.
-- Nothing that exists is altered, and on a second run no lock is taken.

set lock_timeout = '5s';

-- What has one of our names and is not ours must not be touched.
do $$
declare
  v_name text;
begin
  foreach v_name in array array['publish_install', 'publish_queue', 'publish_targets', 'publish_effects',
                                'publish_log', 'publish_holds', 'publish_changes', 'publish_hosts', 'publish_notices', 'publish_status',
                                'publish_fence_seq'] loop
    if to_regclass('public.' || v_name) is not null
       and coalesce(obj_description(to_regclass('public.' || v_name), 'pg_class'), '') not like 'content-publisher%' then
      raise exception 'public.% exists and was not made by content-publisher. Rename it, then apply the migration again.', v_name
        using errcode = 'duplicate_table';
    end if;
  end loop;
end
$$;

do $$
begin
  if to_regclass('public.profiles') is null then
    create table public.profiles (
      id uuid primary key references auth.users (id) on delete cascade,
      name text,
      timezone text,
      created_at timestamptz default now(),
      updated_at timestamptz default now()
    );
    alter table public.profiles enable row level security;
    create policy "Users see their own profile" on public.profiles for select using (auth.uid() = id);
    create policy "Users change their own profile" on public.profiles for update using (auth.uid() = id);
  end if;

  if to_regclass('public.created_content') is null then
    create table public.created_content (
      id uuid primary key default gen_random_uuid(),
      user_id uuid not null references auth.users (id) on delete cascade,
      platform text,
      title text,
      content_type text not null,
      content text not null,
      hashtags text[] default '{}',
      images text[] default '{}',
      status text default 'generated',
      metadata jsonb default '{}'::jsonb,
      carousel_images text[] default '{}',
      channel varchar(50) not null default 'Social Media'
        check (channel in ('Social Media', 'Blog', 'Email', 'Messages')),
      channel_post_id text,
      media_url text,
      created_at timestamptz default now(),
      updated_at timestamptz default now()
    );
    alter table public.created_content enable row level security;
    create policy "Users manage their own content" on public.created_content for all
      using (auth.uid() = user_id) with check (auth.uid() = user_id);
  end if;

  if to_regclass('public.content_campaigns') is null then
    create table public.content_campaigns (
      id uuid primary key default gen_random_uuid(),
      user_id uuid not null references auth.users (id) on delete cascade,
      campaign_name text not null,
      week_start_date date not null,
      week_end_date date not null,
      status text default 'draft',
      total_posts integer default 0,
      generated_posts integer default 0,
      created_at timestamptz default now(),
      updated_at timestamptz default now()
    );
    alter table public.content_campaigns enable row level security;
    create policy "Users manage their own campaigns" on public.content_campaigns for all
      using (auth.uid() = user_id) with check (auth.uid() = user_id);
  end if;

  if to_regclass('public.content_posts') is null then
    create table public.content_posts (
      id uuid primary key default gen_random_uuid(),
      campaign_id uuid references public.content_campaigns (id) on delete cascade,
      platform text not null,
      post_type text not null,
      title text,
      content text not null,
      hashtags text[],
      scheduled_date date not null,
      scheduled_time time not null,
      status text default 'draft',
      metadata jsonb,
      created_at timestamptz default now(),
      updated_at timestamptz default now()
    );
    alter table public.content_posts enable row level security;
    create policy "Users manage posts of their own campaigns" on public.content_posts for all
      using (exists (select 1 from public.content_campaigns c where c.id = campaign_id and c.user_id = auth.uid()))
      with check (exists (select 1 from public.content_campaigns c where c.id = campaign_id and c.user_id = auth.uid()));
  end if;

  if to_regclass('public.platform_connections') is null then
    create table public.platform_connections (
      id uuid primary key default gen_random_uuid(),
      user_id uuid references public.profiles (id) on delete cascade,
      platform varchar(50) not null,
      page_id text,
      page_name text,
      page_username text,
      access_token_encrypted text,
      refresh_token_encrypted text,
      token_expires_at timestamp,
      instagram_id text,
      account_type text,
      linkedin_id text,
      organization_id text,
      is_organization boolean default false,
      is_active boolean default true,
      connection_status varchar(20) default 'active',
      connected_at timestamp default now(),
      last_token_refresh timestamp,
      disconnected_at timestamp,
      created_at timestamp default now(),
      updated_at timestamp default now(),
      metadata jsonb default '{}'::jsonb,
      unique (user_id, platform, page_id)
    );
    alter table public.platform_connections enable row level security;
    create policy "Users see their own connections" on public.platform_connections for select
      using (auth.uid() = user_id);
  end if;

  -- In the shape that holds app credentials. Some installations have another table of this name; it is left alone.
  if to_regclass('public.platform_settings') is null then
    create table public.platform_settings (
      id uuid primary key default gen_random_uuid(),
      key text not null unique,
      value jsonb,
      created_at timestamptz default now(),
      updated_at timestamptz default now()
    );
    alter table public.platform_settings enable row level security;
    revoke all on public.platform_settings from public, anon, authenticated;
    grant select, insert, update, delete on public.platform_settings to service_role;
  end if;
end
$$;

do $$
declare
  v_column record;
begin
  for v_column in
    select * from (values
      ('created_content', 'scheduled_at', 'timestamptz'),
      ('created_content', 'scheduled_date', 'date'),
      ('created_content', 'scheduled_time', 'time'),
      ('created_content', 'published_at', 'timestamptz'),
      ('created_content', 'channel_post_id', 'text'),
      ('created_content', 'media_url', 'text'),
      ('created_content', 'carousel_images', 'text[] default ''{}'''),
      ('created_content', 'metadata', 'jsonb default ''{}''::jsonb'),
      ('content_posts', 'primary_image_url', 'text'),
      ('content_posts', 'primary_image_prompt', 'text'),
      ('content_posts', 'primary_image_approved', 'boolean'),
      ('content_posts', 'published_at', 'timestamptz'),
      ('content_posts', 'metadata', 'jsonb'),
      ('profiles', 'timezone', 'text'),
      ('platform_connections', 'instagram_id', 'text'),
      ('platform_connections', 'linkedin_id', 'text'),
      ('platform_connections', 'organization_id', 'text'),
      ('platform_connections', 'disconnected_at', 'timestamp'),
      ('platform_connections', 'last_token_refresh', 'timestamp'),
      ('platform_connections', 'connection_status', 'varchar(20) default ''active'''),
      ('platform_connections', 'metadata', 'jsonb default ''{}''::jsonb')
    ) as wanted (table_name, column_name, definition)
    where not exists (
      select 1 from information_schema.columns c
      where c.table_schema = 'public' and c.table_name = wanted.table_name and c.column_name = wanted.column_name
    )
  loop
    execute format('alter table public.%I add column %I %s', v_column.table_name, v_column.column_name, v_column.definition);
  end loop;
end
$$;

reset lock_timeout;
