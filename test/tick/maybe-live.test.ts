import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Job } from '../../src/core/platform.ts';
import type { Publishing } from '../../src/tick/deps.ts';
import {
  installedLongAgo,
  letTimePass,
  metadataOf,
  minutesAgo,
  publicPosts,
  publishErrorOf,
  readRow,
  updateRow,
} from '../support/app-rows.ts';
import { type AddedPost, addPerson, connect, type Person, schedule } from '../support/people.ts';
import { type RunOutput, usePublisher } from '../support/publisher.ts';
import { ticksUntilSettled } from '../support/ticks.ts';

const publisher = usePublisher();

beforeAll(() => installedLongAgo(publisher()));
afterEach(() => publisher().platforms.setFaults([]));

/** A member's post whose answer was lost after it arrived, or with the request before it did. */
async function lost(kind: 'drop_after' | 'drop_before') {
  const person = await addPerson(publisher());
  const account = await connect(publisher(), person, 'linkedin');
  const post = await schedule(publisher(), person, { platform: 'linkedin' });
  publisher().platforms.setFaults([{ platform: 'linkedin', match: 'POST /rest/posts', kind, times: 1 }]);
  const from = publisher().wire().length;
  const first = await publisher().run({ userId: person.id });
  expect(first.summary.unknown).toBe(1);
  const sends = () =>
    publisher()
      .wire()
      .slice(from)
      .filter(({ method, path }) => method === 'POST' && path === '/rest/posts').length;
  return { person, account, post, sends };
}

const rowOf = (post: AddedPost) => readRow(publisher().supabase, post.table, post.id);
const needsReview = (outputs: readonly RunOutput[]) =>
  outputs.flatMap(({ notices }) => notices).filter((line) => line.startsWith('needs_review'));

async function reschedule(post: AddedPost, more: Record<string, unknown> = {}): Promise<void> {
  const change = { status: 'scheduled', scheduled_at: minutesAgo(0.1), ...more };
  await updateRow(publisher().supabase, post.table, post.id, change);
}

it('what may be out on one account is sent to no other, until it is known not to be out', async () => {
  const { run, supabase } = publisher();
  for (const kind of ['drop_after', 'drop_before'] as const) {
    const person = await addPerson(publisher());
    const account = await connect(publisher(), person, 'facebook');
    await schedule(publisher(), person);
    publisher().platforms.setFaults([{ platform: 'facebook', match: 'POST .*/feed', kind, times: 1 }]);
    expect((await run({ userId: person.id })).summary.unknown).toBe(1);
    const { sql } = supabase;
    await sql`update public.platform_connections set is_active = false where id = ${account.connectionId}`;
    const other = await connect(publisher(), person, 'facebook');
    await letTimePass(publisher(), 20);
    await run({ userId: person.id });
    expect(publicPosts(publisher(), other.id)).toEqual([]);
    await ticksUntilSettled(publisher(), person, 70);
    const [sent, elsewhere] = [account, other].map(({ id }) => publicPosts(publisher(), id).length);
    expect([sent, elsewhere]).toEqual(kind === 'drop_after' ? [1, 0] : [0, 1]);
  }
});

describe('LinkedIn, where members cannot list their posts', () => {
  it('within seven minutes the repeat names the first one, which is adopted', async () => {
    const { person, account, post, sends } = await lost('drop_after');
    await letTimePass(publisher(), 6 * 60);
    expect((await publisher().run({ userId: person.id })).summary.published).toBe(1);
    expect(sends()).toBe(2);
    const [only, ...more] = publicPosts(publisher(), account.id);
    expect(more).toEqual([]);
    expect(await rowOf(post)).toMatchObject({ status: 'published', channel_post_id: only?.id });
  });

  it('within seven minutes the repeat publishes what never arrived', async () => {
    const { person, account, sends } = await lost('drop_before');
    await letTimePass(publisher(), 60);
    expect((await publisher().run({ userId: person.id })).summary.published).toBe(1);
    expect(sends()).toBe(2);
    expect(publicPosts(publisher(), account.id)).toHaveLength(1);
  });

  describe.each(['drop_after', 'drop_before'] as const)('later nobody can tell (%s)', (kind) => {
    let world: Awaited<ReturnType<typeof lost>>;
    let outputs: readonly RunOutput[];
    beforeAll(async () => {
      world = await lost(kind);
      await letTimePass(publisher(), 8 * 60);
      outputs = await ticksUntilSettled(publisher(), world.person, 1);
    });
    const isLeftToAPerson = async (person: Person) => {
      const { account, post, sends } = world;
      expect(sends()).toBe(1);
      expect(publicPosts(publisher(), account.id)).toHaveLength(kind === 'drop_after' ? 1 : 0);
      const row = await rowOf(post);
      expect(row.status).toBe('failed');
      expect(metadataOf(row)['_publishing']).toBe(true);
      expect(publishErrorOf(row)).toMatchObject({ kind: 'unknown', code: 'MAYBE_LIVE' });
      expect(publishErrorOf(row).message.startsWith(`May already be live on ${account.name}`)).toBe(true);
      expect(publishErrorOf(row).hint).toContain(account.name);
      expect(publishErrorOf(row).hint).toContain(
        `content-publisher resolve ${post.table}:${post.id} --published`,
      );
      const waiting = await publisher().supabase.sql`select 1 from public.publish_queue
        where user_id = ${person.id} and state = 'waiting'`;
      expect(waiting).toHaveLength(0);
    };

    it("a person is told once; the row is 'failed', says where it may be, and keeps its flag", async () => {
      await isLeftToAPerson(world.person);
      expect(needsReview(outputs)).toHaveLength(1);
      expect(needsReview(outputs)[0]).toContain(world.account.name);
    });

    it('scheduled again in the app it sends nothing and gets its reason back', async () => {
      await reschedule(world.post);
      const again = await ticksUntilSettled(publisher(), world.person, 1);
      await isLeftToAPerson(world.person);
      expect(needsReview(again)).toEqual([]);
    });

    it('edited and scheduled again it sends nothing either', async () => {
      await reschedule(world.post, { content: 'Another text altogether', hashtags: ['new'] });
      await ticksUntilSettled(publisher(), world.person, 1);
      await isLeftToAPerson(world.person);
    });

    it('scheduled for later it still sends nothing when that time comes', async () => {
      await reschedule(world.post, { scheduled_at: minutesAgo(-1) });
      await publisher().run({ userId: world.person.id });
      await publisher().supabase
        .sql`update public.created_content set scheduled_at = ${minutesAgo(0.1)} where id = ${world.post.id}`;
      await ticksUntilSettled(publisher(), world.person, 1);
      await isLeftToAPerson(world.person);
    });

    it('another post of the same account goes out meanwhile', async () => {
      await schedule(publisher(), world.person, { platform: 'linkedin', content: `Next, after ${kind}` });
      expect((await publisher().run({ userId: world.person.id })).summary.published).toBe(1);
    });
  });
});

describe('an account whose connection is gone while its post may be out', () => {
  it('is waited for during an hour and found when it is connected again, else a person is told', async () => {
    const { run, platforms, supabase } = publisher();
    const person = await addPerson(publisher());
    const account = await connect(publisher(), person, 'facebook');
    const post = await schedule(publisher(), person);
    platforms.setFaults([{ platform: 'facebook', match: 'POST .*/feed', kind: 'drop_after', times: 1 }]);
    await run({ userId: person.id });
    const [connection] =
      await supabase.sql`delete from public.platform_connections where id = ${account.connectionId} returning *`;
    await letTimePass(publisher(), 600);
    expect((await run({ userId: person.id })).summary).toMatchObject({
      needs_review: 0,
      failed: 0,
      published: 0,
    });
    expect((await rowOf(post)).status).toBe('scheduled');
    await letTimePass(publisher(), 3_600);
    // Nobody had looked in that hour.
    expect((await run({ userId: person.id })).summary.needs_review).toBe(0);
    await letTimePass(publisher(), 5 * 60);
    const { notices } = await run({ userId: person.id });
    expect(needsReview([{ notices } as RunOutput])).toHaveLength(1);
    expect((await rowOf(post)).status).toBe('failed');
    expect(publishErrorOf(await rowOf(post))).toMatchObject({
      code: 'MAYBE_LIVE',
      message: expect.stringMatching(/^May already be live on .*is not connected any more/),
    });
    await supabase.sql`insert into public.platform_connections ${supabase.sql(connection as never)}`;
    expect(publicPosts(publisher(), account.id)).toHaveLength(1);
  });
});

it('after hours in which no tick ran a few looks that fail tell nobody yet, and the next one finds the post', async () => {
  const { run, platforms } = publisher();
  const person = await addPerson(publisher());
  const account = await connect(publisher(), person, 'facebook');
  const post = await schedule(publisher(), person);
  platforms.setFaults([{ platform: 'facebook', match: 'POST .*/feed', kind: 'drop_after', times: 1 }]);
  await run({ userId: person.id });
  platforms.setFaults([{ platform: 'facebook', match: '^GET', kind: 'server_error_before' }]);
  await letTimePass(publisher(), 5 * 3_600);
  for (const seconds of [0, 60, 300]) {
    await letTimePass(publisher(), seconds);
    expect((await run({ userId: person.id })).summary).toMatchObject({ needs_review: 0, failed: 0 });
  }
  platforms.setFaults([]);
  await ticksUntilSettled(publisher(), person, 120);
  const [only, ...more] = publicPosts(publisher(), account.id);
  expect(more).toEqual([]);
  expect(await rowOf(post)).toMatchObject({ status: 'published', channel_post_id: only?.id });
});

it('what a platform has taken and still processes is not left to a person because it cannot be asked for a moment', async () => {
  const { run } = publisher();
  const person = await addPerson(publisher());
  await connect(publisher(), person, 'facebook');
  const post = await schedule(publisher(), person);
  let hours = 0;
  const platforms = (own: Publishing['platforms']): Publishing['platforms'] => {
    const { facebook } = own;
    if (facebook === undefined) throw new Error('no Facebook');
    const processing = (job: Job) =>
      ({ state: 'accepted', checkpoint: {}, lookAt: new Date(job.now().getTime() + 60_000) }) as const;
    return {
      ...own,
      facebook: {
        ...facebook,
        publish: async (job) => processing(job),
        find: async (job) => {
          if (hours < 6) throw new Error('503');
          return hours < 8
            ? processing(job)
            : { state: 'published', id: `1_${hours}`, idKind: 'post', url: null };
        },
      },
    };
  };
  for (; hours < 9; hours += 2) {
    const { summary } = await run({ userId: person.id, platforms });
    expect(summary).toMatchObject({ needs_review: 0, failed: 0 });
    await letTimePass(publisher(), 2 * 3_600);
  }
  expect((await rowOf(post)).status).toBe('published');
});

describe('a post that the app takes back while it may be out', () => {
  it('does not stay a draft when a person must look: its row says that it may be live', async () => {
    const { person, post } = await lost('drop_after');
    await updateRow(publisher().supabase, post.table, post.id, { status: 'draft' });
    await letTimePass(publisher(), 2 * 3_600);
    const outputs = await ticksUntilSettled(publisher(), person, 60);
    expect(needsReview(outputs)).toHaveLength(1);
    expect((await rowOf(post)).status).toBe('failed');
    expect(publishErrorOf(await rowOf(post))).toMatchObject({ code: 'MAYBE_LIVE' });
  });
});
