import { describe, expect, it } from 'vitest';
import { facebookPost } from '../../../test/support/facebook.ts';
import type { PostMedia } from '../../core/post.ts';
import { facebook } from './index.ts';

const { problems } = facebook;

function files(...roles: readonly PostMedia['role'][]): readonly PostMedia[] {
  return roles.map((role, index) => ({ url: `https://media.example/${index}`, role }));
}

describe('problems', () => {
  it.each([
    ['text', []],
    ['link', []],
    ['image', files('image')],
    ['carousel', files('image', 'image')],
    ['video', files('video', 'cover')],
    ['reel', files('video', 'cover')],
    ['story', files('image')],
    ['story', files('video', 'cover')],
  ] as const)('takes a %s', (kind, media) => {
    const link = kind === 'link' ? { url: 'https://example.org' } : null;
    expect(problems(facebookPost({ kind, media, link }))).toEqual([]);
  });

  it('takes a text of 63206 characters and refuses one more, naming both numbers', () => {
    // Two UTF-16 units each: characters are counted as people count them.
    expect(problems(facebookPost({ text: '🥐'.repeat(63_206) }))).toEqual([]);
    const [problem, ...others] = problems(facebookPost({ text: '🥐'.repeat(63_207) }));
    expect(others).toEqual([]);
    expect(problem).toMatchObject({ kind: 'rejected', code: 'TEXT_TOO_LONG' });
    expect(problem?.message).toContain('63207');
    expect(problem?.message).toContain('63206');
  });

  it.each([
    ['a document', facebookPost({ kind: 'document', media: files('document') }), 'KIND_NOT_POSSIBLE'],
    ['a text without text', facebookPost({ text: ' \n' }), 'TEXT_MISSING'],
    [
      'a carousel with a video',
      facebookPost({ kind: 'carousel', media: files('image', 'video') }),
      'CAROUSEL_VIDEO',
    ],
    ['a story of two photos', facebookPost({ kind: 'story', media: files('image', 'image') }), 'STORY_FILES'],
    ['a story of nothing', facebookPost({ kind: 'story' }), 'STORY_FILES'],
    [
      'a link with a picture of its own',
      facebookPost({ kind: 'link', media: files('cover') }),
      'LINK_PICTURE',
    ],
    ['an alt text that is a number', facebookPost({ options: { alt_text: 7 } }), 'OPTION_INVALID'],
    ['alt texts that are numbers', facebookPost({ options: { alt_text: ['a', 7] } }), 'OPTION_INVALID'],
  ])('refuses %s in a whole sentence', (_name, post, code) => {
    const [problem, ...others] = problems(post);
    expect(others).toEqual([]);
    expect(problem).toMatchObject({ kind: 'rejected', code });
    expect(problem?.message).toMatch(/^[A-Z].*\.$/);
    expect(problem?.hint).toMatch(/^[A-Z].*\.$/);
  });

  it.each(['A loaf', ['A loaf', null, 'Two loaves'], null, undefined])(
    'takes the alt text %j',
    (alt_text) => {
      expect(problems(facebookPost({ options: { alt_text } }))).toEqual([]);
    },
  );
});

describe('capabilities', () => {
  it('names for every kind how it is found again', () => {
    const { document: none, ...kinds } = facebook.capabilities.kinds;
    expect(none).toBeUndefined();
    expect(Object.fromEntries(Object.entries(kinds).map(([kind, { findBy }]) => [kind, findBy]))).toEqual({
      text: 'listing',
      link: 'listing',
      image: 'listing',
      carousel: 'listing',
      video: 'own-key',
      reel: 'own-key',
      story: 'own-key',
    });
  });
});
