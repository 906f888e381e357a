import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { FULL_SCOPES } from '../../src/sandbox/platforms/mastodon/gate.ts';
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

describe('a thread on a Mastodon server with limits of its own', () => {
  const ADDRESS = 'https://raobakes.example/news';
  const withAddresses = Array.from({ length: 24 }, (_, index) => `Look ${index} at ${ADDRESS}/${index} now.`);
  const content = withAddresses.join(' ');

  async function parts(extra: Readonly<Record<string, string>>) {
    const person = await addPerson(publisher());
    const account = await connect(publisher(), person, 'mastodon', {
      sim: { extra: { server: 'https://mastodon.example', ...extra } },
    });
    await schedule(publisher(), person, {
      platform: 'mastodon',
      content,
      metadata: { publish_options: { thread: true } },
    });
    const { summary } = await publisher().run({ userId: person.id });
    expect(summary).toMatchObject({ published: 1, failed: 0 });
    const texts = publicPosts(publisher(), account.id).map(({ text }) => text);
    expect(texts.join(' ')).toBe(content);
    return texts.map((text) => text.split(ADDRESS).length - 1);
  }

  it('is cut by how much a post holds there, and by what an address counts', async () => {
    expect(await parts({})).toEqual([12, 12]);
    expect(await parts({ maxCharacters: '300' })).toEqual([7, 7, 7, 3]);
    expect(await parts({ perUrl: '60' })).toEqual([6, 6, 6, 6]);
    expect(await parts({ maxCharacters: '5000' })).toEqual([24]);
  });

  it('goes on as it was begun when the server changes its limits', async () => {
    const person = await addPerson(publisher());
    const sim = { extra: { server: 'https://mastodon.example', maxCharacters: '300' } };
    const account = await connect(publisher(), person, 'mastodon', { sim });
    const metadata = { publish_options: { thread: true } };
    await schedule(publisher(), person, { platform: 'mastodon', content, metadata });
    await publisher().run({ userId: person.id, env: { WRITES_PER_HOUR: '1' } });
    const shown = () => publicPosts(publisher(), account.id).map(({ text }) => text);
    expect(shown()).toHaveLength(1);
    publisher().platforms.addAccounts('mastodon', [
      { ...account, scopes: FULL_SCOPES, extra: { ...sim.extra, maxCharacters: '5000' } },
    ]);
    for (let tick = 0; tick < 8; tick += 1) {
      await letTimePass(publisher(), 600);
      await publisher().run({ userId: person.id });
    }
    expect(shown()).toHaveLength(4);
    expect(shown().join(' ')).toBe(content);
  });
});
