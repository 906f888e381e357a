-- content-publisher 2/8: our tables. All names begin with publish_; no foreign keys to the app's tables,
-- so that a post deleted by the app never takes the record of what was sent with it.

set lock_timeout = '5s';

-- One row: what is installed, since when, and where the sweep over scheduled rows stands.
create table if not exists public.publish_install (
  singleton boolean primary key default true check (singleton),
  schema_version integer not null,
  installed_at timestamptz not null default now(),
  sweep_source text not null default 'created_content',
  sweep_after uuid not null default '00000000-0000-0000-0000-000000000000'
);
-- When the tokens that end soon were last looked at.
alter table public.publish_install add column if not exists renewals_at timestamptz;
comment on table public.publish_install is 'content-publisher: version and installation moment';

create sequence if not exists public.publish_fence_seq;
comment on sequence public.publish_fence_seq is 'content-publisher: fences, one global order of claims';

create table if not exists public.publish_queue (
  source text not null check (source in ('created_content', 'content_posts')),
  post_id uuid not null,
  user_id uuid,
  platform text,
  due_at timestamptz,
  zone text,
  utc_offset_minutes integer,
  -- Hash of the columns that due_at was resolved from.
  schedule_key text not null,
  -- waiting: looked at again at next_attempt_at. skipped: not ours to publish. done, cancelled: ended.
  state text not null default 'waiting' check (state in ('waiting', 'skipped', 'done', 'cancelled')),
  skip_reason text,
  -- Why the post as a whole cannot go out: {kind, code, message, hint, at}.
  problem jsonb,
  cancelled_at timestamptz,
  -- Let go by hand: neither the installation moment nor MAX_LATENESS holds it back.
  released boolean not null default false,
  -- Let go by hand before its time; a changed schedule takes that back.
  publish_now boolean not null default false,
  -- First tick that could have taken it; MAX_LATENESS is judged here, so that spacing a backlog fails nobody.
  seen_due_at timestamptz,
  first_claimed_at timestamptz,
  last_claimed_at timestamptz,
  lease_owner uuid,
  lease_until timestamptz,
  lease_call uuid,
  host text,
  pid integer,
  run_id text,
  fence bigint not null default 0,
  -- Leases that ended without progress.
  attempts integer not null default 0,
  next_attempt_at timestamptz,
  settle_call uuid,
  writeback_due boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (source, post_id),
  constraint publish_queue_has_next_look check (state <> 'waiting' or next_attempt_at is not null)
);
-- It was us who made its row 'published': other targets of it go on. Where the app did, they do not.
alter table public.publish_queue add column if not exists wrote_published boolean not null default false;
comment on table public.publish_queue is 'content-publisher: one row per scheduled post';
alter table public.publish_queue add column if not exists publish_now boolean not null default false;
create index if not exists publish_queue_next on public.publish_queue (next_attempt_at) where state = 'waiting';
create index if not exists publish_queue_due on public.publish_queue (due_at) where state = 'waiting';
create index if not exists publish_queue_skipped on public.publish_queue (due_at) where state = 'skipped';
create index if not exists publish_queue_leased on public.publish_queue (user_id, platform) where lease_owner is not null;
create index if not exists publish_queue_account on public.publish_queue (user_id, platform, last_claimed_at);
create index if not exists publish_queue_lease on public.publish_queue (lease_owner) where lease_owner is not null;
create index if not exists publish_queue_writeback on public.publish_queue (source, post_id) where writeback_due;

create table if not exists public.publish_targets (
  source text not null check (source in ('created_content', 'content_posts')),
  post_id uuid not null,
  platform text not null,
  account_id text not null,
  account_name text,
  connection_id uuid,
  -- 'post': derived from the row's platform; 'app': added here by the app, so the post goes to several accounts.
  origin text not null default 'app' check (origin in ('post', 'app')),
  -- Text for this target only; NULL means the post's own.
  text text,
  state text not null default 'pending' check (state in ('pending', 'prepared', 'armed', 'accepted', 'published',
    'retry', 'held', 'failed', 'cancelled', 'unknown', 'needs_review')),
  fingerprint text,
  -- Of the content that the checkpoint was prepared from.
  revision text,
  -- Fernet of the platform's JSON: session and upload URLs in it are secrets.
  checkpoint text,
  attempts integer not null default 0,
  held_since timestamptz,
  next_look_at timestamptz default now(),
  platform_post_id text,
  id_kind text,
  platform_post_url text,
  published_at timestamptz,
  warning text,
  -- What of it is not out although it is published (a part, the first comment), as a sentence.
  missing text,
  error jsonb,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (source, post_id, platform, account_id),
  constraint publish_targets_published_has_id check (state <> 'published' or platform_post_id is not null),
  constraint publish_targets_has_next_look
    check (state in ('published', 'failed', 'cancelled', 'needs_review') or next_look_at is not null)
);
comment on table public.publish_targets is 'content-publisher: one post for one remote account, the unit that goes out exactly once';
alter table public.publish_targets add column if not exists missing text;
create unique index if not exists publish_targets_one_owner
  on public.publish_targets (platform, account_id, platform_post_id) where platform_post_id is not null;
-- Few rows at any time, however long the history: what is not over yet.
create index if not exists publish_targets_open on public.publish_targets (source, post_id)
  where state in ('armed', 'accepted', 'unknown', 'held', 'retry');
create index if not exists publish_targets_account on public.publish_targets (platform, account_id, state);

create table if not exists public.publish_effects (
  source text not null,
  post_id uuid not null,
  platform text not null,
  account_id text not null,
  -- 'post', 'part:2', 'comment'.
  effect text not null,
  state text not null check (state in ('armed', 'accepted', 'published', 'refused', 'not_sent', 'absent', 'unknown')),
  arm_id uuid not null unique,
  fence bigint not null,
  fingerprint text,
  -- The post as sent: an edit or a deletion afterwards must not change what is looked for.
  sent jsonb,
  first_armed_at timestamptz not null,
  armed_at timestamptz not null,
  -- Last moment at which the request could have left or been in flight.
  last_possible_at timestamptz not null,
  -- Sends whose outcome was never learned.
  unknown_sends integer not null default 0,
  -- Sends after absence was proven from listings; at most one.
  resends integer not null default 0,
  -- Absence seen once in a complete listing; believed after a second look.
  absent_seen_at timestamptz,
  platform_post_id text,
  updated_at timestamptz not null default now(),
  primary key (source, post_id, platform, account_id, effect)
);
-- Since when it is looked for without a gap: a person is told only of what was looked for.
alter table public.publish_effects add column if not exists looked_since timestamptz;
comment on table public.publish_effects is 'content-publisher: each visible act of a target';
create index if not exists publish_effects_armed on public.publish_effects (platform, account_id) where state = 'armed';
create index if not exists publish_effects_account on public.publish_effects (platform, account_id, armed_at);
create index if not exists publish_effects_id on public.publish_effects (platform, account_id, platform_post_id)
  where platform_post_id is not null;

create table if not exists public.publish_log (
  id bigint generated always as identity primary key,
  at timestamptz not null default clock_timestamp(),
  run_id text,
  host text,
  source text,
  post_id uuid,
  platform text,
  account_id text,
  effect text,
  step text not null,
  arm_id uuid,
  outcome text,
  platform_post_id text,
  platform_code text,
  trace_id text,
  detail jsonb
);
comment on table public.publish_log is 'content-publisher: append-only record of what was done';
create unique index if not exists publish_log_outcome
  on public.publish_log (arm_id, outcome, coalesce(platform_post_id, '')) where step = 'outcome';
create index if not exists publish_log_arm on public.publish_log (arm_id) where step = 'arm';
create index if not exists publish_log_post on public.publish_log (source, post_id, id);

create table if not exists public.publish_holds (
  scope text not null check (scope in ('account', 'app', 'platform', 'host')),
  -- 'facebook:102030405060708' for an account, 'facebook' for app and platform, 'facebook@name' for what a host reaches.
  key text not null,
  until timestamptz,
  kind text,
  reason text,
  hint text,
  evidence jsonb,
  since timestamptz,
  -- Breaker: failures in a row, the first of them. Of kind 'temporary' the hold is the breaker's.
  failures integer not null default 0,
  window_started_at timestamptz,
  window_count integer not null default 0,
  -- One refresher per account.
  refresh_owner uuid,
  refresh_until timestamptz,
  -- Life of the token whose md5 this is, as we learned it ourselves: token_expires_at of the app has no zone.
  token_md5 text,
  token_good_until timestamptz,
  updated_at timestamptz not null default now(),
  primary key (scope, key)
);
comment on table public.publish_holds is 'content-publisher: what waits until when, and why';

do $$
begin
  if not exists (select 1 from pg_constraint c where c.conrelid = 'public.publish_holds'::regclass
                  and c.conname = 'publish_holds_scope_check' and pg_get_constraintdef(c.oid) like '%host%') then
    alter table public.publish_holds drop constraint publish_holds_scope_check;
    alter table public.publish_holds add constraint publish_holds_scope_check
      check (scope in ('account', 'app', 'platform', 'host'));
  end if;
end
$$;

create table if not exists public.publish_changes (
  id bigint generated always as identity primary key,
  kind text not null check (kind in ('created_content', 'content_posts', 'profiles', 'content_campaigns')),
  ref uuid not null,
  at timestamptz not null default now()
);
comment on table public.publish_changes is 'content-publisher: rows that triggers saw change';
create index if not exists publish_changes_ref on public.publish_changes (kind, ref);

-- Written with the change that it tells of, so that no tick that dies loses one.
create table if not exists public.publish_notices (
  id uuid primary key default gen_random_uuid(),
  -- About a post, or about a connection.
  source text,
  post_id uuid,
  connection_id uuid,
  -- waiting: held for long. expiring: its access ends soon. ended: failed, unclear, or out in part; which, is read when it is sent.
  why text not null check (why in ('ended', 'waiting', 'disconnected', 'expiring')),
  detail jsonb,
  created_at timestamptz not null default now(),
  attempts integer not null default 0,
  next_attempt_at timestamptz not null default now(),
  sent_at timestamptz,
  constraint publish_notices_about_one check ((post_id is null) <> (connection_id is null))
);
comment on table public.publish_notices is 'content-publisher: what somebody is told, once';
-- Of what is not sent yet there is one: it is told as it then is.
create unique index if not exists publish_notices_post on public.publish_notices (source, post_id) where sent_at is null and post_id is not null;
create unique index if not exists publish_notices_of_connection on public.publish_notices (connection_id, why) where sent_at is null and connection_id is not null;
drop index if exists public.publish_notices_connection;
create index if not exists publish_notices_told on public.publish_notices (source, post_id, created_at) where why = 'waiting';
create index if not exists publish_notices_created on public.publish_notices (created_at);

do $$
declare
  v_table text;
begin
  foreach v_table in array array['publish_install', 'publish_queue', 'publish_targets', 'publish_effects',
                                 'publish_log', 'publish_holds', 'publish_changes', 'publish_notices'] loop
    execute format('alter table public.%I enable row level security', v_table);
    execute format('revoke all on public.%I from public, anon, authenticated', v_table);
    execute format('grant select, insert, update, delete on public.%I to service_role', v_table);
  end loop;
end
$$;
revoke all on sequence public.publish_fence_seq, public.publish_log_id_seq, public.publish_changes_id_seq
  from public, anon, authenticated;
grant usage, select on sequence public.publish_fence_seq to service_role;

insert into public.publish_install (schema_version) values (1)
on conflict (singleton) do update set schema_version = excluded.schema_version;

do $$
begin
  if not exists (select 1 from pg_constraint c where c.conrelid = 'public.publish_notices'::regclass
                  and c.conname = 'publish_notices_why_check' and pg_get_constraintdef(c.oid) like '%expiring%') then
    alter table public.publish_notices drop constraint publish_notices_why_check;
    alter table public.publish_notices add constraint publish_notices_why_check
      check (why in ('ended', 'waiting', 'disconnected', 'expiring'));
  end if;
end
$$;

-- What signed-in users may see of their own posts: never checkpoint, never log.
create or replace view public.publish_status with (security_barrier = true) as
  select t.source, t.post_id, t.platform, t.account_id, t.account_name, t.state, q.due_at, t.published_at,
         t.platform_post_id, t.platform_post_url, t.error ->> 'message' as message, t.error ->> 'hint' as hint
  from public.publish_targets t
  join public.publish_queue q using (source, post_id)
  where q.user_id = auth.uid();
comment on view public.publish_status is 'content-publisher: state of the signed-in user''s own posts';
revoke all on public.publish_status from public, anon, authenticated;
grant select on public.publish_status to authenticated, service_role;

-- "create index if not exists" would lock the app's table also where the index is there.
do $$
begin
  if to_regclass('public.publish_created_content_scheduled') is null then
    create index publish_created_content_scheduled on public.created_content (id) where status = 'scheduled';
  end if;
  if to_regclass('public.publish_content_posts_scheduled') is null then
    create index publish_content_posts_scheduled on public.content_posts (id) where status = 'scheduled';
  end if;
end
$$;

reset lock_timeout;
