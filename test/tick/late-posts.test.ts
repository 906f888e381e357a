import { beforeAll, describe, expect, it } from 'vitest';
import { retry } from '../../src/cli/retry.ts';
import {
  installedLongAgo,
  letTimePass,
  metadataOf,
  minutesAgo,
  publicPosts,
  publishErrorOf,
  readRow,
  snapshot,
} from '../support/app-rows.ts';
import { addPerson, connect, schedule } from '../support/people.ts';
import { usePublisher } from '../support/publisher.ts';

const publisher = usePublisher();
beforeAll(() => installedLongAgo(publisher()));

const HOUR = 60;
const DAY = 24 * HOUR;
const rowOf = (id: string) => readRow(publisher().supabase, 'created_content', id);

async function someone() {
  const person = await addPerson(publisher());
  return { person, page: await connect(publisher(), person, 'facebook') };
}

async function retryByHand(id: string): Promise<string> {
  let said = '';
  const io = { out: (text: string) => (said += text), err: () => {}, terminal: false, env: publisher().env };
  expect(await retry(io, `created_content:${id}`, null)).toBe(0);
  return said;
}

describe('a post that is later than MAX_LATENESS when it is first taken', () => {
  it('is not published, and says by how much it missed its time', async () => {
    const { run } = publisher();
    const { person, page } = await someone();
    const { id } = await schedule(publisher(), person, { scheduled_at: minutesAgo(DAY + 2 * HOUR) });
    const { notices } = await run({ userId: person.id });
    const row = await rowOf(id);
    expect(row.status).toBe('draft');
    expect(publishErrorOf(row)).toMatchObject({
      kind: 'rejected',
      code: 'MISSED_TIME',
      message: expect.stringContaining('missed its time by 1 d 2 h'),
      hint: expect.stringContaining('content-publisher publish'),
    });
    expect(publicPosts(publisher(), page.id)).toEqual([]);
    expect(notices).toEqual([expect.stringContaining(`created_content:${id}`)]);
  });

  it.each([
    ['2h', 90, 'published'],
    ['1h', 90, 'draft'],
  ])('MAX_LATENESS %s, %i minutes late: %s', async (limit, minutes, status) => {
    const { run } = publisher();
    const { person } = await someone();
    const { id } = await schedule(publisher(), person, { scheduled_at: minutesAgo(minutes) });
    await run({ userId: person.id, env: { MAX_LATENESS: limit } });
    expect((await rowOf(id)).status).toBe(status);
  });

  it('goes out by hand with retry, once', async () => {
    const { run } = publisher();
    const { person, page } = await someone();
    const { id } = await schedule(publisher(), person, { scheduled_at: minutesAgo(3 * DAY) });
    await run({ userId: person.id });
    expect(await retryByHand(id)).toMatch(/will be sent by the next tick/);
    expect((await rowOf(id)).status).toBe('scheduled');
    await run({ userId: person.id });
    await run({ userId: person.id });
    const row = await rowOf(id);
    expect(row.status).toBe('published');
    expect(metadataOf(row)).not.toHaveProperty('publish_error');
    expect(publicPosts(publisher(), page.id)).toHaveLength(1);
  });

  it('goes out when it gets a new time in the app', async () => {
    const { run, supabase } = publisher();
    const { person, page } = await someone();
    const { id } = await schedule(publisher(), person, { scheduled_at: minutesAgo(3 * DAY) });
    await run({ userId: person.id });
    await supabase.sql`update public.created_content set status = 'scheduled', scheduled_at = now() where id = ${id}`;
    await run({ userId: person.id });
    expect((await rowOf(id)).status).toBe('published');
    expect(publicPosts(publisher(), page.id)).toHaveLength(1);
  });

  it('is judged at its first claim: what was held by the platform since then still goes out', async () => {
    const { run, platforms } = publisher();
    const { person, page } = await someone();
    const { id } = await schedule(publisher(), person, { scheduled_at: minutesAgo(50) });
    platforms.setFaults([{ platform: 'facebook', kind: 'rate_limit' }]);
    await run({ userId: person.id, env: { MAX_LATENESS: '1h' } });
    platforms.setFaults([]);
    expect((await rowOf(id)).status).toBe('scheduled');
    await letTimePass(publisher(), 2 * 3_600);
    await run({ userId: person.id, env: { MAX_LATENESS: '10m' } });
    expect((await rowOf(id)).status).toBe('published');
    expect(publicPosts(publisher(), page.id)).toHaveLength(1);
  });
});

describe('the backlog of an account after an outage', () => {
  it('goes out spaced, the oldest first, beside what is on time and beside other accounts', async () => {
    const { run } = publisher();
    const [first, second] = [await someone(), await someone()];
    for (const minutes of [40, 60, 50]) {
      await schedule(publisher(), first.person, {
        content: `${minutes} late`,
        scheduled_at: minutesAgo(minutes),
      });
    }
    await schedule(publisher(), second.person, { content: '45 late', scheduled_at: minutesAgo(45) });
    const texts = (account: string) => publicPosts(publisher(), account).map(({ text }) => text);

    await run();
    expect(texts(first.page.id)).toEqual(['60 late']);
    expect(texts(second.page.id)).toEqual(['45 late']);
    await schedule(publisher(), first.person, { content: 'on time' });
    await run();
    expect(texts(first.page.id)).toEqual(['60 late', 'on time']);
    await letTimePass(publisher(), 121);
    await run();
    expect(texts(first.page.id)).toEqual(['60 late', 'on time', '50 late']);
    await letTimePass(publisher(), 60);
    await run();
    expect(texts(first.page.id)).toHaveLength(3);
    await letTimePass(publisher(), 61);
    await run();
    expect(texts(first.page.id)).toEqual(['60 late', 'on time', '50 late', '40 late']);
  });

  it('fails nobody by its spacing: lateness counts from the tick that could have taken the post', async () => {
    const { run, supabase } = publisher();
    const { person, page } = await someone();
    for (let index = 0; index < 3; index += 1) {
      await schedule(publisher(), person, { scheduled_at: minutesAgo(120 + index) });
    }
    await run({ userId: person.id, env: { MAX_LATENESS: '3h' } });
    expect(publicPosts(publisher(), page.id)).toHaveLength(1);
    // That was two hours ago; now they are later than allowed, but only because they had to wait for each other.
    await supabase.sql`update public.publish_queue set seen_due_at = due_at + interval '10 minutes'
      where user_id = ${person.id}`;
    for (let tick = 0; tick < 2; tick += 1) {
      await letTimePass(publisher(), 121);
      await run({ userId: person.id, env: { MAX_LATENESS: '1h' } });
    }
    expect(publicPosts(publisher(), page.id)).toHaveLength(3);
  });

  it('is not poured out at once either when an account was held and comes back', async () => {
    const { run, platforms } = publisher();
    const { person, page } = await someone();
    for (let index = 0; index < 3; index += 1) {
      await schedule(publisher(), person, { scheduled_at: minutesAgo(120 + index) });
    }
    platforms.setFaults([{ platform: 'facebook', kind: 'rate_limit' }]);
    for (let tick = 0; tick < 3; tick += 1) {
      await run({ userId: person.id });
      await letTimePass(publisher(), 121);
    }
    platforms.setFaults([]);
    await letTimePass(publisher(), 2 * 3_600);
    await run({ userId: person.id });
    expect(publicPosts(publisher(), page.id)).toHaveLength(1);
  });

  it('takes the distance from BACKLOG_SPACING', async () => {
    const { run } = publisher();
    const { person, page } = await someone();
    for (let index = 0; index < 3; index += 1) {
      await schedule(publisher(), person, { scheduled_at: minutesAgo(120 + index) });
    }
    await run({ userId: person.id, env: { BACKLOG_SPACING: '0' } });
    expect(publicPosts(publisher(), page.id)).toHaveLength(3);
  });
});

describe('posts that were due before content-publisher was installed', () => {
  it('are only reported, untouched, until a run includes them', async () => {
    const { run, supabase } = publisher();
    const { person, page } = await someone();
    const posts = [
      await schedule(publisher(), person, { scheduled_at: minutesAgo(41 * DAY) }),
      await schedule(publisher(), person, { scheduled_at: minutesAgo(40 * DAY) }),
    ];
    const before = await snapshot(supabase, ['created_content']);
    const { summary, report } = await run({ userId: person.id });
    expect(report.overdue).toBe(2);
    expect(summary).toMatchObject({ claimed: 0, published: 0, failed: 0 });
    expect(await snapshot(supabase, ['created_content'])).toEqual(before);

    await run({ userId: person.id, includeOverdue: true });
    expect(publicPosts(publisher(), page.id).map(({ text }) => text)).toEqual([posts[0]?.content]);
    await letTimePass(publisher(), 121);
    await run({ userId: person.id, includeOverdue: true });
    expect(publicPosts(publisher(), page.id).map(({ text }) => text)).toEqual(
      posts.map(({ content }) => content),
    );
    for (const { id } of posts) expect((await rowOf(id)).status).toBe('published');
  });

  it('go out when they get a new time', async () => {
    const { run, supabase } = publisher();
    const { person, page } = await someone();
    const { id } = await schedule(publisher(), person, { scheduled_at: minutesAgo(40 * DAY) });
    await run({ userId: person.id });
    await supabase.sql`update public.created_content set scheduled_at = now() where id = ${id}`;
    await run({ userId: person.id });
    expect(publicPosts(publisher(), page.id)).toHaveLength(1);
  });
});
