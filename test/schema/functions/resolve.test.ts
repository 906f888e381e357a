import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Resolution } from '../../../src/core/store.ts';
import { type Account, PAGE, type Post, publishedAs } from './work.ts';
import { problem, useWorld } from './world.ts';

const world = useWorld();
const ID = `${PAGE}_42`;
const THERE = { id: ID, idKind: 'post', url: `https://facebook.com/${ID}`, proof: 'platform' } as const;

/** A post whose only target may be live. */
async function inReview(columns: Record<string, unknown> = {}) {
  const { addUser, addAccount, addPost, plan, take } = world();
  const user = await addUser();
  const account = await addAccount(user);
  const post = await addPost(user, columns);
  await plan();
  const work = await take(post);
  const armId = await work.armed(account);
  await work.outcome(armId, {
    outcome: 'unknown',
    state: 'needs_review',
    error: problem({ kind: 'unknown' }),
  });
  await work.settle();
  await plan();
  return { user, account, post, armId, work };
}

const resolution = (
  { source, id }: Post,
  { platform, accountId }: Account,
  published: Resolution['published'],
): Resolution => ({ source, id, platform, accountId, published, host: 'host-a' });

describe('a person says that it is there', () => {
  it('the target is published under that id since it was sent, and the row is told', async () => {
    const { store, targets, effects, row, metadata, log, pass, queue } = world();
    const { account, post } = await inReview();
    expect(await row(post)).toMatchObject({ status: 'failed' });
    await pass(post, 30);
    const [sent] = await effects(post);
    expect(await store.resolve(resolution(post, account, THERE))).toEqual({ ok: true, status: 'published' });
    expect(await targets(post)).toMatchObject([
      {
        state: 'published',
        platform_post_id: ID,
        id_kind: 'post',
        platform_post_url: THERE.url,
        published_at: sent?.['first_armed_at'],
        error: null,
        // What follows it is looked for.
        next_look_at: expect.any(String),
      },
    ]);
    expect(await queue(post)).toMatchObject({ state: 'waiting' });
    expect(await effects(post)).toMatchObject([{ state: 'published', platform_post_id: ID }]);
    expect(await row(post)).toMatchObject({ status: 'published', channel_post_id: ID });
    expect(await metadata(post)).not.toHaveProperty('_publishing');
    expect((await log(post)).at(-1)).toMatchObject({
      step: 'resolve',
      outcome: 'published',
      platform_post_id: ID,
      host: 'host-a',
      detail: { by: 'hand', proof: 'platform' },
    });
  });

  it('says the same when its answer was lost, and logs it once', async () => {
    const { forgetful, log } = world();
    const { account, post } = await inReview();
    expect(await forgetful.resolve(resolution(post, account, THERE))).toMatchObject({ ok: true });
    expect((await log(post)).filter(({ step }) => step === 'resolve')).toHaveLength(1);
  });

  it('an id that another target owns is refused, naming the owner', async () => {
    const { store, addPost, plan, take, targets } = world();
    const { user, account, post } = await inReview();
    const other = await addPost(user, { content: 'Another' });
    await plan();
    const work = await take(other);
    await work.register([{ ...account, fingerprint: 'another' }]);
    const { armId } = await work.arm(account, { fingerprint: 'another' });
    await work.outcome(armId, publishedAs(ID));
    await work.settle();
    expect(await store.resolve(resolution(post, account, THERE))).toEqual({
      ok: false,
      why: 'taken',
      detail: `created_content:${other.id}`,
    });
    expect(await targets(post)).toMatchObject([{ state: 'needs_review' }]);
  });

  it('a row that the app has deleted stays deleted', async () => {
    const { store, edit, row } = world();
    const { account, post } = await inReview();
    await edit(post, { status: 'deleted' });
    expect(await store.resolve(resolution(post, account, THERE))).toEqual({ ok: true, status: 'deleted' });
    expect(await row(post)).toMatchObject({ status: 'deleted' });
  });

  it('the late answer of the send itself names the same post and changes nothing', async () => {
    const { store, targets } = world();
    const { account, post, armId, work } = await inReview();
    await store.resolve(resolution(post, account, THERE));
    await work.outcome(armId, publishedAs(ID));
    expect(await targets(post)).toMatchObject([{ state: 'published', platform_post_id: ID, warning: null }]);
  });
});

describe('a person says that it is not there', () => {
  it("the target has failed with that reason, the row is 'draft', and nothing is sent by it", async () => {
    const { store, targets, effects, row, metadata, queue, claim, plan } = world();
    const { account, post } = await inReview();
    expect(await store.resolve(resolution(post, account, null))).toEqual({ ok: true, status: 'draft' });
    expect(await targets(post)).toMatchObject([
      { state: 'failed', error: { code: 'NOT_PUBLISHED' }, platform_post_id: null, next_look_at: null },
    ]);
    expect(await effects(post)).toMatchObject([{ state: 'absent', unknown_sends: 0 }]);
    expect(await row(post)).toMatchObject({ status: 'draft' });
    expect(await metadata(post)).toMatchObject({ publish_error: { code: 'NOT_PUBLISHED' } });
    expect(await metadata(post)).not.toHaveProperty('_publishing');
    await plan();
    expect(await queue(post)).toMatchObject({ state: 'done' });
    expect(await claim()).toEqual([]);
  });

  it('says the same when its answer was lost, and logs it once', async () => {
    const { forgetful, log } = world();
    const { account, post } = await inReview();
    expect(await forgetful.resolve(resolution(post, account, null))).toMatchObject({ ok: true });
    expect((await log(post)).filter(({ step }) => step === 'resolve')).toHaveLength(1);
  });

  it.each(['retry', 'schedule'] as const)('it is armed again after %s, as a first send', async (way) => {
    const { store, edit, plan, take } = world();
    const { account, post } = await inReview();
    await store.resolve(resolution(post, account, null));
    if (way === 'retry') await store.retry(post.source, post.id, null);
    else await edit(post, { status: 'scheduled' });
    await plan();
    const work = await take(post);
    const [target] = await work.register([account]);
    expect(target).toMatchObject({ state: 'pending', due: true, effects: [{ unknownSends: 0 }] });
    expect(await work.arm(account)).toMatchObject({ ok: true });
  });

  it('when it was out after all, the late answer of the send makes it published', async () => {
    const { store, targets, row } = world();
    const { account, post, armId, work } = await inReview();
    await store.resolve(resolution(post, account, null));
    await work.outcome(armId, publishedAs(ID));
    await store.writebacks(null, 10);
    expect(await targets(post)).toMatchObject([{ state: 'published', platform_post_id: ID }]);
    expect(await row(post)).toMatchObject({ status: 'published' });
  });

  it('when that was a mistake, the address may still be named', async () => {
    const { store, targets, row } = world();
    const { account, post } = await inReview();
    await store.resolve(resolution(post, account, null));
    expect(await store.resolve(resolution(post, account, THERE))).toEqual({ ok: true, status: 'published' });
    expect(await targets(post)).toMatchObject([{ state: 'published', platform_post_id: ID, error: null }]);
    expect(await row(post)).toMatchObject({ status: 'published' });
  });

  it('nothing may be named any more once it is being sent again', async () => {
    const { store, plan, take } = world();
    const { account, post } = await inReview();
    await store.resolve(resolution(post, account, null));
    await store.retry(post.source, post.id, null);
    await plan();
    const work = await take(post);
    await work.armed(account);
    await work.settle();
    expect(await store.resolve(resolution(post, account, THERE))).toMatchObject({
      ok: false,
      why: 'state',
    });
  });

  it("a row that failed for the app's own reasons is left as it is", async () => {
    const { store, edit, row } = world();
    const { account, post } = await inReview();
    await edit(post, { status: 'failed', metadata: { publish_error: { code: 'THEIRS' } } });
    await store.resolve(resolution(post, account, null));
    expect(await row(post)).toMatchObject({ status: 'failed' });
  });
});

it('says why it cannot', async () => {
  const { store, addUser, addAccount, addPost, plan, take, pass } = world();
  const user = await addUser();
  const account = await addAccount(user);
  const post = await addPost(user);
  const say = (of: Post) => store.resolve(resolution(of, account, THERE));
  expect(await say({ source: 'content_posts', id: randomUUID() })).toMatchObject({
    ok: false,
    why: 'no_target',
  });
  await plan();
  const work = await take(post);
  await work.register([account]);
  expect(await say(post)).toMatchObject({ ok: false, why: 'working' });
  await work.settle();
  expect(await say(post)).toEqual({ ok: false, why: 'state', detail: 'pending' });
  await pass(post, 1);
  await (await take(post)).publish(account, `${PAGE}_1`);
  expect(await say(post)).toEqual({ ok: false, why: 'state', detail: 'published' });
});

it('a post is read with all that is known of it, and none where there is none', async () => {
  const { store, addUser, addAccount, addPost, plan, take } = world();
  expect(await store.post('created_content', randomUUID())).toBeNull();
  const user = await addUser();
  const account = await addAccount(user);
  const post = await addPost(user);
  expect(await store.post(post.source, post.id)).toMatchObject({
    working: false,
    post: { userId: user, targets: [] },
  });
  await plan();
  await (await take(post)).register([account]);
  expect(await store.post(post.source, post.id)).toMatchObject({
    working: true,
    post: {
      id: post.id,
      targets: [{ accountId: account.accountId }],
      connections: [{ platform: 'facebook' }],
    },
  });
});
