import { describe, expect, it } from 'vitest';
import { failed, takenPost } from './settled.ts';
import { publishedAs } from './work.ts';
import { useWorld } from './world.ts';

const world = useWorld();
const taken = (columns: Record<string, unknown> = {}) => takenPost(world(), columns);

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

describe('the flag of a claim', () => {
  it('is renewed while the claim is renewed, and while something may be out', async () => {
    const { store, sql, metadata, queue } = world();
    const { account, post, work } = await taken();
    const age = () =>
      sql`update public.created_content
        set metadata = metadata || '{"_publishing_at": "2026-01-01T00:00:00.000Z"}' where id = ${post.id}`;
    await age();
    const before = Date.parse(String((await queue(post))['lease_until']));
    await store.renew(work.tick.owner, 120, [post]);
    expect(Date.parse(String((await queue(post))['lease_until']))).toBeGreaterThan(before);
    expect(await metadata(post)).toMatchObject({ _publishing: true });
    expect((await metadata(post))['_publishing_at']).not.toMatch(/^2026-01-01/);
    await work.armed(account);
    await work.settle();
    await age();
    await store.writebacks(null, 10);
    expect((await metadata(post))['_publishing_at']).not.toMatch(/^2026-01-01/);
  });

  it('and its lease are left to their time where the tick has given the post up', async () => {
    const { store, queue } = world();
    const { work, post } = await taken();
    const { lease_until: before } = await queue(post);
    await store.renew(work.tick.owner, 3_600, []);
    expect((await queue(post))['lease_until']).toBe(before);
  });

  it('does not revive a lease that ran out', async () => {
    const { store, sql, queue } = world();
    const { post, work } = await taken();
    await sql`update public.publish_queue set lease_until = clock_timestamp() - interval '1 second'`;
    const { lease_until: before } = await queue(post);
    await store.renew(work.tick.owner, 120, [post]);
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
