import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { installedLongAgo, letTimePass, publicPosts, readRow } from '../support/app-rows.ts';
import { addPerson, connect, schedule } from '../support/people.ts';
import { usePublisher } from '../support/publisher.ts';

const publisher = usePublisher();
beforeAll(() => installedLongAgo(publisher()));
afterEach(() => publisher().platforms.setFaults([]));

const LONG = Array.from({ length: 32 }, (_, index) => `Sentence number ${index} of a long story.`).join(' ');

const SENDS = { bluesky: 'POST .*putRecord$', mastodon: 'POST .*/statuses$' } as const;

describe.each(['bluesky', 'mastodon'] as const)('a thread on %s', (platform) => {
  async function posted() {
    const person = await addPerson(publisher());
    const account = await connect(publisher(), person, platform);
    const columns = { platform, content: LONG, metadata: { publish_options: { thread: true } } };
    const post = await schedule(publisher(), person, columns);
    return {
      run: () => publisher().run({ userId: person.id }),
      texts: () => publicPosts(publisher(), account.id).map(({ text }) => text),
      row: () => readRow(publisher().supabase, post.table, post.id),
    };
  }

  it('is out whole after one tick, and nothing of it twice', async () => {
    const { run, texts, row } = await posted();
    expect((await run()).summary).toMatchObject({ published: 1, failed: 0 });
    expect(texts().length).toBeGreaterThan(2);
    expect(texts().join(' ')).toBe(LONG);
    expect((await row()).status).toBe('published');
    expect((await run()).summary.claimed).toBe(0);
  });

  it.each(['drop_after', 'drop_before'] as const)(
    'is whole in the end when parts are lost (%s)',
    async (kind) => {
      const { run, texts } = await posted();
      publisher().platforms.setFaults([{ platform, match: SENDS[platform], kind, times: 2 }]);
      await run();
      for (let tick = 0; tick < 8; tick += 1) {
        await letTimePass(publisher(), 70);
        await run();
      }
      expect(texts().join(' ')).toBe(LONG);
    },
  );
});
