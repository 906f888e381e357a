import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { installedLongAgo, letTimePass, publicPosts, storeFile } from '../support/app-rows.ts';
import { addPerson, connect, schedule } from '../support/people.ts';
import { usePublisher } from '../support/publisher.ts';
import { diesAt } from '../support/ticks.ts';

const publisher = usePublisher();
let film = '';
let picture = '';
beforeAll(async () => {
  await installedLongAgo(publisher());
  film = await storeFile(publisher().supabase, 'cycling-film.mp4');
  picture = await storeFile(publisher().supabase, 'bakery-croissant.png');
});
afterEach(() => publisher().platforms.setFaults([]));

const ALL = { first_comment: 'The map', playlist: 'PLsandbox0000000001', thumbnail: true };

async function posted(publish_options: object, columns: object = {}) {
  const person = await addPerson(publisher());
  const account = await connect(publisher(), person, 'youtube');
  await schedule(publisher(), person, {
    platform: 'youtube',
    title: 'Over the pass',
    media_url: film,
    images: [picture],
    metadata: { publish_options },
    ...columns,
  });
  return {
    run: (more: object = {}) => publisher().run({ userId: person.id, ...more }),
    kinds: () => publicPosts(publisher(), account.id).map(({ kind }) => kind),
  };
}

describe('a video', () => {
  it('gets its comment, its place in a playlist and its thumbnail in one tick', async () => {
    const { run, kinds } = await posted(ALL);
    expect((await run()).summary).toMatchObject({ published: 1, failed: 0 });
    expect(kinds()).toEqual(['video', 'comment', 'playlist', 'thumbnail']);
    expect((await run()).summary.claimed).toBe(0);
  });

  it('gets them later when the tick died behind it, for which the film is not fetched again', async () => {
    const { supabase } = publisher();
    const once = await storeFile(supabase, 'cycling-film.mp4', 'user-uploads/once.mp4');
    const { run, kinds } = await posted(ALL, { media_url: once });
    await run({ store: diesAt('sent') });
    expect(kinds()).toEqual(['video']);
    await supabase.sql`update storage.objects set name = 'moved.mp4' where name = 'once.mp4'`;
    await letTimePass(publisher(), 100);
    await run();
    await letTimePass(publisher(), 100);
    await run();
    expect(kinds()).toEqual(['video', 'comment', 'playlist', 'thumbnail']);
  });

  it('does not mind a picture beside it that it was not told to use', async () => {
    const { run, kinds } = await posted({}, { images: ['https://gone.example.test/cover.jpg'] });
    expect((await run()).summary).toMatchObject({ published: 1, failed: 0 });
    expect(kinds()).toEqual(['video']);
  });
});
