import { request as ask } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { ISql } from 'postgres';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { SCHEMA_VERSION } from '../../src/core/store.ts';
import { nextPacificMidnight } from '../../src/platforms/youtube/pacific.ts';
import { makeYoutubeSimulatorWith } from '../../src/sandbox/platforms/youtube/index.ts';
import {
  type Columns,
  installedLongAgo,
  letTimePass,
  minutesAgo,
  newId,
  publicPosts,
  publishErrorOf,
  readRow,
  storeFile,
} from '../support/app-rows.ts';
import { testServers } from '../support/http-servers.ts';
import {
  addPerson,
  type ConnectedAccount,
  connect,
  type Person,
  type SimulatedPlatform,
  schedule,
} from '../support/people.ts';
import { type RunOutput, usePublisher, type WireLine } from '../support/publisher.ts';

/** Google's project of this file may insert two videos a day. */
const publisher = usePublisher({ makers: { youtube: makeYoutubeSimulatorWith({ insertsPerDay: 2 }) } });
const servers = testServers();
const Claimed = z.object({ jobs: z.array(z.object({ user_id: z.string() })) });
afterEach(() => servers.close());

let photo: string;
let film: string;

beforeAll(async () => {
  await installedLongAgo(publisher());
  photo = await storeFile(publisher().supabase, 'bakery-sourdough.jpg');
  film = await storeFile(publisher().supabase, 'cycling-film.mp4');
});
afterEach(() => publisher().platforms.setFaults([]));

async function user(
  platform: SimulatedPlatform,
): Promise<{ readonly person: Person; readonly account: ConnectedAccount }> {
  const person = await addPerson(publisher());
  return { person, account: await connect(publisher(), person, platform) };
}

async function schedulePosts(person: Person, count: number, columns: Columns = {}) {
  return Promise.all(Array.from({ length: count }, () => schedule(publisher(), person, columns)));
}

const outcomesOf = ({ summary }: RunOutput, person: Person) =>
  summary.posts.filter(({ user_id }) => user_id === person.id).map(({ outcome }) => outcome);

/** Requests to a platform that name this account or are answered with this status, since `from`. */
const since = (from: number, like: (line: WireLine) => boolean) =>
  publisher().wire().slice(from).filter(like);

async function holdOf(key: string) {
  const [row] = await publisher().supabase.sql<{ scope: string; until: Date; kind: string }[]>`
    select scope, until, kind from public.publish_holds where key = ${key} and until is not null`;
  return row;
}

describe('a limit that a platform names', () => {
  it('Facebook, of the Page: one request, the others wait, another Page goes on in the same tick', async () => {
    const { run, platforms, supabase, wire } = publisher();
    const limited = await user('facebook');
    const other = await user('facebook');
    const posts = await schedulePosts(limited.person, 5);
    await schedulePosts(other.person, 5);
    const from = wire().length;
    const mine = (line: WireLine) => line.path.includes(limited.account.id);
    platforms.setFaults([{ platform: 'facebook', match: `/${limited.account.id}/`, kind: 'rate_limit' }]);
    const first = await run();
    expect(outcomesOf(first, limited.person)).toEqual(Array(5).fill('held'));
    expect(outcomesOf(first, other.person)).toEqual(Array(5).fill('published'));
    expect(since(from, mine)).toHaveLength(1);

    const hold = await holdOf(`facebook:${limited.account.id}`);
    expect(hold).toMatchObject({ scope: 'account', kind: 'rate_limited' });
    const seconds = ((hold?.until.getTime() ?? 0) - Date.now()) / 1_000;
    expect(seconds).toBeGreaterThan(50);
    expect(seconds).toBeLessThanOrEqual(60);
    for (const { table, id } of posts) {
      const row = await readRow(supabase, table, id);
      expect(row.status).toBe('scheduled');
      expect(publishErrorOf(row)).toMatchObject({ kind: 'rate_limited', retry_at: expect.any(String) });
    }

    await schedulePosts(limited.person, 1);
    await letTimePass(publisher(), 30);
    expect(outcomesOf(await run({ userId: limited.person.id }), limited.person)).toEqual(['held']);
    expect(since(from, mine)).toHaveLength(1);

    platforms.setFaults([]);
    await letTimePass(publisher(), 31);
    expect((await run({ userId: limited.person.id })).summary.published).toBe(6);
    expect(publicPosts(publisher(), limited.account.id)).toHaveLength(6);
  });

  it.each([
    ['facebook', {}],
    ['instagram', { images: [] as string[] }],
    ['linkedin', {}],
  ] as const)(
    '%s: costs no attempt, however often, and before the arm or after it',
    async (platform, columns) => {
      const { run, platforms, supabase } = publisher();
      const { person, account } = await user(platform);
      const [post] = await schedulePosts(person, 1, {
        platform,
        ...('images' in columns ? { images: [photo] } : columns),
      });
      const env = { MAX_ATTEMPTS: '2', MAX_HOLD: '30d', MAX_LATENESS: '30d' };
      platforms.setFaults([{ platform, match: 'POST', kind: 'rate_limit' }]);
      for (let day = 0; day < 4; day += 1) {
        expect(outcomesOf(await run({ userId: person.id, env }), person)).toEqual(['held']);
        await letTimePass(publisher(), 25 * 3_600);
      }
      const [target] =
        await supabase.sql`select attempts from public.publish_targets where post_id = ${post?.id ?? ''}`;
      expect(target).toEqual({ attempts: 0 });
      platforms.setFaults([]);
      expect((await run({ userId: person.id, env })).summary.published).toBe(1);
      expect(publicPosts(publisher(), account.id)).toHaveLength(1);
    },
  );

  it('YouTube, of our project: all channels wait until midnight Pacific, and nobody asks before', async () => {
    const { run, wire } = publisher();
    const channels = await Promise.all(Array.from({ length: 5 }, () => user('youtube')));
    const page = await user('facebook');
    for (const { person } of channels) {
      await schedulePosts(person, 1, {
        platform: 'youtube',
        content_type: 'long_video',
        title: 'A film',
        media_url: film,
      });
    }
    await schedulePosts(page.person, 1);
    const from = wire().length;
    const inserts = (line: WireLine) =>
      line.platform === 'youtube' && line.path.startsWith('/upload') && line.method === 'POST';
    const midnight = nextPacificMidnight(new Date());
    const first = await run({ env: { CONCURRENCY: '1' } });
    expect(channels.flatMap(({ person }) => outcomesOf(first, person)).sort()).toEqual([
      'held',
      'held',
      'held',
      'published',
      'published',
    ]);
    expect(outcomesOf(first, page.person)).toEqual(['published']);
    expect(since(from, inserts)).toHaveLength(3);
    expect(await holdOf('youtube')).toEqual({ scope: 'app', kind: 'rate_limited', until: midnight });

    await letTimePass(publisher(), 60);
    const late = await user('youtube');
    await schedulePosts(late.person, 1, {
      platform: 'youtube',
      content_type: 'long_video',
      title: 'B',
      media_url: film,
    });
    const before = wire().length;
    expect((await run()).summary.published).toBe(0);
    expect(since(before, ({ platform }) => platform === 'youtube')).toEqual([]);
  });

  it('a wait that is longer than an hour is told once', async () => {
    const { run, platforms } = publisher();
    const { person } = await user('linkedin');
    await schedulePosts(person, 1, { platform: 'linkedin' });
    platforms.setFaults([{ platform: 'linkedin', match: 'POST', kind: 'rate_limit' }]);
    const now = new Date();
    const hoursLeft =
      (Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + 1) - now.getTime()) / 3_600_000;
    const { notices } = await run({ userId: person.id });
    expect(notices).toHaveLength(hoursLeft > 1 ? 1 : 0);
    await letTimePass(publisher(), 1_800);
    expect((await run({ userId: person.id })).notices).toEqual([]);
  });
});

describe("what is the operator's", () => {
  it('an API version that LinkedIn no longer serves holds the platform: asked once, posts untouched, others go on', async () => {
    const { run, supabase, wire } = publisher();
    const one = await user('linkedin');
    const two = await user('linkedin');
    const page = await user('facebook');
    const posts = [
      ...(await schedulePosts(one.person, 3, { platform: 'linkedin' })),
      ...(await schedulePosts(two.person, 3, { platform: 'linkedin' })),
    ];
    await schedulePosts(page.person, 1);
    const env = { LINKEDIN_API_VERSION: '202401', CONCURRENCY: '1' };
    const from = wire().length;
    const asked = () => since(from, ({ platform }) => platform === 'linkedin').length;
    const first = await run({ env });
    expect(outcomesOf(first, page.person)).toEqual(['published']);
    expect([...outcomesOf(first, one.person), ...outcomesOf(first, two.person)]).toEqual(
      Array(6).fill('held'),
    );
    // What makes the command end with 78.
    expect(first.summary.posts.some(({ error }) => error?.kind === 'config')).toBe(true);
    expect(asked()).toBe(1);
    for (const { table, id } of posts) {
      const row = await readRow(supabase, table, id);
      expect(row.status).toBe('scheduled');
      expect(publishErrorOf(row)).toMatchObject({ kind: 'config' });
      expect(publishErrorOf(row).hint).toContain('LINKEDIN_API_VERSION');
    }
    const [connections] = await supabase.sql`select count(*)::int as n from public.platform_connections
      where is_active and id in ${supabase.sql([one.account.connectionId, two.account.connectionId])}`;
    expect(connections).toEqual({ n: 2 });

    await letTimePass(publisher(), 60);
    expect((await run({ env })).summary.published).toBe(0);
    expect(asked()).toBe(1);

    await letTimePass(publisher(), 15 * 60);
    expect((await run()).summary.published).toBe(6);
  });

  it('is waited for longer than MAX_HOLD and MAX_LATENESS: the posts stay scheduled with the reason and go out once it is mended', async () => {
    const { run, supabase } = publisher();
    const { person, account } = await user('linkedin');
    const [post] = await schedulePosts(person, 1, { platform: 'linkedin' });
    if (post === undefined) throw new Error('no post');
    const limits = { MAX_HOLD: '1h', MAX_LATENESS: '1h' };
    for (let look = 0; look < 3; look += 1) {
      const env = { ...limits, LINKEDIN_API_VERSION: '202401' };
      expect(outcomesOf(await run({ userId: person.id, env }), person)).toEqual(['held']);
      await letTimePass(publisher(), 2 * 3_600);
      const row = await readRow(supabase, post.table, post.id);
      expect(row.status).toBe('scheduled');
      expect(publishErrorOf(row)).toMatchObject({ kind: 'config', retry_at: expect.any(String) });
    }
    const [target] =
      await supabase.sql`select attempts, held_since from public.publish_targets where post_id = ${post.id}`;
    // What comes after it has its own time to wait.
    expect(target).toEqual({ attempts: 0, held_since: null });
    expect((await run({ userId: person.id, env: limits })).summary.published).toBe(1);
    expect(publicPosts(publisher(), account.id)).toHaveLength(1);
  });

  it('a client secret that Google refuses concerns every channel: Google is asked once', async () => {
    const { run, supabase } = publisher();
    const channels = [await user('youtube'), await user('youtube')];
    for (const { person } of channels) {
      await schedulePosts(person, 1, {
        platform: 'youtube',
        content_type: 'long_video',
        title: 'A film',
        media_url: film,
      });
    }
    await supabase.sql`delete from public.publish_holds where key = 'youtube'`;
    const asked: string[] = [];
    const url = await servers.http((request, response) => {
      asked.push(request.url ?? '');
      response.writeHead(401, { 'content-type': 'application/json' });
      response.end('{"error":"invalid_client","error_description":"Unauthorized"}');
    });
    const first = await run({ env: { CONCURRENCY: '1', YOUTUBE_API_URL: url } });
    expect(channels.flatMap(({ person }) => outcomesOf(first, person))).toEqual(['held', 'held']);
    expect(asked).toEqual(['/token']);
    expect(await holdOf('youtube')).toMatchObject({ scope: 'app', kind: 'config' });
    await supabase.sql`delete from public.publish_holds where key = 'youtube'`;
  });
});

describe('more posts than an account gets within an hour', () => {
  it('are sent as places become free, and never fail of it; another account goes on', async () => {
    const { run, supabase } = publisher();
    const busy = await user('facebook');
    const other = await user('facebook');
    const posts = await schedulePosts(busy.person, 8);
    await schedulePosts(other.person, 2);
    const env = { WRITES_PER_HOUR: '2', MAX_HOLD: '30m', MAX_LATENESS: '1h' };
    const first = await run({ env });
    expect(outcomesOf(first, busy.person).sort()).toEqual([
      ...Array(6).fill('held'),
      'published',
      'published',
    ]);
    expect(outcomesOf(first, other.person)).toEqual(['published', 'published']);
    const rows = await Promise.all(posts.map(({ table, id }) => readRow(supabase, table, id)));
    const waiting = rows.filter(({ status }) => status === 'scheduled').map(publishErrorOf);
    expect(waiting).toEqual(
      Array(6).fill(expect.objectContaining({ kind: 'rate_limited', code: 'WRITES_PER_HOUR' })),
    );
    await letTimePass(publisher(), 1_800);
    expect((await run({ userId: busy.person.id, env })).summary).toMatchObject({ published: 0, failed: 0 });
    for (let hour = 0; hour < 3; hour += 1) {
      await letTimePass(publisher(), 3_601);
      expect((await run({ userId: busy.person.id, env })).summary).toMatchObject({ published: 2, failed: 0 });
    }
    expect(publicPosts(publisher(), busy.account.id)).toHaveLength(8);
  });
});

/** A door before the simulator that is slow and remembers who was inside when. */
async function watched(platform: SimulatedPlatform) {
  const visits: { account: string; from: number; to: number }[] = [];
  const target = new URL(publisher().platforms.base(platform));
  const url = await servers.http((request, response) => {
    const visit = {
      account: /\/v[\d.]+\/(\d+)/.exec(request.url ?? '')?.[1] ?? '',
      from: performance.now(),
      to: 0,
    };
    visits.push(visit);
    const { hostname, port, pathname } = target;
    const forward = ask(
      {
        hostname,
        port,
        path: pathname + (request.url ?? ''),
        method: request.method,
        headers: request.headers,
      },
      async (answer) => {
        await wait(20);
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
        visit.to = performance.now();
      },
    );
    request.pipe(forward);
  });
  const overlapping = (same: boolean) =>
    visits.some((one, index) =>
      visits.some(
        (other, at) =>
          at > index &&
          (one.account === other.account) === same &&
          one.from < other.to &&
          other.from < one.to,
      ),
    );
  return { url, visits, overlapping };
}

describe('one account does one thing at a time', () => {
  it('over two ticks at once, while different accounts go side by side', async () => {
    const { run } = publisher();
    const pages = [await user('facebook'), await user('facebook'), await user('facebook')];
    for (const { person } of pages) await schedulePosts(person, 6, { images: [photo] });
    const door = await watched('facebook');
    const env = { FACEBOOK_API_URL: door.url };
    await Promise.all([run({ env }), run({ env })]);
    await letTimePass(publisher(), 30);
    await run({ env });
    for (const { account } of pages) expect(publicPosts(publisher(), account.id)).toHaveLength(6);
    expect(door.visits).toHaveLength(3 * 6 * 2);
    expect(door.overlapping(false)).toBe(true);
    expect(door.overlapping(true)).toBe(false);
  });
});

it('two claims at the same moment do not share an account', async () => {
  const { supabase, run } = publisher();
  const { sql } = supabase;
  const one = await user('facebook');
  const two = await user('facebook');
  const tomorrow = minutesAgo(-24 * 60);
  await schedulePosts(one.person, 2, { scheduled_at: tomorrow });
  await schedulePosts(two.person, 2, { scheduled_at: tomorrow });
  await run();
  await sql`update public.publish_queue set next_attempt_at = now(),
    due_at = now() - case user_id when ${one.person.id} then interval '2 minutes' else interval '1 minute' end
    where user_id in ${sql([one.person.id, two.person.id])}`;
  const claim = async (transaction: ISql, limit: number): Promise<string[]> => {
    const [row] = await transaction`select public.publisher_claim(${sql.json({
      version: SCHEMA_VERSION,
      call: newId(),
      owner: newId(),
      run_id: 'test',
      host: 'a host of its own',
      pid: 1,
      lease_seconds: 30,
      limit,
      per_account: 2,
      include_overdue: false,
      late_after_seconds: 600,
      spacing_seconds: 0,
      max_ticks_per_host: 9,
    })}) as answer`;
    return Claimed.parse(row?.['answer']).jobs.map(({ user_id }) => user_id);
  };
  await sql.begin(async (first) => {
    expect(await claim(first, 1)).toEqual([one.person.id]);
    expect(await claim(sql, 9)).toEqual([two.person.id, two.person.id]);
  });
  expect(await claim(sql, 9)).toEqual([]);
});

describe('what waits keeps nobody back', () => {
  it('forty older posts of a limited account, and a post behind them', async () => {
    const { run, platforms } = publisher();
    const limited = await user('facebook');
    const behind = await user('facebook');
    await schedulePosts(limited.person, 40, { scheduled_at: minutesAgo(5) });
    await schedulePosts(behind.person, 1);
    platforms.setFaults([{ platform: 'facebook', match: `/${limited.account.id}/`, kind: 'rate_limit' }]);
    const first = await run({ env: { CONCURRENCY: '2' } });
    expect(outcomesOf(first, behind.person)).toEqual(['published']);
    expect(outcomesOf(first, limited.person)).toEqual(Array(40).fill('held'));
  });

  it('a post of the same account that is due later than one that waits for itself alone', async () => {
    const { run, supabase } = publisher();
    const { person, account } = await user('facebook');
    const flagged = await schedule(publisher(), person, {
      scheduled_at: minutesAgo(9),
      metadata: { _publishing: true, _publishing_at: minutesAgo(2) },
    });
    const broken = await schedule(publisher(), person, {
      scheduled_at: minutesAgo(8),
      images: ['https://127.0.0.1:9/x.jpg'],
    });
    await schedulePosts(person, 2);
    const { summary } = await run({ userId: person.id });
    expect(summary).toMatchObject({ published: 2, skipped: 1 });
    expect(publicPosts(publisher(), account.id)).toHaveLength(2);
    expect((await readRow(supabase, flagged.table, flagged.id)).status).toBe('scheduled');
    expect((await readRow(supabase, broken.table, broken.id)).status).not.toBe('published');
  });
});
