import { describe, expect, it } from 'vitest';
import { PROMISE_CODES } from '../../../src/core/status.ts';
import type { Account, Post, Work } from './work.ts';
import { inMinutes, newTick, problem, useWorld } from './world.ts';

const world = useWorld();
const QUIET_SECONDS = 900;
const status = (user: string | null = null) => world().store.status(user, QUIET_SECONDS);
const brokenCodes = async (user: string | null = null) =>
  Object.entries((await status(user)).broken)
    .filter(([, { count }]) => count > 0)
    .map(([code]) => code);

async function due(
  columns: Record<string, unknown> = {},
): Promise<{ user: string; account: Account; post: Post }> {
  const { addUser, addAccount, addPost, plan } = world();
  const user = await addUser();
  const account = await addAccount(user);
  const post = await addPost(user, columns);
  await plan();
  return { user, account, post };
}

const left = async (work: Work, account: Account, state: 'unknown' | 'accepted') => {
  const armId = await work.armed(account);
  await work.outcome(armId, { outcome: state, checkpoint: 'sealed', nextLookAt: inMinutes(1) });
  await work.settle();
};

it('knows the lists that the program has sentences for, and no other', async () => {
  expect(Object.keys((await status()).broken).sort()).toEqual([...PROMISE_CODES].sort());
});

describe('the figures', () => {
  it('count what is due, at work, planned and over, for one user or all', async () => {
    const { addPost, plan, take, edit } = world();
    const one = await due();
    const published = await take(one.post);
    await published.publish(one.account);
    const two = await due();
    await take(two.post, { identity: newTick('host-b') });
    await addPost(two.user, { dueMinutes: 60 });
    await due();
    await plan();
    await edit(one.post, { status: 'scheduled', content: 'again' });
    expect(await status()).toMatchObject({
      scheduled: 3,
      due: 2,
      inFlight: 1,
      unread: 1,
      targets: { published: 1 },
      working: [{ source: 'created_content', id: two.post.id, platform: 'facebook', host: 'host-b' }],
    });
    const mine = await status(two.user);
    expect(mine).toMatchObject({ scheduled: 2, due: 1, inFlight: 1, targets: {} });
    expect(mine.nextDue?.getTime()).toBeGreaterThan(inMinutes(58).getTime());
    expect(await status(one.user)).toMatchObject({ scheduled: 0, nextDue: null, targets: { published: 1 } });
  });

  it('group what waits by its reason, and name the accounts that must be reconnected', async () => {
    const { addUser, addAccount, addPost, plan, take, store, sql } = world();
    const user = await addUser();
    const account = await addAccount(user);
    const until = inMinutes(30);
    for (const content of ['one', 'two']) {
      const post = await addPost(user, { content });
      await plan();
      const work = await take(post);
      await work.register([{ ...account, fingerprint: content }]);
      const error = problem({ kind: 'auth', message: 'Expired.', hint: 'Reconnect.' });
      await work.settle({
        targets: [{ ...account, state: 'held', error, nextLookAt: until, countAttempt: false }],
      });
    }
    await store.hold({
      scope: 'platform',
      key: 'facebook',
      until,
      kind: 'rate_limited',
      reason: 'Slow down.',
      hint: 'Wait.',
      evidence: {},
    });
    await sql`update public.platform_connections set is_active = false, page_name = 'Rao Bakes' where user_id = ${user}`;
    const facts = await status();
    expect(facts.held).toMatchObject([
      { platform: 'facebook', account: 'Rao Bakes', reason: 'Expired.', hint: 'Reconnect.', until, count: 2 },
    ]);
    expect(facts.holds).toMatchObject([{ scope: 'platform', key: 'facebook', until, reason: 'Slow down.' }]);
    expect(facts.inactive).toMatchObject([{ platform: 'facebook', account: 'Rao Bakes', waiting: 2 }]);
    expect(await brokenCodes()).toEqual([]);
    const other = await status(await addUser());
    expect(other).toMatchObject({ held: [], inactive: [], holds: [] });
  });

  it('list what a person has to look at', async () => {
    const { take } = world();
    const { user, account, post } = await due();
    const work = await take(post);
    const armId = await work.armed(account);
    const error = problem({ kind: 'unknown', message: 'Nobody knows.' });
    await work.outcome(armId, { outcome: 'unknown', state: 'needs_review', error });
    await work.settle();
    expect((await status(user)).review).toMatchObject({
      count: 1,
      posts: [{ source: post.source, id: post.id, state: 'needs_review', detail: 'Nobody knows.' }],
    });
    expect((await status(await world().addUser())).review.count).toBe(0);
  });
});

describe('the last tick of each host', () => {
  const end = (host: string, user: string | null) =>
    world().store.report(user, { identity: newTick(host), startedAt: inMinutes(-1), clockSkewMs: -1_234.5 });

  it('is noted by the report that ends it, apart for those that TEST_USER_ID limits', async () => {
    const { addUser, store } = world();
    const user = await addUser();
    expect((await status()).hosts).toEqual([]);
    await store.report(null, null);
    expect((await status()).hosts).toEqual([]);
    await end('host-a', null);
    await end('host-b', user);
    await end('host-a', null);
    expect((await status()).hosts).toMatchObject([
      { host: 'host-a', onlyUser: null, version: '1.2.3', clockSkewMs: -1_234 },
      { host: 'host-b', onlyUser: user },
    ]);
    expect((await status(await addUser())).hosts).toMatchObject([{ host: 'host-a' }]);
  });

  it('a program that does not say who it is gets its report all the same', async () => {
    const { project } = world();
    const { error } = await (await import('../../support/clients.ts'))
      .serviceClient(project)
      .rpc('publisher_report', { p_version: 1, p_user: null });
    expect(error).toBeNull();
    expect((await status()).hosts).toEqual([]);
  });
});

describe('a promise is broken', () => {
  it('when a post that nothing holds is not taken up, and not while its account is at work', async () => {
    const { pass, addPost, plan, sql } = world();
    const { user, post } = await due();
    expect(await brokenCodes()).toEqual([]);
    await pass(post, 20);
    const facts = await status();
    expect(facts.broken['OVERDUE']).toMatchObject({
      count: 1,
      posts: [{ source: post.source, id: post.id }],
    });
    expect(await brokenCodes(user)).toEqual(['OVERDUE']);
    expect(await brokenCodes(await world().addUser())).toEqual([]);
    const before = await addPost(user, { content: 'Earlier' });
    await plan();
    await sql`update public.publish_queue set last_claimed_at = now() where post_id = ${before.id}`;
    expect(await brokenCodes()).toEqual([]);
  });

  it('when a post was due before the installation nothing is broken', async () => {
    const { pass, sql } = world();
    const { post } = await due();
    await pass(post, 20);
    await sql`update public.publish_install set installed_at = now()`;
    expect(await brokenCodes()).toEqual([]);
  });

  it('when what is under way would never be looked at', async () => {
    const { take, pass, sql } = world();
    const { account, post } = await due();
    await left(await take(post), account, 'accepted');
    await sql`update public.publish_queue set state = 'done'`;
    expect(await brokenCodes()).toEqual([]); // It may have changed a moment ago.
    await pass(post, 20);
    expect(await brokenCodes()).toContain('NEVER_LOOKED_AT');
  });

  it('but not when a post that waited was made into a mail', async () => {
    const { take, plan, edit, pass } = world();
    const { account, post } = await due();
    const work = await take(post);
    await work.register([account]);
    const held = { ...account, state: 'held', error: problem(), countAttempt: false } as const;
    await work.settle({ targets: [{ ...held, nextLookAt: inMinutes(5) }] });
    await edit(post, { channel: 'Email' });
    await plan((_item, result) => ({ ...result, skipReason: 'channel email' }));
    await pass(post, 20);
    expect(await brokenCodes()).toEqual([]);
  });

  it('when a target is published without an id, which only a database without our constraint allows', async () => {
    const { take, sql } = world();
    const { account, post } = await due();
    await (await take(post)).publish(account);
    await sql.begin(async (change) => {
      await change`alter table public.publish_targets drop constraint publish_targets_published_has_id`;
      await change`update public.publish_targets set platform_post_id = null`;
    });
    expect(await brokenCodes()).toEqual(['PUBLISHED_WITHOUT_ID']);
    await sql`delete from public.publish_effects`;
    await sql`delete from public.publish_targets`;
    await sql`alter table public.publish_targets
      add constraint publish_targets_published_has_id check (state <> 'published' or platform_post_id is not null)`;
  });

  it('when nobody takes over from a tick that died', async () => {
    const { take, pass } = world();
    const { post } = await due();
    await take(post, { identity: newTick('host-b') });
    await pass(post, 10);
    expect(await brokenCodes()).toEqual([]);
    await pass(post, 20);
    expect((await status()).broken['DEAD_LEASE']).toMatchObject({
      count: 1,
      posts: [{ id: post.id, detail: 'host-b' }],
    });
  });

  it.each([
    ['unknown', 60, 100],
    ['accepted', 600, 25 * 60],
  ] as const)('when a target is %s for too long', async (state, well, tooLong) => {
    const { take, pass, sql } = world();
    const { account, post } = await due();
    await left(await take(post), account, state);
    await pass(post, well);
    // Ticks look at it all the time.
    const looked = () => sql`update public.publish_queue set next_attempt_at = now() + interval '1 minute'`;
    await looked();
    expect(await brokenCodes()).toEqual([]);
    await pass(post, tooLong - well);
    await looked();
    expect(await brokenCodes()).toEqual(['UNKNOWN_LONG']);
  });

  it('when a result cannot be written to the row, naming what the database said', async () => {
    const { take, sql } = world();
    const { account, post } = await due();
    await sql`create function public.app_refuses() returns trigger language plpgsql as
      $$ begin raise exception 'Rows of today are locked.'; end $$`;
    const work = await take(post);
    await sql`create trigger app_refuses before update on public.created_content for each row execute function public.app_refuses()`;
    try {
      await work.publish(account);
      expect(await brokenCodes()).toEqual([]);
      await sql`update public.publish_log set at = at - interval '20 minutes'`;
      await world().store.writebacks(null, 10);
      expect((await status()).broken['WRITEBACK']).toMatchObject({
        count: 1,
        posts: [{ id: post.id, detail: 'Rows of today are locked.' }],
      });
    } finally {
      await sql`drop trigger app_refuses on public.created_content`;
      await sql`drop function public.app_refuses()`;
    }
  });

  it("when a row is left 'scheduled' although it is over", async () => {
    const { take, edit, pass, sql } = world();
    const { account, post } = await due();
    await (await take(post)).publish(account);
    await edit(post, { status: 'scheduled' });
    await pass(post, 20);
    // Its note is there: the next tick plans it.
    expect(await brokenCodes()).toEqual([]);
    await sql`truncate public.publish_changes`;
    expect(await brokenCodes()).toEqual(['ROW_LEFT']);
  });

  it('when no tick reads what changed in the app', async () => {
    const { addUser, addPost, sql } = world();
    const user = await addUser();
    await addPost(user);
    await sql`update public.publish_changes set at = at - interval '20 minutes'`;
    expect(await brokenCodes()).toEqual(['UNREAD']);
    expect(await brokenCodes(user)).toEqual([]);
  });
});

it('costs little with a large backlog and a long history, and lists the oldest ten', async () => {
  const { sql, addUser } = world();
  const user = await addUser();
  await sql`insert into public.publish_queue (source, post_id, user_id, platform, due_at, schedule_key, next_attempt_at)
    select 'created_content', gen_random_uuid(), ${user}, 'facebook', now() - make_interval(mins => n), 'k',
           now() - make_interval(mins => n) from generate_series(16, 20015) n`;
  await sql`insert into public.publish_targets (source, post_id, platform, account_id, state, platform_post_id, next_look_at)
    select 'created_content', gen_random_uuid(), 'facebook', '1', 'published', n::text, null from generate_series(1, 20000) n`;
  await sql`analyze public.publish_queue`;
  await sql`analyze public.publish_targets`;
  const begin = performance.now();
  const facts = await status();
  expect(performance.now() - begin).toBeLessThan(3_000);
  expect(facts).toMatchObject({ scheduled: 20_000, due: 20_000, targets: { published: 20_000 } });
  const list = facts.broken['OVERDUE'];
  expect(list?.count).toBe(20_000);
  expect(list?.posts).toHaveLength(10);
  const times = list?.posts.map(({ at }) => at?.getTime() ?? 0) ?? [];
  expect(times).toEqual([...times].sort((a, b) => a - b));
});
