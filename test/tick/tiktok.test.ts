import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { SimAccount } from '../../src/sandbox/platforms/simulator.ts';
import {
  installedLongAgo,
  letTimePass,
  metadataOf,
  publicPosts,
  readRow,
  storeFile,
} from '../support/app-rows.ts';
import { addPerson, connect, schedule } from '../support/people.ts';
import { FULL_SCOPES, usePublisher } from '../support/publisher.ts';
import { diesAt } from '../support/ticks.ts';

const publisher = usePublisher();
let reel = '';
let picture = '';
beforeAll(async () => {
  await installedLongAgo(publisher());
  reel = await storeFile(publisher().supabase, 'bakery-reel.mp4');
  picture = await storeFile(publisher().supabase, 'bakery-croissant.png');
});
afterEach(() => publisher().platforms.setFaults([]));

const VIDEO = () => ({ content_type: 'short_video or reel', media_url: reel });
const PICTURE = () => ({ content_type: 'static_post', images: [picture] });

async function scheduled(columns: object, extra: SimAccount['extra'] = {}, sim: Partial<SimAccount> = {}) {
  const person = await addPerson(publisher());
  const account = await connect(publisher(), person, 'tiktok', { sim: { ...sim, extra } });
  const post = await schedule(publisher(), person, { platform: ' TikTok ', ...columns });
  const run = (more: object = {}) => publisher().run({ userId: person.id, ...more });
  const ticks = async (seconds: number, many: number) => {
    for (let tick = 0; tick < many; tick += 1) {
      await letTimePass(publisher(), seconds);
      await run();
    }
  };
  const target = async () => {
    const [found] = await publisher().supabase
      .sql`select state, platform_post_id, id_kind, platform_post_url, warning from public.publish_targets where post_id = ${post.id}`;
    return found;
  };
  return {
    account,
    post,
    run,
    target,
    ticks,
    /** TikTok works on what it took by its own clock. */
    processed: () =>
      expect
        .poll(
          async () => {
            await ticks(10, 1);
            return (await target())?.['state'];
          },
          { timeout: 20_000 },
        )
        .not.toBe('accepted'),
    seen: () => publicPosts(publisher(), account.id),
    row: () => readRow(publisher().supabase, post.table, post.id),
  };
}

describe('a row for TikTok', () => {
  it('goes out with a refreshed token, and has its id and address', async () => {
    const { post, run, seen, row, processed } = await scheduled(VIDEO());
    expect((await run()).summary).toMatchObject({ accepted: 1, failed: 0, posts: [{ platform: 'tiktok' }] });
    await processed();
    const [only, ...more] = seen();
    expect(more).toEqual([]);
    expect(only).toMatchObject({ kind: 'video', text: post.content });
    const after = await row();
    expect(after).toMatchObject({ status: 'published', channel_post_id: only?.id });
    expect(metadataOf(after)).toMatchObject({ tiktok_post_id: only?.id });
  });

  it('is published under TikTok’s publish id until moderation has passed it, then under its public one', async () => {
    const lasting = { refreshToken: '', tokenExpiresAt: Number.POSITIVE_INFINITY };
    const moderated = { moderationMs: '86400000' };
    const { account, seen, row, target, run, ticks, processed } = await scheduled(
      VIDEO(),
      moderated,
      lasting,
    );
    await run();
    await processed();
    expect(await target()).toMatchObject({
      state: 'published',
      id_kind: 'container',
      platform_post_url: null,
    });
    expect(await row()).toMatchObject({ status: 'published' });
    const { id, name, token } = account;
    publisher().platforms.addAccounts('tiktok', [
      { id, name, token, scopes: FULL_SCOPES.tiktok, ...lasting },
    ]);
    await ticks(120, 1);
    const [only] = seen();
    expect(await target()).toMatchObject({
      state: 'published',
      id_kind: 'post',
      platform_post_id: only?.id,
      platform_post_url: only?.url,
    });
    expect(await row()).toMatchObject({ channel_post_id: only?.id });
  });

  it('says that nobody else sees it where the account is offered no more', async () => {
    const { run, row, target, processed } = await scheduled(VIDEO(), {
      unaudited: true,
      private: true,
      privacyOptions: 'SELF_ONLY',
    });
    await run();
    await processed();
    expect(await target()).toMatchObject({
      state: 'published',
      warning: expect.stringMatching(/^Only the account itself/),
    });
    expect(JSON.stringify(metadataOf(await row()))).toContain('Only the account itself');
    expect((await run()).summary.claimed).toBe(0);
  });

  it('is a draft in the inbox where the post asks for it, and says who has to do what', async () => {
    const { run, seen, target, processed } = await scheduled({
      ...VIDEO(),
      metadata: { publish_options: { draft: true } },
    });
    await run();
    await processed();
    expect(seen()).toEqual([]);
    expect(await target()).toMatchObject({
      state: 'published',
      warning: expect.stringContaining('inbox of the account'),
    });
  });

  it('is out once when the tick dies right behind the last chunk', async () => {
    const { run, seen, row, ticks } = await scheduled(VIDEO());
    await run({ store: diesAt('sent') });
    await ticks(100, 2);
    expect(seen()).toHaveLength(1);
    expect(await row()).toMatchObject({ status: 'published', channel_post_id: seen()[0]?.id });
  });

  it('is sent once more to the same upload when the last chunk never arrived', async () => {
    const { run, seen, ticks } = await scheduled(VIDEO());
    const opened = () =>
      publisher()
        .wire()
        .filter(({ path }) => String(path).endsWith('/video/init/')).length;
    const before = opened();
    publisher().platforms.setFaults([{ platform: 'tiktok', match: 'PUT', kind: 'drop_before', times: 1 }]);
    expect((await run()).summary).toMatchObject({ unknown: 1 });
    await ticks(100, 3);
    expect(seen()).toHaveLength(1);
    expect(opened()).toBe(before + 1);
  });

  it('with a picture goes out as the JPEG that TikTok takes, fetched from our bucket', async () => {
    const { run, seen, row, processed } = await scheduled(PICTURE());
    await run();
    await processed();
    expect(seen()).toMatchObject([{ kind: 'image', media: [expect.any(String)] }]);
    expect(await row()).toMatchObject({ status: 'published', channel_post_id: seen()[0]?.id });
  });

  it('leaves no copy of its picture in our bucket for longer than a day', async () => {
    const { sql } = publisher().supabase;
    const copies = async () =>
      (await sql`select name from storage.objects where bucket_id = 'publisher-media'`).map(
        ({ name }) => name,
      );
    const { run, processed } = await scheduled(PICTURE());
    const before = await copies();
    await run();
    await processed();
    const made = (await copies()).filter((name) => !before.includes(name));
    expect(made).toHaveLength(1);
    await sql`update storage.objects set created_at = now() - interval '25 hours' where name in ${sql(made)}`;
    const other = await scheduled(PICTURE());
    await other.run();
    const after = await copies();
    expect(after).not.toContain(made[0]);
    // That of the post on its way is a minute old.
    expect(after.length).toBeGreaterThan(0);
  });

  it('with a picture whose answer was lost is found by the public posts', async () => {
    const { run, seen, row, ticks } = await scheduled(PICTURE());
    publisher().platforms.setFaults([
      { platform: 'tiktok', match: 'POST .*/content/init/$', kind: 'drop_after', times: 1 },
    ]);
    expect((await run()).summary).toMatchObject({ unknown: 1 });
    await ticks(100, 2);
    expect(seen()).toHaveLength(1);
    expect(await row()).toMatchObject({ status: 'published', channel_post_id: seen()[0]?.id });
  });

  it('with a picture that never arrived is a person’s after an hour, and is never sent again by itself', async () => {
    const { run, seen, row, ticks } = await scheduled(PICTURE());
    publisher().platforms.setFaults([
      { platform: 'tiktok', match: 'POST .*/content/init/$', kind: 'drop_before', times: 1 },
    ]);
    await run();
    await ticks(1_300, 4);
    expect(seen()).toEqual([]);
    const after = await row();
    expect(after.status).toBe('failed');
    expect(metadataOf(after)['publish_error']).toMatchObject({
      code: 'MAYBE_LIVE',
      message: expect.stringMatching(/^May already be live on/),
    });
  });

  it('waits until the storage’s address is verified for our app, without failing', async () => {
    const { run, row } = await scheduled(PICTURE(), { verifiedPrefix: 'https://elsewhere.example/' });
    expect((await run()).summary).toMatchObject({ failed: 0 });
    const after = await row();
    expect(after.status).toBe('scheduled');
    expect(metadataOf(after)['publish_error']).toMatchObject({
      kind: 'config',
      hint: expect.stringContaining('URL prefix'),
    });
  });
});
