import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { md5 } from './work.ts';
import { newTick, problem, useWorld } from './world.ts';

const world = useWorld();

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
      writesPerHour: 60,
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
