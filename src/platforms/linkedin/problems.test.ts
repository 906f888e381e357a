import { describe, expect, it } from 'vitest';
import { linkedinPost } from '../../../test/support/linkedin.ts';
import type { Post } from '../../core/post.ts';
import { problems } from './problems.ts';

const LINK = { url: 'https://raobakes.example/jobs' };
const IMAGE = { url: 'https://media.example/1.jpg', role: 'image' } as const;
const DOCUMENT = { url: 'https://media.example/menu.pdf', role: 'document' } as const;

function codes(over: Partial<Post>): string[] {
  return problems(linkedinPost(over)).map(({ code }) => code);
}

describe('the problems of a LinkedIn post', () => {
  it.each([
    ['text of 3000 characters', { text: 'é'.repeat(3000) }, []],
    ['text of 3001', { text: 'é'.repeat(3001) }, ['TEXT_TOO_LONG']],
    ['text that escaping makes longer than 3000', { text: '('.repeat(3000) }, []],
    ['1500 emoji of two units each', { text: '🥐'.repeat(1500) }, []],
    ['1501 of them', { text: '🥐'.repeat(1501) }, ['TEXT_TOO_LONG']],
    ['alt text of 4086', { kind: 'image', media: [{ ...IMAGE, altText: 'a'.repeat(4086) }] }, []],
    [
      'alt text of 4087',
      { kind: 'image', media: [{ ...IMAGE, altText: 'a'.repeat(4087) }] },
      ['ALT_TEXT_TOO_LONG'],
    ],
    ['link title of 400', { kind: 'link', link: { ...LINK, title: 'a'.repeat(400) } }, []],
    ['link title of 401', { kind: 'link', link: { ...LINK, title: 'a'.repeat(401) } }, ['TITLE_TOO_LONG']],
    ['link description of 4000', { kind: 'link', link: { ...LINK, description: 'a'.repeat(4000) } }, []],
    [
      'link description of 4001',
      { kind: 'link', link: { ...LINK, description: 'a'.repeat(4001) } },
      ['DESCRIPTION_TOO_LONG'],
    ],
    ['link without any title', { kind: 'link', link: LINK }, []],
    ['document with a title', { kind: 'document', media: [DOCUMENT], title: 'Menu' }, []],
    [
      'document with document_title',
      { kind: 'document', media: [DOCUMENT], options: { document_title: 'Menu' } },
      [],
    ],
    ['document without', { kind: 'document', media: [DOCUMENT] }, ['TITLE_MISSING']],
    ['reel', { kind: 'reel', media: [{ ...IMAGE, role: 'video' }] }, []],
    ['story', { kind: 'story', media: [IMAGE] }, ['KIND_NOT_POSSIBLE']],
    ['carousel of pictures', { kind: 'carousel', media: [IMAGE, IMAGE] }, []],
    [
      'carousel with a video',
      { kind: 'carousel', media: [IMAGE, { ...IMAGE, role: 'video' }] },
      ['CAROUSEL_VIDEO'],
    ],
    ['alt_text as a list', { options: { alt_text: ['a', null] } }, []],
    ['options that are null', { options: { alt_text: null, link_title: null } }, []],
    ['alt_text as a number', { options: { alt_text: 7 } }, ['OPTION_INVALID']],
    ['link_title as a list', { options: { link_title: ['a'] } }, ['OPTION_INVALID']],
    ['document_title as an object', { options: { document_title: {} } }, ['OPTION_INVALID']],
  ] as const)('%s', (_what, over, expected) => {
    expect(codes(over)).toEqual(expected);
  });

  it.each([
    ['a poll', {}, []],
    ['a poll beside a link', { kind: 'link', link: { url: 'https://a.example' } }, ['POLL_BESIDE_MEDIA']],
  ] as const)('judge %s', (_what, over, expected) => {
    const poll = { question: 'Rye or spelt?', options: ['Rye', 'Spelt'], duration_days: 3 };
    expect(codes({ kind: 'text', media: [], ...over, options: { poll } })).toEqual(expected);
  });

  it.each([
    { question: 'Rye?', options: ['Rye'], duration_days: 3 },
    { question: 'Rye?', options: ['Rye', 'Spelt'], duration_days: 2 },
    { question: 'Rye?', options: ['Rye', 'x'.repeat(31)], duration_days: 3 },
    { question: 'x'.repeat(141), options: ['Rye', 'Spelt'], duration_days: 3 },
    { question: '🥖'.repeat(71), options: ['Rye', 'Spelt'], duration_days: 3 },
    { question: 'Rye?', options: ['Rye', '🥖'.repeat(16)], duration_days: 3 },
    { options: ['Rye', 'Spelt'], duration_minutes: 1440 },
  ])('refuse the poll %j', (poll) => {
    expect(codes({ options: { poll } })).toEqual(['OPTION_INVALID']);
  });

  it('are whole sentences with the limit and what was found', () => {
    expect(problems(linkedinPost({ text: 'a'.repeat(3210) }))).toEqual([
      {
        kind: 'rejected',
        code: 'TEXT_TOO_LONG',
        message: 'The text has 3210 characters; LinkedIn takes at most 3000.',
        hint: 'Shorten it, or set thread to true in its publish_options to say the rest in comments, and schedule the post again.',
      },
    ]);
  });

  it('judge a text with comments by whether it can be cut', () => {
    const thread = { thread: true };
    expect(codes({ text: 'word '.repeat(900).trim(), options: thread })).toEqual([]);
    expect(codes({ text: 'a'.repeat(3001), options: thread })).toEqual(['THREAD_NOT_POSSIBLE']);
    expect(codes({ text: 'word '.repeat(20_000), options: thread })).toEqual(['THREAD_NOT_POSSIBLE']);
  });

  it('come all at once', () => {
    expect(codes({ text: 'a'.repeat(3001), kind: 'document', options: { link_title: 1 } })).toEqual([
      'TEXT_TOO_LONG',
      'TITLE_MISSING',
      'OPTION_INVALID',
    ]);
  });
});
