import { beforeAll, describe, expect, it } from 'vitest';
import { insertRows, installedLongAgo, minutesAgo, publicPosts, readRow } from '../support/app-rows.ts';
import { addPerson, connect, type Person, schedule, webAppRow } from '../support/people.ts';
import { openPublisher, type Publisher, usePublisher } from '../support/publisher.ts';

/** One more than the Data API answers in one piece. */
const MANY = 1_001;

async function withOwnProject(work: (own: Publisher) => Promise<void>): Promise<void> {
  const own = await openPublisher();
  try {
    await installedLongAgo(own);
    await work(own);
  } finally {
    await own.stop();
  }
}

async function nth<T>(count: number, make: () => Promise<T>): Promise<T[]> {
  const made: T[] = [];
  while (made.length < count) made.push(await make());
  return made;
}

describe('1,001 posts that are due at once', () => {
  it('all have their outcome after one tick: those that can go out are public once, in order, the others told', async () => {
    await withOwnProject(async (own) => {
      const { run, supabase, platforms } = own;
      const shops = await nth(10, async () => {
        const person = await addPerson(own);
        return { person, page: await connect(own, person, 'facebook') };
      });
      const without = await nth(40, () => addPerson(own));
      const rows = Array.from({ length: MANY }, (_, index) => {
        // Every tenth can be published; dead ones stand before, between and behind.
        const owner =
          index % 10 === 4
            ? shops[((index - 4) / 10) % shops.length]?.person
            : without[index % without.length];
        if (owner === undefined) throw new RangeError('no owner');
        return webAppRow(owner, {
          content: `Post ${String(index).padStart(4, '0')}`,
          scheduled_at: minutesAgo(9 - index / 1_000),
        });
      });
      await insertRows(supabase, 'public.created_content', rows);

      const { summary, report } = await run();

      expect(summary).toMatchObject({ claimed: MANY, published: 100, failed: MANY - 100, due: MANY });
      expect(report.due).toBe(0);
      expect(summary.posts).toHaveLength(MANY);
      expect(new Set(platforms.posts().map(({ text }) => text)).size).toBe(100);
      expect(platforms.posts()).toHaveLength(100);
      for (const { page } of shops) {
        const texts = publicPosts(own, page.id).map(({ text }) => text);
        expect(texts).toEqual([...texts].sort());
        expect(texts).toHaveLength(10);
      }
      expect(
        await supabase.sql`select status, metadata -> 'publish_error' ->> 'code' as code, count(*)::int as count
          from public.created_content group by 1, 2 order by 1`,
      ).toEqual([
        { status: 'draft', code: 'NO_ACCOUNT', count: MANY - 100 },
        { status: 'published', code: null, count: 100 },
      ]);
    });
  }, 120_000);

  it('are found by the sweep when no trigger has noted them, 1,000 a tick', async () => {
    await withOwnProject(async (own) => {
      const { run, supabase } = own;
      const person = await addPerson(own);
      await supabase.sql.unsafe('alter table public.created_content disable trigger publisher_note_change');
      await insertRows(
        supabase,
        'public.created_content',
        Array.from({ length: MANY }, () => webAppRow(person, { scheduled_at: minutesAgo(-60) })),
      );
      // A new profile stands for all posts of its owner.
      await supabase.sql`delete from public.publish_changes`;
      const planned = async () => {
        const [row] =
          await supabase.sql`select count(*)::int as count from public.publish_queue where due_at is not null`;
        return row?.['count'];
      };
      const { log } = await run();
      expect(await planned()).toBe(1_000);
      expect(log.filter(({ message }) => /sweep found/.test(message))).toHaveLength(1);
      await run();
      expect(await planned()).toBe(MANY);
    });
  });
});

describe('ten dead posts ahead of a good one', () => {
  const publisher = usePublisher();
  let person: Person;
  beforeAll(async () => {
    await installedLongAgo(publisher());
    person = await addPerson(publisher());
  });

  it('do not keep it back when their account is refused', async () => {
    const { run, supabase } = publisher();
    const [dead, good] = [await addPerson(publisher()), await addPerson(publisher())];
    await connect(publisher(), dead, 'facebook', { sim: { tokenExpiresAt: Date.now() - 1 } });
    const page = await connect(publisher(), good, 'facebook');
    for (let index = 0; index < 10; index += 1) {
      await schedule(publisher(), dead, { scheduled_at: minutesAgo(9 - index / 10) });
    }
    const post = await schedule(publisher(), good);
    const { summary, notices } = await run();
    expect((await readRow(supabase, 'created_content', post.id)).status).toBe('published');
    expect(publicPosts(publisher(), page.id)).toHaveLength(1);
    expect(summary).toMatchObject({ published: 1, held: 10 });
    expect(
      notices.filter((line) => /is disconnected/.test(line)),
      'one notice, not ten',
    ).toHaveLength(1);
  });

  it('do not keep it back on their own account when all of them are late, and the good one too', async () => {
    const { run, supabase } = publisher();
    const page = await connect(publisher(), person, 'facebook');
    const hours = 60;
    for (let index = 0; index < 10; index += 1) {
      await schedule(publisher(), person, { scheduled_at: minutesAgo(30 * hours - index) });
    }
    const post = await schedule(publisher(), person, { scheduled_at: minutesAgo(2 * hours) });
    const { summary } = await run({ userId: person.id });
    expect(summary).toMatchObject({ failed: 10, published: 1 });
    expect((await readRow(supabase, 'created_content', post.id)).status).toBe('published');
    expect(publicPosts(publisher(), page.id)).toHaveLength(1);
  });

  it('do not keep it back when the app holds locks on them', async () => {
    const { run, supabase } = publisher();
    const [owner, other] = [await addPerson(publisher()), await addPerson(publisher())];
    const locked = await connect(publisher(), owner, 'facebook');
    const page = await connect(publisher(), other, 'facebook');
    const ids: string[] = [];
    for (let index = 0; index < 10; index += 1) {
      ids.push((await schedule(publisher(), owner, { scheduled_at: minutesAgo(3 + index / 10) })).id);
    }
    const good = await schedule(publisher(), other);
    await supabase.sql.begin(async (transaction) => {
      await transaction`select 1 from public.created_content where id in ${transaction(ids)} for update`;
      await run();
      expect((await readRow(supabase, 'created_content', good.id)).status).toBe('published');
    });
    expect(publicPosts(publisher(), page.id)).toHaveLength(1);
    await run({ userId: owner.id });
    expect(publicPosts(publisher(), locked.id)).toHaveLength(10);
  });
});
