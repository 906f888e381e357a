import { describe, expect, it } from 'vitest';
import { StoreError } from '../../../src/core/store.ts';
import { inMinutes, newTick, problem, useWorld } from './world.ts';

const world = useWorld();

const NO_ID = '00000000-0000-0000-0000-000000000000';
const ids = (posts: readonly { readonly id: string }[]) => posts.map(({ id }) => id);

describe('claim', () => {
  it('takes what is due, oldest first, with everything that a publish needs', async () => {
    const { addUser, addAccount, addPost, addCampaignPost, plan, claim } = world();
    const user = await addUser('Asia/Kolkata');
    const account = await addAccount(user);
    const [second, first] = [
      await addPost(user, { dueMinutes: -2 }),
      await addCampaignPost(user, { dueMinutes: -3 }),
    ];
    await addPost(user, { dueMinutes: 1 });
    await plan();
    const posts = await claim();
    expect(ids(posts)).toEqual([first.id, second.id]);
    expect(posts[1]).toMatchObject({
      source: 'created_content',
      userId: user,
      platform: 'facebook',
      timezone: 'Asia/Kolkata',
      firstClaim: true,
      released: false,
      cancelled: false,
      attempts: 0,
      seenDueAt: null,
      row: { id: second.id, content: 'Hello', status: 'scheduled', owner_id: user },
      connections: [{ id: account.connectionId, pageId: account.accountId, accessToken: account.token }],
      targets: [],
      autoPostingOff: [],
    });
    expect(posts[1]?.dueAt?.getTime()).toBeCloseTo(inMinutes(-2).getTime(), -4);
    expect(posts[1]?.fence).toBeGreaterThan(posts[0]?.fence ?? Number.POSITIVE_INFINITY);
  });

  it('sets the flag that other publishers respect, and only adds to metadata', async () => {
    const { addUser, addPost, plan, claim, metadata, row } = world();
    const post = await addPost(await addUser(), { metadata: { mine: [1], nested: { a: null } } });
    await plan();
    const identity = newTick();
    await claim({ identity });
    expect(await metadata(post)).toEqual({
      mine: [1],
      nested: { a: null },
      _publishing: true,
      _publishing_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      _publishing_by: `content-publisher/${identity.runId}`,
    });
    expect(await row(post)).toMatchObject({ status: 'scheduled' });
  });

  it('never gives one post to two ticks', async () => {
    const { addUser, addPost, plan, claim } = world();
    for (let n = 0; n < 20; n += 1) await addPost(await addUser());
    await plan();
    const claims = await Promise.all(
      [1, 2, 3, 4, 5].map((n) => claim({ identity: newTick(`host-${n}`), limit: 20 })),
    );
    const all = claims.flatMap(ids);
    expect(all).toHaveLength(20);
    expect(new Set(all).size).toBe(20);
    expect(await claim()).toEqual([]);
  });

  it('leaves out a row that somebody else has locked, without waiting for it', async () => {
    const { addUser, addPost, plan, claim, sql } = world();
    const [locked, free] = [await addPost(await addUser()), await addPost(await addUser())];
    await plan();
    const started = performance.now();
    const claimed = await sql.begin(async (app) => {
      await app`select from public.created_content where id = ${locked.id} for update`;
      return claim();
    });
    expect(ids(claimed)).toEqual([free.id]);
    expect(performance.now() - started).toBeLessThan(2_000);
    expect(ids(await claim())).toEqual([locked.id]);
  });

  it('takes a post again when its claim ran out, and counts that; a settled claim does not count', async () => {
    const { addUser, addPost, plan, take, sql, queue } = world();
    const post = await addPost(await addUser());
    await plan();
    const first = await take(post);
    await sql`update public.publish_queue set lease_until = clock_timestamp() - interval '1 second'`;
    const second = await take(post);
    expect(second.claimed).toMatchObject({ attempts: 1, firstClaim: true });
    expect(second.claimed.fence).toBeGreaterThan(first.claimed.fence);
    await second.settle({ nextAttemptAt: new Date() });
    await sql`update public.publish_queue set next_attempt_at = now()`;
    expect((await take(post)).claimed).toMatchObject({ attempts: 0, firstClaim: false });
    expect((await queue(post))['attempts']).toBe(0);
  });

  it('takes at most perAccount posts of one account, and as many others as there are', async () => {
    const { addUser, addPost, plan, claim } = world();
    const [busy, other] = [await addUser(), await addUser()];
    const oldest = await addPost(busy, { dueMinutes: -3 });
    for (let n = 0; n < 3; n += 1) await addPost(busy);
    const elsewhere = await addPost(busy, { platform: 'linkedin' });
    const others = await addPost(other);
    await plan();
    const claimed = await claim({ perAccount: 1 });
    expect(ids(claimed)).toHaveLength(3);
    expect(ids(claimed)).toEqual(expect.arrayContaining([oldest.id, elsewhere.id, others.id]));
  });

  it('leaves an account alone that another tick works on', async () => {
    const { addUser, addPost, plan, claim, take } = world();
    const user = await addUser();
    const first = await addPost(user, { dueMinutes: -2 });
    await plan();
    const work = await take(first);
    const second = await addPost(user);
    const other = await addPost(await addUser());
    await plan();
    expect(ids(await claim())).toEqual([other.id]);
    await work.settle({ problem: problem() });
    expect(ids(await claim())).toEqual([second.id]);
  });

  it('does not let ten dead rows at the head keep the others waiting', async () => {
    const { addUser, addPost, plan, claim, take } = world();
    const user = await addUser();
    for (let n = 0; n < 10; n += 1) {
      const dead = await addPost(user, { dueMinutes: -9 });
      await plan();
      await (await take(dead)).settle({ nextAttemptAt: inMinutes(5) });
    }
    const good = await addPost(user);
    await plan();
    expect(ids(await claim({ limit: 1, perAccount: 1 }))).toEqual([good.id]);
  });

  it('answers the same posts again when the first answer was lost', async () => {
    const { addUser, addPost, plan, forgetful, sql } = world();
    const user = await addUser();
    const [late, due] = [await addPost(user, { dueMinutes: -3_000 }), await addPost(await addUser())];
    await plan();
    const { posts } = await forgetful.claim({
      identity: newTick(),
      leaseSeconds: 90,
      limit: 10,
      perAccount: 2,
      userId: null,
      only: null,
      includeOverdue: false,
      lateAfterSeconds: 600,
      spacingSeconds: 120,
      maxTicksPerHost: 3,
      aloneAfter: 2,
      busy: false,
    });
    expect(ids(posts)).toEqual([late.id, due.id]);
    // What decides whether it is too late must not get lost with the answer.
    expect(posts.map(({ firstClaim }) => firstClaim)).toEqual([true, true]);
    expect(posts[0]?.seenDueAt).toBeInstanceOf(Date);
    const counted = await sql`select attempts, fence from public.publish_queue order by fence`;
    expect(counted.map((row) => row['attempts'])).toEqual([0, 0]);
    expect(counted.map((row) => Number(row['fence']))).toEqual(
      posts.map(({ fence }) => fence).sort((a, b) => a - b),
    );
  });

  it('claims nothing on a host where enough ticks live already; other hosts go on', async () => {
    const { addUser, addPost, plan, store, claim } = world();
    const options = { limit: 1, perAccount: 1, maxTicksPerHost: 2 };
    for (let n = 0; n < 5; n += 1) await addPost(await addUser());
    await plan();
    const first = newTick('busy');
    expect(await claim({ ...options, identity: first })).toHaveLength(1);
    expect(await claim({ ...options, identity: newTick('busy') })).toHaveLength(1);
    const third = await store.claim({
      ...options,
      identity: newTick('busy'),
      leaseSeconds: 90,
      userId: null,
      only: null,
      includeOverdue: false,
      lateAfterSeconds: 600,
      spacingSeconds: 120,
      aloneAfter: 2,
      busy: false,
    });
    expect(third).toMatchObject({ hostBusy: true, posts: [] });
    expect(await claim({ ...options, identity: newTick('other') })).toHaveLength(1);
    expect(await claim({ ...options, identity: first })).toHaveLength(1);
  });

  it('limits everything to one user with TEST_USER_ID', async () => {
    const { addUser, addPost, addCampaignPost, plan, claim, metadata } = world();
    const [mine, theirs] = [await addUser(), await addUser()];
    const [own, campaign] = [await addPost(mine), await addCampaignPost(mine)];
    const other = await addPost(theirs, { dueMinutes: -60 });
    await plan();
    expect(ids(await claim({ userId: mine })).sort()).toEqual([own.id, campaign.id].sort());
    expect(await metadata(other)).toEqual({});
  });

  it('stops a program of another version with a sentence that names the command', async () => {
    const { addUser, addPost, plan, claim, store, sql } = world();
    await addPost(await addUser());
    await plan();
    await sql`update public.publish_install set schema_version = 2`;
    const calls = [
      () => claim(),
      () => store.sweep(10),
      () => store.planRead(null, 10),
      () => store.planWrite([]),
      () => store.writebacks(null, 10),
      () => store.report(null, null),
      () => store.preview(null, 'created_content', NO_ID, 10),
      () => store.retry('created_content', NO_ID, null),
    ];
    for (const call of calls) {
      const error = await call().catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(StoreError);
      expect(error).toMatchObject({
        kind: 'config',
        message: 'The database has schema version 2, this program needs version 1.',
        hint: expect.stringContaining('content-publisher migrate'),
      });
    }
    await sql`delete from public.publish_install`;
    await expect(claim()).rejects.toMatchObject({ kind: 'config' });
    await sql`insert into public.publish_install (schema_version, installed_at) values (1, now() - interval '30 days')`;
  });
});

describe('auto-posting', () => {
  it('is reported where platform_settings has it off, and not asked for where there is no such table', async () => {
    const { addUser, addAccount, addPost, plan, take, sql } = world();
    const user = await addUser();
    const account = await addAccount(user);
    const post = await addPost(user);
    await sql`insert into public.platform_settings (connection_id, auto_posting) values (${account.connectionId}, false)`;
    await plan();
    const work = await take(post);
    expect(work.claimed.autoPostingOff).toEqual([account.connectionId]);
    await work.settle({ nextAttemptAt: new Date() });
    await sql`alter table public.platform_settings rename to platform_settings_before`;
    await sql`create table public.platform_settings (id int, key text, value jsonb)`;
    await sql`update public.publish_queue set next_attempt_at = now()`;
    const again = await take(post);
    expect(again.claimed.autoPostingOff).toEqual([]);
    await again.settle({ nextAttemptAt: new Date() });
    await sql`drop table public.platform_settings`;
    await sql`update public.publish_queue set next_attempt_at = now()`;
    expect((await take(post)).claimed.autoPostingOff).toEqual([]);
    await sql`alter table public.platform_settings_before rename to platform_settings`;
  });
});
