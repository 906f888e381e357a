import { describe, expect, it } from 'vitest';
import { failed, retried, takenPost } from './settled.ts';
import { md5 } from './work.ts';
import { problem, useWorld } from './world.ts';

const world = useWorld();
const taken = () => takenPost(world());
const asked = (userId: string | null = null) =>
  world().store.notices({ userId, limit: 20, leaseSeconds: 300, waitingSeconds: 3_600 });
const ageNotices = (seconds: number) =>
  world().sql`update public.publish_notices set created_at = created_at - make_interval(secs => ${seconds}),
    next_attempt_at = next_attempt_at - make_interval(secs => ${seconds})`;

describe('a notice', () => {
  it('of a failed post names the post, the account, the reason and what to do', async () => {
    const { account, post, user, work } = await taken();
    await work.settle({ targets: [failed(account)] });
    const [notice, ...more] = await asked();
    expect(more).toEqual([]);
    expect(notice).toMatchObject({
      type: 'post.failed',
      attempt: 1,
      data: {
        source: post.source,
        id: post.id,
        userId: user,
        targets: [
          {
            platform: account.platform,
            accountId: account.accountId,
            state: 'failed',
            error: {
              kind: 'rejected',
              code: 'TOO_LONG',
              message: 'The text is too long.',
              hint: 'Shorten it.',
            },
          },
        ],
      },
    });
    expect(notice?.data).not.toHaveProperty('targets.0.error.at');
  });

  it('is one tick’s to tell, and another’s once that tick had its time and did not say it was told', async () => {
    const { account, work } = await taken();
    await work.settle({ targets: [failed(account)] });
    const [first] = await asked();
    expect(await asked()).toEqual([]);
    await ageNotices(301);
    const [again] = await asked();
    expect(again).toMatchObject({ id: first?.id, attempt: 2 });
  });

  it('that was told is never told again, also when the answer to that was lost', async () => {
    const { forgetful } = world();
    const { account, work } = await taken();
    await work.settle({ targets: [failed(account)] });
    const [notice] = await asked();
    await forgetful.noticeDone(String(notice?.id), true);
    await ageNotices(4_000);
    expect(await asked()).toEqual([]);
  });

  it('that did not arrive is told again after a minute, then later and later, and after a day not at all', async () => {
    const { store, sql } = world();
    const { account, work } = await taken();
    await work.settle({ targets: [failed(account)] });
    const waits: number[] = [];
    for (let tries = 1; tries <= 8; tries += 1) {
      await sql`update public.publish_notices set next_attempt_at = now()`;
      const [notice] = await asked();
      expect(notice?.attempt).toBe(tries);
      await store.noticeDone(String(notice?.id), false);
      const [row] =
        await sql`select extract(epoch from next_attempt_at - now())::integer as seconds from public.publish_notices`;
      waits.push(Math.round(Number(row?.['seconds']) / 60));
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
    await ageNotices(86_400);
    expect(await asked()).toEqual([]);
  });

  it('of a post that may be live says so; of one that waits for an hour, that it waits, once', async () => {
    const { sql } = world();
    const { account, post, work } = await taken();
    await work.settle({ targets: [retried(account)] });
    expect(await asked()).toEqual([]);
    await sql`update public.publish_targets set held_since = now() - interval '61 minutes'`;
    expect(await asked()).toMatchObject([{ type: 'post.waiting', data: { id: post.id } }]);
    await sql`update public.publish_notices set sent_at = now()`;
    expect(await asked()).toEqual([]);
    await sql`update public.publish_targets set state = 'needs_review'`;
    expect(await asked()).toMatchObject([{ type: 'post.unclear', data: { id: post.id } }]);
  });

  it('of a post whose first comment is not tried any more says that the post is out, and what is missing', async () => {
    const { sql } = world();
    const { account, post, work } = await taken();
    await work.publish(account, '42');
    expect(await asked()).toEqual([]);
    await sql`update public.publish_targets set missing = 'The first comment is not out.', next_look_at = now()`;
    expect(await asked()).toEqual([]);
    await sql`update public.publish_targets set next_look_at = null`;
    expect(await asked()).toMatchObject([
      {
        type: 'post.incomplete',
        data: { id: post.id, targets: [{ state: 'published', missing: 'The first comment is not out.' }] },
      },
    ]);
  });

  it('of a post that cannot be planned comes when it has become a draft', async () => {
    const { sql } = world();
    const { post, work } = await taken();
    await work.settle({ problem: problem({ kind: 'unusable', code: 'ACCOUNT_MISSING' }) });
    expect(await asked()).toMatchObject([
      { type: 'post.failed', data: { id: post.id, problem: { code: 'ACCOUNT_MISSING' } } },
    ]);
    expect((await sql`select status from public.created_content where id = ${post.id}`)[0]).toEqual({
      status: 'draft',
    });
  });

  it('about a post that was scheduled again before anybody was told is not told', async () => {
    const { edit, plan, sql } = world();
    const { account, post, work } = await taken();
    await work.settle({ targets: [failed(account)] });
    await edit(post, { status: 'scheduled', content: 'shorter' });
    await plan();
    expect(await asked()).toEqual([]);
    expect(await sql`select 1 from public.publish_notices`).toHaveLength(0);
  });

  it('comes again when a post fails again', async () => {
    const { edit, plan, take, store } = world();
    const { account, post, work } = await taken();
    await work.settle({ targets: [failed(account)] });
    const [first] = await asked();
    await store.noticeDone(String(first?.id), true);
    await edit(post, { status: 'scheduled', content: 'another text' });
    await plan();
    const second = await take(post);
    await second.register([account]);
    await second.settle({ targets: [failed(account)] });
    const [notice] = await asked();
    expect(notice).toMatchObject({ type: 'post.failed', data: { id: post.id } });
    expect(notice?.id).not.toBe(first?.id);
  });

  it('of an account comes once, with its waiting posts, for which none comes in addition', async () => {
    const { forgetful, sql } = world();
    const { account, user, work } = await taken();
    await sql`update public.platform_connections set access_token_encrypted = 'cipher'`;
    await work.settle({ targets: [{ ...retried(account), state: 'held' }] });
    const reason = problem({ kind: 'auth', code: '190' });
    await forgetful.disconnect(account.connectionId, account.accountId, md5('cipher'), 'revoked', reason);
    await sql`update public.publish_targets set held_since = now() - interval '2 hours'`;
    await sql`update public.publish_notices set created_at = now() - interval '2 hours'`;
    expect(await asked()).toMatchObject([
      {
        type: 'account.disconnected',
        data: {
          connectionId: account.connectionId,
          accountId: account.accountId,
          userId: user,
          postsWaiting: 1,
          error: { code: '190' },
        },
      },
    ]);
  });

  it('of an access that ends comes once at each mark, and not about an account that is disconnected', async () => {
    const { sql, forgetful, store } = world();
    const { account } = await taken();
    const ends = (level: number) => ({
      connectionId: account.connectionId,
      accountId: account.accountId,
      level,
      problem: problem({ kind: 'auth', code: 'ACCESS_ENDS', message: `Ends in ${level} days.` }),
    });
    expect(await store.noteExpiring([ends(14)])).toEqual([account.connectionId]);
    expect(await forgetful.noteExpiring([ends(14)])).toEqual([]);
    const [first] = await asked();
    expect(first).toMatchObject({
      type: 'account.expiring',
      data: { accountId: account.accountId, error: { message: 'Ends in 14 days.' } },
    });
    // Nobody could be told: the next mark takes its place.
    expect(await store.noteExpiring([ends(7)])).toEqual([account.connectionId]);
    expect(await asked()).toMatchObject([{ data: { error: { message: 'Ends in 7 days.' } } }]);
    await store.noticeDone(String(first?.id), true);
    expect(await store.noteExpiring([ends(7)])).toEqual([]);
    await store.noteExpiring([ends(3)]);
    await sql`update public.platform_connections set is_active = false`;
    expect(await asked()).toEqual([]);
  });

  it('of an account that was reconnected before anybody was told is not told', async () => {
    const { store, sql } = world();
    const { account } = await taken();
    await sql`update public.platform_connections set access_token_encrypted = 'cipher'`;
    await store.disconnect(account.connectionId, account.accountId, md5('cipher'), 'expired', problem());
    await sql`update public.platform_connections set is_active = true`;
    expect(await asked()).toEqual([]);
  });

  it('stays within one user where the publisher does', async () => {
    const [mine, other] = [await taken(), await taken()];
    await mine.work.settle({ targets: [failed(mine.account)] });
    await other.work.settle({ targets: [failed(other.account)] });
    expect(await asked(mine.user)).toMatchObject([{ data: { id: mine.post.id } }]);
    expect(await asked(other.user)).toMatchObject([{ data: { id: other.post.id } }]);
  });

  it('that cannot be noted keeps no post from being settled', async () => {
    const { sql, row } = world();
    const { account, post, work } = await taken();
    await sql`alter table public.publish_notices rename to publish_notices_away`;
    try {
      await work.settle({ targets: [failed(account)] });
    } finally {
      await sql`alter table public.publish_notices_away rename to publish_notices`;
    }
    expect(await row(post)).toMatchObject({ status: 'draft' });
  });
});
