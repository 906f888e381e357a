import { describe, expect, it } from 'vitest';
import { facts } from '../../../test/support/platform-examples.ts';
import { examplePost, withText } from '../../../test/support/platform-media.ts';
import type { MediaInfo } from '../../core/media.ts';
import type { Post, PostKind, PostMedia } from '../../core/post.ts';
import { problems } from './problems.ts';

const MB = 1024 * 1024;

function post(text: string, over: Partial<Post> = {}, kind: PostKind = 'text'): Post {
  const example = { name: kind, kind, account: facts.x.accounts[0], files: [] };
  return { ...withText(examplePost('x', example, []), text), ...over };
}

function file(info: Partial<MediaInfo>, over: Partial<PostMedia> = {}): PostMedia {
  const all = { bytes: 1_000, mime: 'image/jpeg', width: 600, height: 400, ...info };
  return { url: 'https://media.example/a', role: 'image', info: all, ...over };
}

const codes = (of: Post): string[] => problems(of).map(({ code }) => code);

describe('the text', () => {
  it.each([
    ['letters', 'a'.repeat(280)],
    ['emoji', '👩‍👩‍👧'.repeat(140)],
    ['Arabic', 'م'.repeat(280)],
    ['Japanese', 'の'.repeat(140)],
    ['decomposed letters', 'e\u0301'.repeat(280)],
    ['an address', `${'a'.repeat(256)} https://example.com/${'b'.repeat(300)}`],
    ['an address without its scheme', `${'a'.repeat(256)} example.com/${'b'.repeat(300)}`],
  ])('of %s fits exactly, and one more does not', (_what, text) => {
    expect(codes(post(text))).toEqual([]);
    expect(codes(post(`a${text}`))).toEqual(['TEXT_TOO_LONG']);
  });

  it('leaves room for the link that is put behind it', () => {
    const link = { url: 'https://example.com/a-long-address-of-more-than-23-characters' };
    expect(codes(post('a'.repeat(255), { link }, 'link'))).toEqual([]);
    expect(codes(post('a'.repeat(256), { link }, 'link'))).toEqual(['TEXT_TOO_LONG']);
    const held = `${'a'.repeat(256)} ${link.url}`;
    expect(codes(post(held, { link }, 'link'))).toEqual([]);
  });

  it('may be long as a thread or with Premium, and is refused where neither helps', () => {
    const long = 'word '.repeat(500);
    expect(problems(post(long))[0]?.hint).toMatch(/thread/);
    expect(codes(post(long, { options: { thread: true } }))).toEqual([]);
    expect(codes(post(long, { options: { premium: true } }))).toEqual([]);
    expect(codes(post('a'.repeat(281), { options: { thread: true } }))).toEqual(['THREAD_NOT_POSSIBLE']);
    expect(codes(post('word '.repeat(5_000), { options: { thread: true } }))).toEqual([
      'THREAD_NOT_POSSIBLE',
    ]);
    expect(codes(post('a'.repeat(25_001), { options: { premium: true } }))).toEqual(['TEXT_TOO_LONG']);
  });

  it('has at most one cashtag in each part', () => {
    expect(codes(post('$ABC goes up'))).toEqual([]);
    expect(codes(post('$5 or $10, US$20, $ 30'))).toEqual([]);
    expect(codes(post('$ABC and $XYZ.B'))).toEqual(['TOO_MANY_CASHTAGS']);
    const far = `$ABC ${'word '.repeat(60)} $XYZ`;
    expect(codes(post(far, { options: { thread: true } }))).toEqual([]);
  });
});

describe('files', () => {
  it('are photos of at most 5 MB', () => {
    expect(codes(post('', { media: [file({ bytes: 5 * MB })] }, 'image'))).toEqual([]);
    expect(codes(post('', { media: [file({ bytes: 5 * MB + 1 })] }, 'image'))).toEqual(['MEDIA_TOO_LARGE']);
  });

  it('are GIFs of at most 1280×1080, alone', () => {
    const gif = (over: Partial<MediaInfo> = {}): PostMedia =>
      file({ mime: 'image/gif', bytes: 15 * MB, ...over });
    expect(codes(post('', { media: [gif({ width: 1280, height: 1080 })] }, 'image'))).toEqual([]);
    expect(codes(post('', { media: [gif({ width: 1281 })] }, 'image'))).toEqual(['MEDIA_TOO_WIDE']);
    expect(codes(post('', { media: [gif({ height: 1081 })] }, 'image'))).toEqual(['MEDIA_TOO_WIDE']);
    expect(codes(post('', { media: [gif(), file({})] }, 'carousel'))).toEqual(['CAROUSEL_MIXED']);
  });

  it('are no video beside a photo', () => {
    const video = file({ mime: 'video/mp4' }, { role: 'video' });
    expect(codes(post('', { media: [file({}), video] }, 'carousel'))).toEqual(['CAROUSEL_MIXED']);
  });

  it('have an alt text of at most 1000 characters', () => {
    const with_ = (altText: string): Post => post('', { media: [file({}, { altText })] }, 'image');
    expect(codes(with_('👍'.repeat(1_000)))).toEqual([]);
    expect(codes(with_('👍'.repeat(1_001)))).toEqual(['ALT_TEXT_TOO_LONG']);
  });
});

describe('a poll', () => {
  const poll = (options: readonly unknown[], minutes: unknown = 60): Post =>
    post('Which?', { options: { poll: { options, duration_minutes: minutes } } });

  it.each([
    ['2 choices', poll(['a', 'b'])],
    ['4 choices of 25 characters', poll(['a'.repeat(25), 'b', 'c', 'd'])],
    ['5 minutes', poll(['a', 'b'], 5)],
    ['a week', poll(['a', 'b'], 10_080)],
  ])('may have %s', (_what, of) => {
    expect(codes(of)).toEqual([]);
  });

  it.each([
    ['one choice', poll(['a'])],
    ['5 choices', poll(['a', 'b', 'c', 'd', 'e'])],
    ['an empty choice', poll(['a', ''])],
    ['a choice of 26 characters', poll(['a'.repeat(26), 'b'])],
    ['4 minutes', poll(['a', 'b'], 4)],
    ['more than a week', poll(['a', 'b'], 10_081)],
    [
      'a key that X does not know',
      post('', { options: { poll: { options: ['a', 'b'], duration_minutes: 5, end: 1 } } }),
    ],
  ])('may not have %s', (_what, of) => {
    expect(codes(of)).toEqual(['OPTION_INVALID']);
  });

  it('goes out without files', () => {
    const options = { poll: { options: ['a', 'b'], duration_minutes: 5 } };
    expect(codes(post('', { media: [file({})], options }, 'image'))).toEqual(['POLL_BESIDE_MEDIA']);
  });
});
