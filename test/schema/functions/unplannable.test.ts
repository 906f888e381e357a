import { describe, expect, it } from 'vitest';
import { problem, useWorld } from './world.ts';

const world = useWorld();

describe('a post that cannot be planned', () => {
  it('says why at once, stays scheduled for 15 minutes, then becomes a draft that still says why', async () => {
    const { addUser, addPost, plan, store, row, metadata, claim, sql, pass } = world();
    const post = await addPost(await addUser(), { scheduled_at: null });
    const reason = problem({ kind: 'unusable', code: 'NO_TIME' });
    await plan((_item, result) => ({ ...result, problem: reason }));
    expect(await row(post)).toMatchObject({ status: 'scheduled' });
    expect((await metadata(post))['publish_error']).toEqual(reason);
    await pass(post, 14);
    await store.writebacks(null, 100);
    expect(await row(post)).toMatchObject({ status: 'scheduled' });
    expect(await claim()).toEqual([]);
    await pass(post, 1.1);
    expect(await store.writebacks(null, 100)).toEqual({ written: 1, failed: [] });
    expect(await row(post)).toMatchObject({ status: 'draft' });
    expect((await metadata(post))['publish_error']).toEqual(reason);
    // The trigger notes our own write; planning it must not take the reason away.
    await plan();
    await store.writebacks(null, 100);
    expect(await row(post)).toMatchObject({ status: 'draft' });
    expect((await metadata(post))['publish_error']).toEqual(reason);
    expect(await sql`select from public.publish_targets`).toHaveLength(0);
  });

  it('loses the reason when its time is given within the 15 minutes', async () => {
    const { addUser, addPost, plan, edit, row, metadata, take } = world();
    const post = await addPost(await addUser(), { scheduled_at: null });
    await plan((_item, result) => ({ ...result, problem: problem() }));
    await edit(post, { scheduled_at: new Date(Date.now() - 1_000).toISOString() });
    await plan();
    expect(await row(post)).toMatchObject({ status: 'scheduled' });
    expect(await metadata(post)).toEqual({});
    expect((await take(post)).claimed.id).toBe(post.id);
  });

  it('is not made a draft while a change of it waits to be read', async () => {
    const { addUser, addPost, plan, edit, row, store, pass } = world();
    const post = await addPost(await addUser(), { scheduled_at: null });
    await plan((_item, result) => ({ ...result, problem: problem() }));
    await pass(post, 20);
    await edit(post, { scheduled_at: new Date(Date.now() + 60_000).toISOString() });
    await store.writebacks(null, 100);
    expect(await row(post)).toMatchObject({ status: 'scheduled' });
  });
});

describe('a skipped post', () => {
  it('is counted under its reason, never claimed, and nothing of its row changes', async () => {
    const { addUser, addPost, plan, row, claim, store } = world();
    const post = await addPost(await addUser(), { channel: 'Blog' });
    const before = await row(post);
    await plan((_item, result) => ({ ...result, skipReason: 'channel Blog' }));
    expect(await claim()).toEqual([]);
    expect(await row(post)).toEqual(before);
    expect((await store.report(null, null)).skipped).toEqual({ 'channel Blog': 1 });
  });
});

describe('a post that loses its time', () => {
  it('while it may be out is followed to its end all the same', async () => {
    const { addUser, addPost, addAccount, plan, edit, take, store, pass, row, queue, targets } = world();
    const user = await addUser();
    const account = await addAccount(user);
    const post = await addPost(user);
    await plan();
    const work = await take(post);
    const armId = await work.armed(account);
    await work.outcome(armId, { outcome: 'unknown' });
    await work.settle();
    await edit(post, { scheduled_at: null });
    await plan((_item, result) => ({ ...result, problem: problem() }));
    await pass(post, 20);
    await store.writebacks(null, 100);
    expect(await queue(post)).toMatchObject({ state: 'waiting' });
    const second = await take(post);
    await second.outcome(armId, { outcome: 'published', platformPostId: '42', idKind: 'post' });
    await second.settle();
    expect(await targets(post)).toMatchObject([{ state: 'published' }]);
    expect(await row(post)).toMatchObject({ status: 'published' });
  });

  it('while it waits for something else fails of that, and waits no more', async () => {
    const { addUser, addPost, addAccount, plan, edit, take, store, pass, row, targets } = world();
    const user = await addUser();
    const account = await addAccount(user);
    const post = await addPost(user);
    await plan();
    const work = await take(post);
    await work.register([account]);
    await work.settle({
      targets: [{ ...account, state: 'held', error: problem(), nextLookAt: new Date(), countAttempt: false }],
    });
    await edit(post, { scheduled_at: null });
    await plan((_item, result) => ({ ...result, problem: problem({ code: 'TIME_MISSING' }) }));
    await pass(post, 20);
    await store.writebacks(null, 100);
    expect(await targets(post)).toMatchObject([{ state: 'failed', error: { code: 'TIME_MISSING' } }]);
    expect(await row(post)).toMatchObject({ status: 'draft' });
  });
});
