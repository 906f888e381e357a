import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  installedLongAgo,
  letTimePass,
  metadataOf,
  publicPosts,
  readRow,
  storeFile,
} from '../support/app-rows.ts';
import { addPerson, connect, schedule } from '../support/people.ts';
import { usePublisher } from '../support/publisher.ts';
import { diesAt } from '../support/ticks.ts';

const publisher = usePublisher();
let photo = '';
beforeAll(async () => {
  await installedLongAgo(publisher());
  photo = await storeFile(publisher().supabase, 'bakery-sourdough.jpg');
});
afterEach(() => publisher().platforms.setFaults([]));

const targetOf = async (id: string) => {
  const [target] = await publisher().supabase
    .sql`select state, platform_post_id, id_kind, platform_post_url, next_look_at from public.publish_targets where post_id = ${id}`;
  return target;
};

/** Sent, its tick dead, found by its container while the list does not show it. */
async function outWithoutId(metadata: object = {}) {
  const { run, platforms } = publisher();
  const person = await addPerson(publisher());
  const account = await connect(publisher(), person, 'instagram');
  const post = await schedule(publisher(), person, { platform: 'Instagram', images: [photo], metadata });
  await run({ userId: person.id, store: diesAt('sent') });
  platforms.setFaults([{ platform: 'instagram', match: 'GET .*/media$', kind: 'listing_lag', ms: 600_000 }]);
  await letTimePass(publisher(), 100);
  await run({ userId: person.id });
  return { person, account, post };
}

describe('a post that is out and whose public id is not known yet', () => {
  it('is published under the container’s id, and under its public id once the list shows it', async () => {
    const { run, platforms, supabase } = publisher();
    const { person, account, post } = await outWithoutId();
    expect(await targetOf(post.id)).toMatchObject({ state: 'published', id_kind: 'container' });
    expect(await readRow(supabase, post.table, post.id)).toMatchObject({ status: 'published' });

    await letTimePass(publisher(), 70);
    await run({ userId: person.id });
    expect(await targetOf(post.id)).toMatchObject({ state: 'published', id_kind: 'container' });

    platforms.setFaults([]);
    await letTimePass(publisher(), 200);
    const { summary } = await run({ userId: person.id });
    // It went out long ago.
    expect(summary).toMatchObject({ published: 0, failed: 0, unknown: 0 });
    const [only, ...more] = publicPosts(publisher(), account.id);
    expect(more).toEqual([]);
    expect(await targetOf(post.id)).toMatchObject({
      state: 'published',
      platform_post_id: only?.id,
      id_kind: 'media',
      next_look_at: null,
    });
    const row = await readRow(supabase, post.table, post.id);
    expect(row).toMatchObject({ status: 'published', channel_post_id: only?.id });
    expect(metadataOf(row)).toMatchObject({ instagram_post_id: only?.id });
    expect(metadataOf(row)).not.toHaveProperty('_publishing');
    expect((await run({ userId: person.id })).summary.claimed).toBe(0);
  });

  it('is not sent to another account that its owner has connected instead', async () => {
    const { run, platforms, supabase } = publisher();
    const { person, account, post } = await outWithoutId();
    const { sql } = supabase;
    await sql`update public.platform_connections set is_active = false where id = ${account.connectionId}`;
    const other = await connect(publisher(), person, 'instagram');
    platforms.setFaults([]);
    await letTimePass(publisher(), 200);
    await run({ userId: person.id });
    expect(publicPosts(publisher(), other.id)).toEqual([]);
    expect(publicPosts(publisher(), account.id)).toHaveLength(1);
    expect(await targetOf(post.id)).toMatchObject({ state: 'published', id_kind: 'media' });
  });

  it('gets its first comment once that id is known, and not before', async () => {
    const { run, platforms, supabase } = publisher();
    const { person, account, post } = await outWithoutId({
      publish_options: { first_comment: 'The recipe' },
    });
    await letTimePass(publisher(), 70);
    await run({ userId: person.id });
    const armed = await supabase.sql`select effect from public.publish_effects where post_id = ${post.id}`;
    expect(armed.map(({ effect }) => effect)).toEqual(['post']);

    platforms.setFaults([]);
    await letTimePass(publisher(), 200);
    await run({ userId: person.id });
    expect(publicPosts(publisher(), account.id).map(({ text }) => text)).toEqual([
      post.content,
      'The recipe',
    ]);
    expect(await targetOf(post.id)).toMatchObject({ id_kind: 'media', next_look_at: null });
  });

  it('is left as it is after a day', async () => {
    const { run } = publisher();
    const { person, post } = await outWithoutId();
    await letTimePass(publisher(), 25 * 3_600);
    await run({ userId: person.id });
    expect(await targetOf(post.id)).toMatchObject({
      state: 'published',
      id_kind: 'container',
      next_look_at: null,
    });
    expect((await run({ userId: person.id })).summary.claimed).toBe(0);
  });
});
