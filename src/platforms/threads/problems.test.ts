import { describe, expect, it } from 'vitest';
import { facts } from '../../../test/support/platform-examples.ts';
import { examplePost, withText } from '../../../test/support/platform-media.ts';
import type { Post, PostMedia } from '../../core/post.ts';
import { followUps, partsOf } from './content.ts';
import { lengthOf } from './count.ts';
import { problems } from './problems.ts';

const [account] = facts.threads.accounts;
const plain = examplePost('threads', { name: 'a text', kind: 'text', account, files: [] }, []);
const said = (text: string, change: Partial<Post> = {}): Post => ({ ...withText(plain, text), ...change });
const codes = (post: Post) => problems(post).map(({ code }) => code);
const link = (n: number) => `https://bakery.example/${n}`;
const picture = (n: number): PostMedia => ({ url: `https://cdn.example/${n}.jpg`, role: 'image' });
const carousel = (files: number): Post => ({
  ...plain,
  kind: 'carousel',
  media: Array.from({ length: files }, (_, n) => picture(n)),
});

describe('a text', () => {
  it.each([
    ['letters', 'a'.repeat(500)],
    ['emojis, by their bytes', '👍'.repeat(125)],
    ['families', `${'👩‍👩‍👧'.repeat(27)}${'a'.repeat(14)}`],
    ['letters from right to left', 'ש'.repeat(500)],
    ['accents by themselves', 'e\u0301'.repeat(250)],
    ['an address, as long as it is', `https://bakery.example/${'a'.repeat(477)}`],
  ])('of %s is taken up to 500 and no further', (_what, text) => {
    expect(codes(said(text))).toEqual([]);
    expect(codes(said(`${text}a`))).toEqual(['TEXT_TOO_LONG']);
  });

  it('may have five different links', () => {
    const five = [1, 2, 3, 4, 5].map(link).join(' ');
    expect(codes(said(five))).toEqual([]);
    expect(codes(said(`${five} ${link(1)}. (${link(2)})`))).toEqual([]);
    expect(codes(said(`${five} www.six.example`))).toEqual(['TOO_MANY_LINKS']);
  });

  it('shares them with its card, unless that shows one of them', () => {
    const five = [1, 2, 3, 4, 5].map(link).join(' ');
    expect(codes(said(five, { kind: 'link', link: { url: link(3) } }))).toEqual([]);
    expect(codes(said(five, { kind: 'link', link: { url: link(6) } }))).toEqual(['TOO_MANY_LINKS']);
  });
});

describe('a thread', () => {
  const LONG = Array.from({ length: 60 }, (_, n) => `Sentence ${n} of a long story 👍.`).join(' ');
  const thread = (text: string) => said(text, { options: { thread: true } });

  it('is made only where the post asks for it and needs it', () => {
    expect(followUps(said(LONG))).toEqual([]);
    expect(codes(said(LONG))).toEqual(['TEXT_TOO_LONG']);
    expect(followUps(thread('Short.'))).toEqual([]);
    expect(codes(thread(LONG))).toEqual([]);
    expect(followUps(thread(LONG))[0]).toMatchObject({ effect: 'part:2', label: 'part 2 of 5' });
  });

  it('has parts that fit, and together are the text', () => {
    const parts = partsOf(thread(LONG)) ?? [];
    expect(parts.join(' ')).toBe(LONG);
    for (const part of parts) expect(lengthOf(part)).toBeLessThanOrEqual(500);
  });

  it('has five links in each of its parts', () => {
    const links = (from: number) => [0, 1, 2, 3, 4].map((n) => link(from + n)).join(' ');
    const filler = 'word '.repeat(70);
    expect(codes(thread(`${links(10)} ${filler}\n\n${links(20)} ${filler}`))).toEqual([]);
    expect(codes(thread(`${links(10)} ${link(9)} ${filler}\n\n${filler}`))).toEqual(['TOO_MANY_LINKS']);
  });

  it.each([
    ['a word is too long for one', `a ${'b'.repeat(501)}`],
    ['it would have 51', 'word '.repeat(5_100)],
  ])('is refused when %s', (_why, text) => {
    expect(codes(thread(text))).toEqual(['THREAD_NOT_POSSIBLE']);
  });
});

describe('files', () => {
  it.each([
    [1, ['CAROUSEL_COUNT']],
    [2, []],
    [20, []],
    [21, ['CAROUSEL_COUNT']],
  ])('of a carousel: %i', (files, found) => {
    expect(codes(carousel(files))).toEqual(found);
  });

  it('may be described in 1000 characters', () => {
    const described = (length: number) => ({
      ...plain,
      kind: 'image' as const,
      media: [{ ...picture(1), altText: 'é'.repeat(length) }],
    });
    expect(codes(described(1000))).toEqual([]);
    expect(codes(described(1001))).toEqual(['ALT_TEXT_TOO_LONG']);
  });
});

describe('options', () => {
  it.each([
    ['reply_control', 'followers_only', []],
    ['reply_control', 'friends', ['OPTION_INVALID']],
    ['topic_tag', 'Bread & Butter', ['OPTION_INVALID']],
    ['topic_tag', 'St. Ives', ['OPTION_INVALID']],
    ['topic_tag', '#Bäckerei am Markt', []],
    ['topic_tag', 'a'.repeat(50), []],
    ['topic_tag', 'a'.repeat(51), ['OPTION_INVALID']],
    ['topic_tag', '', ['OPTION_INVALID']],
    ['thread', 'yes', ['OPTION_INVALID']],
  ])('%s may be %j: %j', (key, value, found) => {
    expect(codes({ ...plain, options: { [key]: value } })).toEqual(found);
  });
});
