import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { summaryLine } from '../../src/cli/run.ts';
import { installedLongAgo, letTimePass, metadataOf, publicPosts, readRow } from '../support/app-rows.ts';
import { addPerson, connect, schedule } from '../support/people.ts';
import { usePublisher } from '../support/publisher.ts';

const publisher = usePublisher();
beforeAll(() => installedLongAgo(publisher()));
afterEach(() => publisher().platforms.setFaults([]));

const LONG = Array.from({ length: 20 }, (_, index) => `Sentence number ${index} of a long story.`).join(' ');
const THREAD = { platform: 'Twitter', content: LONG, metadata: { publish_options: { thread: true } } };

async function posted(columns: object) {
  const person = await addPerson(publisher());
  const account = await connect(publisher(), person, 'x');
  const post = await schedule(publisher(), person, { ...columns });
  const run = () => publisher().run({ userId: person.id });
  return {
    account,
    run,
    texts: () => publicPosts(publisher(), account.id).map(({ text }) => text),
    row: () => readRow(publisher().supabase, post.table, post.id),
    ticks: async (seconds: number, many: number) => {
      for (let tick = 0; tick < many; tick += 1) {
        await letTimePass(publisher(), seconds);
        await run();
      }
    },
  };
}

describe('a row for Twitter', () => {
  it('goes out on X with a refreshed token, and has its id under both names', async () => {
    const { account, run, row, texts } = await posted({
      platform: 'Twitter',
      content: 'Hello from the oven',
    });
    const { summary, report, spent } = await run();
    expect(summary).toMatchObject({ published: 1, failed: 0, posts: [{ platform: 'x' }] });
    expect(summary.posts[0]).not.toHaveProperty('spent');
    expect(summaryLine(summary, report, spent)).toContain('; X takes about USD 0.015 for it');
    expect(texts()).toEqual(['Hello from the oven']);
    const id = publicPosts(publisher(), account.id)[0]?.id;
    const after = await row();
    expect(after).toMatchObject({ status: 'published', channel_post_id: id });
    expect(metadataOf(after)).toMatchObject({ twitter_post_id: id });
  });

  it('that X refuses costs nothing, and one whose answer was lost may have been paid for', async () => {
    const spentAfter = async (kind: 'refuse' | 'drop_after') => {
      const { run } = await posted({ platform: 'Twitter', content: 'Hello from the oven' });
      publisher().platforms.setFaults([{ platform: 'x', match: 'POST /2/tweets', kind, times: 1 }]);
      return (await run()).spent;
    };
    expect(await spentAfter('refuse')).toEqual(new Map());
    expect(await spentAfter('drop_after')).toEqual(new Map([['X', 0.015]]));
  });

  it('is out as a whole thread after one tick, and nothing of it twice', async () => {
    const { run, texts, row } = await posted(THREAD);
    expect((await run()).summary).toMatchObject({ published: 1, failed: 0 });
    expect(texts().length).toBeGreaterThan(2);
    expect(texts().join(' ')).toBe(LONG);
    expect((await row()).status).toBe('published');
    expect((await run()).summary.claimed).toBe(0);
  });

  it('is a whole thread in the end when the answer to a part was lost', async () => {
    const { run, texts, ticks } = await posted(THREAD);
    publisher().platforms.setFaults([
      { platform: 'x', match: 'POST /2/tweets', kind: 'drop_after', times: 2 },
    ]);
    await run();
    await ticks(70, 8);
    expect(texts().join(' ')).toBe(LONG);
  });

  it('stays a text that is too long where nobody asked for a thread', async () => {
    const { run, texts, row } = await posted({ ...THREAD, metadata: {} });
    expect((await run()).summary).toMatchObject({ failed: 1 });
    expect(texts()).toEqual([]);
    expect(metadataOf(await row())['publish_error']).toMatchObject({ code: 'TEXT_TOO_LONG' });
  });
});
