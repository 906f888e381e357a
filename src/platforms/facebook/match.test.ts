import { describe, expect, it } from 'vitest';
import { facebookPost } from '../../../test/support/facebook.ts';
import type { PostMedia } from '../../core/post.ts';
import { type ListedPost, posts } from './answers.ts';
import { attachedIds, isOurs } from './match.ts';

function listed(fields: Record<string, unknown> = {}): ListedPost {
  const { text } = facebookPost();
  const item = { id: '1_2', message: text, created_time: '2026-11-21T10:00:00+0000', ...fields };
  const [post] = posts.parse({ data: [item] }).data;
  if (post === undefined) throw new Error('no post');
  return post;
}

const photos = (...ids: string[]) =>
  ids.map((id) => ({ media_type: 'photo', type: 'photo', target: { id } }));
const album = (...ids: string[]) => ({
  data: [
    { media_type: 'album', type: 'album', target: { id: '2' }, subattachments: { data: photos(...ids) } },
  ],
});
const card = (url: string) => ({
  data: [{ media_type: 'link', type: 'share', url: `https://l.facebook.com/l.php?u=x`, unshimmed_url: url }],
});
const images = (count: number): readonly PostMedia[] =>
  Array.from({ length: count }, (_, n) => ({ url: `https://media.example/${n}`, role: 'image' }));

describe('isOurs', () => {
  it.each([
    ['a text', facebookPost(), listed(), true],
    ['another text', facebookPost(), listed({ message: 'Else' }), false],
    [
      'a mention, which shows as a name',
      facebookPost({ text: 'Thanks to @[123] (and @[45])!' }),
      listed({ message: 'Thanks to Rao Bakes (and Cole)!' }),
      true,
    ],
    [
      'other words around a mention',
      facebookPost({ text: 'Thanks to @[123]!' }),
      listed({ message: 'No thanks to Rao Bakes!' }),
      false,
    ],
    ['no text', facebookPost(), listed({ message: undefined }), false],
    ['a text that got photos', facebookPost(), listed({ attachments: { data: photos('9') } }), false],
    [
      'a text whose address became a card',
      facebookPost({ text: 'See http://a.b' }),
      listed({ message: 'See http://a.b', attachments: card('http://a.b') }),
      true,
    ],
    [
      'a text without address that has a card',
      facebookPost(),
      listed({ attachments: card('http://a.b') }),
      false,
    ],
  ])('%s', (_name, post, found, expected) => {
    expect(isOurs(post, [], found)).toBe(expected);
  });

  it.each([
    ['https://example.org/a', true],
    ['https://example.org/a/', true],
    ['https://example.org/a?fbclid=abc#top', true],
    ['https://example.org/b', false],
    ['https://example.org/a?page=2', false],
  ])('compares the address of the card: %s', (url, expected) => {
    const post = facebookPost({ kind: 'link', text: '', link: { url: 'https://example.org/a' } });
    expect(isOurs(post, [], listed({ message: undefined, attachments: card(url) }))).toBe(expected);
  });

  it('is never a link post without its card', () => {
    const post = facebookPost({ kind: 'link', link: { url: 'https://example.org/a' } });
    expect(isOurs(post, [], listed())).toBe(false);
  });

  it.each([
    ['the photo is ours, whatever the text', ['9'], 1, { data: photos('9') }, 'Else', true],
    ['one of the photos is ours', ['9', '8'], 2, album('7', '8'), 'Else', true],
    ['same text, same number of photos', ['5'], 1, { data: photos('9') }, facebookPost().text, true],
    ['same text, other number of photos', ['5', '6'], 2, album('1', '2', '3'), facebookPost().text, false],
    [
      'same text, a video',
      ['5'],
      1,
      { data: [{ media_type: 'video', target: { id: '1' } }] },
      facebookPost().text,
      false,
    ],
    ['same text, no photo', ['5'], 1, undefined, facebookPost().text, false],
  ] as const)('photos: %s', (_name, ids, count, attachments, message, expected) => {
    const post = facebookPost({ kind: count === 1 ? 'image' : 'carousel', media: images(count) });
    expect(isOurs(post, ids, listed({ message, attachments }))).toBe(expected);
  });

  it('reads every id that a post shows', () => {
    expect(attachedIds(listed({ attachments: album('7', '8') }))).toEqual(['2', '7', '8']);
    expect(attachedIds(listed())).toEqual([]);
  });
});

describe('answers', () => {
  it('take an id as text or as a number that is exact', () => {
    const id = (value: unknown) =>
      posts.safeParse({ data: [{ id: value, created_time: '2026-11-21T10:00:00+0000' }] });
    expect(id('122093847362819283').success).toBe(true);
    expect(id(122093).success).toBe(true);
    expect(id(Number('122093847362819283')).success).toBe(false);
  });

  it('need a moment that can be read', () => {
    expect(posts.safeParse({ data: [{ id: '1', created_time: 'yesterday' }] }).success).toBe(false);
  });

  it('need a cursor where there is a further page', () => {
    expect(posts.safeParse({ data: [], paging: { next: 'https://graph.facebook.com/x' } }).success).toBe(
      false,
    );
    const page = posts.parse({ data: [], paging: { next: 'https://x', cursors: { after: 'abc' } } });
    expect(page.after).toBe('abc');
    expect(posts.parse({ data: [], paging: { cursors: { after: 'abc' } } }).after).toBeNull();
  });

  it('make whole addresses of the paths that video nodes name', () => {
    expect(listed({ permalink_url: '/reel/1/' }).permalink_url).toBe('https://www.facebook.com/reel/1/');
    expect(listed({ permalink_url: 'https://[' }).permalink_url).toBeUndefined();
  });
});
