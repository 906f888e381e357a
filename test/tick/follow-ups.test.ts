import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { retry } from '../../src/cli/retry.ts';
import type { Job } from '../../src/core/platform.ts';
import type { Publishing } from '../../src/tick/deps.ts';
import {
  installedLongAgo,
  letTimePass,
  metadataOf,
  publicPosts,
  readRow,
  updateRow,
} from '../support/app-rows.ts';
import { type AddedPost, addPerson, connect, type Person, schedule } from '../support/people.ts';
import { usePublisher } from '../support/publisher.ts';
import { diesAt } from '../support/ticks.ts';

const publisher = usePublisher();
beforeAll(() => installedLongAgo(publisher()));
afterEach(() => publisher().platforms.setFaults([]));

/** Facebook with threads, as if it had them: each part is a post that quotes the one before. */
const withParts = (own: Publishing['platforms']): Publishing['platforms'] => {
  const { facebook } = own;
  if (facebook === undefined) throw new Error('no Facebook');
  const part = (job: Job): Job => {
    if (job.effect === 'post') return job;
    const text = `${job.post.text} ${job.effect}`;
    // Facebook itself knows no parts: what follows a post there is a comment.
    return { ...job, effect: 'post', post: { ...job.post, text, body: text } };
  };
  return {
    ...own,
    facebook: {
      ...facebook,
      followUps: () => [
        { effect: 'part:2', label: 'part 2 of 3' },
        { effect: 'part:3', label: 'part 3 of 3' },
      ],
      // Texts need no preparation that a part could take over from the one before.
      prepare: (job) => facebook.prepare({ ...part(job), checkpoint: null }),
      publish: (job, arm) => facebook.publish(part(job), arm),
      find: (job) => facebook.find(part(job)),
    },
  };
};

/** The same, and that befalls the request that makes part 2 visible. */
const faultAtPart2 =
  (kind: 'refuse' | 'drop_after' | 'drop_before') =>
  (own: Publishing['platforms']): Publishing['platforms'] => {
    const all = withParts(own);
    const { facebook } = all;
    if (facebook === undefined) throw new Error('no Facebook');
    const publish: typeof facebook.publish = async (job, arm) => {
      if (job.effect === 'part:2') {
        publisher().platforms.setFaults([{ platform: 'facebook', match: 'POST .*/feed', kind, times: 1 }]);
      }
      return facebook.publish(job, arm);
    };
    return { ...all, facebook: { ...facebook, publish } };
  };

async function thread() {
  const person = await addPerson(publisher());
  const account = await connect(publisher(), person, 'facebook');
  const post = await schedule(publisher(), person, {});
  const texts = () =>
    publicPosts(publisher(), account.id)
      .map(({ text }) => text.replace(post.content, '').trim())
      .toSorted();
  return { person, account, post, texts };
}
const run = (person: Person, more: object = {}) =>
  publisher().run({ userId: person.id, platforms: withParts, ...more });
const rowOf = (post: AddedPost) => readRow(publisher().supabase, post.table, post.id);
const warningOf = async (post: AddedPost) =>
  (metadataOf(await rowOf(post))['publish_results'] as { warning?: string }[])[0]?.warning;
const WHOLE = ['', 'part:2', 'part:3'];

/** Minutes of cron. */
async function ticks(person: Person, seconds: number, many: number): Promise<void> {
  for (let tick = 0; tick < many; tick += 1) {
    await letTimePass(publisher(), seconds);
    await run(person);
  }
}

describe('what follows a post', () => {
  it('goes out after it, in order and once, in one tick; the target has the id of the first', async () => {
    const { person, account, post, texts } = await thread();
    const { summary } = await run(person);
    expect(summary).toMatchObject({ published: 1, unknown: 0, failed: 0, posts: [{ outcome: 'published' }] });
    expect(texts()).toEqual(WHOLE);
    expect(
      publicPosts(publisher(), account.id).map(({ text }) => text.replace(post.content, '').trim()),
    ).toEqual(WHOLE);
    const row = await rowOf(post);
    expect(row).toMatchObject({
      status: 'published',
      channel_post_id: publicPosts(publisher(), account.id)[0]?.id,
    });
    expect(await warningOf(post)).toBeUndefined();
    expect((await run(person)).summary.claimed).toBe(0);
  });

  it('that is refused half way leaves the post published, with a sentence that names what is missing, and a line for a person', async () => {
    const { person, post, texts } = await thread();
    const { summary, notices } = await publisher().run({
      userId: person.id,
      platforms: faultAtPart2('refuse'),
    });
    expect(summary).toMatchObject({ published: 1, failed: 0 });
    expect(texts()).toEqual(['']);
    expect(notices).toEqual([
      expect.stringMatching(/^published created_content:\S+ facebook, but not part 2 of 3: /),
    ]);
    expect((await rowOf(post)).status).toBe('published');
    expect(await warningOf(post)).toMatch(
      /^The post is out, but not part 2 of 3 and what follows it \(1 more\): /,
    );
    expect((await run(person)).summary.claimed).toBe(0);

    // By hand it goes on at that part.
    const { env } = publisher();
    const out: string[] = [];
    const io = { out: (text: string) => out.push(text), err: () => {}, terminal: false, env };
    await retry(io as never, `created_content:${post.id}`, null);
    await letTimePass(publisher(), 5);
    await run(person);
    expect(texts()).toEqual(WHOLE);
    expect(await warningOf(post)).toBeUndefined();
  });

  it.each(['draft', 'deleted'])(
    'is not sent once the post is set to %s, and that is said once',
    async (status) => {
      const { person, post, texts } = await thread();
      const refusedOnce = await publisher().run({
        userId: person.id,
        platforms: faultAtPart2('drop_before'),
      });
      expect(refusedOnce.summary.published).toBe(1);
      await updateRow(publisher().supabase, post.table, post.id, { status });
      await ticks(person, 20, 8);
      expect(texts()).toEqual(['']);
      expect((await run(person)).summary.claimed).toBe(0);
      expect(await warningOf(post)).toMatch(/^The post is out, but not part 2 of 3 .*taken back in the app/);
    },
  );

  it.each(['drop_after', 'drop_before'] as const)(
    'whose answer is lost (%s) is looked for, and goes on without doubling anything',
    async (kind) => {
      const { person, post, texts } = await thread();
      await publisher().run({ userId: person.id, platforms: faultAtPart2(kind) });
      expect((await rowOf(post)).status).toBe('published');
      expect(texts()).toEqual(kind === 'drop_after' ? ['', 'part:2'] : ['']);
      await ticks(person, 20, 8);
      expect(texts()).toEqual(WHOLE);
      expect(await warningOf(post)).toBeUndefined();
      expect((await run(person)).summary.claimed).toBe(0);
    },
  );

  it.each([
    ['the post', 1],
    ['part 2', 2],
    ['part 3', 3],
  ])('is gone on with when the tick dies after %s was sent', async (_name, nth) => {
    const { person, texts } = await thread();
    let outcomes = 0;
    await run(person, {
      store: (store: Parameters<ReturnType<typeof diesAt>>[0]) => {
        const dead = diesAt('sent')(store);
        return {
          ...store,
          outcome: (...args: Parameters<typeof store.outcome>) => {
            outcomes += 1;
            return outcomes < nth ? store.outcome(...args) : dead.outcome(...args);
          },
          settle: dead.outcome as never,
        };
      },
    }).catch(() => undefined);
    await letTimePass(publisher(), 100);
    await ticks(person, 20, 8);
    expect(texts()).toEqual(WHOLE);
    expect((await run(person)).summary.claimed).toBe(0);
  });
});
