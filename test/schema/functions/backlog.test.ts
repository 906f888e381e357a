import { describe, expect, it } from 'vitest';
import { inMinutes, problem, useWorld } from './world.ts';

const world = useWorld();

const ids = (posts: readonly { readonly id: string }[]) => posts.map(({ id }) => id);

describe('a backlog', () => {
  it('goes out one post at a time and account, oldest first, with a pause after each', async () => {
    const { addUser, addAccount, addPost, plan, take, claim, pass } = world();
    const user = await addUser();
    const account = await addAccount(user);
    const [third, first, second] = [
      await addPost(user, { dueMinutes: -60, content: 'c' }),
      await addPost(user, { dueMinutes: -180, content: 'a' }),
      await addPost(user, { dueMinutes: -120, content: 'b' }),
    ];
    await plan();
    for (const next of [first, second, third]) {
      const work = await take(next);
      expect(await claim()).toEqual([]);
      await work.publish(account);
      expect(await claim()).toEqual([]);
      await pass(next, 3);
    }
  });

  it('is not held up by a post that failed before anything was sent', async () => {
    const { addUser, addPost, plan, take } = world();
    const user = await addUser();
    const [bad, good] = [await addPost(user, { dueMinutes: -60 }), await addPost(user, { dueMinutes: -50 })];
    await plan();
    await (await take(bad)).settle({ problem: problem() });
    await take(good);
  });

  it('keeps nobody else waiting: another account, or a post that is on time', async () => {
    const { addUser, addAccount, addPost, plan, take } = world();
    const user = await addUser();
    const account = await addAccount(user);
    const late = await addPost(user, { dueMinutes: -60 });
    await plan();
    await (await take(late)).publish(account);
    const [onTime, other] = [await addPost(user), await addPost(await addUser(), { dueMinutes: -60 })];
    await plan();
    expect(ids(await world().claim()).sort()).toEqual([onTime.id, other.id].sort());
  });

  it('is judged late by the moment it was first seen, so that spacing makes nobody late', async () => {
    const { addUser, addPost, plan, claim, queue, sql } = world();
    const user = await addUser();
    await addPost(user, { dueMinutes: -130 });
    const waiting = await addPost(user, { dueMinutes: -120 });
    await plan();
    await claim();
    const seen = (await queue(waiting))['seen_due_at'];
    expect(Date.parse(String(seen))).toBeGreaterThan(Date.now() - 60_000);
    await sql`update public.publish_queue set seen_due_at = seen_due_at - interval '1 minute'`;
    await claim();
    expect(Date.parse(String((await queue(waiting))['seen_due_at']))).toBe(Date.parse(String(seen)) - 60_000);
  });
});

describe('posts due before the installation', () => {
  it('are only counted, until a run includes them; then lateness holds none of them back', async () => {
    const { addUser, addPost, plan, claim, store, sql } = world();
    await sql`update public.publish_install set installed_at = now() - interval '1 hour'`;
    const old = await addPost(await addUser(), { dueMinutes: -120 });
    await plan();
    expect(await claim()).toEqual([]);
    expect(await store.report(null, null)).toMatchObject({ due: 0, overdue: 1 });
    expect(await claim({ includeOverdue: true })).toMatchObject([{ id: old.id, released: true }]);
    expect(await store.report(null, null)).toMatchObject({ overdue: 0 });
  });

  it('go on in ordinary runs once they were included', async () => {
    const { addUser, addPost, plan, take, sql } = world();
    await sql`update public.publish_install set installed_at = now() - interval '1 hour'`;
    const old = await addPost(await addUser(), { dueMinutes: -120 });
    await plan();
    await (await take(old, { includeOverdue: true })).settle({ nextAttemptAt: new Date() });
    await sql`update public.publish_queue set next_attempt_at = now()`;
    expect((await take(old)).claimed.released).toBe(true);
  });

  it('go out when they are given a new time', async () => {
    const { addUser, addPost, plan, edit, take, sql } = world();
    await sql`update public.publish_install set installed_at = now() - interval '1 hour'`;
    const old = await addPost(await addUser(), { dueMinutes: -120 });
    await plan();
    await edit(old, { scheduled_at: inMinutes(-1).toISOString() });
    await plan();
    await take(old);
  });
});
