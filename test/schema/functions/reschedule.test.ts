import { describe, expect, it } from 'vitest';
import { publishedAs } from './work.ts';
import { problem, useWorld } from './world.ts';

const world = useWorld();

describe('a post that is un-scheduled or deleted', () => {
  it('is cancelled with everything that was not armed', async () => {
    const { addUser, addPost, addAccount, plan, take, edit, queue, targets, claim } = world();
    const user = await addUser();
    const account = await addAccount(user);
    const post = await addPost(user);
    await plan();
    const work = await take(post);
    await work.register([account]);
    await work.settle({ nextAttemptAt: new Date() });
    await edit(post, { status: 'draft' });
    await plan();
    expect(await queue(post)).toMatchObject({ state: 'cancelled', next_attempt_at: null });
    expect((await queue(post))['cancelled_at']).not.toBeNull();
    expect(await targets(post)).toMatchObject([{ state: 'cancelled' }]);
    expect(await claim()).toEqual([]);
  });

  it('is noticed by the claim, too, when no change was noted', async () => {
    const { addUser, addPost, plan, sql, claim, queue } = world();
    const post = await addPost(await addUser());
    await plan();
    await sql`delete from public.created_content`;
    await sql`truncate public.publish_changes`;
    expect(await claim()).toEqual([]);
    expect(await queue(post)).toMatchObject({ state: 'cancelled' });
  });

  it('is followed to its end when it may be out, and "deleted" is not overwritten', async () => {
    const { addUser, addPost, addAccount, plan, take, edit, row, metadata, queue } = world();
    const user = await addUser();
    const account = await addAccount(user);
    const post = await addPost(user);
    await plan();
    const work = await take(post);
    const armId = await work.armed(account);
    await edit(post, { status: 'deleted' });
    await plan();
    await work.outcome(armId, publishedAs('42'));
    await work.settle();
    expect(await row(post)).toMatchObject({ status: 'deleted' });
    expect(await metadata(post)).toMatchObject({ facebook_post_id: '42' });
    expect((await metadata(post))['_publishing']).toBeUndefined();
    expect((await queue(post))['state']).not.toBe('waiting');
  });
});

describe('a post that is scheduled again', () => {
  it('goes out when it failed before: fresh attempts, checkpoint only for the same content', async () => {
    const { addUser, addPost, addAccount, plan, take, edit, store, targets, row, metadata } = world();
    const user = await addUser();
    const account = await addAccount(user);
    for (const edited of [false, true]) {
      const post = await addPost(user);
      await plan();
      const work = await take(post);
      await work.register([account]);
      await store.checkpoint(work.claim, account, 'sealed', true, work.claimed.revision);
      await work.settle({
        targets: [{ ...account, state: 'failed', error: problem(), nextLookAt: null, countAttempt: true }],
      });
      expect(await row(post)).toMatchObject({ status: 'draft' });
      await plan();
      await edit(post, { status: 'scheduled', ...(edited ? { content: 'Better' } : {}) });
      await plan();
      expect(await targets(post)).toMatchObject([
        { state: 'pending', attempts: 0, error: null, checkpoint: edited ? null : 'sealed' },
      ]);
      expect(await metadata(post)).toEqual({});
      await (await take(post)).publish(account);
      expect(await row(post)).toMatchObject({ status: 'published' });
    }
  });

  it('is never sent twice: it goes back to published and says since when and where it is out', async () => {
    const { addUser, addPost, addAccount, plan, take, edit, row, metadata, claim, queue } = world();
    const user = await addUser();
    const account = await addAccount(user);
    const post = await addPost(user);
    await plan();
    await (await take(post)).publish(account, '42');
    await plan();
    await edit(post, { status: 'scheduled', content: 'Other', scheduled_at: new Date().toISOString() });
    await plan();
    expect(await row(post)).toMatchObject({ status: 'published', channel_post_id: '42' });
    const { publish_error: told } = await metadata(post);
    expect(told).toMatchObject({ code: 'ALREADY_OUT' });
    expect(told).toHaveProperty('message', expect.stringMatching(/Already out since .*facebook\.com\/42/));
    expect(told).toHaveProperty('hint', expect.stringContaining('Duplicate'));
    expect(await claim()).toEqual([]);
    // Our own write is noted by the trigger; it changes nothing any more.
    await plan();
    expect(await queue(post)).toMatchObject({ state: 'done' });
    expect((await metadata(post))['publish_error']).toMatchObject({ code: 'ALREADY_OUT' });
  });

  it('sends only what is missing when one of its targets is out', async () => {
    const { addUser, addPost, addAccount, plan, take, edit, row, targets } = world();
    const user = await addUser();
    const [out, failed] = [await addAccount(user), await addAccount(user, { accountId: '2' })];
    const post = await addPost(user);
    await plan();
    const work = await take(post);
    await work.register([out, failed]);
    const { armId } = await work.arm(out);
    await work.outcome(armId, publishedAs('42'));
    await work.settle({
      targets: [{ ...failed, state: 'failed', error: problem(), nextLookAt: null, countAttempt: true }],
    });
    await plan();
    await edit(post, { status: 'scheduled' });
    await plan();
    expect((await targets(post)).map(({ state }) => state)).toEqual(['published', 'pending']);
    const second = await take(post);
    await second.register([out, failed]);
    expect(await second.arm(out)).toMatchObject({ ok: false, why: 'state' });
    const answer = await second.arm(failed);
    expect(answer).toMatchObject({ ok: true });
    await second.outcome(answer.armId, publishedAs('43'));
    await second.settle();
    expect(await row(post)).toMatchObject({ status: 'published' });
    expect((await targets(post)).map(({ platform_post_id: id }) => id)).toEqual(['42', '43']);
  });

  it('sends nothing when it may be live, and goes back to failed with that reason', async () => {
    const { addUser, addPost, addAccount, plan, take, edit, row, metadata, claim } = world();
    const user = await addUser();
    const account = await addAccount(user);
    const post = await addPost(user);
    await plan();
    const work = await take(post);
    const armId = await work.armed(account);
    await work.outcome(armId, {
      outcome: 'unknown',
      state: 'needs_review',
      error: problem({ message: 'No answer.' }),
    });
    await work.settle();
    for (let round = 0; round < 2; round += 1) {
      expect(await row(post)).toMatchObject({ status: 'failed' });
      expect(await metadata(post)).toMatchObject({
        _publishing: true,
        publish_error: {
          code: 'MAYBE_LIVE',
          message: expect.stringMatching(/^May already be live on Rao Bakes/),
        },
      });
      await plan();
      await edit(post, { status: 'scheduled' });
      await plan();
      expect(await claim()).toEqual([]);
    }
  });
});

describe('what the app changes while a tick has the post', () => {
  it('un-scheduled and scheduled again, it still goes to the accounts that the app chose', async () => {
    const { addUser, addPost, addAccount, plan, take, edit, sql, targets, pass } = world();
    const user = await addUser();
    const account = await addAccount(user, { accountId: '2' });
    const post = await addPost(user);
    await sql`insert into public.publish_targets ${sql({ source: post.source, post_id: post.id, platform: 'facebook', account_id: '2' })}`;
    await plan();
    const work = await take(post);
    await work.register([{ ...account, origin: 'app' }]);
    await edit(post, { status: 'draft' });
    await plan();
    await edit(post, { status: 'scheduled' });
    await plan();
    await work.settle();
    await plan();
    expect(await targets(post)).toMatchObject([{ origin: 'app', state: 'pending' }]);
    await pass(post, 2);
    await (await take(post)).publish(account);
  });

  it('un-scheduled, nothing more of it is sent, and it is cancelled once the tick lets go', async () => {
    const { addUser, addPost, addAccount, plan, take, edit, targets, queue } = world();
    const user = await addUser();
    const account = await addAccount(user);
    const post = await addPost(user);
    await plan();
    const work = await take(post);
    await work.register([account]);
    await edit(post, { status: 'draft' });
    await plan();
    expect(await work.arm(account)).toMatchObject({ ok: false, why: 'not_scheduled' });
    await work.settle();
    await plan();
    expect(await targets(post)).toMatchObject([{ state: 'cancelled' }]);
    expect(await queue(post)).toMatchObject({ state: 'cancelled' });
  });
});

it('a post that is out but not finished stays looked at when it is scheduled again', async () => {
  const { addUser, addPost, addAccount, plan, take, edit, queue, row, pass } = world();
  const user = await addUser();
  const account = await addAccount(user);
  const post = await addPost(user);
  await plan();
  const work = await take(post);
  const armId = await work.armed(account);
  await work.outcome(armId, { outcome: 'unknown' });
  await work.settle();
  await edit(post, { status: 'draft' });
  await plan();
  await pass(post, 1);
  const second = await take(post);
  await second.outcome(armId, { ...publishedAs('42'), nextLookAt: new Date(Date.now() + 60_000) });
  await second.settle();
  await plan();
  await edit(post, { status: 'scheduled' });
  await plan();
  expect(await row(post)).toMatchObject({ status: 'published' });
  expect(await queue(post)).toMatchObject({ state: 'waiting' });
});

it('a post that is out is no draft, also when it was scheduled again and taken back between two ticks', async () => {
  const { addUser, addPost, addAccount, plan, take, edit, row, metadata } = world();
  const user = await addUser();
  const account = await addAccount(user);
  const post = await addPost(user);
  await plan();
  await (await take(post)).publish(account, '42');
  await plan();
  await edit(post, { status: 'scheduled' });
  await edit(post, { status: 'draft' });
  await plan();
  expect(await row(post)).toMatchObject({ status: 'published', channel_post_id: '42' });
  expect(await metadata(post)).not.toHaveProperty('publish_error');
});
