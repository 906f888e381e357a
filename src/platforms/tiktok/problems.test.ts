import { describe, expect, it } from 'vitest';
import { FILM_INFO, tiktokPost } from '../../../test/support/tiktok.ts';
import type { MediaInfo } from '../../core/media.ts';
import type { Post, PostMedia } from '../../core/post.ts';
import { problems } from './problems.ts';

const codes = (over: Partial<Post>): string[] => problems(tiktokPost(over)).map(({ code }) => code);
const messages = (over: Partial<Post>): string[] => problems(tiktokPost(over)).map(({ message }) => message);

const picture = (info: Partial<MediaInfo> = {}): PostMedia => ({
  url: 'https://media.example/a.jpg',
  role: 'image',
  info: { bytes: 1000, mime: 'image/jpeg', width: 1080, height: 1350, ...info },
});
const video = (info: Partial<MediaInfo>): PostMedia => ({
  url: 'https://media.example/a.mp4',
  role: 'video',
  info: { ...FILM_INFO, ...info },
});

describe('the text', () => {
  // As JavaScript and TikTok count: UTF-16 code units.
  it.each([
    ['letters', 'a', 1],
    ['composed letters', 'é', 1],
    ['decomposed letters', 'e\u0301', 2],
    ['an emoji', '👍', 2],
    ['a family', '👩‍👩‍👧', 8],
    ['a flag', '🇩🇪', 4],
    ['right-to-left', 'ش', 1],
    ['an address', 'https://a.example/', 18],
  ])('of %s is counted in UTF-16 code units', (_name, grain, units) => {
    const fits = grain.repeat(Math.floor(2200 / units));
    const full = fits + 'a'.repeat(2200 - fits.length);
    expect(codes({ text: full })).toEqual([]);
    expect(messages({ text: `${full}a` })[0]).toContain('2201 characters; TikTok takes at most 2200');
  });

  it('may be longer with pictures', () => {
    const kind = 'image';
    expect(codes({ kind, text: 'a'.repeat(4000) })).toEqual([]);
    expect(messages({ kind, text: 'a'.repeat(4001) })[0]).toContain(
      '4001 characters; TikTok takes at most 4000',
    );
  });

  it('does not count for a video that goes to the inbox without it', () => {
    expect(codes({ text: 'a'.repeat(3000), options: { draft: true } })).toEqual([]);
    expect(codes({ kind: 'image', text: 'a'.repeat(4001), options: { draft: true } })).toEqual([
      'TEXT_TOO_LONG',
    ]);
  });
});

describe('pictures', () => {
  it.each([
    [1080, 1920],
    [1920, 1080],
    [360, 360],
  ])('of %d × %d are taken', (width, height) => {
    expect(codes({ kind: 'image', media: [picture({ width, height })] })).toEqual([]);
  });

  it.each([
    [1081, 1920],
    [1080, 1921],
    [1200, 1200],
  ])('of %d × %d are refused with both numbers, never made smaller', (width, height) => {
    const [message] = messages({ kind: 'carousel', media: [picture(), picture({ width, height })] });
    expect(message).toContain(`Image 2 has ${width}×${height} pixels`);
    expect(message).toContain('1080×1920');
  });

  it('stand alone: no video beside them', () => {
    expect(codes({ kind: 'carousel', media: [picture(), video({})] })).toEqual(['CAROUSEL_VIDEO']);
  });

  it('have a title of at most 90 code units, and a cover among them', () => {
    const media = [picture(), picture()];
    const with_ = (options: Post['options']) => codes({ kind: 'carousel', media, options });
    expect(with_({ photo_title: 'a'.repeat(90), photo_cover: 1 })).toEqual([]);
    expect(with_({ photo_title: `${'👍'.repeat(45)}a` })).toEqual(['OPTION_INVALID']);
    expect(with_({ photo_cover: 2 })).toEqual(['OPTION_INVALID']);
  });
});

describe('a video', () => {
  it.each(['avc', 'hevc', 'vp8', 'vp9', undefined])('coded as %s is taken', (videoCodec) => {
    const { videoCodec: _, ...others } = FILM_INFO;
    const info = videoCodec === undefined ? others : { ...others, videoCodec };
    expect(codes({ media: [{ url: 'https://media.example/a.mp4', role: 'video', info }] })).toEqual([]);
  });

  it('of another codec, or too high, is refused with what was found', () => {
    expect(messages({ media: [video({ videoCodec: 'av1' })] })[0]).toContain('coded as av1');
    expect(messages({ media: [video({ height: 4097 })] })[0]).toContain('4097 pixels high');
    expect(codes({ media: [video({ height: 4096 })] })).toEqual([]);
  });
});

it.each(['text', 'link', 'story', 'document'] as const)('no posts of kind %s', (kind) => {
  expect(codes({ kind })).toEqual(['KIND_NOT_POSSIBLE']);
});
