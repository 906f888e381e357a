import { describe, expect, it } from 'vitest';
import { inMinutes, useWorld } from './world.ts';

const world = useWorld();

const ONE_TICK = {
  owner: 'aaaaaaaa-0000-4000-8000-000000000001',
  runId: 'r',
  host: 'h',
  pid: 1,
  version: '1.2.3',
};

describe('planRead and planWrite', () => {
  it('give a scheduled post of each table its moment and forget the changes that led to it', async () => {
    const { addUser, addPost, addCampaignPost, plan, queue, changes, row } = world();
    const user = await addUser('Asia/Kolkata');
    const posts = [await addPost(user, { dueMinutes: 10 }), await addCampaignPost(user, { dueMinutes: 20 })];
    expect(await plan()).toBe(2);
    for (const post of posts) {
      expect(await queue(post)).toMatchObject({
        state: 'waiting',
        user_id: user,
        platform: 'facebook',
        zone: 'UTC',
      });
    }
    const { due_at: due, next_attempt_at: next } = await queue(
      posts[0] ?? { source: 'created_content', id: '' },
    );
    expect(due).toEqual((await row(posts[0] ?? { source: 'created_content', id: '' }))['scheduled_at']);
    expect(next).toEqual(due);
    expect(await changes()).toEqual([]);
  });

  it('hand over the owner’s zone and only what planning needs', async () => {
    const { addUser, addPost, store } = world();
    const post = await addPost(await addUser('Asia/Kolkata'), { content: 'secret draft', title: 'T' });
    const { items } = await store.planRead(null, 10);
    const item = items.find(({ id }) => id === post.id);
    expect(item).toMatchObject({ source: 'created_content', timezone: 'Asia/Kolkata' });
    expect(item?.row).toMatchObject({ platform: 'facebook', status: 'scheduled' });
    expect(JSON.stringify(item?.row)).not.toContain('secret draft');
  });

  it('read the owner of a campaign post from the campaign, else from metadata.user_id', async () => {
    const { addUser, addCampaignPost, plan, queue } = world();
    const [owner, other] = [await addUser(), await addUser()];
    const ofCampaign = await addCampaignPost(owner, { metadata: { user_id: other } });
    const alone = await addCampaignPost(null, { metadata: { user_id: other } });
    const nobodys = await addCampaignPost(null, { metadata: { user_id: 'not a uuid' } });
    await plan();
    expect((await queue(ofCampaign))['user_id']).toBe(owner);
    expect((await queue(alone))['user_id']).toBe(other);
    expect((await queue(nobodys))['user_id']).toBeNull();
  });

  it('store nothing for a schedule that changed in between, and read it again', async () => {
    const { addUser, addPost, store, edit, plan, queue, sql } = world();
    const post = await addPost(await addUser(), { dueMinutes: 60 });
    const { items } = await store.planRead(null, 10);
    await edit(post, { scheduled_at: '2027-01-01T00:00:00Z' });
    const stale = items.map((item) => ({
      ...item,
      platform: 'facebook',
      dueAt: new Date('2026-12-24T00:00:00Z'),
      zone: 'UTC',
      utcOffsetMinutes: 0,
      problem: null,
      skipReason: null,
    }));
    expect(await store.planWrite(stale)).toEqual({ planned: 0, failed: [] });
    expect(await sql`select from public.publish_queue`).toHaveLength(0);
    await plan();
    expect((await queue(post))['due_at']).toBe('2027-01-01T00:00:00+00:00');
  });

  it('notice a zone that changed in between', async () => {
    const { addUser, addPost, store, sql } = world();
    const user = await addUser('Asia/Kolkata');
    await addPost(user);
    const { items } = await store.planRead(null, 10);
    await sql`update public.profiles set timezone = 'Europe/Berlin' where id = ${user}`;
    const stale = items.map((item) => ({
      ...item,
      platform: 'facebook',
      dueAt: new Date(),
      zone: 'Asia/Kolkata',
      utcOffsetMinutes: 330,
      problem: null,
      skipReason: null,
    }));
    expect((await store.planWrite(stale)).planned).toBe(0);
  });

  it('plan a post again whose owner moved to another zone', async () => {
    const { addUser, addPost, addCampaignPost, plan, sql } = world();
    const user = await addUser('Asia/Kolkata');
    const seen = new Set<string>();
    const watched = [
      await addPost(user),
      await addCampaignPost(user),
      await addCampaignPost(null, { metadata: { user_id: user } }),
    ];
    await addPost(await addUser());
    await plan();
    await sql`update public.profiles set timezone = 'Europe/Berlin' where id = ${user}`;
    await plan((item, result) => {
      seen.add(item.id);
      expect(item.timezone).toBe('Europe/Berlin');
      return result;
    });
    expect(seen).toEqual(new Set(watched.map(({ id }) => id)));
  });

  it('plan the posts of a campaign again that got another owner', async () => {
    const { addUser, addCampaignPost, plan, queue, sql } = world();
    const post = await addCampaignPost(await addUser());
    await plan();
    const heir = await addUser();
    await plan();
    await sql`update public.content_campaigns set user_id = ${heir}`;
    await plan();
    expect((await queue(post))['user_id']).toBe(heir);
  });

  it('keep a back-off when the schedule is still the same, and end it when it is another', async () => {
    const { addUser, addPost, plan, take, edit, queue, sql } = world();
    const user = await addUser();
    const post = await addPost(user);
    await plan();
    const work = await take(post);
    const later = new Date(Date.now() + 3_600_000);
    await work.settle({ nextAttemptAt: later });
    await sql`insert into public.publish_changes (kind, ref) values ('created_content', ${post.id})`;
    await plan();
    expect(new Date(String((await queue(post))['next_attempt_at']))).toEqual(later);
    await edit(post, { scheduled_at: new Date(Date.now() + 60_000).toISOString() });
    await plan();
    expect(Date.parse(String((await queue(post))['next_attempt_at']))).toBeLessThan(later.getTime());
  });

  it('leave a claimed post alone until its claim ends', async () => {
    const { addUser, addPost, plan, take, edit, queue, changes } = world();
    const post = await addPost(await addUser());
    await plan();
    const work = await take(post);
    await edit(post, { scheduled_at: '2027-01-01T00:00:00Z' });
    expect(await plan()).toBe(0);
    expect((await queue(post))['due_at']).not.toBe('2027-01-01T00:00:00+00:00');
    expect(await changes()).toHaveLength(1);
    await work.settle();
    await plan();
    expect((await queue(post))['due_at']).toBe('2027-01-01T00:00:00+00:00');
  });

  it('leave a row that the app has locked for the next time, without waiting', async () => {
    const { addUser, addPost, plan, queue, changes, sql } = world();
    const [locked, free] = [await addPost(await addUser()), await addPost(await addUser())];
    const started = performance.now();
    await sql.begin(async (app) => {
      await app`select from public.created_content where id = ${locked.id} for update`;
      await plan();
    });
    expect(performance.now() - started).toBeLessThan(2_000);
    expect(await queue(free)).toMatchObject({ state: 'waiting' });
    expect(new Set((await changes()).map(({ ref }) => ref))).toEqual(new Set([locked.id]));
    await plan();
    expect(await queue(locked)).toMatchObject({ state: 'waiting' });
  });

  it('go on looking for what may be out when the post is moved or taken out of our hands', async () => {
    const { addUser, addAccount, addPost, plan, take, edit, queue, sql } = world();
    const user = await addUser();
    const [sent, waiting] = [
      await addAccount(user, { accountId: '1' }),
      await addAccount(user, { accountId: '2' }),
    ];
    for (const [change, skipReason] of [
      [{ scheduled_at: '2027-01-01T00:00:00Z' }, null],
      [{ channel: 'Blog' }, 'channel Blog'],
    ] as const) {
      const post = await addPost(user, { content: JSON.stringify(change) });
      await plan();
      const work = await take(post);
      await work.register([sent, waiting]);
      const { armId } = await work.arm(sent, { fingerprint: post.id });
      await work.outcome(armId, { outcome: 'unknown', nextLookAt: inMinutes(5) });
      await work.settle();
      await edit(post, change);
      await plan((_item, result) => ({ ...result, skipReason }));
      const row = await queue(post);
      expect(row).toMatchObject({ state: 'waiting' });
      expect(Date.parse(String(row['next_attempt_at']))).toBeLessThan(inMinutes(6).getTime());
      if (skipReason !== null) continue;
      // The claim that follows it must not send the other target before its time.
      await sql`update public.publish_queue set next_attempt_at = now()`;
      const again = await take(post);
      await again.register([sent, waiting]);
      expect(await again.arm(waiting)).toMatchObject({
        ok: false,
        why: 'not_scheduled',
        detail: 'not due yet',
      });
      await again.settle();
      await sql`truncate public.publish_queue, public.publish_targets, public.publish_effects`;
    }
  });

  it('do not let one item that fails stop the others', async () => {
    const { addUser, addPost, store, queue, changes } = world();
    const user = await addUser();
    const [bad, good] = [await addPost(user), await addPost(user)];
    const { items } = await store.planRead(null, 10);
    const results = items.map((item) => ({
      ...item,
      platform: 'facebook',
      dueAt: new Date(),
      zone: 'UTC',
      // An integer column: nothing that the planner makes, but anything may be wrong one day.
      utcOffsetMinutes: item.id === bad.id ? 0.5 : 0,
      problem: null,
      skipReason: null,
    }));
    const written = await store.planWrite(results);
    expect(written.failed).toMatchObject([{ source: 'created_content', id: bad.id }]);
    expect(await queue(good)).toMatchObject({ state: 'waiting' });
    expect((await changes()).map(({ ref }) => ref)).toContain(bad.id);
  });

  it('read 1,001 due posts in pages and claim every one of them', async () => {
    const { addUser, sql, store, plan, claim } = world();
    const user = await addUser();
    await sql`insert into public.created_content (user_id, platform, content_type, content, status, scheduled_at)
      select ${user}, 'facebook', 'post', 'Hello ' || n, 'scheduled', now() - interval '1 minute'
      from generate_series(1, 1001) n`;
    const first = await store.planRead(null, 500);
    expect(first).toMatchObject({ more: true });
    expect(first.items).toHaveLength(500);
    expect(await plan()).toBe(1001);
    const seen = new Set<string>();
    for (;;) {
      const posts = await claim({ limit: 400, perAccount: 5_000, maxTicksPerHost: 100, identity: ONE_TICK });
      if (posts.length === 0) break;
      for (const post of posts) seen.add(post.id);
    }
    expect(seen.size).toBe(1001);
  });

  it('repeat harmlessly when an answer is lost', async () => {
    const { addUser, addPost, forgetful, queue, changes } = world();
    const post = await addPost(await addUser());
    const { items } = await forgetful.planRead(null, 10);
    await forgetful.planWrite(
      items.map((item) => ({
        ...item,
        platform: 'facebook',
        dueAt: new Date(),
        zone: 'UTC',
        utcOffsetMinutes: 0,
        problem: null,
        skipReason: null,
      })),
    );
    expect(await queue(post)).toMatchObject({ state: 'waiting' });
    expect(await changes()).toEqual([]);
  });

  it('with TEST_USER_ID read only what belongs to that user', async () => {
    const { addUser, addPost, addCampaignPost, plan, changes, sql } = world();
    const [mine, theirs] = [await addUser(), await addUser()];
    const [own, campaign] = [await addPost(mine), await addCampaignPost(mine)];
    const other = await addPost(theirs);
    await plan(undefined, mine);
    const planned = await sql`select post_id from public.publish_queue`;
    expect(planned.map((row) => row['post_id']).sort()).toEqual([own.id, campaign.id].sort());
    expect((await changes()).map(({ ref }) => ref)).toContain(other.id);
  });
});
