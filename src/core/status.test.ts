import { describe, expect, it } from 'vitest';
import { judgeStatus, PROMISE_CODES, QUIET_MS, type StatusFacts } from './status.ts';

const NOW = new Date('2026-11-21T03:00:00Z');
const ago = (minutes: number) => new Date(NOW.getTime() - minutes * 60_000);
const tick = (over: Partial<StatusFacts['hosts'][number]> = {}) => ({
  host: 'host-a',
  onlyUser: null,
  version: '1.2.3',
  startedAt: ago(1),
  endedAt: ago(1),
  clockSkewMs: 12,
  ...over,
});
const WELL: StatusFacts = {
  now: NOW,
  installedAt: ago(10_000),
  unread: 0,
  scheduled: 3,
  due: 1,
  overdue: 0,
  unplanned: 0,
  inFlight: 1,
  nextDue: ago(-60),
  targets: { published: 7 },
  skipped: {},
  working: [],
  held: [],
  holds: [],
  hosts: [tick()],
  inactive: [],
  review: { count: 0, posts: [] },
  broken: {},
};
const listed = {
  source: 'created_content',
  id: '6f0c',
  platform: 'facebook',
  account: null,
  state: 'waiting',
  at: ago(60),
  detail: null,
};
const judge = (change: Partial<StatusFacts>, userId: string | null = null) =>
  judgeStatus({ ...WELL, ...change }, { quietMs: QUIET_MS, userId });

it('finds nothing where all is well', () => {
  expect(judge({})).toEqual([]);
});

describe('ticks', () => {
  it.each([
    ['none ever', []],
    ['the last too long ago', [tick({ endedAt: ago(16) })]],
    ['the recent ones only of TEST_USER_ID', [tick({ onlyUser: 'asha' }), tick({ endedAt: ago(100) })]],
  ])('%s: the promise is broken', (_case, hosts) => {
    expect(judge({ hosts })).toMatchObject([{ code: 'NO_TICK', broken: true }]);
  });

  it('of TEST_USER_ID count for that user', () => {
    expect(judge({ hosts: [tick({ onlyUser: 'asha' })] }, 'asha')).toEqual([]);
    expect(judge({ hosts: [tick({ onlyUser: 'ben' })] }, 'asha')).toMatchObject([{ code: 'NO_TICK' }]);
  });

  it('are not missed yet right after the installation, nor between two runs of every five minutes', () => {
    expect(judge({ hosts: [], installedAt: ago(5) })).toEqual([]);
    expect(judge({ hosts: [tick({ endedAt: ago(14) })] })).toEqual([]);
  });

  it('of one host among others that is silent are worth a word and no alarm', () => {
    const found = judge({ hosts: [tick(), tick({ host: 'host-b', endedAt: ago(180) })] });
    expect(found).toMatchObject([{ code: 'HOST_SILENT', broken: false }]);
    expect(found[0]?.message).toContain('host-b has been silent for 3 h');
  });

  it.each([
    [61_000, '1 min 1 s ahead of'],
    [-7_000, '7 s behind'],
  ])('with a clock that is %s ms off are worth a word', (clockSkewMs, words) => {
    const found = judge({ hosts: [tick({ clockSkewMs })] });
    expect(found).toMatchObject([{ code: 'CLOCK_SKEW', broken: false }]);
    expect(found[0]?.message).toContain(words);
  });
});

it.each(PROMISE_CODES)('a row of the list %s breaks a promise, and says so in a sentence', (code) => {
  for (const count of [1, 12]) {
    const [found] = judge({ broken: { [code]: { count, posts: [listed] } } });
    expect(found).toMatchObject({ code, broken: true, count, posts: [listed] });
    expect(found?.message).toMatch(count === 1 ? /^.*\b1 post\b.*\.$/ : /^.*\b12 posts\b.*\.$/);
    expect(found?.hint).toMatch(/^[A-Z].*\.$/);
  }
});

it('what a person must do comes after what is broken, and breaks nothing', () => {
  const found = judge({
    broken: { DEAD_LEASE: { count: 1, posts: [listed] } },
    review: { count: 2, posts: [listed, listed] },
    inactive: [{ platform: 'facebook', account: 'Rao Bakes', reason: 'The token has expired.', waiting: 4 }],
  });
  expect(found.map(({ code, broken }) => [code, broken])).toEqual([
    ['DEAD_LEASE', true],
    ['NEEDS_REVIEW', false],
    ['ACCOUNT_INACTIVE', false],
  ]);
  expect(found[2]?.message).toBe(
    '4 posts wait for the facebook account Rao Bakes, which is disconnected: The token has expired.',
  );
});
