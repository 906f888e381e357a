import { describe, expect, it } from 'vitest';
import { CLOSED } from '../../../src/core/breaker.ts';
import type { StoredBreaker } from '../../../src/core/job.ts';
import type { BreakerChange } from '../../../src/core/store.ts';
import { type Account, md5, type Work } from './work.ts';
import { inMinutes, newTick, useWorld, type World } from './world.ts';

const world = useWorld();
const SINCE = new Date('2026-11-21T12:00:00.123Z');

const change = (part: Partial<BreakerChange> = {}): BreakerChange => ({
  scope: 'platform',
  key: 'facebook',
  seen: CLOSED,
  next: { failures: 3, windowStartedAt: SINCE, until: inMinutes(5), by: null },
  reason: 'Facebook cannot be reached.',
  hint: 'Nothing to do.',
  evidence: { host: 'host-a' },
  ...part,
});

async function registered(
  { addUser, addAccount, addPost, plan, take }: World,
  accountId: string,
  host = 'host-a',
) {
  const user = await addUser();
  const account = await addAccount(user, { accountId });
  const post = await addPost(user, { content: accountId });
  await plan();
  const work = await take(post, { identity: newTick(host) });
  return { account, post, work };
}
const look = async (work: Work, account: Account) =>
  (await work.register([{ ...account, tokenMd5: md5(account.token) }]))[0];
const overNow = () => world().sql`update public.publish_holds set until = now() - interval '1 second'`;

describe('a breaker', () => {
  it('is stored only if it is what the decision was made from; the loser learns what it is now', async () => {
    const { store } = world();
    expect(await store.breaker(change())).toMatchObject({ done: true, now: { failures: 3 } });
    const lost = await store.breaker(change({ next: { ...CLOSED, failures: 1 } }));
    expect(lost).toMatchObject({ done: false, now: { failures: 3, windowStartedAt: SINCE } });
    const seen: StoredBreaker = lost.now;
    expect(await store.breaker(change({ seen, next: CLOSED }))).toMatchObject({
      done: true,
      now: { failures: 0, until: null },
    });
  });

  it('counts once when the answer to the count was lost', async () => {
    const { forgetful } = world();
    const next = { failures: 1, windowStartedAt: SINCE, until: null, by: null };
    expect(await forgetful.breaker(change({ next }))).toMatchObject({ done: true, now: { failures: 1 } });
  });

  it('stands against every account of the platform while it is open, and lets one claim through afterwards', async () => {
    const { store } = world();
    await store.breaker(change());
    const one = await registered(world(), '1');
    const two = await registered(world(), '2', 'host-b');
    expect(await look(one.work, one.account)).toMatchObject({
      hold: { kind: 'temporary', scope: 'platform' },
    });
    expect(await one.work.arm(one.account)).toMatchObject({ ok: false, why: 'held' });

    await overNow();
    expect(await look(two.work, two.account)).toMatchObject({ hold: null, breakers: [{ probe: true }] });
    // Asked again, since the answer may have been lost.
    expect(await look(two.work, two.account)).toMatchObject({ hold: null, breakers: [{ probe: true }] });
    expect(await look(one.work, one.account)).toMatchObject({
      hold: { kind: 'temporary' },
      breakers: [{ probe: false }],
    });
    expect(await one.work.arm(one.account)).toMatchObject({ ok: false, why: 'held' });
    expect(await two.work.arm(two.account)).toMatchObject({ ok: true });

    // The one that tried died: another may.
    await overNow();
    expect(await look(one.work, one.account)).toMatchObject({ hold: null });
  });

  it('does not stop the repeat that is the look at an unclear send', async () => {
    const { store } = world();
    const { account, work } = await registered(world(), '1');
    const armId = await work.armed(account);
    await work.outcome(armId, { outcome: 'unknown', nextLookAt: new Date() });
    await store.breaker(change());
    expect(await work.arm(account, { repeat: true })).toMatchObject({ ok: true });
  });

  it('of a host keeps that host from claiming what it does not reach, and no other', async () => {
    const { store, addUser, addPost, plan, claim } = world();
    await store.breaker(change({ scope: 'host', key: 'facebook@host-a' }));
    const user = await addUser();
    const post = await addPost(user);
    const other = await addPost(user, { platform: 'linkedin' });
    await plan();
    expect((await claim({ identity: newTick('host-a') })).map(({ id }) => id)).toEqual([other.id]);
    expect((await claim({ identity: newTick('host-b') })).map(({ id }) => id)).toEqual([post.id]);
  });

  it('leaves a limit that stands in the same row alone, and is closed by it', async () => {
    const { store, sql } = world();
    const until = inMinutes(60);
    const limit = {
      scope: 'platform' as const,
      key: 'facebook',
      kind: 'rate_limited',
      reason: 'Too often.',
      hint: 'Wait.',
    };
    await store.hold({ ...limit, until, evidence: { platform_code: '4' } });
    await store.breaker(change());
    expect(await sql`select kind, until, reason, failures from public.publish_holds`).toEqual([
      { kind: 'rate_limited', until, reason: 'Too often.', failures: 3 },
    ]);
    await store.hold({ ...limit, until, evidence: {} });
    expect(await sql`select failures from public.publish_holds`).toEqual([{ failures: 0 }]);
  });

  it('does not end the hold of a refused token when it closes', async () => {
    const { store, sql } = world();
    const key = 'facebook:1';
    await store.hold({
      scope: 'account',
      key,
      kind: 'auth',
      until: inMinutes(60),
      reason: 'Expired.',
      hint: 'Reconnect.',
      evidence: { token_md5: 'x' },
    });
    const seen = { failures: 1, windowStartedAt: SINCE, until: null, by: null };
    await store.breaker(change({ scope: 'account', key, next: seen }));
    await store.breaker(change({ scope: 'account', key, seen, next: CLOSED }));
    expect(
      await sql`select kind, until > now() as stands, evidence ->> 'token_md5' as token from public.publish_holds`,
    ).toEqual([{ kind: 'auth', stands: true, token: 'x' }]);
  });
});
