import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resolveDue } from './due.ts';
import { asText, type JsonObject } from './json-value.ts';
import { foldPlatform, PLATFORM_NAMES, skipReason } from './platform-name.ts';
import { buildPost, type Post } from './post.ts';
import { parseSourceRow, type SourceRow, type SourceTable } from './source-row.ts';

const fixture = JSON.parse(
  readFileSync(new URL('../../test/fixtures/rows.json', import.meta.url), 'utf8'),
) as {
  rows: { table: string; row: JsonObject }[];
};
const storage = 'https://abcd1234.supabase.co/storage/v1/object/public/';

function find(table: string, id: unknown): JsonObject | undefined {
  return fixture.rows.find((entry) => entry.table === table && entry.row['id'] === id)?.row;
}

function read(source: SourceTable, columns: object): SourceRow {
  const parsed = parseSourceRow(source, columns);
  if ('problem' in parsed) throw new Error(parsed.problem);
  return parsed.row;
}

/** What a tick decides about a row of the fixture, in one line: due, platform, kind and files, or the codes of its problems. */
function decide(source: SourceTable, columns: JsonObject): string {
  const campaign = find('content_campaigns', columns['campaign_id']);
  const row = read(source, { ...columns, owner_id: campaign?.['user_id'] ?? null });
  const skipped = skipReason(row);
  if (skipped !== null) return `skipped: ${skipped}`;
  const folded = foldPlatform(row.platformRaw);
  if (!('platform' in folded)) return 'problem' in folded ? folded.problem.code : folded.skip;
  const profile = asText(find('profiles', row.userId)?.['timezone']);
  const due = resolveDue({ ...row, zones: { row: row.metadata['timezone'], profile, default: null } });
  if ('problem' in due) return due.problem.code;
  const built = buildPost(row, folded.platform, due.dueAt);
  if ('problems' in built) return built.problems.map(({ code }) => code).join(' ');
  const files = built.post.media.map(({ role, url }) => `${role} ${url.slice(url.lastIndexOf('/') + 1)}`);
  return [due.dueAt.toISOString().slice(0, 19), folded.platform, built.post.kind, files.join(', ')]
    .join(' ')
    .trim();
}

const DECISIONS: Readonly<Record<string, string>> = {
  'a0000000-0000-4000-8000-000000000001': '2026-11-21T03:30:00 facebook image image 1.png',
  'a0000000-0000-4000-8000-000000000002': '2026-11-21T04:00:00 instagram image image box.jpg',
  'a0000000-0000-4000-8000-000000000003':
    '2026-11-21T05:00:00 instagram carousel image 1.png, image 2.png, image 3.png, image 4.png',
  // Kolkata's 09:00, although scheduled_at says 09:00 UTC.
  'a0000000-0000-4000-8000-000000000004':
    '2026-11-21T03:30:00 facebook carousel image d1.jpg, image d2.jpg, image d3.jpg',
  'a0000000-0000-4000-8000-000000000006':
    '2026-11-21T14:00:00 instagram reel video reel.mp4, cover cover.png',
  'a0000000-0000-4000-8000-000000000007': 'VIDEO_MISSING',
  'a0000000-0000-4000-8000-000000000008': '2026-11-21T15:00:00 youtube video video long.mp4',
  'a0000000-0000-4000-8000-000000000010': '2026-11-21T14:30:00 facebook text',
  'a0000000-0000-4000-8000-000000000014': 'TIME_MISSING',
  'a0000000-0000-4000-8000-000000000015': '2026-11-18T03:30:00 facebook text',
  'a0000000-0000-4000-8000-000000000017': '2026-11-20T03:30:00 facebook text',
  'a0000000-0000-4000-8000-000000000019': '2026-11-20T05:30:00 facebook text',
  'a0000000-0000-4000-8000-000000000023': '2026-11-21T03:45:00 facebook text',
  // 10:23 in New York; the owner comes from the campaign, as does the zone.
  'b0000000-0000-4000-8000-000000000002': '2026-11-21T15:23:45 linkedin text',
  'b0000000-0000-4000-8000-000000000003': '2026-11-21T13:00:00 facebook video video clip.mp4',
  'b0000000-0000-4000-8000-000000000005': '2026-11-20T03:30:00 facebook text',
  'b0000000-0000-4000-8000-000000000007': '2026-11-21T01:30:00 facebook text',
};

describe('every row of the fixture', () => {
  const posts = fixture.rows.filter(({ table }) => table === 'created_content' || table === 'content_posts');

  it('has its outcome in the table above', () => {
    expect(posts.map(({ row }) => row['id'])).toEqual(Object.keys(DECISIONS));
  });

  it.each(posts)('$table $row.id', ({ table, row }) => {
    expect(decide(table as SourceTable, row)).toBe(DECISIONS[String(row['id'])]);
  });

  it.each([
    ['a0000000-0000-4000-8000-000000000001', 'Warm loaves at 7.\n\n#sourdough #RaoBakes'],
    ['a0000000-0000-4000-8000-000000000002', 'Diwali box\n\nLast boxes left.\n\n#diwali #sweets'],
    ['a0000000-0000-4000-8000-000000000003', '5 cakes\n\nSwipe.\n\n#cake #rao'],
    [
      'a0000000-0000-4000-8000-000000000006',
      'Reel: gear change\n\nHow to shift on a hill.\n\n#cycling #reels',
    ],
    ['a0000000-0000-4000-8000-000000000023', 'Nulls\n\nx'],
  ])('%s goes out as its text says', (id, text) => {
    expect(post(find('created_content', id) ?? {}).text).toBe(text);
  });
});

function build(columns: JsonObject, ownText: string | null = null) {
  return buildPost(read('created_content', columns), 'facebook', new Date('2026-11-21T03:30:00Z'), ownText);
}

function post(columns: JsonObject, ownText: string | null = null): Post {
  const built = build(columns, ownText);
  if ('problems' in built) throw new Error(built.problems.map(({ message }) => message).join(' '));
  return built.post;
}

function codes(columns: JsonObject, ownText: string | null = null): readonly string[] {
  const built = build(columns, ownText);
  return 'problems' in built ? built.problems.map(({ code }) => code) : [];
}

const base = {
  ...{ id: 'a0000000-0000-4000-8000-000000000001', user_id: '11111111-1111-4111-8111-111111111111' },
  ...{ content_type: 'static_post', title: 'Loaves', content: 'Warm at 7.', hashtags: ['bread'] },
};

describe('buildPost', () => {
  it('composes a whole post', () => {
    const metadata = { publish_options: { privacy: 'unlisted', alt_text: 'A loaf' }, other: 1 };
    const images = [`${storage}ai-generated-images/generated/1.png`];
    expect(post({ ...base, images, metadata })).toEqual({
      ...{
        source: 'created_content',
        id: base.id,
        userId: base.user_id,
        platform: 'facebook',
        kind: 'image',
      },
      ...{
        title: 'Loaves',
        text: 'Loaves\n\nWarm at 7.\n\n#bread',
        body: 'Warm at 7.',
        hashtags: ['#bread'],
      },
      ...{ link: null, media: [{ url: images[0], role: 'image', altText: 'A loaf' }], metadata },
      ...{ options: metadata.publish_options, dueAt: new Date('2026-11-21T03:30:00Z') },
    });
  });

  it('gives each file its own alternative text', () => {
    const carousel_images = ['https://a.test/1.png', 'https://a.test/2.png', 'https://a.test/3.png'];
    const metadata = { publish_options: { alt_text: ['One', null, 'Three'] } };
    const { media } = post({ ...base, content_type: 'carousel', carousel_images, metadata });
    expect(media.map(({ altText }) => altText)).toEqual(['One', undefined, 'Three']);
  });

  it('carries the link of a link post, and of no other', () => {
    const metadata = { publish_options: { link: { url: 'https://a.test', title: 'A' } } };
    expect(post({ ...base, metadata })).toMatchObject({
      kind: 'link',
      link: { url: 'https://a.test', title: 'A' },
    });
    const article = {
      ...base,
      content_type: 'article',
      content: 'https://a.test',
      images: ['https://a.test/1.png'],
    };
    expect(post(article)).toMatchObject({ kind: 'image', link: null });
  });

  it('takes the text of a single target as it is', () => {
    expect(post(base, 'Only here.\r\n')).toMatchObject({
      text: 'Only here.\n',
      body: 'Only here.\n',
      title: 'Loaves',
      hashtags: [],
    });
    expect(codes(base, ' ')).toEqual(['TEXT_MISSING']);
  });

  it.each<[string, JsonObject, readonly string[]]>([
    ['no owner', { user_id: null }, ['OWNER_MISSING']],
    ['neither text nor file', { title: 'Post about bread', content: ' ', hashtags: [] }, ['TEXT_MISSING']],
    ['a control character', { content: 'Warm\u0008 at 7.' }, ['CONTROL_CHARACTER']],
    [
      'a control character in the title',
      { title: 'Warm\u0000', content: 'Warm\u0000 at 7' },
      ['CONTROL_CHARACTER'],
    ],
    ['options that are no object', { metadata: { publish_options: 'private' } }, ['OPTIONS_UNUSABLE']],
    [
      'several things at once',
      { user_id: 'x', content_type: 'reel', content: '\u0001' },
      ['OWNER_MISSING', 'VIDEO_MISSING', 'CONTROL_CHARACTER'],
    ],
  ])('names %s', (_, columns, expected) => {
    expect(codes({ ...base, ...columns })).toEqual(expected);
  });

  it.each([[['a', 'b']], ['text'], [7], [null]])('publishes a row whose metadata is %j', (metadata) => {
    expect(post({ ...base, metadata })).toMatchObject({ metadata: {}, options: {} });
  });

  it('lets a picture without any text out', () => {
    expect(
      post({ ...base, title: null, content: '', hashtags: null, images: ['https://a.test/1.png'] }).text,
    ).toBe('');
  });

  it.each(['!', ')', '#', ' ', '\n', ',', '.', 'http://', '#!', '[', '{', '\\'])(
    'reads 1 MB of %j in linear time',
    (unit) => {
      const many = unit.repeat(1_000_000 / unit.length);
      const started = performance.now();
      for (const content of [many, `#a${many}x`, `https://a.test/${many}x`, `${many}#x`]) {
        const columns = {
          ...base,
          content_type: 'article',
          title: many.slice(0, 1_000),
          content,
          hashtags: content,
        };
        build({ ...columns, images: content, media_url: content, platform: content });
      }
      // Quadratic time would be minutes.
      expect(performance.now() - started).toBeLessThan(10_000);
    },
  );

  it('never throws, and every problem it names is a whole sentence that JSON can carry', () => {
    const json = fc.jsonValue({ stringUnit: 'binary' });
    const names = [
      'title',
      'content',
      'hashtags',
      'images',
      'carousel_images',
      'media_url',
      'content_type',
      'metadata',
    ];
    const columns = fc.dictionary(
      fc.constantFrom(...names, 'scheduled_at', 'scheduled_date', 'scheduled_time'),
      json,
    );
    const source = fc.constantFrom<SourceTable>('created_content', 'content_posts');
    fc.assert(
      fc.property(
        source,
        columns,
        json,
        fc.constantFrom(...PLATFORM_NAMES),
        (table, some, zone, platform) => {
          const row = read(table, { id: base.id, ...some });
          const due = resolveDue({
            ...row,
            zones: { row: zone, profile: asText(some['title']), default: null },
          });
          const folded = foldPlatform(asText(some['title']));
          const built = buildPost(row, platform, new Date(0));
          const found = [
            ...('problem' in due ? [due.problem] : []),
            ...('problem' in folded ? [folded.problem] : []),
            ...('problems' in built ? built.problems : []),
          ];
          for (const { message, hint } of found) {
            expect(message).toMatch(/^(?:[“A-Z]|metadata).*\.$/u);
            expect(hint).toMatch(/\.$/);
            expect(() => encodeURIComponent(message)).not.toThrow();
          }
        },
      ),
    );
  });
});
