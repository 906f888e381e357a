import { describe, expect, it } from 'vitest';
import { facts } from '../../../test/support/platform-examples.ts';
import { examplePost, withText } from '../../../test/support/platform-media.ts';
import type { Post } from '../../core/post.ts';
import type { ListedPost } from './answers.ts';
import { isOurs, shownText } from './match.ts';

const example = { name: 'text', kind: 'text', account: facts.x.accounts[0], files: [] } as const;
const NONE = new Map<string, string>();

function listed(over: Partial<ListedPost>): ListedPost {
  return { id: '100', text: 'Hello', created_at: '2026-11-21T10:00:00.000Z', ...over };
}

function post(text: string, over: Partial<Post> = {}): Post {
  return { ...withText(examplePost('x', example, []), text), ...over };
}

function ours(wanted: Post, shown: ListedPost, types: ReadonlyMap<string, string> = NONE): boolean {
  return isOurs({ post: wanted, text: wanted.text, mediaKeys: [], answers: null }, shown, types);
}

const PICTURE = { url: 'https://media.example/a.jpg', role: 'image' } as const;
const MEDIA_LINK = { url: 'https://t.co/m', expanded_url: 'https://x.com/raobakes/status/100/photo/1' };

describe('a listed post is ours', () => {
  it('with its addresses as they were written, whatever X made of them', () => {
    const wanted = post('See https://Example.com/ and (https://a.co/B?c=d&e), example.org/x/.');
    const text = 'See https://t.co/1 and (https://t.co/2), https://t.co/3.';
    const urls = [
      { url: 'https://t.co/1', expanded_url: 'https://example.com' },
      { url: 'https://t.co/2', expanded_url: 'https://a.co/B?c=d&e' },
      { url: 'https://t.co/3', expanded_url: 'http://example.org/x/' },
    ];
    expect(ours(wanted, listed({ text, entities: { urls } }))).toBe(true);
    expect(ours(post(wanted.text.replace('/B', '/b')), listed({ text, entities: { urls } }))).toBe(false);
  });

  it('with the three characters that X escapes, also where the text itself holds an escape', () => {
    const text = 'a &lt;b&gt; &amp; c &amp;amp; d';
    expect(ours(post('a <b> & c &amp; d'), listed({ text }))).toBe(true);
  });

  it('without the link of its files at the end', () => {
    const media = { attachments: { media_keys: ['3_1'] }, entities: { urls: [MEDIA_LINK] } };
    const wanted = post('Hello', { kind: 'image', media: [PICTURE] });
    expect(ours(wanted, listed({ text: 'Hello https://t.co/m', ...media }))).toBe(true);
    const alone = post('', { kind: 'image', media: [PICTURE] });
    expect(ours(alone, listed({ text: 'https://t.co/m', ...media }))).toBe(true);
  });

  it.each(['note_post', 'note_tweet'] as const)('by its whole text in %s, which `text` has cut', (name) => {
    const long = `${'word '.repeat(80)}https://example.com/end`;
    const note = {
      text: `${'word '.repeat(80)}https://t.co/9`,
      entities: { urls: [{ url: 'https://t.co/9', expanded_url: 'https://example.com/end' }] },
    };
    const cut = listed({ text: `${'word '.repeat(55)}…` });
    expect(ours(post(long), { ...cut, [name]: note })).toBe(true);
    expect(ours(post(long), cut)).toBe(false);
  });

  it('by one of its files, whatever became of the text', () => {
    const wanted = { post: post('Hello'), text: 'Hello', mediaKeys: ['3_7'], answers: null };
    expect(isOurs(wanted, listed({ text: 'Other', attachments: { media_keys: ['3_7'] } }), NONE)).toBe(true);
  });

  it('in composed and decomposed form', () => {
    expect(ours(post('Ćevapi'.normalize('NFD')), listed({ text: 'Ćevapi' }))).toBe(true);
  });
});

describe('a listed post is not ours', () => {
  it.each([
    ['with another text', listed({ text: 'Hello!' })],
    ['with a file more', listed({ attachments: { media_keys: ['3_1'] } })],
    ['with a poll more', listed({ attachments: { poll_ids: ['1'] } })],
    ['as an answer', listed({ referenced_posts: [{ type: 'replied_to', id: '99' }] })],
    ['as an answer in the older names', listed({ referenced_tweets: [{ type: 'replied_to', id: '99' }] })],
    ['inside a conversation', listed({ conversation_id: '99' })],
  ])('%s', (_what, shown) => {
    expect(ours(post('Hello'), shown)).toBe(false);
  });

  it('with a video where ours is a picture', () => {
    const shown = listed({ attachments: { media_keys: ['7_1'] } });
    const wanted = post('Hello', { kind: 'image', media: [PICTURE] });
    expect(ours(wanted, shown, new Map([['7_1', 'video']]))).toBe(false);
    expect(ours(wanted, shown, new Map([['7_1', 'photo']]))).toBe(true);
  });

  it('with a poll less', () => {
    const options = { poll: { options: ['a', 'b'], duration_minutes: 5 } };
    expect(ours(post('Hello', { options }), listed({}))).toBe(false);
    expect(ours(post('Hello', { options }), listed({ attachments: { poll_ids: ['1'] } }))).toBe(true);
  });
});

describe('a part of a thread is ours', () => {
  const part = { post: post('Hello'), text: 'Hello', mediaKeys: [], answers: { root: '1', to: '2' } };
  const answer = (to: string, root: string): ListedPost =>
    listed({ conversation_id: root, referenced_posts: [{ type: 'replied_to', id: to }] });

  it('only behind the part before it', () => {
    expect(isOurs(part, answer('2', '1'), NONE)).toBe(true);
    expect(isOurs(part, answer('3', '1'), NONE)).toBe(false);
    expect(isOurs(part, answer('2', '9'), NONE)).toBe(false);
  });
});

describe('the text that a person sees', () => {
  it('keeps an address at the end that is not that of a file', () => {
    const urls = [{ url: 'https://t.co/1', expanded_url: 'https://example.com/a' }, MEDIA_LINK];
    const text = 'See https://t.co/1 https://t.co/m';
    expect(shownText(listed({ text, entities: { urls } }))).toBe('See https://example.com/a ');
  });
});
