import { describe, expect, it } from 'vitest';
import type { DemoPost } from '../../src/sandbox/demo/demo-posts.ts';
import { asha } from '../../src/sandbox/people.ts';
import type { PublicPost } from '../../src/sandbox/platforms/simulator.ts';
import { findMismatches } from './check.ts';
import type { Outcome } from './read-outcomes.ts';

const POST: DemoPost = {
  table: 'created_content',
  id: 'p1',
  what: 'text',
  by: asha,
  row: { content: 'Warm loaves' },
  expect: 'published',
};
const PUBLIC: PublicPost = {
  platform: 'facebook',
  account: '1',
  id: '1_2',
  kind: 'text',
  text: 'Warm loaves',
  media: [],
  at: '2026-11-21T10:00:00Z',
  url: 'https://facebook.example/1_2',
};
const TARGET = {
  platform: 'facebook',
  account_id: '1',
  account_name: 'Rao Bakes',
  state: 'published',
  platform_post_id: '1_2',
  platform_post_url: PUBLIC.url,
  published_at: new Date(PUBLIC.at),
  followed: [],
};
const OUT: Outcome = {
  table: 'created_content',
  id: 'p1',
  platform: 'facebook',
  status: 'published',
  publishedAt: new Date(PUBLIC.at),
  channelPostId: '1_2',
  metadata: { facebook_post_id: '1_2' },
  zone: 'Asia/Kolkata',
  skipReason: null,
  targets: [TARGET],
};
const ERROR = { code: 'VIDEO_MISSING', message: 'No video.', hint: 'Upload it.' };

function mismatches(
  outcome: Partial<Outcome> | undefined,
  ledger: readonly PublicPost[],
  post: Partial<DemoPost> = {},
): string[] {
  const outcomes = new Map(outcome === undefined ? [] : [['p1', { ...OUT, ...outcome }]]);
  return findMismatches([{ ...POST, ...post }], outcomes, ledger);
}

describe('findMismatches', () => {
  it('finds nothing where row, target and public post agree', () => {
    expect(mismatches({}, [PUBLIC])).toEqual([]);
  });

  it.each<[string, Partial<Outcome>, readonly PublicPost[]]>([
    ['a row that is still scheduled', { status: 'scheduled' }, [PUBLIC]],
    ['a row without the id that the app deletes by', { metadata: {} }, [PUBLIC]],
    ['a row without metadata', { metadata: null }, [PUBLIC]],
    ['a wrong channel_post_id', { channelPostId: '1_3' }, [PUBLIC]],
    ['an empty published_at', { publishedAt: null }, [PUBLIC]],
    ['a flag that stays', { metadata: { facebook_post_id: '1_2', _publishing: true } }, [PUBLIC]],
    ['an error beside success', { metadata: { facebook_post_id: '1_2', publish_error: ERROR } }, [PUBLIC]],
    ['a target without address', { targets: [{ ...TARGET, platform_post_url: null }] }, [PUBLIC]],
    ['a target that is not published', { targets: [{ ...TARGET, state: 'retry' }] }, [PUBLIC]],
    ['an id that is public on another account', {}, [{ ...PUBLIC, account: '2' }]],
    ['an id that is not public', {}, []],
    ['a post that is public twice', {}, [PUBLIC, PUBLIC]],
    ['a further public post', {}, [PUBLIC, { ...PUBLIC, id: '1_9' }]],
  ])('finds %s', (_what, outcome, ledger) => {
    expect(mismatches(outcome, ledger)).not.toEqual([]);
  });

  it('finds a row that is gone', () => {
    expect(mismatches(undefined, [PUBLIC])).toEqual(['created_content:p1 (text): it is gone.']);
  });

  it('wants the expected code on a post that must not go out', () => {
    const refused = { status: 'draft', targets: [], metadata: { publish_error: ERROR } };
    const expected = { expect: { code: 'VIDEO_MISSING' } };
    expect(mismatches(refused, [], expected)).toEqual([]);
    expect(mismatches({ ...refused, metadata: {} }, [], expected)).not.toEqual([]);
    expect(mismatches({ ...refused, status: 'published' }, [], expected)).not.toEqual([]);
    expect(mismatches(refused, [PUBLIC], expected)).not.toEqual([]);
  });

  it('wants a skipped post untouched and counted', () => {
    const skipped = { status: 'scheduled', targets: [], metadata: {}, skipReason: 'channel blog' };
    const expected = { expect: 'skipped' } as const;
    expect(mismatches(skipped, [], expected)).toEqual([]);
    expect(mismatches({ ...skipped, status: 'draft' }, [], expected)).not.toEqual([]);
    expect(mismatches({ ...skipped, skipReason: null }, [], expected)).not.toEqual([]);
    expect(mismatches({ ...skipped, metadata: { publish_error: ERROR } }, [], expected)).not.toEqual([]);
  });
});
