import { describe, expect, it } from 'vitest';
import { PAGE } from './work.ts';
import { inMinutes, problem, useWorld } from './world.ts';

const world = useWorld();

async function ahead(columns: Record<string, unknown> = {}) {
  const { addUser, addAccount, addPost, plan } = world();
  const user = await addUser();
  const account = await addAccount(user);
  const post = await addPost(user, { dueMinutes: 60, ...columns });
  await plan();
  return { user, account, post };
}

describe('a post let go by hand', () => {
  it('is claimed and armed before its time', async () => {
    const { store, take, targets, claim } = world();
    const { account, post } = await ahead();
    expect(await claim()).toEqual([]);
    expect(await store.publishNow(post)).toEqual({ ok: true, planned: true });
    const work = await take(post);
    expect(work.claimed).toMatchObject({ released: true });
    await work.publish(account, `${PAGE}_1`);
    expect(await targets(post)).toMatchObject([{ state: 'published' }]);
  });

  it('is let go once, however often the answer was lost, and says so in the log', async () => {
    const { forgetful, queue, log } = world();
    const { post } = await ahead();
    expect(await forgetful.publishNow(post)).toEqual({ ok: true, planned: true });
    expect(await queue(post)).toMatchObject({ state: 'waiting', publish_now: true, released: true });
    expect((await log(post)).some(({ outcome }) => outcome === 'by hand')).toBe(true);
  });

  it.each([
    ['a changed time', (): Record<string, unknown> => ({ scheduled_at: inMinutes(90).toISOString() })],
    ['being un-scheduled and scheduled again', () => null],
  ])('waits for its time again after %s', async (_what, change) => {
    const { store, edit, plan, queue, claim } = world();
    const { post } = await ahead();
    await store.publishNow(post);
    const columns = change();
    if (columns === null) {
      await edit(post, { status: 'draft' });
      await plan();
    }
    await edit(post, columns ?? { status: 'scheduled' });
    await plan();
    expect(await queue(post)).toMatchObject({ publish_now: false });
    expect(await claim()).toEqual([]);
  });

  it('is not armed before its time when the schedule changed after the claim', async () => {
    const { store, take, edit } = world();
    const { account, post } = await ahead();
    await store.publishNow(post);
    const work = await take(post);
    await work.register([account]);
    await edit(post, { scheduled_at: inMinutes(90).toISOString() });
    expect(await work.arm(account)).toMatchObject({ ok: false, why: 'edited' });
  });

  it('stays let go when only its text changes', async () => {
    const { store, edit, plan, claim } = world();
    const { post } = await ahead();
    await store.publishNow(post);
    await edit(post, { content: 'Better words' });
    await plan();
    expect(await claim()).toMatchObject([{ id: post.id }]);
  });

  it('lets failed targets go again and leaves alone what is out', async () => {
    const { store, take, targets, pass } = world();
    const { account, post } = await ahead();
    await store.publishNow(post);
    const work = await take(post);
    await work.register([account]);
    await work.settle({
      targets: [{ ...account, state: 'failed', error: problem(), nextLookAt: null, countAttempt: true }],
    });
    expect(await store.publishNow(post)).toEqual({ ok: true, planned: true });
    expect(await targets(post)).toMatchObject([{ state: 'pending' }]);
    await pass(post, 1);
    await (await take(post)).publish(account, `${PAGE}_1`);
    expect(await store.publishNow(post)).toMatchObject({ ok: false, why: 'nothing_to_retry' });
  });
});

describe('is not let go', () => {
  it.each(['generated', 'published', 'deleted'])(
    "a post that is '%s' by the app's own doing",
    async (status) => {
      const { store, row } = world();
      const { post } = await ahead({ status });
      expect(await store.publishNow(post)).toEqual({ ok: false, why: 'status', detail: status });
      expect(await row(post)).toMatchObject({ status });
    },
  );

  it('a post of another channel', async () => {
    const { addUser, addPost, plan, store } = world();
    const post = await addPost(await addUser(), { channel: 'Blog' });
    await plan((_item, result) => ({ ...result, skipReason: 'channel Blog' }));
    expect(await store.publishNow(post)).toEqual({ ok: false, why: 'skipped', detail: 'channel Blog' });
  });

  it('a post that a tick has in its hands', async () => {
    const { store, take } = world();
    const { post } = await ahead({ dueMinutes: -1 });
    await take(post);
    expect(await store.publishNow(post)).toMatchObject({ ok: false, why: 'in_flight' });
  });
});

it('a draft that was never scheduled becomes so, and is planned before it is let go', async () => {
  const { store, row, plan, claim } = world();
  const { post } = await ahead({ status: 'draft' });
  expect(await store.publishNow(post)).toEqual({ ok: true, planned: false });
  expect(await row(post)).toMatchObject({ status: 'scheduled' });
  await plan();
  expect(await store.publishNow(post)).toEqual({ ok: true, planned: true });
  expect(await claim()).toMatchObject([{ id: post.id }]);
});

it('a claim that is limited to one post takes that one, though older ones of its account are due', async () => {
  const { addPost, plan, claim } = world();
  const { user, post } = await ahead({ dueMinutes: -1 });
  for (let minutes = 2; minutes < 6; minutes += 1) await addPost(user, { dueMinutes: -minutes });
  await plan();
  const claimed = await claim({ only: post, perAccount: 1, limit: 1 });
  expect(claimed.map(({ id }) => id)).toEqual([post.id]);
  expect(await claim({ only: { source: 'content_posts', id: post.id } })).toEqual([]);
});

it('a draft whose time was changed is planned anew before it is let go, and then goes at once', async () => {
  const { store, edit, plan, take } = world();
  const { post } = await ahead();
  await edit(post, { status: 'draft' });
  await plan();
  await edit(post, { scheduled_at: inMinutes(600).toISOString() });
  await plan();
  expect(await store.publishNow(post)).toEqual({ ok: true, planned: false });
  await plan();
  expect(await store.publishNow(post)).toEqual({ ok: true, planned: true });
  await plan();
  await take(post);
});
