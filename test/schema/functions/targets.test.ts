import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { inMinutes, md5, newTick, problem, publishedAs, useWorld } from './world.ts';

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

describe('copies: equal owner, account, fingerprint and due minute in the two tables', () => {
  async function twoCopies() {
    const { addUser, addAccount, addPost, addCampaignPost, plan, claim, sql } = world();
    const user = await addUser();
    const account = await addAccount(user);
    const at = new Date(Math.floor(Date.now() / 60_000) * 60_000 - 60_000);
    const one = await addPost(user, { scheduled_at: at.toISOString() });
    const other = await addCampaignPost(user, {
      scheduled_date: at.toISOString().slice(0, 10),
      scheduled_time: at.toISOString().slice(11, 19),
    });
    await plan();
    return { account, one, other, claim, sql };
  }

  it('name the first one to the second', async () => {
    const { account, one, other } = await twoCopies();
    const { claim } = world();
    const tick = newTick();
    await claim({ identity: tick });
    const [first] = await register(tick, one, account);
    const [second] = await register(tick, other, account);
    expect(first?.copyOf).toBeNull();
    expect(second?.copyOf).toBe(`created_content:${one.id}`);
  });

  it('are never both taken for the copy, however often each is looked at', async () => {
    const { account, one, other } = await twoCopies();
    const tick = newTick();
    await world().claim({ identity: tick });
    const seen: (string | null | undefined)[][] = [[], []];
    for (let round = 0; round < 3; round += 1) {
      seen[0]?.push((await register(tick, one, account))[0]?.copyOf);
      seen[1]?.push((await register(tick, other, account))[0]?.copyOf);
    }
    expect(seen[0]).toEqual([null, null, null]);
    expect(new Set(seen[1])).toEqual(new Set([`created_content:${one.id}`]));
  });

  it('are decided for exactly one when two hosts register at the same moment', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { account, one, other } = await twoCopies();
      const tick = newTick();
      await world().claim({ identity: tick });
      const answers = await Promise.all([register(tick, one, account), register(tick, other, account)]);
      expect(answers.filter(([target]) => target?.copyOf === null)).toHaveLength(1);
      const again = await Promise.all([register(tick, one, account), register(tick, other, account)]);
      expect(again.map(([target]) => target?.copyOf)).toEqual(answers.map(([target]) => target?.copyOf));
    }
  });

  it('leave the second one free when the first has failed', async () => {
    const { account, one, other } = await twoCopies();
    const { store, claim } = world();
    const tick = newTick();
    await claim({ identity: tick });
    await register(tick, one, account);
    await register(tick, other, account);
    await store.settle(await held(tick, one), {
      problem: null,
      nextAttemptAt: null,
      targets: [{ ...account, state: 'failed', error: problem(), nextLookAt: null, countAttempt: true }],
    });
    expect(await register(tick, other, account)).toMatchObject([{ copyOf: null }]);
  });

  it('are refused by the arm, too, when an edit made one the copy of what is out already', async () => {
    const { account, one, other } = await twoCopies();
    const { claim, store } = world();
    const tick = newTick();
    const posts = await claim({ identity: tick });
    await register(tick, one, account);
    await register(tick, other, { ...account, fingerprint: 'before the edit' });
    const request = async (post: typeof one) => ({
      ...account,
      ...(await held(tick, post)),
      armId: randomUUID(),
      effect: 'post',
      revision: posts.find(({ id }) => id === post.id)?.revision ?? '',
      fingerprint: 'print',
      tokenMd5: md5(account.token),
      windowMs: 1_000,
      sent: {},
      repeat: false,
      requestTimeoutMs: 1_000,
    });
    const first = await request(one);
    expect(await store.arm(first)).toMatchObject({ ok: true });
    await store.outcome(
      { armId: first.armId, outcome: 'published', platformPostId: '1', idKind: 'post' },
      tick,
    );
    expect(await store.arm(await request(other))).toMatchObject({ ok: false, why: 'same_unresolved' });
    expect(await register(tick, other, account)).toMatchObject([{ copyOf: `created_content:${one.id}` }]);
  });

  it('are none when text, account, owner or minute differ, or when they stand in the same table', async () => {
    const { addUser, addAccount, addPost, plan, claim } = world();
    const user = await addUser();
    const account = await addAccount(user);
    const [one, same] = [await addPost(user), await addPost(user)];
    await plan();
    const tick = newTick();
    await claim({ identity: tick });
    await register(tick, one, account);
    expect(await register(tick, same, account)).toMatchObject([{ copyOf: null }]);
    const { other, account: second } = await twoCopies();
    await claim({ identity: tick });
    expect(await register(tick, other, { ...second, fingerprint: 'other' })).toMatchObject([
      { copyOf: null },
    ]);
  });

  async function held(tick: ReturnType<typeof newTick>, post: { source: string; id: string }) {
    const { queue } = world();
    const source = post.source === 'content_posts' ? 'content_posts' : 'created_content';
    const row = await queue({ source, id: post.id });
    return { source, id: post.id, owner: tick.owner, fence: Number(row['fence']) } as const;
  }

  async function register(
    tick: ReturnType<typeof newTick>,
    post: { readonly source: string; readonly id: string },
    account: {
      platform: string;
      accountId: string;
      connectionId: string;
      token: string;
      fingerprint?: string;
    },
  ) {
    return world().store.targets(
      await held(tick, post),
      [
        {
          platform: account.platform,
          accountId: account.accountId,
          accountName: null,
          connectionId: account.connectionId,
          fingerprint: account.fingerprint ?? 'print',
          tokenMd5: md5(account.token),
          origin: 'post',
        },
      ],
      null,
    );
  }
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
