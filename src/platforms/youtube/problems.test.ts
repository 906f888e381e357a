import { describe, expect, it } from 'vitest';
import { youtubePost } from '../../../test/support/youtube.ts';
import type { Post } from '../../core/post.ts';
import { OPTION_SHAPES } from './options.ts';
import { problems } from './problems.ts';

function codes(over: Partial<Post>): string[] {
  return problems(youtubePost(over)).map(({ code }) => code);
}

const LATER = '2099-12-24T18:00:00+01:00';
const noTags = { hashtags: [] };
const tagList = (tags: string[]): Partial<Post> => ({ ...noTags, options: { tags } });

describe('problems', () => {
  it('has none with a post that YouTube takes', () => {
    expect(codes({})).toEqual([]);
    expect(codes({ kind: 'video' })).toEqual([]);
  });

  it.each(['text', 'link', 'image', 'carousel', 'story', 'document'] as const)(
    'refuses a post of kind %s',
    (kind) => {
      const [problem] = problems(youtubePost({ kind }));
      expect(problem).toMatchObject({
        kind: 'rejected',
        code: 'KIND_NOT_POSSIBLE',
        message: expect.stringContaining(kind),
      });
    },
  );

  it.each([
    ['no title', { title: null }, ['TITLE_MISSING']],
    ['a blank title', { title: '  ' }, ['TITLE_MISSING']],
    ['a title of 100 characters', { title: 'x'.repeat(100) }, []],
    ['a title of 101 characters', { title: 'x'.repeat(101) }, ['TITLE_TOO_LONG']],
    ['a title of 100 emoji', { title: '🚲'.repeat(100) }, []],
    ['a title with <', { title: 'price < 5' }, ['ANGLE_BRACKET']],
    ['a text of 5000 bytes', { ...noTags, body: 'x'.repeat(5000) }, []],
    ['a text of 5001 bytes', { ...noTags, body: 'x'.repeat(5001) }, ['DESCRIPTION_TOO_LONG']],
    ['a text of 2500 two-byte letters', { ...noTags, body: 'é'.repeat(2500) }, []],
    ['a text of 2501 two-byte letters', { ...noTags, body: 'é'.repeat(2501) }, ['DESCRIPTION_TOO_LONG']],
    [
      'a text that the hashtags make too long',
      { hashtags: ['#abc'], body: 'x'.repeat(4995) },
      ['DESCRIPTION_TOO_LONG'],
    ],
    ['a text with >', { body: 'a > b' }, ['ANGLE_BRACKET']],
    ['an empty text', { ...noTags, body: '' }, []],
    ['tags of 500 characters', tagList(['x'.repeat(500)]), []],
    ['tags of 501 characters', tagList(['x'.repeat(501)]), ['TAGS_TOO_LONG']],
    [
      'tags whose comma is the 501st character',
      tagList(['x'.repeat(250), 'y'.repeat(250)]),
      ['TAGS_TOO_LONG'],
    ],
    ['a tag with a space and 498 characters', tagList([`x ${'y'.repeat(496)}`]), []],
    ['a tag with a space and 499 characters', tagList([`x ${'y'.repeat(497)}`]), ['TAGS_TOO_LONG']],
    ['the same tag twice', { hashtags: [`#${'x'.repeat(400)}`], options: { tags: ['X'.repeat(400)] } }, []],
    ['a tag with >', tagList(['a>b']), ['ANGLE_BRACKET']],
    ['a comment', { options: { first_comment: 'x'.repeat(10_000) } }, []],
    ['a comment too long', { options: { first_comment: 'x'.repeat(10_001) } }, ['COMMENT_TOO_LONG']],
    ['a comment with a bell', { options: { first_comment: 'a\u0007' } }, ['CONTROL_CHARACTER']],
    [
      'a comment below a film for kids',
      { options: { first_comment: 'a', made_for_kids: true } },
      ['COMMENT_NOT_POSSIBLE'],
    ],
    [
      'a comment below a private film',
      { options: { first_comment: 'a', privacy: 'private' } },
      ['COMMENT_NOT_POSSIBLE'],
    ],
    ['a later time', { options: { publish_at: LATER } }, []],
    [
      'a comment below a film that is private so far',
      { options: { first_comment: 'a', publish_at: LATER } },
      ['COMMENT_NOT_POSSIBLE'],
    ],
    [
      'a later time of an unlisted film',
      { options: { publish_at: LATER, privacy: 'unlisted' } },
      ['PUBLISH_AT_PRIVACY'],
    ],
    [
      'a time before the post is due',
      { options: { publish_at: '2020-01-01T00:00:00Z' } },
      ['PUBLISH_AT_PAST'],
    ],
    ['a time without an offset', { options: { publish_at: '2099-01-01T00:00:00' } }, ['OPTION_INVALID']],
    ['a thumbnail without a picture', { options: { thumbnail: true } }, ['THUMBNAIL_MISSING']],
    ['a playlist', { options: { playlist: 'PLabcdefghij' } }, []],
    ['a playlist that is an address', { options: { playlist: 'https://youtube.com/x' } }, ['OPTION_INVALID']],
  ] as [string, Partial<Post>, string[]][])('judges %s', (_what, over, expected) => {
    expect(codes(over)).toEqual(expected);
  });

  it('names the limit and what was found', () => {
    const [problem] = problems(youtubePost({ title: 'x'.repeat(101) }));
    expect(problem?.message).toBe('The title has 101 characters; YouTube takes at most 100.');
  });

  it.each([
    ['privacy', 'friends', 'unlisted'],
    ['made_for_kids', 'yes', false],
    ['category_id', 22, '22'],
    ['notify_subscribers', 1, true],
    ['tags', 'bikes', ['bikes']],
  ])('takes %s only as documented', (key, wrong, right) => {
    expect(OPTION_SHAPES).toHaveProperty(key);
    expect(codes({ options: { [key]: right } })).toEqual([]);
    const [problem] = problems(youtubePost({ options: { [key]: wrong } }));
    expect(problem).toMatchObject({
      kind: 'rejected',
      code: 'OPTION_INVALID',
      message: expect.stringContaining(JSON.stringify(wrong)),
    });
  });
});
