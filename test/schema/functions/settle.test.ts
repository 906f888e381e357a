import { describe, expect, it } from 'vitest';
import { failed, retried, takenPost } from './settled.ts';
import { publishedAs } from './work.ts';
import { inMinutes, problem, useWorld } from './world.ts';

const world = useWorld();
const taken = (columns: Record<string, unknown> = {}) => takenPost(world(), columns);

describe('settle', () => {
  it('writes a success as the app reads it', async () => {
    const { row, queue, metadata } = world();
    const { account, post, work } = await taken({ metadata: { publish_error: { code: 'OLD' }, keep: 1 } });
    const before = await row(post);
    await work.publish(account, '42');
    const after = await row(post);
    expect(after).toMatchObject({
      status: 'published',
      channel_post_id: '42',
      published_at: expect.stringMatching(/^\d{4}-/),
    });
    expect(await metadata(post)).toEqual({
      keep: 1,
      facebook_post_id: '42',
      publish_results: [
        {
          platform: 'facebook',
          account_id: account.accountId,
          account_name: 'Rao Bakes',
          state: 'published',
          id: '42',
          url: 'https://facebook.com/42',
          published_at: expect.any(String),
        },
      ],
    });
    const ours = ['status', 'metadata', 'channel_post_id', 'published_at', 'updated_at'];
    for (const [column, value] of Object.entries(before)) {
      if (!ours.includes(column)) expect(after[column], column).toEqual(value);
    }
    expect(Date.parse(String(after['updated_at']))).toBeGreaterThan(Date.parse(String(before['updated_at'])));
    expect(await queue(post)).toMatchObject({
      state: 'done',
      lease_owner: null,
      lease_until: null,
      writeback_due: false,
    });
  });

  it('writes the second table, too, which has no channel_post_id', async () => {
    const { addUser, addAccount, addCampaignPost, plan, take, row, metadata } = world();
    const user = await addUser();
    const account = await addAccount(user);
    const post = await addCampaignPost(user);
    await plan();
    await (await take(post)).publish(account, '42');
    expect(await row(post)).toMatchObject({ status: 'published', published_at: expect.any(String) });
    expect(await metadata(post)).toMatchObject({ facebook_post_id: '42' });
  });

  it('writes an X post under the name that the app’s delete button reads', async () => {
    const { addUser, addAccount, addPost, plan, take, metadata } = world();
    const user = await addUser();
    const account = await addAccount(user, { platform: 'x' });
    const post = await addPost(user, { platform: 'x' });
    await plan();
    await (await take(post)).publish(account, '42');
    expect(await metadata(post)).toMatchObject({ twitter_post_id: '42', x_post_id: '42' });
  });

  it('writes a failure as a draft with its reason, and keeps everything else', async () => {
    const { row, metadata, queue, claim } = world();
    const { account, post, work } = await taken({ metadata: { keep: { deep: [null] } } });
    await work.settle({ targets: [failed(account)] });
    expect(await row(post)).toMatchObject({ status: 'draft', channel_post_id: null, published_at: null });
    expect(await metadata(post)).toEqual({ keep: { deep: [null] }, publish_error: problem() });
    expect(await queue(post)).toMatchObject({ state: 'done' });
    expect(await claim()).toEqual([]);
  });

  it('writes a reason that concerns the whole post, without any target', async () => {
    const { addUser, addPost, plan, take, row, metadata, queue } = world();
    const post = await addPost(await addUser());
    await plan();
    await (await take(post)).settle({ problem: problem({ kind: 'unusable', code: 'NO_ACCOUNT' }) });
    expect(await row(post)).toMatchObject({ status: 'draft' });
    expect((await metadata(post))['publish_error']).toMatchObject({ code: 'NO_ACCOUNT' });
    expect(await queue(post)).toMatchObject({ state: 'done', next_attempt_at: null });
  });

  it('keeps a post that is tried again scheduled, with reason and time', async () => {
    const { row, metadata, queue, targets, claim } = world();
    const { account, post, work } = await taken();
    const at = inMinutes(5);
    const error = problem({ kind: 'rate_limited', retry_at: at.toISOString() });
    await work.settle({
      targets: [{ ...account, state: 'held', error, nextLookAt: at, countAttempt: false }],
    });
    expect(await row(post)).toMatchObject({ status: 'scheduled' });
    expect((await metadata(post))['publish_error']).toEqual(error);
    expect((await metadata(post))['_publishing']).toBeUndefined();
    expect(Date.parse(String((await queue(post))['next_attempt_at']))).toBe(at.getTime());
    expect(await targets(post)).toMatchObject([
      { state: 'held', attempts: 0, held_since: expect.any(String) },
    ]);
    expect(await claim()).toEqual([]);
  });

  it('counts an attempt only where it is told to', async () => {
    const { targets, take, sql } = world();
    const { account, post, work } = await taken();
    await work.settle({ targets: [retried(account)] });
    expect(await targets(post)).toMatchObject([{ state: 'retry', attempts: 1 }]);
    await sql`update public.publish_queue set next_attempt_at = now()`;
    const again = await take(post);
    await again.settle({ targets: [{ ...retried(account), countAttempt: false }] });
    expect(await targets(post)).toMatchObject([{ attempts: 1 }]);
  });

  it('does the same once when its answer was lost', async () => {
    const { forgetful, targets, queue } = world();
    const { account, post, work } = await taken();
    const settled = await forgetful.settle(work.claim, {
      problem: null,
      nextAttemptAt: null,
      targets: [retried(account, inMinutes(5))],
    });
    expect(settled).toMatchObject({ state: 'waiting', written: true });
    expect(await targets(post)).toMatchObject([{ attempts: 1 }]);
    expect(await queue(post)).toMatchObject({ lease_owner: null });
  });

  it('is refused when the claim is somebody else’s, and changes nothing', async () => {
    const { take, sql, targets, queue } = world();
    const { account, post, work } = await taken();
    await sql`update public.publish_queue set lease_until = clock_timestamp() - interval '1 second'`;
    const thief = await take(post);
    await expect(work.settle({ targets: [failed(account)] })).rejects.toMatchObject({
      name: 'StoreError',
      kind: 'lost',
    });
    expect(await targets(post)).toMatchObject([{ state: 'pending' }]);
    expect(await queue(post)).toMatchObject({ lease_owner: thief.tick.owner });
    await thief.settle({ targets: [failed(account)] });
    await expect(work.settle()).rejects.toMatchObject({ kind: 'lost' });
  });

  it('never says draft while a target may be out, and goes on looking for it', async () => {
    const { addAccount, row, metadata, pass, store, plan, take } = world();
    const { user, account, post, work } = await taken();
    const second = await addAccount(user, { accountId: '2' });
    await work.register([account, second]);
    const { armId } = await work.arm(account);
    await work.outcome(armId, { outcome: 'unknown', nextLookAt: new Date() });
    await work.settle({ problem: problem({ message: 'The account is gone.' }) });
    for (let n = 0; n < 3; n += 1) {
      await pass(post, 30);
      await store.writebacks(null, 100);
      await plan();
      expect(await row(post)).toMatchObject({ status: 'scheduled' });
      expect(await metadata(post)).toMatchObject({ _publishing: true });
    }
    const next = await take(post);
    expect(next.claimed.targets.map(({ state }) => state)).toEqual(['unknown', 'failed']);
    await next.outcome(armId, { outcome: 'unknown', state: 'needs_review', error: problem() });
    await next.settle();
    expect(await row(post)).toMatchObject({ status: 'failed' });
  });

  it('never looks for what was never sent: it is tried again', async () => {
    const { targets } = world();
    const { account, post, work } = await taken();
    await work.register([account]);
    await work.settle({ targets: [{ ...retried(account), state: 'unknown' }] });
    expect(await targets(post)).toMatchObject([{ state: 'retry', next_look_at: expect.any(String) }]);
  });

  it('makes the post published at the first success; the others go on and are told in publish_results', async () => {
    const { addAccount, row, metadata, plan, take, sql } = world();
    const { user, account, post, work } = await taken();
    const second = await addAccount(user, { platform: 'linkedin', accountId: 'urn:li:person:1' });
    await work.register([account, second]);
    const { armId } = await work.arm(account);
    await work.outcome(armId, publishedAs('42'));
    await work.settle({ targets: [retried(second)] });
    expect(await row(post)).toMatchObject({ status: 'published', channel_post_id: '42' });
    expect(await metadata(post)).toMatchObject({
      facebook_post_id: '42',
      publish_results: [{ state: 'published' }, { state: 'retry', error: { code: 'TOO_LONG' } }],
    });
    expect((await metadata(post))['publish_error']).toBeUndefined();
    await plan();
    await sql`update public.publish_queue set next_attempt_at = now()`;
    const again = await take(post);
    await again.register([account, second]);
    const answer = await again.arm(second);
    await again.outcome(answer.armId, { ...publishedAs('urn:li:share:7'), url: null });
    await again.settle();
    expect(await row(post)).toMatchObject({ status: 'published', channel_post_id: '42' });
    expect(await metadata(post)).toMatchObject({
      facebook_post_id: '42',
      linkedin_post_id: 'urn:li:share:7',
      publish_results: [{ id: '42' }, { id: 'urn:li:share:7' }],
    });
  });

  it('is published although the other target failed, and a draft only when all have', async () => {
    const { addAccount, row, metadata } = world();
    const { user, account, post, work } = await taken();
    const second = await addAccount(user, { accountId: '2' });
    await work.register([account, second]);
    const { armId } = await work.arm(account);
    await work.outcome(armId, publishedAs('42'));
    await work.settle({ targets: [failed(second)] });
    expect(await row(post)).toMatchObject({ status: 'published' });
    expect((await metadata(post))['publish_error']).toBeUndefined();

    const both = await taken();
    const other = await addAccount(both.user, { accountId: '2' });
    await both.work.register([both.account, other]);
    await both.work.settle({ targets: [failed(both.account), failed(other)] });
    expect(await row(both.post)).toMatchObject({ status: 'draft' });
  });

  it('holds the first id of a platform where a post goes to several accounts of it', async () => {
    const { addAccount, metadata } = world();
    const { user, account, post, work } = await taken();
    const second = await addAccount(user, { accountId: '0-sorts-first' });
    await work.register([account, second]);
    for (const [target, id] of [
      [account, 'first'],
      [second, 'second'],
    ] as const) {
      const { armId } = await work.arm(target);
      await work.outcome(armId, publishedAs(id));
    }
    await work.settle();
    expect(await metadata(post)).toMatchObject({
      facebook_post_id: 'first',
      publish_results: [{ id: 'first' }, { id: 'second' }],
    });
  });
});
