import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type AppRow,
  type AppTable,
  type Columns,
  changedParts,
  installedLongAgo,
  letTimePass,
  metadataOf,
  minutesAgo,
  publishErrorOf,
  readRow,
  seedFile,
  snapshot,
  storeFile,
  updateRow,
  wallClock,
} from '../support/app-rows.ts';
import { serviceClient } from '../support/clients.ts';
import { type FixtureRow, loadFixtureRows } from '../support/fixture-rows.ts';
import { encrypt, type RunOutput, usePublisher } from '../support/publisher.ts';

/** Files behind the fixture's addresses: real bytes of the kind that each address claims. */
const FILES: Readonly<Record<string, string>> = {
  'ai-generated-images/generated/1.png': 'bakery-croissant.png',
  'ai-generated-images/generated/cover.png': 'cycling-chainring.png',
  'ai-generated-images/generated/cover2.png': 'cycling-chainring.png',
  'ai-generated-images/carousel_images/1.png': 'bakery-croissant.png',
  'ai-generated-images/carousel_images/2.png': 'cycling-chainring.png',
  'ai-generated-images/carousel_images/3.png': 'bakery-croissant.png',
  'ai-generated-images/carousel_images/4.png': 'cycling-chainring.png',
  'user-uploads/11111111-1111-4111-8111-111111111111/box.jpg': 'bakery-sourdough.jpg',
  'user-uploads/11111111-1111-4111-8111-111111111111/d1.jpg': 'bakery-sourdough.jpg',
  'user-uploads/11111111-1111-4111-8111-111111111111/d2.jpg': 'bakery-opening-hours.jpg',
  'user-uploads/11111111-1111-4111-8111-111111111111/d3.jpg': 'cycling-road-bike.jpg',
  'user-uploads/22222222-2222-4222-8222-222222222222/reel.mp4': 'bakery-reel.mp4',
  'user-uploads/22222222-2222-4222-8222-222222222222/long.mp4': 'cycling-film.mp4',
  'user-uploads/22222222-2222-4222-8222-222222222222/clip.mp4': 'cycling-story.mp4',
};

interface Published {
  readonly platform: string;
  readonly account: string;
  readonly kind: string;
  readonly text: string;
  /** Seed files whose very bytes became public; behind 'jpeg of ' those that were converted. */
  readonly media: readonly string[];
}

type Outcome =
  | { readonly published: Published }
  | { readonly code: string; readonly status: 'draft' | 'scheduled'; readonly message: RegExp }
  | 'untouched';

const RAO_PAGE = '102030405060708';
const COLE_PAGE = '998877665544332';
const published = (
  platform: string,
  account: string,
  kind: string,
  text: string,
  media: string[] = [],
): Outcome => ({
  published: { platform, account, kind, text, media },
});

/** What becomes of every post of the fixture in its first tick; `at` is when it falls due, in the row's own columns. */
const OUTCOMES: Readonly<Record<string, { readonly at: () => Columns; readonly outcome: Outcome }>> = {
  'a0000000-0000-4000-8000-000000000001': {
    at: () => ({ scheduled_at: minutesAgo(1) }),
    outcome: published('facebook', RAO_PAGE, 'image', 'Warm loaves at 7.\n\n#sourdough #RaoBakes', [
      'bakery-croissant.png',
    ]),
  },
  'a0000000-0000-4000-8000-000000000002': {
    at: () => ({ scheduled_at: minutesAgo(2) }),
    outcome: published(
      'instagram',
      '17841400000000001',
      'image',
      'Diwali box\n\nLast boxes left.\n\n#diwali #sweets',
      ['bakery-sourdough.jpg'],
    ),
  },
  'a0000000-0000-4000-8000-000000000003': {
    at: () => ({ scheduled_at: minutesAgo(1) }),
    outcome: published('instagram', '17841400000000001', 'carousel', '5 cakes\n\nSwipe.\n\n#cake #rao', [
      'jpeg of bakery-croissant.png',
      'jpeg of cycling-chainring.png',
      'jpeg of bakery-croissant.png',
      'jpeg of cycling-chainring.png',
    ]),
  },
  'a0000000-0000-4000-8000-000000000004': {
    // The chat writes the owner's wall clock into scheduled_at as if it were UTC.
    at: () => {
      const { date, time } = wallClock('Asia/Kolkata', 1);
      return { scheduled_date: date, scheduled_time: time, scheduled_at: `${date}T${time}Z` };
    },
    outcome: published('facebook', RAO_PAGE, 'carousel', 'Rao Bakes Update\n\nBehind the oven.\n\n#baking', [
      'bakery-sourdough.jpg',
      'bakery-opening-hours.jpg',
      'cycling-road-bike.jpg',
    ]),
  },
  'a0000000-0000-4000-8000-000000000006': {
    at: () => ({ scheduled_at: minutesAgo(1) }),
    outcome: published(
      'instagram',
      '17841400000000002',
      'reel',
      'Reel: gear change\n\nHow to shift on a hill.\n\n#cycling #reels',
      ['bakery-reel.mp4'],
    ),
  },
  'a0000000-0000-4000-8000-000000000007': {
    at: () => ({ scheduled_at: minutesAgo(1) }),
    outcome: { code: 'VIDEO_MISSING', status: 'draft', message: /no video file/ },
  },
  'a0000000-0000-4000-8000-000000000008': {
    at: () => ({ scheduled_at: minutesAgo(1) }),
    outcome: published('youtube', 'UCabcdefghijklmnopqrstuv', 'video', 'Full tune-up\n\nComplete service.', [
      'cycling-film.mp4',
    ]),
  },
  'a0000000-0000-4000-8000-000000000010': {
    at: () => {
      const { date, time } = wallClock('America/New_York', 1);
      return { scheduled_date: date, scheduled_time: time };
    },
    outcome: published('facebook', COLE_PAGE, 'text', 'Sale\n\nToday only'),
  },
  'a0000000-0000-4000-8000-000000000014': {
    at: () => ({}),
    outcome: { code: 'TIME_MISSING', status: 'scheduled', message: /has no time/ },
  },
  'a0000000-0000-4000-8000-000000000015': {
    at: () => ({ scheduled_at: minutesAgo(3 * 24 * 60) }),
    outcome: { code: 'MISSED_TIME', status: 'draft', message: /missed its time by 3 d/ },
  },
  'a0000000-0000-4000-8000-000000000017': { at: () => ({}), outcome: 'untouched' },
  'a0000000-0000-4000-8000-000000000019': { at: () => ({}), outcome: 'untouched' },
  'a0000000-0000-4000-8000-000000000023': {
    at: () => ({ scheduled_at: minutesAgo(1) }),
    outcome: published('facebook', RAO_PAGE, 'text', 'Nulls\n\nx'),
  },
  'b0000000-0000-4000-8000-000000000002': {
    at: () => {
      const { date, time } = wallClock('America/New_York', 1);
      return { scheduled_date: date, scheduled_time: `${time}.123456` };
    },
    outcome: published('linkedin', 'urn:li:person:aB3xYz9Q_1', 'text', 'Hi\n\nx'),
  },
  'b0000000-0000-4000-8000-000000000003': {
    at: () => {
      const { date, time } = wallClock('America/New_York', 1);
      return { scheduled_date: date, scheduled_time: time };
    },
    outcome: published('facebook', COLE_PAGE, 'video', 'Clip\n\nx', ['cycling-story.mp4']),
  },
  'b0000000-0000-4000-8000-000000000005': {
    // Two hours ago another publisher's worker died on it; what it had sent is not known.
    at: () => {
      const { date, time } = wallClock('Asia/Kolkata', 120);
      return { scheduled_date: date, scheduled_time: time };
    },
    outcome: { code: 'OUTCOME_UNKNOWN', status: 'scheduled', message: /./ },
  },
  'b0000000-0000-4000-8000-000000000007': {
    at: () => {
      const { date, time } = wallClock('Asia/Kolkata', 1);
      return { scheduled_date: date, scheduled_time: time };
    },
    outcome: published('facebook', RAO_PAGE, 'text', 'Orphan\n\nx'),
  },
};

const STUCK = 'b0000000-0000-4000-8000-000000000005';
/** Absence is believed after two complete looks, 60 s apart; what is late goes out in the first tick. */
const AS_INSTALLED = { FIND_QUARANTINE: '300', BACKLOG_SPACING: '0' };
const POST_TABLES = ['created_content', 'content_posts'] as const;
const OTHER_TABLES = ['profiles', 'content_campaigns', 'platform_connections'];

describe('the rows of a running installation', () => {
  const publisher = usePublisher();
  let posts: readonly FixtureRow[];
  let output: RunOutput;
  const before = new Map<string, AppRow>();
  let bytesBefore: ReadonlyMap<string, string>;
  let otherBefore: ReadonlyMap<string, string>;

  const find = (id: string) => {
    const row = posts.find((candidate) => candidate.row['id'] === id);
    if (row === undefined) throw new RangeError(id);
    return { table: row.table as AppTable, note: row.note };
  };
  const now = (id: string) => readRow(publisher().supabase, find(id).table, id);
  const was = (id: string): AppRow => {
    const row = before.get(id);
    if (row === undefined) throw new RangeError(id);
    return row;
  };

  beforeAll(async () => {
    const { supabase, run } = publisher();
    for (const [place, file] of Object.entries(FILES)) await storeFile(supabase, file, place);
    const rows = await loadFixtureRows(supabase, { encrypt, storageOrigin: supabase.url });
    posts = rows.filter(({ table }) => POST_TABLES.some((own) => own === table));
    await installedLongAgo(publisher());
    for (const [id, { at }] of Object.entries(OUTCOMES)) {
      const columns = at();
      if (Object.keys(columns).length > 0) await updateRow(supabase, find(id).table, id, columns);
    }
    await supabase.sql`update public.content_posts
      set metadata = metadata || jsonb_build_object('_publishing_at', to_char(now() at time zone 'UTC' - interval '2 hours', 'YYYY-MM-DD"T"HH24:MI:SS.US'))
      where id = ${STUCK}`;
    for (const { row } of posts) before.set(String(row['id']), await now(String(row['id'])));
    bytesBefore = await snapshot(supabase, POST_TABLES);
    otherBefore = await snapshot(supabase, OTHER_TABLES);
    output = await run({ env: AS_INSTALLED });
    // One claim registers what another publisher left, the next one looks: after a slow tick that is the next tick's.
    if (!output.summary.posts.some(({ id }) => id === STUCK)) {
      await letTimePass(publisher(), 2);
      const next = await run({ env: AS_INSTALLED });
      output = { ...output, notices: [...output.notices, ...next.notices] };
    }
  }, 120_000);

  it('all have a stated outcome', () => {
    expect(posts.map(({ row }) => row['id']).sort()).toEqual(Object.keys(OUTCOMES).sort());
  });

  const cases = Object.entries(OUTCOMES).map(([id, { outcome }]) => ({ id, outcome }));
  const isPublished = (one: { outcome: Outcome }): one is { id: string; outcome: { published: Published } } =>
    one.outcome !== 'untouched' && 'published' in one.outcome;

  it.each(cases.filter(isPublished))(
    '$id is published as its app shows it: $outcome.published.kind on $outcome.published.platform',
    async ({ id, outcome }) => {
      const expected = outcome.published;
      const row = await now(id);
      const { table } = find(id);
      const idKey = `${expected.platform}_post_id`;
      const metadata = metadataOf(row);
      const postId = metadata[idKey];
      const found = publisher()
        .platforms.posts()
        .filter((post) => post.id === postId);
      expect(found, 'the id in metadata is that of one public post').toHaveLength(1);
      const { media = [], ...post } = found[0] ?? {};
      expect(post).toMatchObject({
        platform: expected.platform,
        account: expected.account,
        kind: expected.kind,
        text: expected.text,
      });
      expect(await describeMedia(media)).toEqual(await Promise.all(expected.media.map(described)));

      expect(row.status).toBe('published');
      expect(Date.parse(row.published_at ?? '')).toBeGreaterThan(Date.now() - 120_000);
      expect(metadata['publish_results']).toEqual([
        expect.objectContaining({
          platform: expected.platform,
          account_id: expected.account,
          state: 'published',
          id: postId,
          url: expect.stringMatching(/^https:\/\//),
        }),
      ]);
      const own = ['metadata.publish_results', `metadata.${idKey}`, 'published_at', 'status', 'updated_at'];
      expect(changedParts(was(id), row)).toEqual(
        [...own, ...(table === 'created_content' ? ['channel_post_id'] : [])].sort(),
      );
      if (table === 'created_content') expect(row.channel_post_id).toBe(postId);
      expect(output.summary.posts.find((result) => result.id === id)).toMatchObject({
        source: table,
        outcome: 'published',
        platform: expected.platform,
        account_id: expected.account,
        platform_post_id: postId,
        error: null,
      });
    },
  );

  it.each(
    cases.flatMap(({ id, outcome }) =>
      outcome !== 'untouched' && 'code' in outcome ? [{ id, ...outcome }] : [],
    ),
  )('$id is not published and says why: $code', async ({ id, code, status, message }) => {
    const row = await now(id);
    expect(publishErrorOf(row)).toMatchObject({ code, message: expect.stringMatching(message) });
    expect(row.status).toBe(status);
    const flag = id === STUCK ? ['metadata._publishing_at', 'metadata._publishing_by'] : [];
    const left = status === 'draft' ? ['status'] : [];
    expect(changedParts(was(id), row)).toEqual(
      [...flag, 'metadata.publish_error', ...left, 'updated_at'].sort(),
    );
  });

  it('what was published before is not touched at all', async () => {
    const bytes = await snapshot(publisher().supabase, POST_TABLES);
    for (const { id } of cases.filter((one) => one.outcome === 'untouched')) {
      expect(bytes.get(`created_content:${id}`)).toBe(bytesBefore.get(`created_content:${id}`));
    }
  });

  it('nothing but these posts became public', () => {
    const wanted = cases.filter(isPublished).map(({ outcome }) => outcome.published.text);
    expect(
      publisher()
        .platforms.posts()
        .map((post) => post.text)
        .sort(),
    ).toEqual(wanted.sort());
  });

  it('of the other tables only the token that lives for an hour changed', async () => {
    const { supabase } = publisher();
    const after = await snapshot(supabase, OTHER_TABLES);
    const changed = [...after].filter(([key, bytes]) => otherBefore.get(key) !== bytes).map(([key]) => key);
    const youtube = await supabase.sql`select id from public.platform_connections where platform = 'youtube'`;
    expect(changed).toEqual(youtube.map(({ id }) => `platform_connections:${id}`));
    expect(after.size).toBe(otherBefore.size);
  });

  it('pictures that were converted are taken off the bucket again', async () => {
    const { data, error } = await serviceClient(publisher().supabase).storage.from('publisher-media').list();
    expect(error).toBeNull();
    expect(data).toEqual([]);
  });

  it('each post that failed is told once, in one line', () => {
    for (const code of ['VIDEO_MISSING', 'MISSED_TIME']) {
      const { id } =
        cases.find(({ outcome }) => outcome !== 'untouched' && 'code' in outcome && outcome.code === code) ??
        {};
      expect(output.notices.filter((line) => line.includes(String(id)))).toHaveLength(1);
    }
  });

  it('a second tick publishes nothing', async () => {
    const { run, platforms, supabase } = publisher();
    const public_ = platforms.posts().length;
    const settled = cases.filter(({ id }) => id !== STUCK);
    const bytes = await snapshot(supabase, POST_TABLES);
    const second = await run({ env: AS_INSTALLED });
    expect(second.summary).toMatchObject({ published: 0, failed: 0 });
    expect(platforms.posts()).toHaveLength(public_);
    const after = await snapshot(supabase, POST_TABLES);
    for (const { id } of settled) {
      const key = `${find(id).table}:${id}`;
      expect(after.get(key), key).toBe(bytes.get(key));
    }
    expect(second.notices).toEqual([]);
  });

  it('the post that another publisher left behind goes out once, after the account was read back twice', async () => {
    const { run, platforms } = publisher();
    for (let tick = 0; tick < 4; tick += 1) {
      await letTimePass(publisher(), 90);
      await run({ env: AS_INSTALLED });
    }
    const row = await now(STUCK);
    const found = platforms.posts().filter((post) => post.text === 'Stuck\n\nx');
    expect(found).toHaveLength(1);
    expect(row.status).toBe('published');
    expect(metadataOf(row)['facebook_post_id']).toBe(found[0]?.id);
    expect(changedParts(was(STUCK), row)).toEqual(
      [
        ...['metadata._publishing', 'metadata._publishing_at', 'metadata.facebook_post_id'],
        ...['metadata.publish_results', 'published_at', 'status', 'updated_at'],
      ].sort(),
    );
  });

  async function describeMedia(sha256s: readonly string[]): Promise<readonly string[]> {
    const originals = new Set(await Promise.all(Object.values(FILES).map(described)));
    return Promise.all(
      sha256s.map(async (sha256) => {
        if (originals.has(sha256)) return sha256;
        const response = await fetch(`${publisher().platforms.url}/_sandbox/media/${sha256}`);
        return pictureShape(Buffer.from(await response.arrayBuffer()));
      }),
    );
  }
});

/** sha256 of a seed file; of a converted one its new format and its own size, which must not change. */
async function described(file: string): Promise<string> {
  const source = /^jpeg of (.*)$/.exec(file)?.[1];
  if (source !== undefined) return (await pictureShape(await seedFile(source))).replace('png', 'jpeg');
  return createHash('sha256')
    .update(await seedFile(file))
    .digest('hex');
}

async function pictureShape(bytes: Buffer): Promise<string> {
  const { format, width, height } = await sharp(bytes).metadata();
  return `${format} ${width}×${height}`;
}
