import { beforeAll, describe, expect, it } from 'vitest';
import type { Fault } from '../../src/sandbox/platforms/simulator.ts';
import {
  type AppRow,
  type Columns,
  installedLongAgo,
  letTimePass,
  metadataOf,
  publicPosts,
  publishErrorOf,
  readRow,
  storeFile,
} from '../support/app-rows.ts';
import { type AddedPost, addPerson, connect, type SimulatedPlatform, schedule } from '../support/people.ts';
import { usePublisher } from '../support/publisher.ts';

const publisher = usePublisher();
const files = { picture: '', film: '' };
beforeAll(async () => {
  await installedLongAgo(publisher());
  files.picture = await storeFile(publisher().supabase, 'bakery-sourdough.jpg');
  files.film = await storeFile(publisher().supabase, 'bakery-reel.mp4');
});

const rowOf = ({ table, id }: AddedPost): Promise<AppRow> => readRow(publisher().supabase, table, id);
/** The waits of a real installation; time is moved, not waited for. */
const AS_INSTALLED = { FIND_QUARANTINE: '300' };

/** What is visible at once, by its request. */
const SENDS: readonly {
  readonly what: string;
  readonly platform: SimulatedPlatform;
  readonly request: string;
  /** Requests of the same form that come before it and show nothing. */
  readonly earlier?: number;
  readonly row: () => Columns;
}[] = [
  { what: 'a text on Facebook', platform: 'facebook', request: 'POST .*/feed$', row: () => ({}) },
  {
    what: 'a photo on Facebook',
    platform: 'facebook',
    request: 'POST .*/feed$',
    row: () => ({ images: [files.picture] }),
  },
  {
    what: 'a picture on Instagram',
    platform: 'instagram',
    request: 'POST .*/media_publish$',
    row: () => ({ images: [files.picture] }),
  },
  { what: 'a text on LinkedIn', platform: 'linkedin', request: 'POST /rest/posts$', row: () => ({}) },
  {
    what: 'a video on YouTube',
    platform: 'youtube',
    request: 'PUT ',
    // Everything but the last range.
    earlier: 1,
    row: () => ({ content_type: 'long_video', title: 'A film', media_url: files.film }),
  },
];

type Lost = Omit<Fault, 'platform' | 'match'> & { readonly what: string; readonly clear?: boolean };
const LOST: readonly Lost[] = [
  { what: 'accepted, then the connection dropped', kind: 'drop_after' },
  { what: '5xx after acceptance', kind: 'server_error_after' },
  { what: 'accepted, then no answer in time', kind: 'slow', ms: 1_500 },
  { what: 'dropped before acceptance', kind: 'drop_before' },
  { what: '5xx before acceptance', kind: 'server_error_before' },
  { what: '429', kind: 'rate_limit', clear: true },
];

describe.each(SENDS)('$what is public exactly once', ({ platform, request, earlier = 0, row }) => {
  it.each(LOST)('$what', async ({ what: _what, clear = false, ...fault }) => {
    const { run, platforms } = publisher();
    const person = await addPerson(publisher());
    const account = await connect(publisher(), person, platform);
    const post = await schedule(publisher(), person, { platform, ...row() });
    const at = { platform, match: request };
    platforms.setFaults([
      ...(earlier > 0 ? [{ ...at, kind: 'slow' as const, ms: 0, times: earlier }] : []),
      { ...at, ...fault, times: 1 },
    ]);
    const first = await run({ userId: person.id, env: { ...AS_INSTALLED, REQUEST_TIMEOUT: '1s' } });
    platforms.setFaults([]);
    expect(first.summary.failed).toBe(0);
    expect((await rowOf(post)).status, 'never draft while it may be live').not.toBe('draft');
    if (clear) {
      expect(publicPosts(publisher(), account.id)).toEqual([]);
      await letTimePass(publisher(), 25 * 3_600);
    }
    // Five minutes: within the seven in which LinkedIn can be asked by repeating.
    for (let tick = 0; tick < 10; tick += 1) {
      await letTimePass(publisher(), 61);
      await run({ userId: person.id, env: AS_INSTALLED });
      if ((await rowOf(post)).status === 'published') break;
    }
    for (let tick = 0; tick < 2; tick += 1) {
      await letTimePass(publisher(), 400);
      await run({ userId: person.id, env: AS_INSTALLED });
    }

    const live = publicPosts(publisher(), account.id);
    expect(live).toHaveLength(1);
    const done = await rowOf(post);
    expect(done.status).toBe('published');
    expect(done.channel_post_id).toBe(live[0]?.id);
    expect(metadataOf(done)).toMatchObject({ [`${platform}_post_id`]: live[0]?.id });
    for (const key of ['_publishing', 'publish_error']) expect(metadataOf(done)).not.toHaveProperty(key);
  });
});

describe('what is known of a lost answer', () => {
  it('a listing that lags: one look that does not show the post proves nothing', async () => {
    const { run, platforms } = publisher();
    const person = await addPerson(publisher());
    const page = await connect(publisher(), person, 'facebook');
    const post = await schedule(publisher(), person);
    platforms.setFaults([
      { platform: 'facebook', match: 'POST .*/feed$', kind: 'drop_after', times: 1 },
      { platform: 'facebook', match: 'GET ', kind: 'listing_lag', ms: 3_600_000, times: 4 },
    ]);
    for (let tick = 0; tick < 10; tick += 1) {
      await run({ userId: person.id, env: AS_INSTALLED });
      await letTimePass(publisher(), 61);
    }
    platforms.setFaults([]);
    expect(publicPosts(publisher(), page.id)).toHaveLength(1);
    expect((await rowOf(post)).status).toBe('published');
  });

  it('a result row that cannot be written: the id is kept, nothing is sent again, and the row follows later', async () => {
    const { run, supabase } = publisher();
    const person = await addPerson(publisher());
    const page = await connect(publisher(), person, 'facebook');
    const post = await schedule(publisher(), person);
    await supabase.sql.unsafe(`
      create function public.refuse_published() returns trigger language plpgsql as
        $$ begin if new.status = 'published' then raise exception 'not today'; end if; return new; end $$;
      create trigger refuse_published before update on public.created_content
        for each row execute function public.refuse_published()`);
    const outputs = [await run({ userId: person.id })];
    for (let tick = 0; tick < 5; tick += 1) {
      await letTimePass(publisher(), 120);
      outputs.push(await run({ userId: person.id }));
    }
    expect(publicPosts(publisher(), page.id)).toHaveLength(1);
    expect((await rowOf(post)).status).toBe('scheduled');
    for (const { log } of outputs) {
      expect(
        log.filter(({ level, message }) => level === 'error' && /could not be written/.test(message)),
      ).not.toEqual([]);
    }
    await supabase.sql.unsafe(
      `drop trigger refuse_published on public.created_content; drop function public.refuse_published()`,
    );
    await run({ userId: person.id });
    const row = await rowOf(post);
    expect(row.status).toBe('published');
    expect(row.channel_post_id).toBe(publicPosts(publisher(), page.id)[0]?.id);
    expect(publicPosts(publisher(), page.id)).toHaveLength(1);
  });
});

describe('"duplicate" on a first send is an error, never a success', () => {
  it('that names the other post where the platform tells it', async () => {
    const { run } = publisher();
    const person = await addPerson(publisher());
    const member = await connect(publisher(), person, 'linkedin');
    const words = { platform: 'linkedin', content: 'The very same words' };
    await schedule(publisher(), person, words);
    await run({ userId: person.id });
    const [live] = publicPosts(publisher(), member.id);
    const again = await schedule(publisher(), person, words);
    await run({ userId: person.id });
    const row = await rowOf(again);
    expect(row.status).toBe('draft');
    expect(publishErrorOf(row)).toMatchObject({
      kind: 'rejected',
      message: expect.stringContaining(live?.url ?? '?'),
    });
    expect(row.channel_post_id).toBeNull();
    expect(publicPosts(publisher(), member.id)).toHaveLength(1);
  });

  it('that says so where the platform does not tell it', async () => {
    const { run } = publisher();
    const person = await addPerson(publisher());
    const page = await connect(publisher(), person, 'facebook');
    for (const content of ['Twice the same', 'Twice the same']) {
      await schedule(publisher(), person, { content });
      await run({ userId: person.id });
    }
    const rows = await publisher().supabase.sql`select to_jsonb(t) as row from public.created_content t
      where user_id = ${person.id} and status = 'draft'`;
    expect(rows).toHaveLength(1);
    expect(publishErrorOf(rows[0]?.['row'])).toMatchObject({
      kind: 'rejected',
      message: expect.stringMatching(/same|identical/i),
    });
    expect(publicPosts(publisher(), page.id)).toHaveLength(1);
  });
});

describe('tries end', () => {
  it('retry spam: a platform that keeps failing is asked MAX_ATTEMPTS times, further and further apart', async () => {
    const { run, platforms, wire } = publisher();
    const person = await addPerson(publisher());
    const page = await connect(publisher(), person, 'facebook');
    const post = await schedule(publisher(), person, { images: [files.picture] });
    platforms.setFaults([{ platform: 'facebook', match: 'POST .*/photos$', kind: 'server_error_before' }]);
    for (let tick = 0; tick < 12; tick += 1) {
      await run({ userId: person.id });
      await letTimePass(publisher(), 3_600);
    }
    platforms.setFaults([]);
    expect(wire().filter(({ path }) => path.endsWith(`${page.id}/photos`))).toHaveLength(5);
    const row = await rowOf(post);
    expect(row.status).toBe('draft');
    expect(publishErrorOf(row)).toMatchObject({ kind: 'temporary' });
    expect(publicPosts(publisher(), page.id)).toEqual([]);
  });

  it('failed without a reason: our tables keep the platform’s own code and trace id', async () => {
    const { run, platforms, supabase } = publisher();
    const person = await addPerson(publisher());
    await connect(publisher(), person, 'facebook');
    const post = await schedule(publisher(), person);
    platforms.setFaults([{ platform: 'facebook', match: 'POST .*/feed$', kind: 'refuse', times: 1 }]);
    await run({ userId: person.id });
    platforms.setFaults([]);
    const [target] =
      await supabase.sql`select state, error from public.publish_targets where post_id = ${post.id}`;
    expect(target).toMatchObject({
      state: 'failed',
      error: {
        kind: 'rejected',
        platform_code: expect.stringMatching(/\d/),
        trace_id: expect.stringMatching(/\w/),
      },
    });
    expect(publishErrorOf(await rowOf(post))).toMatchObject({ kind: 'rejected' });
  });

  it('processing for ever: nothing that is not ended is without a moment at which it is looked at again', async () => {
    const { sql } = publisher().supabase;
    const ended = ['published', 'failed', 'cancelled', 'needs_review'];
    expect(
      await sql`select * from public.publish_targets where state not in ${sql(ended)} and next_look_at is null`,
    ).toEqual([]);
    expect(
      await sql`select * from public.publish_queue where state = 'waiting' and next_attempt_at is null`,
    ).toEqual([]);
    expect(await sql`select * from public.publish_queue where lease_owner is not null`).toEqual([]);
  });
});
