import type postgres from 'postgres';

/** The tables of the marketing app as a running installation has them, row level security included. */
const TABLES = `
create function public.update_updated_at_column() returns trigger language plpgsql as $$
begin
  new.updated_at = now();
  return new;
end
$$;

create table public.profiles (
  id uuid primary key references auth.users (id) on delete cascade,
  name text,
  business_name text,
  timezone text,
  onboarding_completed boolean default false,
  social_media_platforms text[],
  created_at timestamptz default now(),
  updated_at timestamptz default now()
);

create table public.created_content (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade,
  platform text,
  content_type text not null,
  title text,
  content text not null,
  hashtags text[] default '{}',
  images text[] default '{}',
  status text default 'generated',
  metadata jsonb default '{}',
  carousel_images text[] default '{}',
  channel varchar(50) not null default 'Social Media'
    check (channel in ('Social Media', 'Blog', 'Email', 'Messages')),
  channel_post_id text,
  media_url text,
  rl_post_id text,
  rl_action_id text,
  short_video_script text,
  long_video_script text,
  email_subject text,
  email_body text,
  message text,
  god_mode_metadata jsonb default '{}',
  created_at timestamptz default now(),
  updated_at timestamptz default now()
);
create trigger update_created_content_updated_at before update on public.created_content
  for each row execute function public.update_updated_at_column();

create table public.content_campaigns (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade,
  campaign_name text not null,
  week_start_date date not null,
  week_end_date date not null,
  status text default 'draft',
  total_posts integer default 0,
  generated_posts integer default 0,
  approved_posts integer default 0,
  created_at timestamptz default now(),
  updated_at timestamptz default now()
);

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
create trigger update_content_posts_updated_at before update on public.content_posts
  for each row execute function public.update_updated_at_column();

create table public.content_images (
  id uuid primary key default gen_random_uuid(),
  post_id uuid references public.content_posts (id) on delete cascade,
  image_url text not null,
  image_prompt text not null,
  is_approved boolean default false,
  created_at timestamptz default now()
);

create table public.platform_connections (
  id uuid primary key default gen_random_uuid(),
  user_id uuid references public.profiles (id) on delete cascade,
  platform varchar(50) not null,
  page_id text,
  page_name text,
  page_username text,
  email text,
  follower_count integer default 0,
  access_token_encrypted text,
  refresh_token_encrypted text,
  token_expires_at timestamp,
  instagram_id text,
  account_type text,
  linkedin_id text,
  organization_id text,
  is_organization boolean default false,
  is_active boolean default true,
  connection_status varchar(20) default 'active'
    check (connection_status in ('active', 'expired', 'revoked', 'error')),
  last_sync timestamp,
  last_posted_at timestamp,
  connected_at timestamp default now(),
  last_token_refresh timestamp,
  disconnected_at timestamp,
  token_source text,
  created_at timestamp default now(),
  updated_at timestamp default now(),
  unique (user_id, platform, page_id)
);

create table public.platform_settings (
  id uuid primary key default gen_random_uuid(),
  connection_id uuid references public.platform_connections (id) on delete cascade,
  auto_posting boolean default true,
  timezone text default 'UTC',
  created_at timestamp default now(),
  updated_at timestamp default now()
);

create table public.token_refresh_queue (
  id uuid primary key default gen_random_uuid(),
  connection_id uuid references public.platform_connections (id) on delete cascade,
  refresh_at timestamp not null,
  attempts integer default 0,
  status varchar(20) default 'pending',
  error_message text,
  created_at timestamp default now()
);

create table public.connection_activity (
  id uuid primary key default gen_random_uuid(),
  connection_id uuid references public.platform_connections (id) on delete cascade,
  activity_type varchar(50) not null,
  status varchar(20),
  message text,
  metadata jsonb,
  created_at timestamp default now()
);

create table public.oauth_states (
  id uuid primary key default gen_random_uuid(),
  user_id uuid references public.profiles (id) on delete cascade,
  platform varchar(50) not null,
  state text not null unique,
  expires_at timestamp not null,
  created_at timestamp default now()
);
`;

/** Used by the app's code but declared in none of its SQL files (the "U" columns). */
const UNDECLARED_COLUMNS = `
alter table public.created_content
  add column scheduled_at timestamptz,
  add column scheduled_date date,
  add column scheduled_time time,
  add column published_at timestamptz;
alter table public.content_posts
  add column primary_image_url text,
  add column primary_image_prompt text,
  add column primary_image_approved boolean default false,
  add column published_at timestamptz;
alter table public.platform_connections add column metadata jsonb default '{}';
`;

const OF_OWN_CONNECTION = `exists (
  select from public.platform_connections c where c.id = connection_id and c.user_id = auth.uid())`;

/** Who owns a row, as an expression on it. */
const OWNERS = {
  profiles: 'auth.uid() = id',
  created_content: 'auth.uid() = user_id',
  content_campaigns: 'auth.uid() = user_id',
  content_posts: `exists (
  select from public.content_campaigns c where c.id = campaign_id and c.user_id = auth.uid())`,
  content_images: `exists (
  select from public.content_posts p join public.content_campaigns c on c.id = p.campaign_id
  where p.id = post_id and c.user_id = auth.uid())`,
  platform_connections: 'auth.uid() = user_id',
  platform_settings: OF_OWN_CONNECTION,
  token_refresh_queue: OF_OWN_CONNECTION,
  connection_activity: OF_OWN_CONNECTION,
  oauth_states: 'auth.uid() = user_id',
} as const;

const POLICIES = Object.entries(OWNERS)
  .map(
    ([table, isOwner]) => `
alter table public.${table} enable row level security;
create policy "Users can view own ${table}" on public.${table} for select using (${isOwner});
create policy "Users can insert own ${table}" on public.${table} for insert with check (${isOwner});
create policy "Users can update own ${table}" on public.${table} for update using (${isOwner});
create policy "Users can delete own ${table}" on public.${table} for delete using (${isOwner});
`,
  )
  .join('');

/**
 * Makes the tables of the app that the publisher is installed beside. `withU: false` leaves out the columns that the
 * app's code uses but its SQL does not declare, as in an old installation. Only for an empty database.
 */
export async function applyAppSchema(sql: postgres.Sql, options: { readonly withU: boolean }): Promise<void> {
  await sql.unsafe([TABLES, options.withU ? UNDECLARED_COLUMNS : '', POLICIES].join('')).simple();
}
