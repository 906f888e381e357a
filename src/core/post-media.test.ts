import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { declaredKind } from './declared-kind.ts';
import { resolveMedia } from './post-media.ts';
import { parseSourceRow, type SourceRow, type SourceTable } from './source-row.ts';

function row(source: SourceTable, columns: object): SourceRow {
  const parsed = parseSourceRow(source, { id: 'a0000000-0000-4000-8000-000000000001', ...columns });
  if ('problem' in parsed) throw new Error(parsed.problem);
  return parsed.row;
}

/** 'kind: role file, role file' or the problem's code, for tables that can be read. */
function outcome(source: SourceTable, columns: object): string {
  const found = resolveMedia(row(source, columns));
  if ('problem' in found) return found.problem.code;
  const files = found.media.map(({ url, role }) => `${role} ${url.replace('https://a.test/', '')}`);
  return [`${found.kind}:`, files.join(', ')].join(' ').trim();
}

const u = (name: string) => `https://a.test/${name}`;
const [one, two, three, clip, deck] = [u('1.png'), u('2.jpg'), u('3.png'), u('clip.mp4'), u('deck.pdf')];

describe('media of created_content', () => {
  it.each<[string, object, string]>([
    ['no file', { content_type: 'static_post' }, 'text:'],
    ['empty places only', { content_type: 'static_post', images: ['', null] }, 'text:'],
    [
      'images[0]',
      { content_type: 'static_post', images: [one, two], media_url: three },
      'image: image 1.png',
    ],
    ['media_url where there is no image', { content_type: 'post', media_url: three }, 'image: image 3.png'],
    ['an address without extension', { content_type: 'image', images: [u('file')] }, 'image: image file'],
    ['an object without address', { content_type: 'static_post', images: [{ id: 1 }] }, 'MEDIA_URL_UNUSABLE'],
    ['an image post without image', { content_type: 'image' }, 'MEDIA_MISSING'],
    [
      'a file that is said to be there',
      { content_type: 'post', metadata: { has_media: true } },
      'MEDIA_MISSING',
    ],
    ['a story picture', { content_type: 'story', images: [one] }, 'story: image 1.png'],
    [
      'a story video',
      { content_type: 'story', images: [one], media_url: clip },
      'story: video clip.mp4, cover 1.png',
    ],
    ['a story without file', { content_type: 'story' }, 'MEDIA_MISSING'],
    ['a document', { content_type: 'post', media_url: deck }, 'document: document deck.pdf'],
    [
      'a document with a preview',
      { content_type: 'post', images: [one], media_url: deck },
      'document: document deck.pdf, cover 1.png',
    ],
    ['a document post without document', { content_type: 'document', images: [one] }, 'MEDIA_MISSING'],
    [
      'a data: address',
      { content_type: 'static_post', images: ['data:image/png;base64,AAAA'] },
      'MEDIA_URL_UNUSABLE',
    ],
    [
      'a Drive link',
      { content_type: 'static_post', images: ['https://drive.google.com/uc?id=1'] },
      'MEDIA_URL_UNUSABLE',
    ],
  ])('%s', (_, columns, expected) => {
    expect(outcome('created_content', columns)).toBe(expected);
  });
});

describe('videos of created_content', () => {
  it.each<[string, object, string]>([
    [
      'media_url is the video, images[0] the cover',
      { content_type: 'short_video or reel', images: [one], media_url: clip },
      'reel: video clip.mp4, cover 1.png',
    ],
    ['media_url without extension', { content_type: 'reel', media_url: u('v') }, 'reel: video v'],
    [
      'metadata.video_url where media_url is missing',
      { content_type: 'long_video', metadata: { video_url: clip } },
      'video: video clip.mp4',
    ],
    [
      'metadata.video_url where media_url is the cover',
      { content_type: 'video', media_url: one, metadata: { video_url: clip } },
      'video: video clip.mp4, cover 1.png',
    ],
    [
      'metadata.media_type makes it a video',
      { content_type: 'post', media_url: u('v'), metadata: { media_type: 'Video' } },
      'video: video v',
    ],
    [
      'metadata.is_video makes it a video',
      { content_type: 'static_post', images: [one], media_url: u('v'), metadata: { is_video: true } },
      'video: video v, cover 1.png',
    ],
    [
      'a video by its name never goes out as its cover',
      { content_type: 'static_post', images: [one], media_url: clip },
      'video: video clip.mp4, cover 1.png',
    ],
    ['a video in images', { content_type: 'post', images: [clip] }, 'video: video clip.mp4'],
    ['a reel with a cover only', { content_type: 'short_video or reel', images: [one] }, 'VIDEO_MISSING'],
    ['a video whose media_url is a picture', { content_type: 'video', media_url: one }, 'VIDEO_MISSING'],
    ['a video of text alone', { content_type: 'long_video' }, 'VIDEO_MISSING'],
    [
      'a flagged video without file',
      { content_type: 'post', images: [one], metadata: { is_video: 'true' } },
      'VIDEO_MISSING',
    ],
    ['an unknown kind of video', { content_type: 'promo video 2' }, 'VIDEO_MISSING'],
    [
      'a flagged carousel holds a cover, not pictures',
      { content_type: 'carousel', images: [one], metadata: { media_type: 'video' } },
      'VIDEO_MISSING',
    ],
    [
      'a reel ignores pictures left from a carousel',
      { content_type: 'reel', carousel_images: [one, two], media_url: clip },
      'reel: video clip.mp4',
    ],
  ])('%s', (_, columns, expected) => {
    expect(outcome('created_content', columns)).toBe(expected);
  });
});

describe('carousels of created_content', () => {
  const carousel = { content_type: 'carousel' };
  it.each<[string, object, string]>([
    [
      'metadata.carousel_images first',
      {
        ...carousel,
        metadata: { carousel_images: [one, two] },
        carousel_images: [three, one],
        images: [three],
      },
      'carousel: image 1.png, image 2.jpg',
    ],
    [
      'then the column',
      { ...carousel, carousel_images: [two, one], images: [three], metadata: { images: [three] } },
      'carousel: image 2.jpg, image 1.png',
    ],
    [
      'then metadata.images',
      { ...carousel, images: [three], metadata: { images: [{ url: one }, { image_url: two }] } },
      'carousel: image 1.png, image 2.jpg',
    ],
    [
      'then images',
      { ...carousel, images: [one, two, three] },
      'carousel: image 1.png, image 2.jpg, image 3.png',
    ],
    [
      'images only when the type is carousel',
      { content_type: 'static_post', images: [one, two] },
      'image: image 1.png',
    ],
    [
      'the column whatever the type',
      { content_type: 'post', carousel_images: [one, two] },
      'carousel: image 1.png, image 2.jpg',
    ],
    ['with videos', { ...carousel, carousel_images: [one, clip] }, 'carousel: image 1.png, video clip.mp4'],
    ['of one picture', { ...carousel, images: [one] }, 'image: image 1.png'],
    ['of one video', { ...carousel, carousel_images: [clip] }, 'video: video clip.mp4'],
    [
      'the list that is complete',
      {
        ...carousel,
        carousel_images: [one, two],
        images: [one],
        metadata: { total_images: 2, carousel_images: [one] },
      },
      'carousel: image 1.png, image 2.jpg',
    ],
    [
      'with fewer than total_images',
      { ...carousel, carousel_images: [one, two], metadata: { total_images: 3 } },
      'CAROUSEL_INCOMPLETE',
    ],
    [
      'with total_images as text',
      { ...carousel, carousel_images: [one, two], metadata: { total_images: '3' } },
      'CAROUSEL_INCOMPLETE',
    ],
    [
      'with total_images that says nothing',
      { ...carousel, carousel_images: [one, two], metadata: { total_images: 'many' } },
      'carousel: image 1.png, image 2.jpg',
    ],
    ['with an empty place', { ...carousel, carousel_images: [one, '', two] }, 'CAROUSEL_INCOMPLETE'],
    ['with an element without address', { ...carousel, carousel_images: [one, {}] }, 'MEDIA_URL_UNUSABLE'],
    [
      'with a Drive link',
      { ...carousel, carousel_images: [one, 'https://drive.google.com/open?id=1'] },
      'MEDIA_URL_UNUSABLE',
    ],
    ['without any picture', carousel, 'MEDIA_MISSING'],
    [
      'without any picture of three',
      { ...carousel, media_url: one, metadata: { total_images: 3 } },
      'CAROUSEL_INCOMPLETE',
    ],
  ])('%s', (_, columns, expected) => {
    expect(outcome('created_content', columns)).toBe(expected);
  });

  it('says how many pictures there are', () => {
    const found = resolveMedia(
      row('created_content', { ...carousel, carousel_images: [one, ''], metadata: { total_images: 4 } }),
    );
    expect(found).toMatchObject({ problem: { message: expect.stringContaining('1 of its 4 pictures') } });
  });
});

describe('media of content_posts', () => {
  it.each<[string, object, string]>([
    [
      'metadata.carousel_images',
      { post_type: 'image', primary_image_url: one, metadata: { carousel_images: [two, three] } },
      'carousel: image 2.jpg, image 3.png',
    ],
    [
      'primary_image_url',
      { post_type: 'text', primary_image_url: one, metadata: { media_url: two } },
      'image: image 1.png',
    ],
    ['metadata.media_url', { post_type: 'post', metadata: { media_url: two } }, 'image: image 2.jpg'],
    ['a video in primary_image_url', { post_type: 'post', primary_image_url: clip }, 'video: video clip.mp4'],
    [
      'a video in both places',
      { post_type: 'video', primary_image_url: clip, metadata: { media_url: clip } },
      'video: video clip.mp4',
    ],
    [
      'a cover in primary_image_url',
      { post_type: 'reel', primary_image_url: one, metadata: { media_url: clip } },
      'reel: video clip.mp4, cover 1.png',
    ],
    ['a video post with a picture only', { post_type: 'video', primary_image_url: one }, 'VIDEO_MISSING'],
    [
      'a carousel without its list',
      { post_type: 'carousel', primary_image_url: one, metadata: { total_images: 3 } },
      'CAROUSEL_INCOMPLETE',
    ],
    ['text', { post_type: 'text' }, 'text:'],
    ['an image post without image', { post_type: 'image' }, 'MEDIA_MISSING'],
  ])('%s', (_, columns, expected) => {
    expect(outcome('content_posts', columns)).toBe(expected);
  });
});

describe('links', () => {
  const link = { publish_options: { link: 'https://shop.test' } };
  it.each<[string, object, string]>([
    ['alone', { post_type: 'post', metadata: link }, 'link:'],
    ['in an article', { post_type: 'article', content: 'https://shop.test' }, 'link:'],
    ['an article without address is text', { post_type: 'article', content: 'x' }, 'text:'],
    [
      'an article with a picture keeps the address in its text',
      { post_type: 'article', content: 'https://shop.test', primary_image_url: one },
      'image: image 1.png',
    ],
    [
      'a named link with a picture takes it as preview',
      { post_type: 'post', metadata: link, primary_image_url: one },
      'link: cover 1.png',
    ],
    [
      'a named link with a video',
      { post_type: 'post', metadata: link, primary_image_url: clip },
      'LINK_BESIDE_MEDIA',
    ],
    [
      'a link that is none',
      { post_type: 'post', metadata: { publish_options: { link: 'shop' } } },
      'LINK_UNUSABLE',
    ],
  ])('%s', (_, columns, expected) => {
    expect(outcome('content_posts', columns)).toBe(expected);
  });
});

it('reads every content_type and post_type that occurs', () => {
  const types = [
    'static_post',
    'post',
    'text',
    'article',
    'carousel',
    'short_video or reel',
    'reel',
    'short_video',
    'video',
  ];
  const more = ['long_video', 'story', 'image', ' Image ', null, 'something new', 'YouTube Short'];
  expect([...types, ...more].map((type) => declaredKind(type))).toEqual([
    ...['any', 'any', 'any', 'any', 'carousel', 'reel', 'reel', 'reel', 'video'],
    ...['video', 'story', 'image', 'image', 'any', 'any', 'reel'],
  ]);
});

it('never publishes a video type without a video, whatever else the row holds', () => {
  const still = fc.constantFrom(one, two, '', deck, 'data:image/png;base64,AA');
  const columns = fc.record(
    {
      content_type: fc.constantFrom('short_video or reel', 'reel', 'video', 'short_video', 'long_video'),
      images: fc.array(still),
      carousel_images: fc.array(still),
      media_url: still,
      metadata: fc.record(
        {
          carousel_images: fc.array(still),
          images: fc.array(still),
          total_images: fc.nat(4),
          video_url: still,
        },
        { requiredKeys: [] },
      ),
    },
    { requiredKeys: ['content_type'] },
  );
  fc.assert(
    fc.property(columns, (row) => {
      expect(['VIDEO_MISSING', 'MEDIA_URL_UNUSABLE']).toContain(outcome('created_content', row));
    }),
  );
});

it('never publishes fewer pictures than total_images says', () => {
  const pictures = fc.array(fc.constantFrom(one, two, three));
  fc.assert(
    fc.property(pictures, pictures, fc.nat(6), (column, images, total) => {
      const columns = {
        content_type: 'carousel',
        carousel_images: column,
        images,
        metadata: { total_images: total },
      };
      const found = resolveMedia(row('created_content', columns));
      if ('media' in found) expect(found.media.length).toBeGreaterThanOrEqual(total);
    }),
  );
});
