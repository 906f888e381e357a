import { describe, expect, it } from 'vitest';
import { findLink } from './post-link.ts';
import { parseSourceRow, type SourceRow } from './source-row.ts';

function row(columns: object): SourceRow {
  const parsed = parseSourceRow('content_posts', { id: 'b0000000-0000-4000-8000-000000000001', ...columns });
  if ('problem' in parsed) throw new Error(parsed.problem);
  return parsed.row;
}

function named(link: unknown): SourceRow {
  return row({ post_type: 'post', content: 'https://body.test', metadata: { publish_options: { link } } });
}

describe('findLink', () => {
  it('takes the link that the options name', () => {
    expect(findLink(named(' https://a.test/x?y=1 '))).toEqual({
      link: { url: 'https://a.test/x?y=1' },
      explicit: true,
    });
  });

  it('takes title and description with it', () => {
    const link = { url: 'https://a.test', title: 'Loaves', description: 'Warm' };
    expect(findLink(named({ ...link, colour: 1 }))).toEqual({ link, explicit: true });
  });

  it.each(['not a link', 'ftp://a.test/x', 'javascript:alert(1)', 5, [], {}, { url: null }, ' '])(
    'refuses %j, and does not publish without it',
    (link) => {
      expect(findLink(named(link))).toMatchObject({ problem: { kind: 'rejected', code: 'LINK_UNUSABLE' } });
    },
  );

  it.each([undefined, null, ''])('takes %j as no link', (link) => {
    expect(findLink(named(link))).toBeNull();
  });

  it.each([
    ['Read https://a.test/loaf, then bake.', 'https://a.test/loaf'],
    ['Read (https://a.test/loaf).', 'https://a.test/loaf'],
    [
      'See https://en.wikipedia.org/wiki/Oven_(disambiguation)',
      'https://en.wikipedia.org/wiki/Oven_(disambiguation)',
    ],
    ['“https://a.test/loaf”', 'https://a.test/loaf'],
    ['HTTPS://A.test/?q=1&r=2#top\nhttps://b.test', 'HTTPS://A.test/?q=1&r=2#top'],
  ])('finds the first address in the body of an article: %s', (content, url) => {
    expect(findLink(row({ post_type: 'Article', content }))).toEqual({ link: { url }, explicit: false });
  });

  it('makes no link of an article without an address, nor of an address in another post', () => {
    expect(findLink(row({ post_type: 'article', content: 'bake' }))).toBeNull();
    expect(findLink(row({ post_type: 'post', content: 'https://a.test' }))).toBeNull();
  });
});
