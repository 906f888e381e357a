import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSourceRow, type SourceRow, type SourceTable } from './source-row.ts';

const id = 'a0000000-0000-4000-8000-000000000001';
const owner = '11111111-1111-4111-8111-111111111111';
const other = '22222222-2222-4222-8222-222222222222';

function parse(source: SourceTable, columns: object): SourceRow {
  const parsed = parseSourceRow(source, { id, ...columns });
  if ('problem' in parsed) throw new Error(parsed.problem);
  return parsed.row;
}

describe('parseSourceRow', () => {
  it('brings a row of created_content into shape', () => {
    const row = parse('created_content', {
      ...{ user_id: owner, platform: ' Instagram ', content_type: 'static_post', channel: 'Social Media' },
      ...{ status: 'scheduled', title: 'Diwali box', content: 'Last boxes left.', hashtags: ['diwali'] },
      ...{ images: ['https://a.test/1.jpg'], scheduled_at: '2026-11-21T04:00:00+00:00', metadata: { a: 1 } },
    });
    expect(row).toEqual({
      ...{ source: 'created_content', id, userId: owner, platformRaw: ' Instagram ', status: 'scheduled' },
      ...{ channel: 'Social Media', kindRaw: 'static_post', title: 'Diwali box', body: 'Last boxes left.' },
      ...{ hashtags: ['diwali'], images: ['https://a.test/1.jpg'], carouselImages: [], mediaUrl: null },
      ...{ primaryImageUrl: null, scheduledAt: '2026-11-21T04:00:00+00:00', scheduledDate: null },
      ...{ scheduledTime: null, metadata: { a: 1 }, metadataUsable: true },
    });
  });

  it('takes NULL and missing columns as empty', () => {
    const nulls = {
      hashtags: null,
      images: null,
      carousel_images: null,
      metadata: null,
      title: null,
      content: null,
    };
    expect(parse('created_content', nulls)).toEqual(parse('created_content', {}));
    expect(parse('created_content', nulls)).toMatchObject({
      ...{
        userId: null,
        hashtags: [],
        images: [],
        carouselImages: [],
        metadata: {},
        metadataUsable: true,
        body: '',
      },
    });
  });

  it.each([[[]], [['a']], ['text'], ['{"a":1}'], [5], [true]])(
    'takes metadata %j as {} and marks it unusable',
    (metadata) => {
      expect(parse('content_posts', { metadata })).toMatchObject({ metadata: {}, metadataUsable: false });
    },
  );

  it.each([
    [{ owner_id: owner, metadata: { user_id: other } }, owner],
    [{ owner_id: null, metadata: { user_id: other } }, other],
    [{ metadata: { user_id: other.toUpperCase() } }, other],
    [{ metadata: { user_id: 'somebody' } }, null],
    [{ user_id: owner }, null],
  ])('finds the owner of a content post in %j', (columns, userId) => {
    expect(parse('content_posts', columns).userId).toBe(userId);
  });

  it('does not take the owner of created_content from metadata', () => {
    expect(parse('created_content', { metadata: { user_id: other } }).userId).toBeNull();
  });

  it('reads post_type and knows no channel for content posts', () => {
    const row = parse('content_posts', { post_type: 'reel', content_type: 'x', channel: 'Blog' });
    expect(row).toMatchObject({ kindRaw: 'reel', channel: null });
  });

  it.each([
    ['#sourdough #RaoBakes', ['sourdough ', 'RaoBakes']],
    ['sourdough, summer sale', ['sourdough', ' summer sale']],
    ['{sourdough,"summer sale"}', ['sourdough', 'summer sale']],
    ['["sourdough","summer sale"]', ['sourdough', 'summer sale']],
    ['sourdough bread', ['sourdough', 'bread']],
    ['', []],
  ])('reads hashtags given as the text %j', (hashtags, expected) => {
    expect(parse('created_content', { hashtags }).hashtags).toEqual(expected);
  });

  it('keeps the place of every picture, whatever form it has', () => {
    const forms = [
      'https://a.test/1.png',
      { url: ' https://a.test/2.png' },
      { image_url: 'https://a.test/3.png' },
    ];
    const images = [...forms, '{"url": "https://a.test/4.png"}', '', null, {}, 7];
    const read = parse('created_content', { images, carousel_images: JSON.stringify(forms) });
    const [one, two, three] = ['https://a.test/1.png', 'https://a.test/2.png', 'https://a.test/3.png'];
    expect(read.images).toEqual([one, two, three, 'https://a.test/4.png', '', '', '(no address)', '7']);
    expect(read.carouselImages).toEqual([one, two, three]);
  });

  it.each([null, undefined, 'row', 5, [], {}, { id: null }, { id: 'a1' }])(
    'names the fault of a row without an id: %j',
    (row) => {
      expect(parseSourceRow('content_posts', row)).toEqual({
        problem: expect.stringContaining('content_posts'),
      });
    },
  );

  it('never throws, whatever stands in the columns', () => {
    const columns = [
      'user_id',
      'owner_id',
      'platform',
      'content_type',
      'post_type',
      'title',
      'content',
      'hashtags',
    ];
    const more = [
      'images',
      'carousel_images',
      'media_url',
      'scheduled_at',
      'scheduled_time',
      'metadata',
      'channel',
    ];
    const anything = fc.dictionary(fc.constantFrom(...columns, ...more), fc.anything());
    fc.assert(
      fc.property(
        fc.constantFrom<SourceTable>('created_content', 'content_posts'),
        anything,
        (source, row) => {
          const parsed = parse(source, row);
          expect(
            [parsed.hashtags, parsed.images, parsed.carouselImages]
              .flat()
              .every((x) => typeof x === 'string'),
          ).toBe(true);
        },
      ),
    );
    fc.assert(fc.property(fc.anything(), (row) => void parseSourceRow('created_content', row)));
  });
});
