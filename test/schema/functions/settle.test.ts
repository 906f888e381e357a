import { afterEach, describe, expect, it } from 'vitest';
import { inMinutes, newTick, problem, publishedAs, useWorld } from './world.ts';

const world = useWorld();

async function taken(columns: Record<string, unknown> = {}) {
  const { addUser, addAccount, addPost, plan, take } = world();
  const user = await addUser();
  const account = await addAccount(user);
  const post = await addPost(user, columns);
  await plan();
  const work = await take(post);
  await work.register([account]);
  return { user, account, post, work };
}

const failed = (account: { platform: string; accountId: string }) =>
  ({ ...account, state: 'failed', error: problem(), nextLookAt: null, countAttempt: true }) as const;
const retried = (account: { platform: string; accountId: string }, at = new Date()) =>
  ({
    ...account,
    state: 'retry',
    error: problem({ kind: 'temporary' }),
    nextLookAt: at,
    countAttempt: true,
  }) as const;

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

describe('metadata', () => {
  it('keeps every key that somebody wrote between claim and settle', async () => {
    const { sql, metadata } = world();
    const { account, post, work } = await taken({ metadata: { a: 1 } });
    await sql`update public.created_content set metadata = metadata || '{"b": 2}' where id = ${post.id}`;
    const armId = await work.armed(account);
    await sql`update public.created_content set metadata = metadata - 'a' || '{"c": {"d": null}}' where id = ${post.id}`;
    await work.outcome(armId, publishedAs('42'));
    await work.settle();
    expect(await metadata(post)).toMatchObject({ b: 2, c: { d: null }, facebook_post_id: '42' });
    expect(await metadata(post)).not.toHaveProperty('a');
  });

  it('NULL counts as {}', async () => {
    const { metadata } = world();
    const { account, post, work } = await taken({ metadata: null });
    await work.publish(account, '42');
    expect(await metadata(post)).toMatchObject({ facebook_post_id: '42' });
  });

  it('that is no object is never touched: status and our tables carry the result', async () => {
    const { row, targets, sql } = world();
    for (const odd of ['[1, {"a": 2}]', '"text"', '7', 'true', 'null']) {
      for (const table of ['created_content', 'content_posts'] as const) {
        for (const success of [true, false]) {
          const { addUser, addAccount, addPost, addCampaignPost, plan, take } = world();
          const user = await addUser();
          const account = await addAccount(user);
          const post = await (table === 'created_content' ? addPost(user) : addCampaignPost(user));
          await sql`update ${sql(`public.${table}`)} set metadata = ${odd}::text::jsonb where id = ${post.id}`;
          await plan();
          const work = await take(post);
          await work.register([account]);
          if (success) await work.publish(account);
          else await work.settle({ targets: [failed(account)] });
          const [kept] =
            await sql`select metadata::text as text from ${sql(`public.${table}`)} where id = ${post.id}`;
          expect(kept).toEqual({ text: odd });
          expect(await row(post)).toMatchObject({ status: success ? 'published' : 'draft' });
          expect(await targets(post)).toMatchObject([{ state: success ? 'published' : 'failed' }]);
        }
      }
    }
  });
});

describe('the row of the app', () => {
  it('that was set to deleted stays deleted, and still gets the id', async () => {
    const { edit, row, metadata } = world();
    const { account, post, work } = await taken();
    const armId = await work.armed(account);
    await edit(post, { status: 'deleted' });
    await work.outcome(armId, publishedAs('42'));
    await work.settle();
    expect(await row(post)).toMatchObject({ status: 'deleted', channel_post_id: '42' });
    expect(await metadata(post)).toMatchObject({ facebook_post_id: '42' });
  });

  it('that is gone takes nothing with it', async () => {
    const { sql, targets, queue } = world();
    const { account, post, work } = await taken();
    const armId = await work.armed(account);
    await sql`delete from public.created_content`;
    await work.outcome(armId, publishedAs('42'));
    expect(await work.settle()).toMatchObject({ written: true });
    expect(await targets(post)).toMatchObject([{ state: 'published', platform_post_id: '42' }]);
    expect(await queue(post)).toMatchObject({ writeback_due: false });
  });

  it('is written whatever type the undeclared columns of this installation have', async () => {
    const { sql, row, addUser, addAccount, addPost, addCampaignPost, plan, take } = world();
    await sql`alter table public.created_content alter column published_at type text`;
    await sql`alter table public.content_posts alter column published_at type timestamp`;
    try {
      for (const add of [addPost, addCampaignPost]) {
        const user = await addUser();
        const account = await addAccount(user);
        const post = await add(user);
        await plan();
        await (await take(post)).publish(account);
        expect(await row(post)).toMatchObject({
          status: 'published',
          published_at: expect.stringMatching(/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/),
        });
      }
    } finally {
      await sql`alter table public.created_content alter column published_at type timestamptz using published_at::timestamptz`;
      await sql`alter table public.content_posts alter column published_at type timestamptz`;
    }
  });
});

describe('a row that cannot be written', () => {
  afterEach(async () => {
    await world().sql.unsafe('drop trigger if exists refuse on public.created_content').simple();
  });

  async function refuseWrites(): Promise<void> {
    await world()
      .sql.unsafe(
        `create or replace function public.refuse() returns trigger language plpgsql as $$
         begin raise exception 'the app says no'; end $$;
         create trigger refuse before update on public.created_content
           for each row when (new.status is distinct from old.status) execute function public.refuse()`,
      )
      .simple();
  }

  it('because a trigger of the app raises undoes no outcome; every tick repeats it until it goes', async () => {
    const { row, metadata, targets, queue, store, log, sql, plan } = world();
    const { account, post, work } = await taken();
    await refuseWrites();
    const armId = await work.armed(account);
    await work.outcome(armId, publishedAs('42'));
    expect(await work.settle()).toMatchObject({ state: 'done', written: false });
    expect(await row(post)).toMatchObject({ status: 'scheduled' });
    expect(await targets(post)).toMatchObject([{ state: 'published', platform_post_id: '42' }]);
    expect(await queue(post)).toMatchObject({ state: 'done', writeback_due: true, lease_owner: null });
    expect((await log(post)).at(-1)).toMatchObject({
      step: 'writeback',
      detail: { message: 'the app says no' },
    });
    expect(await store.writebacks(null, 10)).toEqual({
      written: 0,
      failed: [{ source: post.source, id: post.id }],
    });
    // Whatever is noted about the row meanwhile: it is over, and only waits to be written.
    await sql`insert into public.publish_changes (kind, ref) values ('created_content', ${post.id})`;
    await plan();
    expect(await world().claim()).toEqual([]);
    expect(await queue(post)).toMatchObject({ state: 'done', writeback_due: true });
    await sql`drop trigger refuse on public.created_content`;
    expect(await store.writebacks(null, 10)).toEqual({ written: 1, failed: [] });
    expect(await row(post)).toMatchObject({ status: 'published' });
    expect(await metadata(post)).toMatchObject({ facebook_post_id: '42' });
    expect((await metadata(post))['_publishing']).toBeUndefined();
    await plan();
    expect(await row(post)).toMatchObject({ status: 'published' });
  });

  it('keeps the reason of a failure, too', async () => {
    const { row, metadata, store, sql, plan } = world();
    const { post, work } = await taken();
    await refuseWrites();
    expect(await work.settle({ problem: problem() })).toMatchObject({ written: false });
    await sql`insert into public.publish_changes (kind, ref) values ('created_content', ${post.id})`;
    await plan();
    await sql`drop trigger refuse on public.created_content`;
    await store.writebacks(null, 10);
    expect(await row(post)).toMatchObject({ status: 'draft' });
    expect((await metadata(post))['publish_error']).toMatchObject({ code: 'TOO_LONG' });
  });

  it('because the app holds it locked does not keep the tick waiting', async () => {
    const { row, queue, store, sql, targets } = world();
    const { account, post, work } = await taken();
    const armId = await work.armed(account);
    await work.outcome(armId, publishedAs('42'));
    const started = performance.now();
    const settled = await sql.begin(async (app) => {
      await app`select from public.created_content where id = ${post.id} for update`;
      return work.settle();
    });
    expect(performance.now() - started).toBeLessThan(8_000);
    expect(settled).toMatchObject({ state: 'done', written: false });
    expect(await queue(post)).toMatchObject({ state: 'done', lease_owner: null, writeback_due: true });
    expect(await targets(post)).toMatchObject([{ state: 'published' }]);
    await store.writebacks(null, 10);
    expect(await row(post)).toMatchObject({ status: 'published' });
  });

  it('keeps no others waiting, however many there are', async () => {
    const { addUser, addPost, plan, claim, store, row, sql } = world();
    await refuseWrites();
    const user = await addUser();
    const good = await addPost(user);
    for (let n = 0; n < 4; n += 1) await addPost(user, { content: `Refused ${n}` });
    await plan();
    const identity = newTick();
    const posts = await claim({ identity });
    for (const post of [
      ...posts.filter(({ id }) => id !== good.id),
      ...posts.filter(({ id }) => id === good.id),
    ]) {
      await store.settle(
        { source: post.source, id: post.id, owner: identity.owner, fence: post.fence },
        { problem: problem(), targets: [], nextAttemptAt: null },
      );
    }
    await sql`drop trigger refuse on public.created_content`;
    await sql.unsafe(
      `create trigger refuse before update on public.created_content
         for each row when (old.content like 'Refused%') execute function public.refuse()`,
    );
    for (let n = 0; n < 3; n += 1) await store.writebacks(null, 2);
    expect(await row(good)).toMatchObject({ status: 'draft' });
  });
});

describe('the flag of a claim', () => {
  it('is renewed while the claim is renewed, and while something may be out', async () => {
    const { store, sql, metadata, queue } = world();
    const { account, post, work } = await taken();
    const age = () =>
      sql`update public.created_content
        set metadata = metadata || '{"_publishing_at": "2026-01-01T00:00:00.000Z"}' where id = ${post.id}`;
    await age();
    const before = Date.parse(String((await queue(post))['lease_until']));
    await store.renew(work.tick.owner, 120);
    expect(Date.parse(String((await queue(post))['lease_until']))).toBeGreaterThan(before);
    expect(await metadata(post)).toMatchObject({ _publishing: true });
    expect((await metadata(post))['_publishing_at']).not.toMatch(/^2026-01-01/);
    await work.armed(account);
    await work.settle();
    await age();
    await store.writebacks(null, 10);
    expect((await metadata(post))['_publishing_at']).not.toMatch(/^2026-01-01/);
  });

  it('does not revive a lease that ran out', async () => {
    const { store, sql, queue } = world();
    const { post, work } = await taken();
    await sql`update public.publish_queue set lease_until = clock_timestamp() - interval '1 second'`;
    const { lease_until: before } = await queue(post);
    await store.renew(work.tick.owner, 120);
    expect((await queue(post))['lease_until']).toBe(before);
  });

  it('of another publisher is left alone by a claim, and taken away by our success', async () => {
    const { addUser, addAccount, addPost, plan, take, metadata } = world();
    const user = await addUser();
    const account = await addAccount(user);
    const flag = { _publishing: true, _publishing_at: new Date().toISOString() };
    const post = await addPost(user, { metadata: flag });
    await plan();
    const work = await take(post);
    expect(await metadata(post)).toEqual(flag);
    await work.settle({ nextAttemptAt: new Date() });
    expect(await metadata(post)).toEqual(flag);
    await world().sql`update public.publish_queue set next_attempt_at = now()`;
    await (await take(post)).publish(account);
    expect((await metadata(post))['_publishing']).toBeUndefined();
  });
});
