import { describe, expect, it } from 'vitest';
import type { PublicPost } from '../../src/sandbox/platforms/simulator.ts';
import { FIRST_WISH, type Wish } from './app-side.ts';
import { type Facts, judge } from './judge.ts';

const post = { platform: 'facebook', accountId: 'page' } as const;
const AT = new Date('2026-11-21T10:00:00Z');
const later = (seconds: number) => new Date(AT.getTime() + seconds * 1_000);

const seen = (over: Partial<PublicPost> = {}): PublicPost => ({
  platform: 'facebook',
  account: 'page',
  id: 'page_1',
  kind: 'text',
  text: 'mark0000001 version 1: made by hand',
  media: [],
  at: AT.toISOString(),
  url: 'https://facebook.example/page_1',
  ...over,
});

const target = (over: Partial<NonNullable<Facts['target']>> = {}): NonNullable<Facts['target']> => ({
  state: 'published',
  platform_post_id: 'page_1',
  id_kind: 'post',
  next_look_at: null,
  warning: null,
  error: null,
  ...over,
});

const facts = (over: Partial<Facts> = {}): Facts => ({
  row: { status: 'published', published_at: AT.toISOString(), metadata: { facebook_post_id: 'page_1' } },
  queue: { state: 'done', next_attempt_at: null, problem: null },
  target: target(),
  arms: [{ arm_id: 'arm', at: AT }],
  ...over,
});

const told = { code: 'REFUSED', message: 'It was refused.' };
const maybe = { code: 'MAYBE_LIVE', message: 'May already be live.' };
const ended = { published_at: null, metadata: { publish_error: told } };
const verdict = (
  over: Partial<Facts>,
  posts: readonly PublicPost[],
  wishes: readonly Wish[] = [FIRST_WISH],
) => judge(post, facts(over), posts, wishes).verdict;

describe('the verdict on a post', () => {
  it('is "once" when everybody says the same', () => {
    expect(verdict({}, [seen()])).toBe('once');
  });

  it('is "doubled" whatever the database says', () => {
    expect(verdict({}, [seen(), seen({ id: 'page_2' })])).toBe('doubled');
  });

  it('is "person" only where the row says that it may be live', () => {
    const review = target({ state: 'needs_review', platform_post_id: null });
    const row = (status: string, error: unknown) => ({
      status,
      published_at: null,
      metadata: { publish_error: error },
    });
    expect(verdict({ target: review, row: row('failed', maybe) }, [])).toBe('person');
    expect(verdict({ target: review, row: row('failed', maybe) }, [seen()])).toBe('person');
    expect(verdict({ target: review, row: row('draft', maybe) }, [])).toBe('untrue');
    expect(verdict({ target: review, row: row('failed', told) }, [])).toBe('untrue');
  });

  it('is "told" when it stayed at home and the row says why, else "lost"', () => {
    const failed = target({ state: 'failed', platform_post_id: null });
    expect(verdict({ target: failed, row: { status: 'draft', ...ended } }, [])).toBe('told');
    expect(verdict({ target: failed, row: { status: 'draft', published_at: null, metadata: {} } }, [])).toBe(
      'lost',
    );
    expect(verdict({ target: failed, row: { status: 'scheduled', ...ended } }, [])).toBe('lost');
    expect(verdict({ target: null, queue: null, row: { status: 'scheduled', ...ended } }, [])).toBe('lost');
  });

  it('is "waiting" as long as it is looked at again', () => {
    const queue = { state: 'waiting', next_attempt_at: AT.toISOString(), problem: null };
    const held = target({ state: 'held', platform_post_id: null, next_look_at: AT.toISOString() });
    expect(verdict({ queue, target: held, row: { status: 'scheduled', ...ended } }, [])).toBe('waiting');
  });

  it('is "untrue" when tables or row say something else than what is public', () => {
    expect(verdict({}, [])).toBe('untrue');
    expect(verdict({ target: target({ platform_post_id: 'other' }) }, [seen()])).toBe('untrue');
    expect(verdict({ target: target({ state: 'failed' }) }, [seen()])).toBe('untrue');
    expect(verdict({ row: { status: 'draft', ...ended } }, [seen()])).toBe('untrue');
    expect(verdict({}, [seen({ account: 'another' })])).toBe('untrue');
    const left = { status: 'published', published_at: null, metadata: { _publishing: true } };
    expect(verdict({ row: left }, [seen()])).toBe('untrue');
  });

  it('is "stale" when it was armed against what the app wanted by then', () => {
    const edited: Wish = { ...FIRST_WISH, version: 2, at: later(-5) };
    const afterwards: Wish = { ...FIRST_WISH, version: 2, at: later(5) };
    const second = seen({ text: 'mark0000001 version 2: made by hand' });
    expect(verdict({}, [seen()], [FIRST_WISH, edited])).toBe('stale');
    expect(verdict({}, [second], [FIRST_WISH, edited])).toBe('once');
    expect(verdict({}, [seen()], [FIRST_WISH, afterwards])).toBe('once');
    expect(verdict({}, [seen()], [FIRST_WISH, { ...edited, version: 1, wanted: false }])).toBe('stale');
    expect(verdict({}, [seen()], [FIRST_WISH, { ...edited, version: 1, notBefore: later(60) }])).toBe(
      'stale',
    );
  });
});
