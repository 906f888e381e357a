import { describe, expect, it } from 'vitest';
import { instagramPost } from '../../../test/support/instagram.ts';
import type { Post, PostMedia } from '../../core/post.ts';
import { problems } from './problems.ts';

const IMAGE: PostMedia = { url: 'https://media.example/1.jpg', role: 'image' };
const VIDEO: PostMedia = { url: 'https://media.example/1.mp4', role: 'video' };
const COVER: PostMedia = { url: 'https://media.example/c.jpg', role: 'cover' };

function codes(over: Partial<Post>): string[] {
  return problems(instagramPost(over)).map(({ code }) => code);
}

describe('problems', () => {
  it('finds none in an ordinary post', () => {
    expect(problems(instagramPost())).toEqual([]);
  });

  it.each(['text', 'link', 'document'] as const)('refuses a %s post with a sentence', (kind) => {
    const [only, ...others] = problems(instagramPost({ kind, media: [] }));
    expect(others).toEqual([]);
    expect(only).toMatchObject({ kind: 'rejected', code: 'KIND_NOT_POSSIBLE' });
    expect(only?.message).toMatch(/^Instagram has no posts of kind .+\.$/);
  });

  it.each([
    ['characters', 'TEXT_TOO_LONG', 'é'.repeat(2200), 'é'.repeat(2201), /2201 characters.*at most 2200/],
    ['emoji as one character each', 'TEXT_TOO_LONG', '🎂'.repeat(2200), '🎂'.repeat(2201), /2201 characters/],
    ['hashtags', 'TOO_MANY_HASHTAGS', '#a '.repeat(30), '#a '.repeat(31), /31 hashtags.*at most 30/],
    ['hashtags without spaces', 'TOO_MANY_HASHTAGS', '#a'.repeat(30), '#a'.repeat(31), /31 hashtags/],
    ['mentions', 'TOO_MANY_MENTIONS', '@rao '.repeat(20), '@rao '.repeat(21), /21 mentions.*at most 20/],
  ])('counts %s: the limit passes, one more does not', (_what, code, atLimit, over, message) => {
    expect(codes({ text: atLimit })).toEqual([]);
    const [problem] = problems(instagramPost({ text: over }));
    expect(problem?.code).toBe(code);
    expect(problem?.message).toMatch(message);
  });

  it('does not take an e-mail address for a mention, nor a lone # for a hashtag', () => {
    expect(codes({ text: `${'a.b@c.example '.repeat(30)}${'# '.repeat(40)}` })).toEqual([]);
  });

  it('names every limit that is exceeded at once', () => {
    expect(codes({ text: `${'#a '.repeat(31)}${'@b '.repeat(21)}${'x'.repeat(2200)}` })).toEqual([
      'TEXT_TOO_LONG',
      'TOO_MANY_HASHTAGS',
      'TOO_MANY_MENTIONS',
    ]);
  });

  it.each([
    [1, ['CAROUSEL_COUNT']],
    [2, []],
    [10, []],
    [11, ['CAROUSEL_COUNT']],
  ])('judges a carousel of %i files', (count, expected) => {
    const media = Array.from({ length: count }, (_, index) => (index % 2 === 0 ? IMAGE : VIDEO));
    expect(codes({ kind: 'carousel', media })).toEqual(expected);
  });

  it('takes exactly one image or video for a story, and does not count a cover', () => {
    expect(codes({ kind: 'story', media: [VIDEO, COVER] })).toEqual([]);
    expect(codes({ kind: 'story', media: [IMAGE, VIDEO] })).toEqual(['STORY_COUNT']);
    expect(codes({ kind: 'story', media: [] })).toEqual(['STORY_COUNT']);
  });

  it('does not measure the text of a story, which is not shown', () => {
    expect(codes({ kind: 'story', media: [IMAGE], text: 'x'.repeat(3000) })).toEqual([]);
  });

  it('limits alternative texts to 1000 characters', () => {
    expect(codes({ media: [{ ...IMAGE, altText: 'x'.repeat(1000) }] })).toEqual([]);
    expect(codes({ media: [{ ...IMAGE, altText: 'x'.repeat(1001) }] })).toEqual(['ALT_TEXT_TOO_LONG']);
  });
});

describe('publish_options', () => {
  it.each([
    ['collaborators', ['a', 'b', 'c'], ['a', 'b', 'c', 'd']],
    ['collaborators', [], 'a'],
    ['collaborators', null, [null]],
    ['alt_text', ['A roll', null], 7],
    ['location_id', '7640348500', 7640348500],
    ['share_to_feed', false, 'false'],
    ['thumb_offset', 0, -1],
    ['thumb_offset', 1500, 1.5],
  ])('%s may be %j and not %j', (key, good, bad) => {
    expect(codes({ options: { [key]: good } })).toEqual([]);
    const [problem] = problems(instagramPost({ options: { [key]: bad } }));
    expect(problem?.code).toBe('OPTION_INVALID');
    expect(problem?.message).toContain(`The option ${key} is ${JSON.stringify(bad)}; Instagram needs `);
  });

  it.each([
    ['image', [{ username: '@a', x: 0, y: 1 }], []],
    ['image', [{ username: 'a' }], ['USER_TAG_PLACE']],
    ['image', [{ username: 'a', x: 1.1, y: 0 }], ['OPTION_INVALID']],
    ['reel', [{ username: 'a' }], []],
    ['reel', [{ username: 'a', x: 0, y: 0 }], ['USER_TAG_PLACE']],
    ['story', [{ username: 'a' }], []],
    ['story', [{ username: 'a', x: 0, y: 1 }], []],
    ['story', [{ username: 'a', x: 0 }], ['USER_TAG_PLACE']],
    ['image', [{ username: 'a', x: 0, y: 0, file: 1 }], ['USER_TAG_FILE']],
    ['carousel', [{ username: 'a', x: 0, y: 0 }], []],
    ['carousel', [{ username: 'a', file: 1 }], ['USER_TAGS_NOT_POSSIBLE']],
    ['carousel', [{ username: 'a', x: 0, y: 0, file: 2 }], ['USER_TAG_FILE']],
    ['image', [], []],
  ] as const)('on a post of kind %s the user_tags %j are %j', (kind, user_tags, expected) => {
    const media = kind === 'reel' ? [VIDEO] : kind === 'carousel' ? [IMAGE, VIDEO] : [IMAGE];
    expect(codes({ kind, media, options: { user_tags } })).toEqual(expected);
  });

  it('leaves the keys of other platforms alone', () => {
    expect(codes({ options: { privacy: 3, made_for_kids: 'x' } })).toEqual([]);
  });
});
