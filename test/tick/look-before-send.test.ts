import { beforeAll, describe, expect, it } from 'vitest';
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

const publisher = usePublisher();
let photo = '';
beforeAll(async () => {
  await installedLongAgo(publisher());
  photo = await storeFile(publisher().supabase, 'bakery-sourdough.jpg');
});

/** A post of ours is what another publisher sent, once our tables know nothing of it. */
async function sentByAnother(columns: Record<string, unknown>) {
  const { run, supabase } = publisher();
  const person = await addPerson(publisher());
  const account = await connect(
    publisher(),
    person,
    columns['platform'] === 'Instagram' ? 'instagram' : 'facebook',
  );
  const content = `Fresh bread at eight, ${person.id}`;
  const first = await schedule(publisher(), person, { ...columns, content });
  await run({ userId: person.id });
  for (const table of ['publish_effects', 'publish_targets', 'publish_queue']) {
    await supabase.sql.unsafe(`delete from public.${table} where post_id = $1`, [first.id]);
  }
  const second = await schedule(publisher(), person, { ...columns, content });
  return { person, account, second };
}

describe('LOOK_BEFORE_SEND', () => {
  it.each([
    ['a text on Facebook', () => ({})],
    ['a photo on Instagram', () => ({ platform: 'Instagram', images: [photo] })],
  ])(
    'adopts what another publisher has just sent instead of sending it again: %s',
    async (_name, columns) => {
      const { run, supabase } = publisher();
      const { person, account, second } = await sentByAnother(columns());
      const { summary } = await run({ userId: person.id, env: { LOOK_BEFORE_SEND: '1' } });
      expect(summary).toMatchObject({ published: 1, failed: 0 });
      const [only, ...more] = publicPosts(publisher(), account.id);
      expect(more).toEqual([]);
      const row = await readRow(supabase, second.table, second.id);
      expect(row).toMatchObject({ status: 'published', channel_post_id: only?.id });
      expect(metadataOf(row)['publish_results']).toEqual([
        expect.objectContaining({ warning: expect.stringContaining('LOOK_BEFORE_SEND') }),
      ]);
    },
  );

  it('sends what is not there', async () => {
    const { run } = publisher();
    const person = await addPerson(publisher());
    const account = await connect(publisher(), person, 'facebook');
    await schedule(publisher(), person, {});
    expect((await run({ userId: person.id, env: { LOOK_BEFORE_SEND: '1' } })).summary.published).toBe(1);
    await letTimePass(publisher(), 200);
    await schedule(publisher(), person, {});
    expect((await run({ userId: person.id, env: { LOOK_BEFORE_SEND: '1' } })).summary.published).toBe(1);
    expect(publicPosts(publisher(), account.id)).toHaveLength(2);
  });

  it('does not look while it is off', async () => {
    const { run, wire } = publisher();
    const person = await addPerson(publisher());
    await connect(publisher(), person, 'facebook');
    await schedule(publisher(), person, {});
    const from = wire().length;
    await run({ userId: person.id });
    expect(
      wire()
        .slice(from)
        .filter(({ path }) => path.endsWith('/published_posts')),
    ).toEqual([]);
  });
});
