import { describe, expect, it } from 'vitest';
import { type Account, publishedAs, type Work } from './work.ts';
import { problem, useWorld, type World } from './world.ts';

const world = useWorld();
const CAP = { writesPerHour: 2 };

/** A post of this account in the hands of a tick, ready to be armed; each with content of its own. */
async function nextPost({ addPost, plan, take }: World, account: Account, user: string): Promise<Work> {
  const post = await addPost(user, { content: crypto.randomUUID() });
  await plan();
  const work = await take(post);
  await work.register([{ ...account, fingerprint: post.id }]);
  return work;
}

async function owner({ addUser, addAccount }: World, accountId = '1') {
  const user = await addUser();
  return { user, account: await addAccount(user, { accountId }) };
}

const arm = (work: Work, account: Account, over = {}) =>
  work.arm(account, { ...CAP, fingerprint: work.post.id, ...over });

async function publish(account: Account, user: string): Promise<void> {
  const work = await nextPost(world(), account, user);
  const armed = await arm(work, account);
  expect(armed).toMatchObject({ ok: true });
  await work.outcome(armed.armId, publishedAs(crypto.randomUUID()));
  await work.settle();
}

describe('the writes of one account within an hour', () => {
  it('are as many as are allowed; the next waits until the oldest of them is an hour old', async () => {
    const { sql } = world();
    const { user, account } = await owner(world());
    await publish(account, user);
    await publish(account, user);
    await sql`update public.publish_effects set armed_at = armed_at - interval '20 minutes'
      where armed_at = (select min(armed_at) from public.publish_effects)`;
    const work = await nextPost(world(), account, user);
    const refused = await arm(work, account);
    expect(refused).toMatchObject({
      ok: false,
      why: 'held',
      hold: { scope: 'account', kind: 'rate_limited', code: 'WRITES_PER_HOUR' },
    });
    if (refused.ok) return;
    const minutes = ((refused.hold?.until.getTime() ?? 0) - Date.now()) / 60_000;
    expect(minutes).toBeGreaterThan(39);
    expect(minutes).toBeLessThanOrEqual(40);

    await sql`update public.publish_effects set armed_at = armed_at - interval '40 minutes'`;
    expect(await arm(work, account)).toMatchObject({ ok: true });
  });

  it('of another account take no place', async () => {
    const { user, account } = await owner(world());
    const other = await owner(world(), '2');
    await publish(account, user);
    await publish(account, user);
    expect(await arm(await nextPost(world(), other.account, other.user), other.account)).toMatchObject({
      ok: true,
    });
  });

  it.each(['refused', 'not_sent', 'absent'] as const)(
    'that were %s take no place, unclear ones do',
    async (outcome) => {
      const { user, account } = await owner(world());
      for (let count = 0; count < 3; count += 1) {
        const work = await nextPost(world(), account, user);
        const { armId } = await arm(work, account);
        await work.outcome(armId, { outcome, state: outcome === 'absent' ? undefined : 'failed' });
        await work.settle({ problem: problem() });
      }
      for (let count = 0; count < 2; count += 1) {
        const work = await nextPost(world(), account, user);
        const armed = await arm(work, account);
        expect(armed).toMatchObject({ ok: true });
        await work.outcome(armed.armId, { outcome: 'unknown', nextLookAt: new Date() });
        await work.settle();
      }
      expect(await arm(await nextPost(world(), account, user), account)).toMatchObject({ why: 'held' });
    },
  );

  it('do not stop the repeat that is the look at an unclear one', async () => {
    const { user, account } = await owner(world());
    await publish(account, user);
    const work = await nextPost(world(), account, user);
    const { armId } = await arm(work, account);
    await work.outcome(armId, { outcome: 'unknown', nextLookAt: new Date() });
    expect(await arm(work, account, { repeat: true })).toMatchObject({ ok: true });
  });

  it('are counted once by two hosts that ask at the same moment', async () => {
    const { user, account } = await owner(world());
    await publish(account, user);
    // The same page, connected by two people.
    const second = await owner(world());
    const works = [
      { account, work: await nextPost(world(), account, user) },
      { account: second.account, work: await nextPost(world(), second.account, second.user) },
    ];
    const answers = await Promise.all(works.map((one) => arm(one.work, one.account)));
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
  });
});
