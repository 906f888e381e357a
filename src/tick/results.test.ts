import { describe, expect, it } from 'vitest';
import { storedTarget } from '../../test/support/stored-target.ts';
import type { ClaimedPost, StoredProblem, StoredTarget } from '../core/job.ts';
import { RESULT_OUTCOMES } from '../core/result.ts';
import type { TargetState } from '../core/states.ts';
import type { OutcomeAnswer, TargetSettlement } from '../core/store.ts';
import { fromStep, postResult } from './results.ts';
import type { Step } from './step.ts';

const POST: ClaimedPost = {
  source: 'created_content',
  id: 'a1',
  userId: 'u1',
  platform: 'facebook',
  dueAt: new Date('2026-11-21T12:00:00Z'),
  seenDueAt: null,
  firstClaim: true,
  released: false,
  cancelled: false,
  attempts: 0,
  fence: 1,
  revision: 'r',
  row: null,
  timezone: null,
  connections: [],
  autoPostingOff: [],
  targets: [],
};
const target = (state: TargetState): StoredTarget =>
  storedTarget({ platform: 'linkedin', accountId: 'urn:li:person:a', state });
const reason = (retryAt?: string): StoredProblem => ({
  kind: 'rate_limited',
  code: '4',
  message: 'Too many calls.',
  hint: 'Wait.',
  at: '2026-11-21T12:00:00.000Z',
  ...(retryAt === undefined ? {} : { retry_at: retryAt }),
  platform_code: '4/1',
  trace_id: 'Abc',
});
const settles = (
  state: TargetSettlement['state'],
  error: StoredProblem | null,
  said: string | null = null,
): Step => ({
  done: 'settle',
  reason: said,
  settlement: {
    platform: 'linkedin',
    accountId: 'urn:li:person:a',
    state,
    error,
    nextLookAt: null,
    countAttempt: false,
  },
});
const answers = (part: Partial<OutcomeAnswer>, error: StoredProblem | null = null): Step => ({
  done: 'outcome',
  answer: {
    state: 'published',
    platformPostId: null,
    url: null,
    publishedAt: null,
    warning: null,
    nextLookAt: null,
    effectState: null,
    effectId: null,
    why: null,
    ...part,
  },
  error,
});

describe('the line of a post', () => {
  it('without a target names the platform that was planned', () => {
    expect(postResult(POST, 'skipped', null, 'another publisher is working on it')).toEqual({
      source: 'created_content',
      id: 'a1',
      user_id: 'u1',
      platform: 'facebook',
      account_id: null,
      outcome: 'skipped',
      platform_post_id: null,
      url: null,
      error: {
        kind: 'temporary',
        code: 'WAITING',
        message: 'another publisher is working on it',
        hint: 'Nothing to do: it is looked at again by itself.',
      },
      due_at: '2026-11-21T12:00:00.000Z',
      published_at: null,
      news: false,
      spent: null,
    });
  });

  it('with a target names that, and of the reason only what the outer interface has', () => {
    const result = postResult({ ...POST, dueAt: null }, 'failed', target('pending'), reason());
    expect(result).toMatchObject({ platform: 'linkedin', account_id: 'urn:li:person:a', due_at: null });
    expect(result.error).toEqual({
      kind: 'rate_limited',
      code: '4',
      message: 'Too many calls.',
      hint: 'Wait.',
    });
  });

  it('what is out has its id, address and time, and no reason', () => {
    const step = answers(
      { platformPostId: '7', url: 'https://x.test/7', publishedAt: new Date('2026-11-21T12:00:01Z') },
      reason(),
    );
    expect(fromStep(POST, target('prepared'), step)).toMatchObject({
      outcome: 'published',
      platform_post_id: '7',
      url: 'https://x.test/7',
      published_at: '2026-11-21T12:00:01.000Z',
      error: null,
    });
  });

  it.each(RESULT_OUTCOMES.filter((outcome) => outcome !== 'skipped'))(
    'an answer of state %s is called so',
    (state) => {
      expect(fromStep(POST, target('prepared'), answers({ state }, reason())).outcome).toBe(state);
    },
  );

  it.each(['armed', 'pending', null])('an answer of state %s is to be tried again', (state) => {
    expect(fromStep(POST, target('prepared'), answers({ state })).outcome).toBe('retry');
  });

  it.each(['retry', 'held', 'failed', 'unknown'] as const)(
    'a settlement with a reason is called by its state: %s',
    (state) => {
      const result = fromStep(POST, target('pending'), settles(state, reason()));
      expect(result).toMatchObject({ outcome: state, error: { code: '4' } });
    },
  );

  it('a settlement without a problem was only put off', () => {
    const result = fromStep(
      POST,
      target('held'),
      settles('held', null, 'the token of its account was renewed'),
    );
    expect(result).toMatchObject({ outcome: 'skipped', error: { code: 'WAITING' }, news: false });
    expect(fromStep(POST, target('pending'), settles('pending', null)).error).toBeNull();
  });
});

describe('what a person is told, once', () => {
  const now = (
    outcome: 'failed' | 'unknown' | 'needs_review' | 'held' | 'retry' | 'published',
    before: TargetState,
    retryAt?: string,
  ) => postResult(POST, outcome, target(before), reason(retryAt)).news;

  it.each(['failed', 'unknown', 'needs_review'] as const)(
    '%s is news, and is not a minute later',
    (state) => {
      expect(now(state, 'pending')).toBe(true);
      expect(now(state, state)).toBe(false);
      expect(postResult(POST, state, null, reason()).news).toBe(true);
    },
  );

  it('an unclear post that nobody can clear up is news again', () => {
    expect(now('needs_review', 'unknown')).toBe(true);
  });

  it('a hold is news when it is longer than an hour', () => {
    expect(now('held', 'pending', '2026-11-21T13:00:00.001Z')).toBe(true);
    expect(now('held', 'pending', '2026-11-21T13:00:00.000Z')).toBe(false);
    expect(now('held', 'held', '2026-11-22T12:00:00.000Z')).toBe(false);
    expect(now('held', 'pending')).toBe(false);
    expect(postResult(POST, 'held', target('pending'), 'a plain reason').news).toBe(false);
  });

  it('what goes well or is tried again by itself is no news', () => {
    for (const outcome of ['published', 'accepted', 'retry', 'skipped'] as const) {
      expect(postResult(POST, outcome, target('pending'), reason('2026-11-23T12:00:00Z')).news).toBe(false);
    }
  });
});
