import { afterEach, describe, expect, it } from 'vitest';
import { takenPost } from './settled.ts';
import { publishedAs } from './work.ts';
import { newTick, problem, useWorld } from './world.ts';

const world = useWorld();
const taken = (columns: Record<string, unknown> = {}) => takenPost(world(), columns);

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
    // Said once, and not every minute.
    expect((await log(post)).filter(({ step }) => step === 'writeback')).toHaveLength(1);
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
