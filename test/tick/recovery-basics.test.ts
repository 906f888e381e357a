import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  type Columns,
  installedLongAgo,
  letTimePass,
  metadataOf,
  publicPosts,
  publishErrorOf,
  readRow,
  storeFile,
} from '../support/app-rows.ts';
import { addPerson, connect, type SimulatedPlatform, schedule } from '../support/people.ts';
import { usePublisher } from '../support/publisher.ts';
import { diesAt, ticksUntilSettled } from '../support/ticks.ts';

const publisher = usePublisher();
const files = { photo: '', film: '', clip: '' };

beforeAll(async () => {
  const { supabase } = publisher();
  await installedLongAgo(publisher());
  files.photo = await storeFile(supabase, 'bakery-sourdough.jpg');
  files.film = await storeFile(supabase, 'cycling-film.mp4');
  // Fits into one byte range, so that the only upload request is the visible one.
  files.clip = await storeFile(
    supabase,
    '../../../src/sandbox/platforms/youtube/fixtures/wide.mp4',
    'user-uploads/wide.mp4',
  );
});
afterEach(async () => {
  publisher().platforms.setFaults([]);
  // Each platform has failed several accounts by now; that is not what is looked at here.
  await publisher().supabase.sql`delete from public.publish_holds`;
});

interface Example {
  readonly platform: SimulatedPlatform;
  readonly columns: () => Columns;
  /** The request that makes it visible. */
  readonly visible: string;
}

const EXAMPLES: readonly (readonly [string, Example])[] = [
  ['a text on Facebook', { platform: 'facebook', columns: () => ({}), visible: 'POST .*/feed$' }],
  [
    'a photo on Facebook',
    { platform: 'facebook', columns: () => ({ images: [files.photo] }), visible: 'POST .*/feed$' },
  ],
  [
    'a photo on Instagram',
    { platform: 'instagram', columns: () => ({ images: [files.photo] }), visible: 'POST .*/media_publish$' },
  ],
  ['a text on LinkedIn', { platform: 'linkedin', columns: () => ({}), visible: 'POST /rest/posts$' }],
  [
    'a photo on LinkedIn',
    { platform: 'linkedin', columns: () => ({ images: [files.photo] }), visible: 'POST /rest/posts$' },
  ],
  [
    'a video on YouTube',
    {
      platform: 'youtube',
      columns: () => ({ content_type: 'long_video', title: 'Over the pass', media_url: files.clip }),
      visible: 'PUT /upload/',
    },
  ],
];

async function scheduled({ platform, columns }: Example) {
  const person = await addPerson(publisher());
  const account = await connect(publisher(), person, platform);
  const post = await schedule(publisher(), person, {
    platform,
    ...columns(),
    metadata: { kept: 'as it is' },
  });
  return { person, account, post };
}

const rowOf = (post: { readonly table: 'created_content' | 'content_posts'; readonly id: string }) =>
  readRow(publisher().supabase, post.table, post.id);

const sends = (example: Example, from: number) =>
  publisher()
    .wire()
    .slice(from)
    .filter(
      ({ platform, method, path }) =>
        platform === example.platform && new RegExp(example.visible).test(`${method} ${path}`),
    ).length;

describe.each(EXAMPLES)('%s', (_name, example) => {
  it.each([
    ['the connection is cut', 'drop_after'],
    ['the platform answers with a server error', 'server_error_after'],
  ] as const)('it went out and %s: it is found and never sent again', async (_what, kind) => {
    const { run, platforms } = publisher();
    const { person, account, post } = await scheduled(example);
    platforms.setFaults([{ platform: example.platform, match: example.visible, kind, times: 1 }]);
    const first = await run({ userId: person.id });
    expect(first.summary).toMatchObject({ published: 0, failed: 0, unknown: 1 });
    expect(first.notices).toHaveLength(1);
    const unclear = await rowOf(post);
    expect(unclear.status).toBe('scheduled');
    expect(metadataOf(unclear)).toMatchObject({ kept: 'as it is', _publishing: true });
    expect(publishErrorOf(unclear).kind).toBe('unknown');
    expect(publicPosts(publisher(), account.id)).toHaveLength(1);

    await ticksUntilSettled(publisher(), person, 20);
    const [only, ...more] = publicPosts(publisher(), account.id);
    expect(more).toEqual([]);
    const row = await rowOf(post);
    expect(row).toMatchObject({ status: 'published', channel_post_id: only?.id });
    expect(metadataOf(row)).toMatchObject({ kept: 'as it is', [`${example.platform}_post_id`]: only?.id });
    for (const key of ['_publishing', '_publishing_at', 'publish_error'])
      expect(metadataOf(row)).not.toHaveProperty(key);
  });

  it('it never arrived: it is sent again exactly once', async () => {
    const { run, platforms, wire } = publisher();
    const { person, account, post } = await scheduled(example);
    const from = wire().length;
    platforms.setFaults([
      { platform: example.platform, match: example.visible, kind: 'drop_before', times: 1 },
    ]);
    expect((await run({ userId: person.id })).summary).toMatchObject({ published: 0, unknown: 1 });
    expect(publicPosts(publisher(), account.id)).toEqual([]);
    await ticksUntilSettled(publisher(), person, 20);
    expect(publicPosts(publisher(), account.id)).toHaveLength(1);
    expect((await rowOf(post)).status).toBe('published');
    // A session of YouTube is asked how far it is by the same method and path.
    if (example.platform !== 'youtube') expect(sends(example, from)).toBe(2);
  });

  it.each(['armed', 'sent'] as const)(
    'its tick dies when it is %s: others wait for the lease, then it is out once',
    async (moment) => {
      const { run, wire } = publisher();
      const { person, account, post } = await scheduled(example);
      await run({ userId: person.id, store: diesAt(moment) });
      expect(publicPosts(publisher(), account.id)).toHaveLength(moment === 'sent' ? 1 : 0);

      const before = wire().length;
      expect((await run({ userId: person.id })).summary).toMatchObject({ claimed: 0, published: 0 });
      expect(wire()).toHaveLength(before);
      expect(metadataOf(await rowOf(post))).toMatchObject({ _publishing: true });

      await letTimePass(publisher(), 100);
      await ticksUntilSettled(publisher(), person, 20);
      const [only, ...more] = publicPosts(publisher(), account.id);
      expect(more).toEqual([]);
      expect(await rowOf(post)).toMatchObject({ status: 'published', channel_post_id: only?.id });
      expect(metadataOf(await rowOf(post))).not.toHaveProperty('_publishing');
    },
  );
});

describe('a list is believed at the second look, after the quarantine, and once', () => {
  const text: Example = EXAMPLES[0]?.[1] ?? { platform: 'facebook', columns: () => ({}), visible: '' };
  const env = { FIND_QUARANTINE: '300' };

  it('nothing is sent before', async () => {
    const { run, platforms, wire } = publisher();
    const { person, account } = await scheduled(text);
    const from = wire().length;
    platforms.setFaults([{ platform: 'facebook', match: text.visible, kind: 'drop_before', times: 1 }]);
    await run({ userId: person.id, env });
    // 10 s to leave and 5 s for the answer, then 300 s of quarantine; two looks 60 s apart.
    const moments: string[] = [];
    let at = 0;
    for (const second of [5, 310, 320, 370, 390, 395]) {
      await letTimePass(publisher(), second - at);
      at = second;
      await run({ userId: person.id, env });
      const looks = wire()
        .slice(from)
        .filter(({ path }) => path.endsWith('/published_posts')).length;
      moments.push(`${second} s: ${looks} looks, ${sends(text, from)} sends`);
    }
    expect(moments).toEqual([
      '5 s: 1 looks, 1 sends',
      '310 s: 1 looks, 1 sends',
      '320 s: 2 looks, 1 sends',
      '370 s: 2 looks, 1 sends',
      '390 s: 3 looks, 1 sends',
      '395 s: 3 looks, 2 sends',
    ]);
    expect(publicPosts(publisher(), account.id)).toHaveLength(1);
  });

  it('a list that lags at the first look has it at the second', async () => {
    const { run, platforms, wire } = publisher();
    const { person, account, post } = await scheduled(text);
    const from = wire().length;
    platforms.setFaults([{ platform: 'facebook', match: text.visible, kind: 'drop_after', times: 1 }]);
    await run({ userId: person.id });
    platforms.setFaults([{ platform: 'facebook', kind: 'listing_lag', ms: 3_600_000 }]);
    await letTimePass(publisher(), 20);
    expect((await run({ userId: person.id })).summary).toMatchObject({ published: 0, unknown: 1 });
    platforms.setFaults([]);
    await letTimePass(publisher(), 20);
    expect((await run({ userId: person.id })).summary.published).toBe(1);
    expect(sends(text, from)).toBe(1);
    expect(await rowOf(post)).toMatchObject({ channel_post_id: publicPosts(publisher(), account.id)[0]?.id });
  });

  it('after a second lost answer a person must look, and nothing is sent any more', async () => {
    const { run, platforms, wire } = publisher();
    const { person, account, post } = await scheduled(text);
    const from = wire().length;
    platforms.setFaults([{ platform: 'facebook', match: text.visible, kind: 'drop_before', times: 2 }]);
    await run({ userId: person.id });
    const outputs = await ticksUntilSettled(publisher(), person, 20);
    expect(sends(text, from)).toBe(2);
    const row = await rowOf(post);
    expect(row.status).toBe('failed');
    expect(publishErrorOf(row).code).toBe('MAYBE_LIVE');
    expect(publishErrorOf(row).message).toContain(`May already be live on ${account.name}`);
    expect(
      outputs.flatMap(({ notices }) => notices).filter((line) => line.startsWith('needs_review')),
    ).toHaveLength(1);
  });
});

describe('a video that Facebook has taken and not shown yet', () => {
  it('is accepted, never sent again, and published with its id once it is visible', async () => {
    const { run } = publisher();
    const person = await addPerson(publisher());
    const account = await connect(publisher(), person, 'facebook');
    const post = await schedule(publisher(), person, { content_type: 'long_video', media_url: files.film });
    const first = await run({ userId: person.id });
    expect(first.summary.failed + first.summary.unknown).toBe(0);
    await ticksUntilSettled(publisher(), person, 30);
    const [only, ...more] = publicPosts(publisher(), account.id);
    expect(more).toEqual([]);
    expect(only).toMatchObject({ kind: 'video' });
    expect((await rowOf(post)).status).toBe('published');
  });
});
