import { describe, expect, it } from 'vitest';
import { ERROR_KINDS, PublishError } from '../core/errors.ts';
import { HttpFailure } from '../core/http.ts';
import { decide, type Failed, settlement, storedProblem, toFailed } from './failure.ts';

const NOW = new Date('2026-11-21T12:00:00Z');
const LATER = new Date('2026-11-21T13:00:00Z');
const DEPS = {
  limits: { maxAttempts: 3, maxHoldMs: 24 * 3_600_000 },
  now: () => NOW,
  random: () => 0.5,
};
const FRESH = { platform: 'facebook', accountId: '1', attempts: 0, heldSince: null };
const failed = (kind: Failed['problem']['kind'], part: Partial<Failed> = {}): Failed => ({
  problem: { kind, code: 'X', message: 'A sentence.', hint: 'Do this.' },
  reached: true,
  retryAt: null,
  ...part,
});

describe('what a platform module throws', () => {
  it('its own error keeps everything that it says', () => {
    const error = new PublishError({
      kind: 'rate_limited',
      code: '4',
      message: 'Too many calls.',
      hint: 'Wait.',
      platformCode: '4/1',
      traceId: 'Abc',
      retryAt: LATER,
    });
    expect(toFailed(error, 'Facebook')).toEqual({
      problem: { kind: 'rate_limited', code: '4', message: 'Too many calls.', hint: 'Wait.' },
      reached: true,
      retryAt: LATER,
      platformCode: '4/1',
      traceId: 'Abc',
    });
  });

  it.each([
    [false, 'dns', 'HTTP_DNS'],
    [false, 'refused', 'HTTP_REFUSED'],
    [false, 'arm_expired', 'HTTP_ARM_EXPIRED'],
    [true, 'timeout', 'HTTP_TIMEOUT'],
    [true, 'reset', 'HTTP_RESET'],
  ] as const)(
    'no answer (sent: %s, %s) is temporary, and counts only when something left',
    (sent, reason, code) => {
      const result = toFailed(new HttpFailure(sent, reason, 'no such host'), 'LinkedIn');
      expect(result).toMatchObject({ problem: { kind: 'temporary', code }, reached: sent, retryAt: null });
      expect(result.problem.message).toContain('LinkedIn');
      expect(result.problem.message).toContain('no such host');
    },
  );

  it.each([
    ['an error', new TypeError('x is undefined'), 'x is undefined'],
    ['no error at all', 'odd', 'odd'],
  ])('%s is a fault of ours, tried again and reported', (_name, thrown, said) => {
    const result = toFailed(thrown, 'LinkedIn');
    expect(result).toMatchObject({ problem: { kind: 'temporary', code: 'INTERNAL' }, reached: true });
    expect(result.problem.message).toContain(said);
    expect(result.problem.hint).toContain('report');
  });
});

describe('what follows', () => {
  it('is decided with the target’s own attempts and the tick’s limits and clock', () => {
    const at = (ms: number) => new Date(NOW.getTime() + ms);
    expect(decide(DEPS, FRESH, failed('temporary'))).toEqual({
      state: 'retry',
      at: at(15_000),
      countAttempt: true,
    });
    expect(decide(DEPS, { ...FRESH, attempts: 2 }, failed('temporary'))).toEqual({ state: 'failed' });
    expect(decide(DEPS, FRESH, failed('rate_limited', { retryAt: LATER }))).toMatchObject({
      state: 'held',
      at: LATER,
    });
    const since = new Date(NOW.getTime() - DEPS.limits.maxHoldMs);
    expect(decide(DEPS, { ...FRESH, heldSince: since }, failed('auth'))).toEqual({ state: 'failed' });
  });

  it('the stored reason says when it is tried again, and only then', () => {
    const waiting = failed('rate_limited', { retryAt: LATER, platformCode: '4', traceId: 'Abc' });
    expect(storedProblem(DEPS, waiting, decide(DEPS, FRESH, waiting))).toEqual({
      kind: 'rate_limited',
      code: 'X',
      message: 'A sentence.',
      hint: 'Do this.',
      at: '2026-11-21T12:00:00.000Z',
      retry_at: '2026-11-21T13:00:00.000Z',
      platform_code: '4',
      trace_id: 'Abc',
    });
    const final = storedProblem(DEPS, failed('rejected'), { state: 'failed' });
    expect(Object.keys(final).sort()).toEqual(['at', 'code', 'hint', 'kind', 'message']);
  });

  it('the settlement of every kind has a next look exactly when it is not final', () => {
    for (const kind of ERROR_KINDS) {
      const one = failed(kind);
      const decision = decide(DEPS, FRESH, one);
      const settled = settlement(FRESH, decision, storedProblem(DEPS, one, decision));
      expect(settled).toMatchObject({
        platform: 'facebook',
        accountId: '1',
        state: decision.state,
        error: { kind },
      });
      expect(settled.nextLookAt === null).toBe(settled.state === 'failed');
      expect(settled.countAttempt).toBe(settled.state === 'retry');
    }
  });
});
