import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { TARGET_STATES } from '../core/states.ts';
import { StoreError } from '../core/store.ts';
import * as answers from './answers.ts';
import { createStore } from './store.ts';

const AT = '2026-11-21T12:00:00.123456+00:00';
const DATE = new Date('2026-11-21T12:00:00.123Z');

const CONNECTION = {
  id: 'd1',
  platform: ' Facebook ',
  page_id: 102030405060708,
  is_active: null,
  token_good_until: AT,
  access_token_encrypted: 'gAAAAA',
  metadata: null,
  column_of_tomorrow: true,
};
const TARGET = {
  platform: 'facebook',
  account_id: '1',
  origin: 'post',
  state: 'held',
  current_revision: 'r',
  attempts: 2,
  due: true,
  next_look_at: AT,
  error: { kind: 'auth', code: '190', message: 'A.', hint: 'B.', at: AT, retry_at: AT, extra: 1 },
  effects: [
    {
      effect: 'post',
      state: 'unknown',
      arm_id: 'e1',
      first_armed_at: AT,
      last_possible_at: AT,
      unknown_sends: 1,
      resends: 0,
    },
  ],
  hold: { scope: 'app', until: AT },
};
const JOB = {
  source: 'created_content',
  id: 'a1',
  row: { anything: [1] },
  connections: [CONNECTION],
  auto_posting_off: ['d1'],
  targets: [TARGET],
};

const read = <S extends z.ZodType>(shape: S, value: unknown): z.output<S> => shape.parse(value);

describe('what the functions answer', () => {
  it('a claim: instants become dates, absent columns null, unknown ones are passed over', () => {
    const claim = read(answers.claim, { now: AT, host_busy: false, jobs: [JOB] });
    expect(claim.now).toEqual(DATE);
    const [post] = claim.posts;
    expect(post).toMatchObject({
      source: 'created_content',
      userId: null,
      platform: null,
      dueAt: null,
      seenDueAt: null,
      firstClaim: false,
      released: false,
      cancelled: false,
      attempts: 0,
      row: { anything: [1] },
      autoPostingOff: ['d1'],
    });
    expect(post?.connections[0]).toEqual({
      id: 'd1',
      platform: 'facebook',
      pageId: '102030405060708',
      pageName: null,
      instagramId: null,
      linkedinId: null,
      organizationId: null,
      accessToken: 'gAAAAA',
      refreshToken: null,
      active: true,
      status: null,
      metadata: {},
      tokenGoodUntil: DATE,
    });
    expect(post?.targets[0]).toMatchObject({
      accountId: '1',
      state: 'held',
      nextLookAt: DATE,
      copyOf: null,
      hold: { scope: 'app', until: DATE, kind: 'temporary' },
      error: { kind: 'auth', code: '190', message: 'A.', hint: 'B.', at: AT, retry_at: AT },
      effects: [
        { effect: 'post', state: 'unknown', armId: 'e1', firstArmedAt: DATE, unknownSends: 1, sent: null },
      ],
    });
  });

  it('a connection is out of use only when is_active is false', () => {
    const active = (is_active: unknown) =>
      read(answers.claim, {
        now: AT,
        host_busy: false,
        jobs: [{ ...JOB, connections: [{ ...CONNECTION, is_active }] }],
      }).posts[0]?.connections[0]?.active;
    expect([active(true), active(null), active(undefined), active(false)]).toEqual([true, true, true, false]);
  });

  it.each([[[]], ['text'], [7], [null]])(
    'metadata of a connection that is %j counts as empty',
    (metadata) => {
      const jobs = [{ ...JOB, connections: [{ ...CONNECTION, metadata }] }];
      expect(
        read(answers.claim, { now: AT, host_busy: false, jobs }).posts[0]?.connections[0]?.metadata,
      ).toEqual({});
    },
  );

  it.each([[null], ['text'], [{}], [{ kind: 'odd', code: 'X', message: 'A.', hint: 'B.', at: AT }]])(
    'a stored reason that is %j counts as none',
    (error) => {
      expect(read(answers.targets, [{ ...TARGET, error }])[0]?.error).toBeNull();
    },
  );

  it('every state of a target is known, and no other', () => {
    for (const state of TARGET_STATES)
      expect(read(answers.targets, [{ ...TARGET, state }])[0]?.state).toBe(state);
    expect(answers.targets.safeParse([{ ...TARGET, state: 'sent' }]).success).toBe(false);
  });

  it('an arm is a permission only where it says so', () => {
    expect(read(answers.arm, { ok: true, ms_left: 9_990, why: 'already answered' })).toEqual({
      ok: true,
      msLeft: 9_990,
    });
    expect(read(answers.arm, { ok: true })).toEqual({ ok: true, msLeft: 0 });
    expect(read(answers.arm, { ok: false, why: 'held', until: AT, detail: 'a limit' })).toEqual({
      ok: false,
      why: 'held',
      until: DATE,
      detail: 'a limit',
      hold: null,
    });
    expect(answers.arm.safeParse({ ok: 'true', ms_left: 1 }).success).toBe(false);
    expect(answers.arm.safeParse({ ok: false, why: 'a reason of tomorrow' }).success).toBe(false);
  });

  it('an outcome, a second look, a refresh', () => {
    expect(read(answers.outcome, { state: 'published', platform_post_id: 7, published_at: AT })).toEqual({
      state: 'published',
      why: null,
      nextLookAt: null,
      effectState: null,
      effectId: null,
      platformPostId: '7',
      url: null,
      publishedAt: DATE,
      warning: null,
    });
    expect(read(answers.absentSeen, { proven: false, look_at: AT })).toEqual({
      proven: false,
      lookAt: DATE,
      resends: 0,
    });
    expect(read(answers.refreshBegin, { go: true })).toEqual({
      go: true,
      changed: false,
      interrupted: false,
      waitMs: 0,
    });
  });

  it('a retry by hand that is refused says why, and where it is out', () => {
    const targets = [{ platform: 'facebook', account_id: '1', state: 'published', url: null }];
    expect(read(answers.retry, { ok: false, why: 'nothing_to_retry', targets })).toEqual({
      ok: false,
      why: 'nothing_to_retry',
      detail: null,
      targets: [{ platform: 'facebook', accountId: '1', state: 'published', url: null }],
    });
    expect(read(answers.retry, { ok: true, reopened: 1, goes_at: AT })).toEqual({
      ok: true,
      reopened: 1,
      goesAt: DATE,
    });
  });

  it.each([['yesterday'], [''], [null], [17]])('%j is no moment', (now) => {
    expect(answers.sweep.safeParse({ now, seen: 0, missed: [] }).success).toBe(false);
  });

  it('whatever a database answers is taken or refused, and never thrown at', () => {
    const shapes: readonly z.ZodType[] = Object.values(answers);
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(...shapes), (value, shape) => {
        expect(typeof shape.safeParse(value).success).toBe('boolean');
      }),
    );
  });
});

describe('an answer of another shape', () => {
  it('stops the program with the function’s name, the place and the command that mends it', async () => {
    const store = createStore(async () => ({ now: AT, seen: 'many', missed: [] }));
    const failure = await store.sweep(10).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(StoreError);
    expect(failure).toMatchObject({ kind: 'config' });
    expect(String(failure)).toMatch(/publisher_sweep.*seen/);
    expect(failure instanceof StoreError && failure.hint).toContain('content-publisher migrate');
  });

  it('shows nothing of what the answer held', async () => {
    const store = createStore(async () => ({ ...JOB, jobs: 'EAABsecret-token', now: AT, host_busy: false }));
    const identity = { owner: 'o', runId: 'r', host: 'h', pid: 1, version: '1.2.3' };
    const asked = store.claim({
      identity,
      leaseSeconds: 90,
      limit: 1,
      perAccount: 1,
      userId: null,
      only: null,
      includeOverdue: false,
      lateAfterSeconds: 600,
      spacingSeconds: 120,
      maxTicksPerHost: 3,
      aloneAfter: 2,
      busy: false,
    });
    await expect(asked).rejects.toThrow('publisher_claim');
    await expect(asked).rejects.not.toThrow('EAABsecret-token');
  });
});
