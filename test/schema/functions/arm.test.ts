import { describe, expect, it } from 'vitest';
import { md5, publishedAs } from './work.ts';
import { inMinutes, newTick, problem, useWorld, type World } from './world.ts';

const world = useWorld();

/** A claimed post with a registered target, ready to be armed. */
async function ready({ addUser, addAccount, addPost, plan, take }: World) {
  const user = await addUser();
  const account = await addAccount(user);
  const post = await addPost(user);
  await plan();
  const work = await take(post);
  await work.register([account]);
  return { user, account, post, work };
}

describe('arm', () => {
  it('writes down the send before it happens and says how long it may leave', async () => {
    const { targets, effects, log, queue } = world();
    const { account, post, work } = await ready(world());
    const before = Date.now();
    const answer = await work.arm(account, { windowMs: 8_000, requestTimeoutMs: 120_000 });
    expect(answer).toMatchObject({ ok: true });
    if (!answer.ok) return;
    expect(answer.msLeft).toBeGreaterThan(6_000);
    expect(answer.msLeft).toBeLessThanOrEqual(8_000);
    expect(await targets(post)).toMatchObject([{ state: 'armed', revision: work.claimed.revision }]);
    const [effect] = await effects(post);
    expect(effect).toMatchObject({ effect: 'post', state: 'armed', arm_id: answer.armId, unknown_sends: 0 });
    const last = Date.parse(String(effect?.['last_possible_at']));
    expect(last - Date.parse(String(effect?.['armed_at']))).toBe(128_000);
    // The lease outlives the request.
    const lease = Date.parse(String((await queue(post))['lease_until']));
    expect(lease - before).toBeGreaterThan(157_000);
    expect(await log(post)).toMatchObject([{ step: 'arm', arm_id: answer.armId }]);
    expect((await targets(post))[0]?.['next_look_at']).toBe(effect?.['last_possible_at']);
  });

  it('answers the same arm the same way, with what is left of the first window', async () => {
    const { effects, store } = world();
    const { account, post, work } = await ready(world());
    const request = work.request(account);
    const first = await store.arm(request);
    const again = await store.arm(request);
    expect([first.ok, again.ok]).toEqual([true, true]);
    if (first.ok && again.ok) expect(again.msLeft).toBeLessThanOrEqual(first.msLeft);
    expect(await effects(post)).toHaveLength(1);
    await work.outcome(request.armId, publishedAs('42'));
    expect(await store.arm(request)).toMatchObject({ ok: false, why: 'already answered' });
  });

  describe('sends nothing', () => {
    it('when the lease is over', async () => {
      const { sql } = world();
      const { account, work } = await ready(world());
      await sql`update public.publish_queue set lease_until = clock_timestamp() - interval '1 millisecond'`;
      expect(await work.arm(account)).toMatchObject({ ok: false, why: 'lease_over' });
    });

    it('when the claim is somebody else’s, which ends the work on the post', async () => {
      const { sql, take } = world();
      const { account, post, work } = await ready(world());
      await sql`update public.publish_queue set lease_until = clock_timestamp() - interval '1 second'`;
      await take(post);
      await expect(work.arm(account)).rejects.toMatchObject({ kind: 'lost' });
    });

    it('when the post was deleted', async () => {
      const { sql } = world();
      const { account, work } = await ready(world());
      await sql`delete from public.created_content`;
      expect(await work.arm(account)).toMatchObject({ ok: false, why: 'deleted' });
    });

    it('when it is no longer scheduled', async () => {
      const { edit } = world();
      for (const status of ['draft', 'deleted', 'published', null]) {
        const { account, post, work } = await ready(world());
        await edit(post, { status });
        expect(await work.arm(account)).toMatchObject({ ok: false, why: 'not_scheduled', detail: status });
      }
    });

    it('when the target is not registered', async () => {
      const { account, work } = await ready(world());
      const answer = await work.arm({ ...account, accountId: 'another' });
      expect(answer).toMatchObject({ ok: false, why: 'target_gone' });
    });

    it('when the target is not waiting to be sent', async () => {
      const { sql } = world();
      const { account, work } = await ready(world());
      for (const state of ['armed', 'accepted', 'failed', 'cancelled', 'unknown', 'needs_review']) {
        await sql`update public.publish_targets set state = ${state}`;
        expect(await work.arm(account)).toMatchObject({ ok: false, why: 'state', detail: state });
      }
    });

    it('when the effect may be out already', async () => {
      const { sql } = world();
      const { account, work } = await ready(world());
      const { armId } = await work.arm(account);
      await sql`update public.publish_targets set state = 'retry'`;
      for (const state of ['armed', 'accepted', 'published', 'unknown']) {
        await sql`update public.publish_effects set state = ${state} where arm_id = ${armId}`;
        expect(await work.arm(account)).toMatchObject({ ok: false, why: 'state', detail: state });
      }
    });

    it('when it was edited since it was prepared, which drops the checkpoint', async () => {
      const { edit, store, targets } = world();
      const changes = [
        { content: 'Other' },
        { hashtags: ['new'] },
        { images: ['https://example.com/other.png'] },
        { title: 'Other' },
        { media_url: 'https://example.com/other.mp4' },
        { scheduled_at: '2027-01-01T00:00:00Z' },
        { metadata: { account_id: 'other' } },
      ];
      for (const change of changes) {
        const { account, post, work } = await ready(world());
        await store.checkpoint(work.claim, account, 'sealed', true, work.claimed.revision);
        await edit(post, change);
        expect(await work.arm(account), JSON.stringify(change)).toMatchObject({ ok: false, why: 'edited' });
        expect(await targets(post)).toMatchObject([{ state: 'pending', checkpoint: null }]);
      }
    });

    it('when its own text was edited', async () => {
      const { sql } = world();
      const { account, work } = await ready(world());
      await sql`update public.publish_targets set text = 'own'`;
      expect(await work.arm(account)).toMatchObject({ ok: false, why: 'edited' });
    });

    it('when the account is inactive, gone, or another user’s', async () => {
      const { sql, addUser } = world();
      const { account, work } = await ready(world());
      await sql`update public.platform_connections set is_active = false`;
      expect(await work.arm(account)).toMatchObject({ ok: false, why: 'account_gone' });
      await sql`update public.platform_connections set is_active = true, user_id = ${await addUser()}`;
      expect(await work.arm(account)).toMatchObject({ ok: false, why: 'account_gone' });
      await sql`delete from public.platform_connections`;
      expect(await work.arm(account)).toMatchObject({ ok: false, why: 'account_gone' });
    });

    it('while a hold stands against account, app or platform', async () => {
      const { store, sql } = world();
      for (const [scope, key] of [
        ['account', 'facebook:102030405060708'],
        ['app', 'facebook'],
        ['platform', 'facebook'],
      ] as const) {
        const { account, work } = await ready(world());
        const until = inMinutes(10);
        await store.hold({
          scope,
          key,
          until,
          kind: 'rate_limited',
          reason: 'Slow down.',
          hint: 'Wait.',
          evidence: {},
        });
        expect(await work.arm(account)).toMatchObject({
          ok: false,
          why: 'held',
          until,
          detail: 'Slow down.',
        });
        await sql`update public.publish_holds set until = clock_timestamp() - interval '1 second'`;
        expect(await work.arm(account)).toMatchObject({ ok: true });
        await sql`truncate public.publish_holds, public.publish_targets, public.publish_effects`;
      }
    });

    it('while another post of the account is being sent', async () => {
      const { addPost, plan, claim, sql, targets } = world();
      const { user, account, work } = await ready(world());
      await work.arm(account, { fingerprint: 'first' });
      const second = await addPost(user, { content: 'Second' });
      await plan();
      const [claimed] = await claim({ identity: work.tick });
      expect(claimed?.id).toBe(second.id);
      const request = {
        source: second.source,
        id: second.id,
        fence: claimed?.fence ?? 0,
        revision: claimed?.revision ?? '',
        fingerprint: 'second',
      } as const;
      await world().store.targets(
        { ...request, owner: work.tick.owner },
        [
          {
            ...account,
            accountName: null,
            fingerprint: 'second',
            tokenMd5: md5(account.token),
            origin: 'post',
          },
        ],
        null,
      );
      expect(await work.arm(account, request)).toMatchObject({ ok: false, why: 'busy' });
      expect(await targets(second)).toMatchObject([{ state: 'pending' }]);
      // One that its tick left behind does not block the account for ever.
      await sql`update public.publish_effects set last_possible_at = clock_timestamp() - interval '1 second'`;
      expect(await work.arm(account, request)).toMatchObject({ ok: true });
    });

    it('while an equal post of the account is unclear', async () => {
      const { addPost, plan, take, sql } = world();
      const { user, account, work } = await ready(world());
      const { armId } = await work.arm(account);
      await work.outcome(armId, { outcome: 'unknown', nextLookAt: inMinutes(5) });
      await work.settle();
      await sql`update public.publish_effects set last_possible_at = clock_timestamp() - interval '1 second'`;
      const copy = await addPost(user);
      await plan();
      const second = await take(copy);
      await second.register([account]);
      expect(await second.arm(account)).toMatchObject({ ok: false, why: 'same_unresolved' });
      expect(await second.arm(account, { fingerprint: 'other' })).toMatchObject({ ok: true });
    });
  });

  it('lets one of two arms through that come at the same moment for one account', async () => {
    const { addUser, addAccount, addPost, plan, claim, store } = world();
    for (let round = 0; round < 5; round += 1) {
      const user = await addUser();
      const account = await addAccount(user, { accountId: `page-${round}` });
      await addPost(user, { content: 'one' });
      await addPost(user, { content: 'two' });
      await plan();
      const identity = newTick(`host-${round}`);
      const posts = await claim({ identity });
      const answers = await Promise.all(
        posts.map(async (post) => {
          const held = { source: post.source, id: post.id, owner: identity.owner, fence: post.fence };
          const wanted = {
            ...account,
            accountName: null,
            fingerprint: post.id,
            tokenMd5: 'x',
            origin: 'post' as const,
          };
          await store.targets(held, [wanted], null);
          return store.arm({
            ...held,
            ...account,
            armId: crypto.randomUUID(),
            effect: 'post',
            revision: post.revision,
            fingerprint: post.id,
            tokenMd5: 'x',
            windowMs: 10_000,
            sent: {},
            repeat: false,
            writesPerHour: 60,
            requestTimeoutMs: 10_000,
          });
        }),
      );
      expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
      expect(answers.filter((answer) => !answer.ok && answer.why === 'busy')).toHaveLength(1);
    }
  });

  it('is not disturbed by keys that other programs write into metadata', async () => {
    const { edit } = world();
    const { account, post, work } = await ready(world());
    await edit(post, {
      metadata: { likes: 3, _publishing: true, publish_error: { code: 'OLD' }, post_insights: {} },
    });
    expect(await work.arm(account)).toMatchObject({ ok: true });
  });

  it('lets the second target go after the first has made the post published', async () => {
    const { addUser, addAccount, addPost, plan, take, row, sql } = world();
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
    await work.outcome(armId, publishedAs('1_1'));
    await work.settle({
      targets: [{ ...two, state: 'retry', error: problem(), nextLookAt: new Date(), countAttempt: true }],
    });
    expect(await row(post)).toMatchObject({ status: 'published' });
    await plan();
    await sql`update public.publish_queue set next_attempt_at = now()`;
    const second = await take(post);
    await second.register([one, two]);
    expect(await second.arm(two)).toMatchObject({ ok: true });
  });

  it('arms again after a refusal, a send that never left, or proven absence, and counts unclear sends', async () => {
    const { effects, sql } = world();
    const { account, post, work } = await ready(world());
    const first = await work.arm(account);
    await work.outcome(first.armId, { outcome: 'not_sent', nextLookAt: new Date() });
    const second = await work.arm(account);
    expect(second).toMatchObject({ ok: true });
    await work.outcome(second.armId, { outcome: 'unknown', nextLookAt: new Date() });
    expect(await work.arm(account)).toMatchObject({ ok: false, why: 'state' });
    await work.outcome(second.armId, { outcome: 'absent', proof: 'listing', nextLookAt: new Date() });
    const [before] = await effects(post);
    const third = await work.arm(account);
    expect(third).toMatchObject({ ok: true });
    const [after] = await effects(post);
    expect(after).toMatchObject({ unknown_sends: 1, resends: 1, absent_seen_at: null, arm_id: third.armId });
    // What is found must be newer than the first send that may have happened.
    expect(after?.['first_armed_at']).toBe(before?.['first_armed_at']);
    expect(after?.['armed_at']).not.toBe(before?.['armed_at']);
    expect(await sql`select from public.publish_log where step = 'arm'`).toHaveLength(3);
  });

  it('lets what follows a post be armed only once that is out, and leaves the target published', async () => {
    const { effects, targets, queue } = world();
    const { account, post, work } = await ready(world());
    expect(await work.arm(account, { effect: 'comment' })).toMatchObject({ ok: false, why: 'state' });
    const main = await work.arm(account);
    expect(await work.arm(account, { effect: 'comment' })).toMatchObject({ ok: false, why: 'state' });
    await work.outcome(main.armId, {
      ...publishedAs('42'),
      missing: 'but not the comment',
      nextLookAt: new Date(),
    });
    expect(await targets(post)).toMatchObject([{ state: 'published', missing: 'but not the comment' }]);

    const comment = await work.arm(account, { effect: 'comment' });
    expect(comment).toMatchObject({ ok: true });
    expect(await targets(post)).toMatchObject([{ state: 'published', platform_post_id: '42' }]);
    expect((await effects(post)).map(({ effect, state }) => [effect, state])).toEqual([
      ['comment', 'armed'],
      ['post', 'published'],
    ]);
    expect(await work.outcome(comment.armId, { outcome: 'unknown', nextLookAt: new Date() })).toMatchObject({
      state: 'published',
      effectState: 'unknown',
    });
    // Never twice while it may be out.
    expect(await work.arm(account, { effect: 'comment' })).toMatchObject({ ok: false, why: 'state' });
    const told = await work.outcome(comment.armId, publishedAs('42_7'));
    expect(told).toMatchObject({
      state: 'published',
      platformPostId: '42',
      effectState: 'published',
      effectId: '42_7',
    });
    await work.settle({
      targets: [
        {
          platform: account.platform,
          accountId: account.accountId,
          state: 'published',
          error: null,
          nextLookAt: null,
          countAttempt: false,
          missing: null,
        },
      ],
    });
    expect(await targets(post)).toMatchObject([
      { state: 'published', platform_post_id: '42', missing: null, next_look_at: null },
    ]);
    expect(await queue(post)).toMatchObject({ state: 'done' });
  });
});

it('a repeat of what was edited since is refused, and what may be out stays so', async () => {
  const { edit, targets } = world();
  const { account, post, work } = await ready(world());
  const { armId } = await work.arm(account);
  await work.outcome(armId, { outcome: 'unknown', checkpoint: 'sealed' });
  await edit(post, { content: 'Better' });
  expect(await work.arm(account, { repeat: true })).toMatchObject({ ok: false, why: 'edited' });
  expect(await targets(post)).toMatchObject([{ state: 'unknown', checkpoint: 'sealed' }]);
  // Whatever else ends the post: it may be live.
  await work.settle({ problem: problem() });
  expect(await targets(post)).toMatchObject([{ state: 'unknown' }]);
});
