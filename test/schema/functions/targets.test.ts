import { describe, expect, it } from 'vitest';
import { publishedAs } from './work.ts';
import { inMinutes, newTick, problem, useWorld } from './world.ts';

const world = useWorld();

describe('targets', () => {
  it('registers what a post goes to and answers each with its state, effects and hold', async () => {
    const { addUser, addAccount, addPost, plan, take } = world();
    const user = await addUser();
    const account = await addAccount(user);
    const post = await addPost(user);
    await plan();
    const work = await take(post);
    const [target, ...others] = await work.register([{ ...account, accountName: 'Rao Bakes' }]);
    expect(others).toEqual([]);
    expect(target).toMatchObject({
      platform: 'facebook',
      accountId: account.accountId,
      accountName: 'Rao Bakes',
      connectionId: account.connectionId,
      origin: 'post',
      state: 'pending',
      due: true,
      attempts: 0,
      effects: [],
      copyOf: null,
      hold: null,
      currentRevision: work.claimed.revision,
    });
    expect(await work.register([account])).toHaveLength(1);
  });

  it('keeps rows that the app added, with their own text in the revision', async () => {
    const { addUser, addAccount, addPost, plan, take, sql } = world();
    const user = await addUser();
    const [one, two] = [await addAccount(user), await addAccount(user, { accountId: '2' })];
    const post = await addPost(user);
    await sql`insert into public.publish_targets (source, post_id, platform, account_id, text)
      values ('created_content', ${post.id}, 'facebook', '2', 'Other words')`;
    await plan();
    const work = await take(post);
    expect(work.claimed.targets).toMatchObject([{ accountId: '2', origin: 'app', text: 'Other words' }]);
    const targets = await work.register([one, { ...two, origin: 'app' }]);
    expect(targets.map(({ origin, text }) => [origin, text])).toEqual([
      ['post', null],
      ['app', 'Other words'],
    ]);
    expect(targets[1]?.currentRevision).not.toBe(targets[0]?.currentRevision);
    await work.settle({ nextAttemptAt: new Date() });
    await sql`update public.publish_queue set next_attempt_at = now()`;
    await (await take(post)).register([one]);
    const [kept] = await sql`select state from public.publish_targets where account_id = '2'`;
    expect(kept).toEqual({ state: 'pending' });
  });

  it('cancels a derived target that no longer applies, and revives it when it does again', async () => {
    const { addUser, addAccount, addPost, plan, take, targets } = world();
    const user = await addUser();
    const [old, fresh] = [
      await addAccount(user, { accountId: '1' }),
      await addAccount(user, { accountId: '2' }),
    ];
    const post = await addPost(user);
    await plan();
    const work = await take(post);
    await work.register([old]);
    await work.register([fresh]);
    expect((await targets(post)).map(({ state }) => state)).toEqual(['cancelled', 'pending']);
    await work.register([old, fresh]);
    expect((await targets(post)).map(({ state }) => state)).toEqual(['pending', 'pending']);
  });

  it('never cancels what may be out', async () => {
    const { addUser, addAccount, addPost, plan, take, targets } = world();
    const user = await addUser();
    const [old, fresh] = [
      await addAccount(user, { accountId: '1' }),
      await addAccount(user, { accountId: '2' }),
    ];
    const post = await addPost(user);
    await plan();
    const work = await take(post);
    await work.armed(old);
    await work.register([fresh]);
    expect((await targets(post)).map(({ state }) => state)).toEqual(['armed', 'pending']);
  });

  it('drops what was prepared from other content', async () => {
    const { addUser, addAccount, addPost, plan, take, edit, store, sql } = world();
    const user = await addUser();
    const account = await addAccount(user);
    const post = await addPost(user);
    await plan();
    const work = await take(post);
    await work.register([account]);
    await store.checkpoint(work.claim, account, 'sealed', true, work.claimed.revision);
    expect(await work.register([account])).toMatchObject([{ state: 'prepared', checkpoint: 'sealed' }]);
    await work.settle({ nextAttemptAt: new Date() });
    await edit(post, { content: 'Other' });
    await sql`update public.publish_queue set next_attempt_at = now()`;
    expect(await (await take(post)).register([account])).toMatchObject([{ checkpoint: null }]);
  });

  it('is refused to a tick that lost the claim', async () => {
    const { addUser, addAccount, addPost, plan, take, sql } = world();
    const user = await addUser();
    const account = await addAccount(user);
    const post = await addPost(user);
    await plan();
    const first = await take(post);
    await sql`update public.publish_queue set lease_until = clock_timestamp() - interval '1 second'`;
    await take(post);
    await expect(first.register([account])).rejects.toMatchObject({ name: 'StoreError', kind: 'lost' });
  });

  it('is refused to a tick that wakes up when its post was cancelled meanwhile', async () => {
    const { addUser, addAccount, addPost, plan, take, edit, pass, targets } = world();
    const user = await addUser();
    const account = await addAccount(user);
    const post = await addPost(user);
    await plan();
    const work = await take(post);
    await pass(post, 3);
    await edit(post, { status: 'draft' });
    await plan();
    await expect(work.register([account])).rejects.toMatchObject({ kind: 'lost' });
    expect(await targets(post)).toEqual([]);
  });

  it('never waits in a circle with another post that goes to the same accounts', async () => {
    const { addUser, addAccount, addPost, plan, claim, store } = world();
    const user = await addUser();
    const accounts = [await addAccount(user, { accountId: '1' }), await addAccount(user, { accountId: '2' })];
    for (let n = 0; n < 6; n += 1) await addPost(user);
    await plan();
    const identity = newTick();
    const posts = await claim({ identity });
    expect(posts).toHaveLength(6);
    for (let round = 0; round < 10; round += 1) {
      await Promise.all(
        posts.map((post, n) =>
          store.targets(
            { source: post.source, id: post.id, owner: identity.owner, fence: post.fence },
            (n % 2 === 0 ? accounts : [...accounts].reverse()).map((account) => ({
              ...account,
              accountName: null,
              fingerprint: post.id,
              tokenMd5: 'x',
              origin: 'post',
            })),
            null,
          ),
        ),
      );
    }
  });

  it('takes a foreign flag without an arm of ours for a send whose answer was lost', async () => {
    const { addUser, addAccount, addPost, plan, take, effects } = world();
    const user = await addUser();
    const account = await addAccount(user);
    const post = await addPost(user);
    await plan();
    const flagAt = inMinutes(-20);
    const [target] = await (await take(post)).register([account], flagAt);
    expect(target).toMatchObject({ state: 'unknown', effects: [{ state: 'unknown', unknownSends: 1 }] });
    expect(target?.effects[0]?.firstArmedAt).toEqual(flagAt);
    expect(target?.effects[0]?.lastPossibleAt).toEqual(new Date(flagAt.getTime() + 15 * 60_000));
    expect(await effects(post)).toHaveLength(1);
  });
});

describe('a target that the app deletes', () => {
  const taken = async () => {
    const { addUser, addAccount, addPost, plan, take } = world();
    const user = await addUser();
    const account = await addAccount(user);
    const post = await addPost(user);
    await plan();
    return { account, post, work: await take(post) };
  };
  const remove = () => world().sql`delete from public.publish_targets`;

  it('goes while nothing of it was sent, and is not armed', async () => {
    const { account, post, work } = await taken();
    await work.register([account]);
    await remove();
    expect(await world().targets(post)).toEqual([]);
    expect(await work.arm(account)).toMatchObject({ ok: false, why: 'target_gone' });
  });

  it('goes once it is proven that it was not sent', async () => {
    const { account, post, work } = await taken();
    await work.outcome(await work.armed(account), { outcome: 'refused', state: 'failed', error: problem() });
    await remove();
    expect(await world().targets(post)).toEqual([]);
  });

  it('stays with what was prepared while it may be out, so that it is followed to its end', async () => {
    const { store, targets } = world();
    const { account, post, work } = await taken();
    const armId = await work.armed(account);
    await store.checkpoint(work.claim, account, 'session', true, work.claimed.revision);
    await remove();
    expect(await targets(post)).toMatchObject([{ state: 'armed', checkpoint: 'session' }]);
    await work.outcome(armId, { outcome: 'unknown' });
    await remove();
    expect(await targets(post)).toMatchObject([{ state: 'unknown', checkpoint: 'session' }]);
    await work.outcome(armId, publishedAs('42'));
    await remove();
    expect(await targets(post)).toMatchObject([{ state: 'published', platform_post_id: '42' }]);
  });

  it('stays also for a delete that was under way when it was armed', async () => {
    const { sql, targets } = world();
    const { account, post, work } = await taken();
    await work.register([account]);
    let deleting: Promise<unknown> = Promise.resolve();
    await sql.begin(async (other) => {
      await other`select 1 from public.publish_targets where post_id = ${post.id} for update`;
      deleting = Promise.resolve(
        sql`delete from public.publish_targets where post_id = ${post.id}`.execute(),
      );
      await other`insert into public.publish_effects (source, post_id, platform, account_id, effect, state, arm_id, fence,
        first_armed_at, armed_at, last_possible_at)
        values (${post.source}, ${post.id}, ${account.platform}, ${account.accountId}, 'post', 'armed', gen_random_uuid(), 1,
                now(), now(), now())`;
    });
    await deleting;
    expect(await targets(post)).toHaveLength(1);
  });

  it('is followed also when the post is un-scheduled then', async () => {
    const { sql, targets, queue, edit, plan } = world();
    const { account, post, work } = await taken();
    await work.armed(account);
    await remove();
    await sql`update public.publish_queue set lease_until = clock_timestamp() - interval '1 second'`;
    await edit(post, { status: 'draft' });
    await plan();
    expect(await targets(post)).toMatchObject([{ state: 'armed' }]);
    expect(await queue(post)).toMatchObject({ state: 'waiting' });
  });
});

describe('checkpoint', () => {
  it('keeps what was prepared, and counts as progress of a claim', async () => {
    const { addUser, addAccount, addPost, plan, take, store, sql, targets, queue } = world();
    const user = await addUser();
    const account = await addAccount(user);
    const post = await addPost(user);
    await plan();
    await take(post);
    await sql`update public.publish_queue set lease_until = clock_timestamp() - interval '1 second'`;
    const work = await take(post);
    expect(work.claimed.attempts).toBe(1);
    await work.register([account]);
    await store.checkpoint(work.claim, account, 'half', false, 'rev-1');
    expect(await targets(post)).toMatchObject([{ state: 'pending', checkpoint: 'half', revision: 'rev-1' }]);
    await store.checkpoint(work.claim, account, 'whole', true, 'rev-1');
    expect(await targets(post)).toMatchObject([{ state: 'prepared', checkpoint: 'whole' }]);
    expect((await queue(post))['attempts']).toBe(0);
  });

  it('never changes the state of what may be out', async () => {
    const { addUser, addAccount, addPost, plan, take, store, targets } = world();
    const user = await addUser();
    const account = await addAccount(user);
    const post = await addPost(user);
    await plan();
    const work = await take(post);
    const armId = await work.armed(account);
    await store.checkpoint(work.claim, account, 'session', true, work.claimed.revision);
    expect(await targets(post)).toMatchObject([{ state: 'armed', checkpoint: 'session' }]);
    await work.outcome(armId, publishedAs('42'));
    await store.checkpoint(work.claim, account, 'later', true, work.claimed.revision);
    expect(await targets(post)).toMatchObject([{ state: 'published' }]);
  });

  it('is refused to a tick that lost the claim', async () => {
    const { addUser, addAccount, addPost, plan, take, store } = world();
    const user = await addUser();
    const account = await addAccount(user);
    const post = await addPost(user);
    await plan();
    const work = await take(post);
    await work.register([account]);
    const stolen = { ...work.claim, fence: work.claim.fence - 1 };
    await expect(store.checkpoint(stolen, account, 'x', true, 'r')).rejects.toMatchObject({ kind: 'lost' });
    await work.settle({ problem: problem() });
    await expect(store.checkpoint(work.claim, account, 'x', true, 'r')).rejects.toMatchObject({
      kind: 'lost',
    });
  });
});
