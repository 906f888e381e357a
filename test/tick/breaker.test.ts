import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  installedLongAgo,
  letTimePass,
  minutesAgo,
  publicPosts,
  publishErrorOf,
  readRow,
} from '../support/app-rows.ts';
import { testServers } from '../support/http-servers.ts';
import { addPerson, connect, schedule } from '../support/people.ts';
import { usePublisher } from '../support/publisher.ts';

const publisher = usePublisher();
const servers = testServers();
beforeAll(() => installedLongAgo(publisher()));
beforeEach(async () => {
  await publisher().supabase
    .sql`truncate public.created_content, public.platform_connections, public.publish_queue,
    public.publish_targets, public.publish_effects, public.publish_holds cascade`;
});
afterEach(() => servers.close());

/** An address at which nobody listens. */
async function nobody(): Promise<string> {
  const url = await servers.http(() => {});
  await servers.close();
  return url;
}

/** A platform that is there and answers 503 to everything. */
async function broken() {
  const asked: string[] = [];
  const url = await servers.http((request, response) => {
    // What may have been sent is looked for as well; that is no try.
    if (request.method === 'POST') asked.push(request.url ?? '');
    response.writeHead(503, { 'content-type': 'text/html' });
    response.end('<h1>Service Unavailable</h1>');
  });
  return { url, asked };
}

async function posts(platform: 'facebook' | 'linkedin', accounts: number, each: number) {
  return Promise.all(
    Array.from({ length: accounts }, async () => {
      const person = await addPerson(publisher());
      const account = await connect(publisher(), person, platform);
      const rows = await Promise.all(
        Array.from({ length: each }, () => schedule(publisher(), person, { platform })),
      );
      return { person, account, rows };
    }),
  );
}

const holds = () => publisher().supabase.sql<
  { scope: string; key: string; failures: number; open: boolean }[]
>`
  select scope, key, failures, coalesce(until > now(), false) as open from public.publish_holds
  where failures > 0 order by scope, key`;
const attempts = async () => {
  const [row] = await publisher().supabase.sql`select max(attempts)::int as most from public.publish_targets`;
  return row?.['most'];
};

describe('a platform that cannot be reached from a host that reaches others', () => {
  it('is left alone by all hosts until one post gets through; no post fails of it or counts an attempt', async () => {
    const { run, supabase } = publisher();
    const person = await addPerson(publisher());
    await connect(publisher(), person, 'linkedin');
    await schedule(publisher(), person, { platform: 'linkedin', scheduled_at: minutesAgo(5) });
    const pages = await posts('facebook', 6, 1);
    const env = { FACEBOOK_API_URL: await nobody(), CONCURRENCY: '1', MAX_ATTEMPTS: '1' };
    const first = await run({ env });
    expect(first.summary).toMatchObject({ published: 1, failed: 0, unknown: 0 });
    expect(first.summary.held).toBeGreaterThanOrEqual(3);
    expect((await holds()).filter(({ open }) => open)).toEqual([
      { scope: 'platform', key: 'facebook', failures: 3, open: true },
    ]);
    for (const { rows } of pages) {
      for (const { table, id } of rows) {
        const row = await readRow(supabase, table, id);
        expect(row.status).toBe('scheduled');
        expect(publishErrorOf(row)).toMatchObject({ kind: 'temporary' });
      }
    }
    expect(await attempts()).toBe(0);

    // Another host, that would reach it, respects it too, until its time is over.
    await supabase.sql`update public.publish_holds set until = now() + interval '5 minutes'`;
    await letTimePass(publisher(), 60);
    await run({ host: 'another' });
    expect(publicPosts(publisher(), pages[0]?.account.id ?? '')).toHaveLength(0);

    await letTimePass(publisher(), 600);
    await run({ host: 'another' });
    expect(await holds()).toEqual([]);
    await letTimePass(publisher(), 120);
    await run({ host: 'another' });
    for (const { account } of pages) expect(publicPosts(publisher(), account.id)).toHaveLength(1);
  });
});

describe('faults of the platform', () => {
  it('met by several accounts stop them all after three, then one post at a time tries', async () => {
    const { run } = publisher();
    await posts('facebook', 6, 1);
    const { url, asked } = await broken();
    const env = { FACEBOOK_API_URL: url, CONCURRENCY: '1' };
    await run({ env });
    expect(asked.length).toBe(3);
    expect((await holds()).filter(({ open }) => open)).toEqual([
      { scope: 'platform', key: 'facebook', failures: 3, open: true },
    ]);
    for (let look = 1; look <= 3; look += 1) {
      await letTimePass(publisher(), 20 * 60);
      const before = asked.length;
      await run({ env });
      expect(asked.length - before).toBe(1);
    }
  });

  it('tied to one account stop that account; others go on, and its posts follow when it is over', async () => {
    const { run, platforms } = publisher();
    const [ill] = await posts('facebook', 1, 5);
    const [well] = await posts('facebook', 1, 3);
    if (ill === undefined || well === undefined) throw new Error('no accounts');
    platforms.setFaults([
      { platform: 'facebook', match: `/${ill.account.id}/`, kind: 'server_error_before' },
    ]);
    const first = await run({ env: { CONCURRENCY: '1' } });
    expect(first.summary.failed).toBe(0);
    expect(publicPosts(publisher(), well.account.id)).toHaveLength(3);
    expect((await holds()).filter(({ open }) => open)).toEqual([
      { scope: 'account', key: `facebook:${ill.account.id}`, failures: 3, open: true },
    ]);
    platforms.setFaults([]);
    for (let tick = 0; tick < 4; tick += 1) {
      await letTimePass(publisher(), 20 * 60);
      await run();
    }
    expect(publicPosts(publisher(), ill.account.id)).toHaveLength(5);
    expect(await holds()).toEqual([]);
  });
});

describe('a host that reaches no platform', () => {
  it('stops claiming, says so, and leaves its posts to another host at once; that one is not stopped', async () => {
    const { run } = publisher();
    const pages = await posts('facebook', 15, 2);
    const people = await posts('linkedin', 15, 2);
    const dead = await nobody();
    const env = { FACEBOOK_API_URL: dead, LINKEDIN_API_URL: dead, CONCURRENCY: '4' };
    const said = /reached no platform/;
    const first = await run({ host: 'cut-off', env });
    expect(first.summary).toMatchObject({ published: 0, failed: 0, unknown: 0 });
    expect(first.summary.claimed).toBeLessThan(30);
    expect(first.log.filter(({ message }) => said.test(message))).toHaveLength(1);
    // Until it knows for sure, it tries again each minute.
    for (let minute = 0; minute < 3; minute += 1) await run({ host: 'cut-off', env });
    expect((await holds()).every(({ scope }) => scope === 'host')).toBe(true);

    await wait(1_100);
    await letTimePass(publisher(), 30);
    const second = await run({ host: 'healthy' });
    expect(second.summary).toMatchObject({ published: 60, failed: 0 });
    for (const { account } of [...pages, ...people])
      expect(publicPosts(publisher(), account.id)).toHaveLength(2);
    expect(second.log.filter(({ message }) => said.test(message))).toEqual([]);
  });

  it('with nobody beside it tries again by itself, and the posts go out', async () => {
    const { run } = publisher();
    const [page] = await posts('facebook', 1, 4);
    const env = { FACEBOOK_API_URL: await nobody(), MAX_ATTEMPTS: '1' };
    for (let minute = 0; minute < 5; minute += 1) {
      await run({ env });
      await letTimePass(publisher(), 60);
    }
    expect(await attempts()).toBe(0);
    for (let minute = 0; minute < 3; minute += 1) {
      await letTimePass(publisher(), 16 * 60);
      await run();
    }
    expect(publicPosts(publisher(), page?.account.id ?? '')).toHaveLength(4);
  });
});
