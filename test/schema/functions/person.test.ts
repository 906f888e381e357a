import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { publishedAs } from './work.ts';
import { inMinutes, problem, useWorld } from './world.ts';

const world = useWorld();
const FIRST = '00000000-0000-0000-0000-000000000000';

async function failedPost() {
  const { addUser, addAccount, addPost, plan, take } = world();
  const user = await addUser();
  const [one, two] = [await addAccount(user, { accountId: '1' }), await addAccount(user, { accountId: '2' })];
  const post = await addPost(user);
  await plan();
  const work = await take(post);
  await work.register([one, two]);
  await work.settle({
    targets: [one, two].map((account) => ({
      ...account,
      state: 'failed',
      error: problem(),
      nextLookAt: null,
      countAttempt: true,
    })),
  });
  await plan();
  return { user, one, two, post };
}

describe('retry', () => {
  it('lets the failed targets of a post go again now, and lateness does not hold them back', async () => {
    const { store, row, metadata, targets, take, plan, log } = world();
    const { post } = await failedPost();
    const answer = await store.retry(post.source, post.id, null);
    expect(answer).toMatchObject({ ok: true, reopened: 2 });
    expect(await row(post)).toMatchObject({ status: 'scheduled' });
    expect(await metadata(post)).toEqual({});
    expect(await targets(post)).toMatchObject([
      { state: 'pending', attempts: 0, error: null },
      { state: 'pending', attempts: 0, error: null },
    ]);
    // The trigger noted the new status; planning it must not take the release back.
    await plan();
    expect((await take(post)).claimed).toMatchObject({ released: true });
    expect((await log(post)).at(-1)).toMatchObject({ step: 'retry', outcome: 'by hand' });
  });

  it('takes one account when told which', async () => {
    const { store, targets } = world();
    const { post } = await failedPost();
    expect(await store.retry(post.source, post.id, '2')).toMatchObject({ ok: true, reopened: 1 });
    expect((await targets(post)).map(({ state }) => state)).toEqual(['failed', 'pending']);
    expect(await store.retry(post.source, post.id, 'nobody')).toMatchObject({
      ok: false,
      why: 'nothing_to_retry',
    });
  });

  it('says the same when its answer was lost', async () => {
    const { forgetful, targets } = world();
    const { post } = await failedPost();
    expect(await forgetful.retry(post.source, post.id, null)).toMatchObject({ ok: true });
    expect((await targets(post)).map(({ state }) => state)).toEqual(['pending', 'pending']);
  });

  it('lets a post go that was too late, or had no account', async () => {
    const { addUser, addPost, plan, take, store, row, claim } = world();
    const post = await addPost(await addUser(), { dueMinutes: -3_000 });
    await plan();
    await (await take(post)).settle({ problem: problem({ code: 'MISSED_TIME' }) });
    await plan();
    expect(await row(post)).toMatchObject({ status: 'draft' });
    expect(await store.retry(post.source, post.id, null)).toMatchObject({ ok: true, reopened: 0 });
    await plan();
    expect(await claim()).toMatchObject([{ id: post.id, released: true }]);
  });

  it('lets a post go that was due before the installation', async () => {
    const { addUser, addPost, plan, store, claim, sql } = world();
    await sql`update public.publish_install set installed_at = now() - interval '1 hour'`;
    const post = await addPost(await addUser(), { dueMinutes: -120 });
    await plan();
    expect(await claim()).toEqual([]);
    expect(await store.retry(post.source, post.id, null)).toMatchObject({ ok: true });
    expect(await claim()).toMatchObject([{ id: post.id }]);
  });

  it('waits for the time of a post that lies ahead', async () => {
    const { addUser, addPost, plan, store, claim } = world();
    const post = await addPost(await addUser(), { dueMinutes: 60 });
    await plan();
    const answer = await store.retry(post.source, post.id, null);
    expect(answer.ok && answer.goesAt.getTime() > inMinutes(50).getTime()).toBe(true);
    expect(await claim()).toEqual([]);
  });

  it('never touches what went out or may have, and says what became of it', async () => {
    const { addUser, addAccount, addPost, plan, take, store, targets, row } = world();
    const user = await addUser();
    const [one, two] = [
      await addAccount(user, { accountId: '1' }),
      await addAccount(user, { accountId: '2' }),
    ];
    const post = await addPost(user);
    await plan();
    const work = await take(post);
    await work.register([one, two]);
    const first = await work.arm(one);
    await work.outcome(first.armId, publishedAs('42'));
    const second = await work.arm(two);
    await work.outcome(second.armId, { outcome: 'unknown', state: 'needs_review', error: problem() });
    await work.settle();
    expect(await store.retry(post.source, post.id, null)).toEqual({
      ok: false,
      why: 'nothing_to_retry',
      detail: null,
      targets: [
        { platform: 'facebook', accountId: '1', state: 'published', url: 'https://facebook.com/42' },
        { platform: 'facebook', accountId: '2', state: 'needs_review', url: null },
      ],
    });
    expect((await targets(post)).map(({ state }) => state)).toEqual(['published', 'needs_review']);
    expect(await row(post)).toMatchObject({ status: 'published' });
  });

  it('sends the missing target of a published post without making the row scheduled again', async () => {
    const { addUser, addAccount, addPost, plan, take, store, row, targets } = world();
    const user = await addUser();
    const [one, two] = [
      await addAccount(user, { accountId: '1' }),
      await addAccount(user, { accountId: '2' }),
    ];
    const post = await addPost(user);
    await plan();
    const work = await take(post);
    await work.register([one, two]);
    const { armId } = await work.arm(one);
    await work.outcome(armId, publishedAs('42'));
    await work.settle({
      targets: [{ ...two, state: 'failed', error: problem(), nextLookAt: null, countAttempt: true }],
    });
    await plan();
    expect(await store.retry(post.source, post.id, null)).toMatchObject({ ok: true, reopened: 1 });
    expect(await row(post)).toMatchObject({ status: 'published' });
    await plan();
    const again = await take(post);
    await again.register([one, two]);
    expect(await again.arm(two)).toMatchObject({ ok: true });
    expect((await targets(post)).map(({ state }) => state)).toEqual(['published', 'armed']);
  });

  it('says why it cannot', async () => {
    const { addUser, addPost, plan, take, store, edit } = world();
    const retry = (post: { source: 'created_content' | 'content_posts'; id: string }) =>
      store.retry(post.source, post.id, null);
    expect(await retry({ source: 'content_posts', id: randomUUID() })).toMatchObject({
      ok: false,
      why: 'not_found',
    });
    const user = await addUser();
    const draft = await addPost(user, { status: 'draft' });
    expect(await retry(draft)).toMatchObject({ ok: false, why: 'not_planned' });
    const timeless = await addPost(user, { scheduled_at: null });
    await plan((_item, result) => ({ ...result, problem: problem({ message: 'It has no time.' }) }));
    expect(await retry(timeless)).toMatchObject({ ok: false, why: 'no_time', detail: 'It has no time.' });
    const busy = await addPost(user);
    await plan();
    const work = await take(busy);
    expect(await retry(busy)).toMatchObject({ ok: false, why: 'in_flight' });
    await work.settle({ problem: problem() });
    await edit(busy, { status: 'deleted' });
    expect(await retry(busy)).toMatchObject({ ok: false, why: 'deleted' });
  });
});

describe('report', () => {
  it('counts what is due, held and skipped, with reasons, for one user or all', async () => {
    const { addUser, addAccount, addPost, plan, take, store } = world();
    const [mine, theirs] = [await addUser(), await addUser()];
    const account = await addAccount(mine);
    const held = await addPost(mine);
    await plan();
    const work = await take(held);
    await work.register([account]);
    const until = inMinutes(9);
    await work.settle({
      targets: [
        {
          ...account,
          state: 'held',
          error: problem({ message: 'Slow down.' }),
          nextLookAt: until,
          countAttempt: false,
        },
      ],
    });
    const [blog] = [await addPost(mine, { channel: 'Blog' })];
    await addPost(theirs);
    await addPost(theirs, { dueMinutes: 60 });
    await plan((item, result) => (item.id === blog.id ? { ...result, skipReason: 'channel Blog' } : result));
    const all = await store.report(null, null);
    expect(all).toMatchObject({
      due: 2,
      overdue: 0,
      skipped: { 'channel Blog': 1 },
      held: [{ reason: 'Slow down.', until, count: 1 }],
    });
    expect(all.installedAt.getTime()).toBeLessThan(all.now.getTime());
    expect(await store.report(theirs, null)).toMatchObject({ due: 1, skipped: {}, held: [] });
  });
});

describe('preview', () => {
  it('shows scheduled rows by key, planned or not, and writes nothing', async () => {
    const { addUser, addAccount, addPost, addCampaignPost, plan, store, sql } = world();
    const user = await addUser('Asia/Kolkata');
    await addAccount(user);
    const planned = [await addPost(user), await addPost(user)];
    await plan();
    const all = [...planned, await addPost(user)].map(({ id }) => id).sort();
    await addPost(user, { status: 'draft' });
    const campaign = await addCampaignPost(user);
    const state = () =>
      sql`select (select json_agg(q) from public.publish_queue q) as q, (select json_agg(c) from public.publish_changes c) as c,
        (select json_agg(p) from public.created_content p) as p`;
    const before = await state();
    const first = await store.preview(null, 'created_content', FIRST, 2);
    const rest = await store.preview(null, 'created_content', first.posts.at(-1)?.id ?? '', 2);
    expect([...first.posts, ...rest.posts].map(({ id }) => id)).toEqual(all);
    expect(first.posts[0]).toMatchObject({
      userId: user,
      timezone: 'Asia/Kolkata',
      row: { content: 'Hello' },
      connections: [{ platform: 'facebook' }],
    });
    expect((await store.preview(null, 'content_posts', FIRST, 2)).posts.map(({ id }) => id)).toEqual([
      campaign.id,
    ]);
    expect(await state()).toEqual(before);
  });

  it('with TEST_USER_ID shows only what belongs to that user, page by page', async () => {
    const { addUser, addPost, addCampaignPost, store } = world();
    const [mine, theirs] = [await addUser(), await addUser()];
    const own = [await addPost(mine), await addCampaignPost(mine)];
    for (let n = 0; n < 4; n += 1) {
      await addPost(theirs);
      await addCampaignPost(theirs, { metadata: { user_id: mine } });
    }
    const alone = await addCampaignPost(null, { metadata: { user_id: mine } });
    expect((await store.preview(mine, 'created_content', FIRST, 2)).posts.map(({ id }) => id)).toEqual([
      own[0]?.id,
    ]);
    expect((await store.preview(mine, 'content_posts', FIRST, 2)).posts.map(({ id }) => id).sort()).toEqual(
      [own[1]?.id, alone.id].sort(),
    );
  });
});

describe('findUser', () => {
  it('finds by e-mail in any case, or by id', async () => {
    const { addUser, addAccount, store, sql } = world();
    const user = await addUser('Asia/Kolkata');
    await addAccount(user);
    await addAccount(user, { accountId: '2', active: false });
    await addUser();
    await sql`update auth.users set email = 'Asha@Example.com' where id = ${user}`;
    const found = [{ id: user, email: 'Asha@Example.com', timezone: 'Asia/Kolkata', accounts: 1 }];
    expect(await store.findUser(' asha@example.COM ')).toEqual(found);
    expect(await store.findUser(user.toUpperCase())).toEqual(found);
    expect(await store.findUser('nobody@example.com')).toEqual([]);
    expect(await store.findUser('%')).toEqual([]);
  });
});
