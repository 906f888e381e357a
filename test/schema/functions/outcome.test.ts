import { describe, expect, it } from 'vitest';
import type { Post } from './work.ts';
import { PAGE, publishedAs } from './work.ts';
import { inMinutes, newTick, problem, useWorld } from './world.ts';

const world = useWorld();

/** A post whose send is armed. */
async function armed(columns: Record<string, unknown> = {}) {
  const { addUser, addAccount, addPost, plan, take } = world();
  const user = await addUser();
  const account = await addAccount(user);
  const post = await addPost(user, columns);
  await plan();
  const work = await take(post);
  return { user, account, post, work, armId: await work.armed(account) };
}

/** As the next tick finds the post: its row written, nothing claimed. */
async function nextTick(post: Post) {
  const { store, sql, row, metadata } = world();
  await sql`update public.publish_queue set lease_until = clock_timestamp() - interval '1 second' where lease_until is not null`;
  await store.writebacks(null, 100);
  return { row: await row(post), metadata: await metadata(post) };
}

describe('outcome', () => {
  it('published: keeps id, kind, address and moment', async () => {
    const { targets, effects, log } = world();
    const { post, work, armId } = await armed();
    const answer = await work.outcome(armId, {
      ...publishedAs('42'),
      warning: 'The first comment is missing.',
    });
    expect(answer).toMatchObject({
      state: 'published',
      platformPostId: '42',
      warning: 'The first comment is missing.',
    });
    expect(answer.publishedAt).toBeInstanceOf(Date);
    expect(await targets(post)).toMatchObject([
      {
        state: 'published',
        platform_post_id: '42',
        id_kind: 'post',
        platform_post_url: 'https://facebook.com/42',
        next_look_at: null,
        error: null,
      },
    ]);
    expect(await effects(post)).toMatchObject([{ state: 'published', platform_post_id: '42' }]);
    expect((await log(post)).map(({ step, outcome }) => [step, outcome])).toEqual([
      ['arm', null],
      ['outcome', 'published'],
    ]);
  });

  it('published without an id is impossible, and leaves nothing behind', async () => {
    const { targets, log, sql } = world();
    const { post, work, armId } = await armed();
    await expect(work.outcome(armId, { outcome: 'published' })).rejects.toMatchObject({ kind: 'fault' });
    expect(await targets(post)).toMatchObject([{ state: 'armed' }]);
    expect(await log(post)).toHaveLength(1);
    await expect(
      sql`update public.publish_targets set state = 'published', platform_post_id = null, next_look_at = null`,
    ).rejects.toThrow('publish_targets_published_has_id');
  });

  it('is accepted from anybody, also after the lease is lost to another tick', async () => {
    const { take, sql, store, targets } = world();
    const { post, armId } = await armed();
    await sql`update public.publish_queue set lease_until = clock_timestamp() - interval '1 second'`;
    const thief = await take(post);
    const late = await store.outcome(
      { armId, ...publishedAs('42'), outcome: 'published' },
      newTick('elsewhere'),
    );
    expect(late).toMatchObject({ state: 'published', platformPostId: '42' });
    await thief.settle();
    expect(await targets(post)).toMatchObject([{ state: 'published' }]);
  });

  it('says the same twice and is logged once', async () => {
    const { forgetful, log } = world();
    const { post, work, armId } = await armed();
    for (let n = 0; n < 2; n += 1) {
      const answer = await forgetful.outcome(
        { armId, ...publishedAs('42'), outcome: 'published' },
        work.tick,
      );
      expect(answer).toMatchObject({ state: 'published', platformPostId: '42', warning: null });
    }
    expect((await log(post)).filter(({ step }) => step === 'outcome')).toHaveLength(1);
  });

  it('of an unknown arm changes nothing', async () => {
    const { work } = await armed();
    expect(await work.outcome(crypto.randomUUID(), publishedAs('42'))).toMatchObject({ state: null });
  });

  it('reaches the row of the app also when nobody holds the post any more', async () => {
    const { work, armId, post } = await armed();
    await work.settle();
    await work.outcome(armId, publishedAs('42'));
    const { row, metadata } = await nextTick(post);
    expect(row).toMatchObject({ status: 'published', channel_post_id: '42' });
    expect(metadata).toMatchObject({ facebook_post_id: '42' });
    expect(metadata['_publishing']).toBeUndefined();
  });

  it('with a second id keeps both and tells a person', async () => {
    const { targets, log } = world();
    const { post, work, armId } = await armed();
    await work.outcome(armId, publishedAs('42'));
    const second = await work.outcome(armId, publishedAs('43'));
    expect(second).toMatchObject({
      state: 'published',
      platformPostId: '42',
      warning: expect.stringContaining('/43'),
    });
    expect((await log(post)).map(({ platform_post_id: id }) => id)).toEqual([null, '42', '43']);
    await work.settle();
    const { metadata } = await nextTick(post);
    expect(metadata).toMatchObject({
      facebook_post_id: '42',
      publish_results: [{ id: '42', warning: expect.stringContaining('twice') }],
    });
    expect(await targets(post)).toMatchObject([{ platform_post_id: '42' }]);
  });

  it('of an earlier arm is kept after the effect was armed again', async () => {
    const { sql, log } = world();
    const { post, account, work, armId: first } = await armed();
    await work.outcome(first, { outcome: 'unknown', nextLookAt: new Date() });
    await work.outcome(first, { outcome: 'absent', proof: 'listing', nextLookAt: new Date() });
    const second = await work.arm(account);
    expect(second).toMatchObject({ ok: true });
    // The zombie's answer arrives, and it did go out: so the second send makes two.
    expect(await work.outcome(first, publishedAs('42'))).toMatchObject({
      state: 'published',
      platformPostId: '42',
    });
    expect(await work.outcome(second.armId, publishedAs('43'))).toMatchObject({
      platformPostId: '42',
      warning: expect.stringContaining('/43'),
    });
    const ids = (await log(post)).flatMap(({ arm_id: arm, platform_post_id: id }) =>
      id === null ? [] : [[arm, id]],
    );
    expect(ids).toEqual([
      [first, '42'],
      [second.armId, '43'],
    ]);
    expect(await sql`select from public.publish_log where step = 'outcome'`).toHaveLength(4);
  });

  it('with a second id keeps both and tells a person also while something that follows the first is not out', async () => {
    const { targets, log } = world();
    const { account, post, work, armId } = await armed();
    await work.outcome(armId, { outcome: 'unknown' });
    await work.outcome(armId, { outcome: 'absent', proof: 'own-key' });
    const second = await work.arm(account);
    const unfinished = { nextLookAt: new Date(), missing: 'Not part 2.' };
    await work.outcome(armId, { ...publishedAs('42'), ...unfinished });
    await work.outcome(second.armId, { ...publishedAs('43'), ...unfinished });
    expect(await targets(post)).toMatchObject([
      { platform_post_id: '42', warning: expect.stringContaining('twice') },
    ]);
    expect((await log(post)).map(({ platform_post_id: id }) => id)).toEqual(
      expect.arrayContaining(['42', '43']),
    );
  });

  it('that names the first send while the second is unclear tells a person to look', async () => {
    const { targets } = world();
    const { account, post, work, armId } = await armed();
    await work.outcome(armId, { outcome: 'unknown' });
    await work.outcome(armId, { outcome: 'absent', proof: 'listing' });
    const second = await work.arm(account);
    await work.outcome(second.armId, { outcome: 'unknown' });
    await work.outcome(armId, publishedAs('42'));
    expect(await targets(post)).toMatchObject([
      { state: 'published', platform_post_id: '42', warning: expect.stringContaining('twice') },
    ]);
  });

  it('of an effect that follows the post keeps its first id, and tells a person of a second one', async () => {
    const { targets, effects } = world();
    const { account, post, work, armId } = await armed();
    await work.outcome(armId, { ...publishedAs('42'), nextLookAt: new Date() });
    const part = async () => work.arm(account, { effect: 'part:2' });
    const first = await part();
    await work.outcome(first.armId, { outcome: 'unknown' });
    await work.outcome(first.armId, { outcome: 'absent', proof: 'own-key' });
    const second = await part();
    await work.outcome(second.armId, publishedAs('44'));
    await work.outcome(first.armId, publishedAs('43'));
    expect((await effects(post)).map(({ platform_post_id: id }) => id)).toEqual(['44', '42']);
    expect(await targets(post)).toMatchObject([{ warning: expect.stringContaining('also as') }]);
  });

  it('of an earlier arm that is no success changes nothing about the present one', async () => {
    const { targets, effects } = world();
    const { post, account, work, armId: first } = await armed();
    await work.outcome(first, { outcome: 'not_sent', nextLookAt: new Date() });
    const second = await work.arm(account);
    await work.outcome(first, { outcome: 'refused', state: 'failed', error: problem() });
    expect(await targets(post)).toMatchObject([{ state: 'armed' }]);
    expect(await effects(post)).toMatchObject([{ state: 'armed', arm_id: second.armId }]);
  });

  it('with an id that belongs to another post leaves it to a person', async () => {
    const { addPost, plan, take, targets, sql } = world();
    const { user, account, work, armId } = await armed();
    await work.outcome(armId, publishedAs('42'));
    await work.settle();
    await sql`truncate public.publish_changes`;
    const other = await addPost(user, { content: 'Other' });
    await plan();
    const second = await take(other);
    const secondArm = await second.armed(account);
    expect(await second.outcome(secondArm, publishedAs('42'))).toMatchObject({ state: 'needs_review' });
    expect(await targets(other)).toMatchObject([
      { state: 'needs_review', platform_post_id: null, error: { code: 'ID_TAKEN' } },
    ]);
    await second.settle();
    const { row, metadata } = await nextTick(other);
    expect(row).toMatchObject({ status: 'failed' });
    expect(metadata).toMatchObject({ _publishing: true, publish_error: { code: 'MAYBE_LIVE' } });
  });

  it('may give equal ids on different accounts', async () => {
    const { addAccount, addPost, plan, take, addUser } = world();
    const { work, armId } = await armed();
    await work.outcome(armId, publishedAs('42'));
    const user = await addUser();
    const account = await addAccount(user, { accountId: 'another page' });
    const other = await addPost(user);
    await plan();
    const second = await take(other);
    expect(await second.outcome(await second.armed(account), publishedAs('42'))).toMatchObject({
      state: 'published',
    });
  });

  it('accepted: is never sent again and looked at until it shows', async () => {
    const { targets, row, queue } = world();
    const { post, account, work, armId } = await armed();
    const lookAt = inMinutes(3);
    await work.outcome(armId, { outcome: 'accepted', checkpoint: 'container', nextLookAt: lookAt });
    expect(await targets(post)).toMatchObject([{ state: 'accepted', checkpoint: 'container', error: null }]);
    expect(await work.arm(account)).toMatchObject({ ok: false, why: 'state' });
    await work.settle();
    expect(await row(post)).toMatchObject({ status: 'scheduled' });
    expect(Date.parse(String((await queue(post))['next_attempt_at']))).toBe(lookAt.getTime());
    await work.outcome(armId, publishedAs('42'));
    expect((await nextTick(post)).row).toMatchObject({ status: 'published' });
  });

  it('refused: says what follows, and counts as an attempt', async () => {
    const { targets } = world();
    for (const state of ['failed', 'retry', 'held'] as const) {
      const { post, work, armId } = await armed();
      const error = problem({ kind: state === 'failed' ? 'rejected' : 'rate_limited' });
      await work.outcome(armId, {
        outcome: 'refused',
        state,
        error,
        nextLookAt: state === 'failed' ? undefined : inMinutes(5),
      });
      const [target] = await targets(post);
      // Waiting for a limit or an account costs no attempt.
      expect(target).toMatchObject({ state, attempts: state === 'held' ? 0 : 1, error });
      expect(target?.['next_look_at'] === null).toBe(state === 'failed');
      // What waits is given up after MAX_HOLD, whatever it waits for.
      expect(target?.['held_since'] !== null).toBe(state !== 'failed');
      await work.settle();
      const told = await nextTick(post);
      expect(told.row).toMatchObject({ status: state === 'failed' ? 'draft' : 'scheduled' });
      expect(told.metadata['publish_error']).toMatchObject({ code: error.code });
    }
  });

  it('not_sent: may be sent again, and the post stays scheduled', async () => {
    const { targets } = world();
    const { post, work, armId } = await armed();
    await work.outcome(armId, {
      outcome: 'not_sent',
      error: problem({ kind: 'temporary' }),
      nextLookAt: inMinutes(1),
    });
    expect(await targets(post)).toMatchObject([{ state: 'retry' }]);
    await work.settle();
    expect((await nextTick(post)).row).toMatchObject({ status: 'scheduled' });
  });

  it('unknown: counts once however often it is said, and never makes a draft', async () => {
    const { targets, effects } = world();
    const { post, work, armId } = await armed();
    for (let n = 0; n < 3; n += 1) await work.outcome(armId, { outcome: 'unknown', nextLookAt: new Date() });
    expect(await effects(post)).toMatchObject([{ state: 'unknown', unknown_sends: 1 }]);
    expect(await targets(post)).toMatchObject([{ state: 'unknown' }]);
    await work.settle({ problem: problem({ message: 'It cannot be read any more.' }) });
    const { row, metadata } = await nextTick(post);
    expect(row).toMatchObject({ status: 'scheduled' });
    expect(metadata).toMatchObject({ _publishing: true });
  });

  it('unknown for good: goes to a person with a sentence that begins with what matters', async () => {
    for (const error of [problem({ message: 'Nobody knows.' }), undefined]) {
      const { post, work, armId } = await armed();
      await work.outcome(armId, { outcome: 'unknown', state: 'needs_review', error });
      await work.settle();
      const { row, metadata } = await nextTick(post);
      expect(row).toMatchObject({ status: 'failed' });
      expect(metadata).toMatchObject({
        _publishing: true,
        publish_error: {
          kind: 'unknown',
          code: 'MAYBE_LIVE',
          message: expect.stringMatching(/^May already be live on Rao Bakes \(facebook\)/),
        },
      });
    }
  });

  it('published ends what was left to a person', async () => {
    const { work, armId, post } = await armed();
    await work.outcome(armId, { outcome: 'unknown', state: 'needs_review', error: problem() });
    await work.settle();
    await work.outcome(armId, publishedAs('42'));
    const { row, metadata } = await nextTick(post);
    expect(row).toMatchObject({ status: 'published' });
    expect(metadata).toEqual(expect.not.objectContaining({ publish_error: expect.anything() }));
    expect(metadata['_publishing']).toBeUndefined();
  });

  it('late and definite does not change what has ended', async () => {
    const { targets } = world();
    const { post, work, armId } = await armed();
    await work.outcome(armId, publishedAs('42'));
    for (const outcome of ['refused', 'unknown', 'absent', 'accepted', 'not_sent'] as const) {
      const answer = await work.outcome(armId, { outcome, state: 'failed', error: problem() });
      expect(answer).toMatchObject({ state: 'published', platformPostId: '42' });
    }
    expect(await targets(post)).toMatchObject([{ state: 'published', error: null }]);
  });
});

describe('absentSeen', () => {
  it('believes absence at the second look, 60 s after the first and after the quarantine', async () => {
    const { store, pass } = world();
    const { post, work, armId } = await armed();
    await work.outcome(armId, { outcome: 'unknown', nextLookAt: new Date() });
    const first = await store.absentSeen(armId, 300, 60);
    expect(first.proven).toBe(false);
    expect(first.lookAt.getTime()).toBeGreaterThan(Date.now() + 300_000);
    await pass(post, 6);
    const second = await store.absentSeen(armId, 300, 60);
    expect(second).toMatchObject({ proven: false });
    expect(second.lookAt.getTime()).toBeLessThan(Date.now() + 61_000);
    // Recording that it waits must not make it forget the first look.
    await work.outcome(armId, { outcome: 'unknown', nextLookAt: second.lookAt });
    expect(await store.absentSeen(armId, 300, 60)).toMatchObject({ proven: false });
    await pass(post, 1.1);
    expect(await store.absentSeen(armId, 300, 60)).toMatchObject({ proven: true, resends: 0 });
  });

  it('believes it once: after a send that followed a proof a person must look', async () => {
    const { store, pass } = world();
    const { post, account, work, armId } = await armed();
    await work.outcome(armId, { outcome: 'unknown', nextLookAt: new Date() });
    await work.outcome(armId, { outcome: 'absent', proof: 'listing', nextLookAt: new Date() });
    const { armId: again } = await work.arm(account);
    await work.outcome(again, { outcome: 'unknown', nextLookAt: new Date() });
    await pass(post, 10);
    await store.absentSeen(again, 300, 60);
    await pass(post, 2);
    expect(await store.absentSeen(again, 300, 60)).toMatchObject({ proven: false, resends: 1 });
  });

  it('does not count the platform’s own word as a proof by listing', async () => {
    const { effects } = world();
    const { post, work, armId } = await armed();
    await work.outcome(armId, { outcome: 'unknown', nextLookAt: new Date() });
    await work.outcome(armId, { outcome: 'absent', proof: 'platform', nextLookAt: new Date() });
    expect(await effects(post)).toMatchObject([{ state: 'absent', resends: 0 }]);
  });

  it('proves nothing about an arm that is not known', async () => {
    expect(await world().store.absentSeen(crypto.randomUUID(), 300, 60)).toMatchObject({ proven: false });
  });
});

describe('isKnownId', () => {
  it('knows the ids of our posts, per account', async () => {
    const { store } = world();
    const { work, armId } = await armed();
    await work.outcome(armId, publishedAs('42'));
    expect(await store.isKnownId('facebook', PAGE, '42')).toBe(true);
    expect(await store.isKnownId('facebook', 'other', '42')).toBe(false);
    expect(await store.isKnownId('facebook', PAGE, '43')).toBe(false);
  });

  it('knows the ids of what follows them: it stands in the same lists', async () => {
    const { store } = world();
    const { account, work, armId } = await armed();
    await work.outcome(armId, publishedAs('42'));
    const part = await work.arm(account, { effect: 'part:2' });
    await work.outcome(part.armId, publishedAs('43'));
    expect(await store.isKnownId('facebook', PAGE, '43')).toBe(true);
    expect(await store.isKnownId('facebook', 'other', '43')).toBe(false);
  });
});
