import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { installedLongAgo, letTimePass, metadataOf, publicPosts, readRow } from '../support/app-rows.ts';
import { addPerson, connect, schedule } from '../support/people.ts';
import { usePublisher } from '../support/publisher.ts';
import { diesAt } from '../support/ticks.ts';

const publisher = usePublisher();
beforeAll(() => installedLongAgo(publisher()));
afterEach(() => publisher().platforms.setFaults([]));

const LONG = Array.from({ length: 40 }, (_, index) => `Sentence number ${index} of a long story.`).join(' ');
const THREAD = { platform: 'Threads', content: LONG, metadata: { publish_options: { thread: true } } };

async function posted(columns: object, extra: Readonly<Record<string, string>> = {}) {
  const person = await addPerson(publisher());
  const account = await connect(publisher(), person, 'threads', { sim: { extra } });
  const post = await schedule(publisher(), person, { ...columns });
  const run = (over: object = {}) => publisher().run({ userId: person.id, ...over });
  return {
    account,
    run,
    texts: () => publicPosts(publisher(), account.id).map(({ text }) => text),
    row: () => readRow(publisher().supabase, post.table, post.id),
    target: async () => {
      const [target] = await publisher().supabase
        .sql`select state, id_kind, missing, error, next_look_at from public.publish_targets where post_id = ${post.id}`;
      return target;
    },
    ticks: async (seconds: number, many: number) => {
      for (let tick = 0; tick < many; tick += 1) {
        await letTimePass(publisher(), seconds);
        await run();
      }
    },
  };
}

describe('a row for Threads', () => {
  it('goes out, and has its id', async () => {
    const { account, run, row, texts } = await posted({
      platform: 'Threads',
      content: 'Hello from the oven',
    });
    expect((await run()).summary).toMatchObject({
      published: 1,
      failed: 0,
      posts: [{ platform: 'threads' }],
    });
    expect(texts()).toEqual(['Hello from the oven']);
    const id = publicPosts(publisher(), account.id)[0]?.id;
    const after = await row();
    expect(after).toMatchObject({ status: 'published', channel_post_id: id });
    expect(metadataOf(after)).toMatchObject({ threads_post_id: id });
  });

  it('is out as a whole thread after one tick, and nothing of it twice', async () => {
    const { run, texts, row, target } = await posted(THREAD);
    expect((await run()).summary).toMatchObject({ published: 1, failed: 0 });
    expect(texts().length).toBe(3);
    expect(texts().join(' ')).toBe(LONG);
    expect((await row()).status).toBe('published');
    expect(await target()).toMatchObject({ missing: null, next_look_at: null });
    expect((await run()).summary.claimed).toBe(0);
  });

  it.each([
    ['the answer to the first part', 'drop_after', 1],
    ['the answers to the first two parts', 'drop_after', 2],
    ['the request of a part', 'drop_before', 2],
    ['an answer, behind a fault of Threads', 'server_error_after', 2],
  ] as const)('is a whole thread in the end when %s is lost', async (_what, kind, times) => {
    const { run, texts, ticks, target } = await posted(THREAD);
    publisher().platforms.setFaults([{ platform: 'threads', match: 'threads_publish$', kind, times }]);
    await run();
    await ticks(70, 8);
    expect(texts().join(' ')).toBe(LONG);
    expect(await target()).toMatchObject({ state: 'published', missing: null });
  });

  it('waits with its second part for the public id of the first', async () => {
    const { run, texts, target } = await posted(THREAD);
    await run({ store: diesAt('sent') });
    publisher().platforms.setFaults([
      { platform: 'threads', match: 'GET .*/threads$', kind: 'listing_lag', ms: 600_000 },
    ]);
    for (const seconds of [100, 70, 70]) {
      await letTimePass(publisher(), seconds);
      await run();
    }
    expect(texts()).toHaveLength(1);
    expect(await target()).toMatchObject({ state: 'published', id_kind: 'container' });
    publisher().platforms.setFaults([]);
    for (const seconds of [300, 300]) {
      await letTimePass(publisher(), seconds);
      await run();
    }
    expect(texts().join(' ')).toBe(LONG);
    expect(await target()).toMatchObject({ state: 'published', id_kind: 'post', missing: null });
  });

  it('holds its account until there is room in the day’s quota', async () => {
    const { account, run, texts, target } = await posted(THREAD, { replyTotal: '1' });
    expect((await run()).summary).toMatchObject({ published: 0, failed: 0, held: 1 });
    expect(await target()).toMatchObject({ state: 'held', error: { code: 'QUOTA_USED_UP' } });
    const [hold] = await publisher().supabase
      .sql`select scope, kind from public.publish_holds where key = ${`threads:${account.id}`} and until > now()`;
    expect(hold).toEqual({ scope: 'account', kind: 'rate_limited' });
    expect(texts()).toEqual([]);
  });

  it('stays a text that is too long where nobody asked for a thread', async () => {
    const { run, texts, row } = await posted({ ...THREAD, metadata: {} });
    expect((await run()).summary).toMatchObject({ failed: 1 });
    expect(texts()).toEqual([]);
    expect(metadataOf(await row())['publish_error']).toMatchObject({ code: 'TEXT_TOO_LONG' });
  });
});
