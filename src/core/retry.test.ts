import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ERROR_KINDS } from './errors.ts';
import { decideRetry, type Failure } from './retry.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const NOW = new Date('2026-11-21T12:00:00Z');
const LIMITS = { maxAttempts: 5, maxHoldMs: 24 * HOUR };

const inMs = (ms: number) => new Date(NOW.getTime() + ms);
const failure = (part: Partial<Failure>): Failure => ({
  kind: 'temporary',
  attempts: 0,
  reached: true,
  retryAt: null,
  heldUntil: null,
  heldSince: null,
  ...part,
});

describe('what follows a failure', () => {
  const held = (ms: number) => ({ state: 'held', at: inMs(ms), countAttempt: false });
  const retry = (ms: number, countAttempt = true) => ({ state: 'retry', at: inMs(ms), countAttempt });
  const failed = { state: 'failed' };
  const long = inMs(-24 * HOUR);
  const short = inMs(-24 * HOUR + 1);

  it.each([
    ['a refusal of the post is final', { kind: 'rejected' }, failed],
    [
      'a time of the platform does not save a refused post',
      { kind: 'rejected', retryAt: inMs(HOUR) },
      failed,
    ],
    ['a post that cannot be published as it stands is final', { kind: 'unusable' }, failed],
    ['a refused account is looked at every five minutes', { kind: 'auth' }, held(5 * MINUTE)],
    ['attempts do not end the wait for an account', { kind: 'auth', attempts: 99 }, held(5 * MINUTE)],
    [
      'a wait for an account just short of MAX_HOLD goes on',
      { kind: 'auth', heldSince: short },
      held(5 * MINUTE),
    ],
    ['a wait for an account ends at MAX_HOLD', { kind: 'auth', heldSince: long }, failed],
    ['what is the operator’s is looked at every quarter of an hour', { kind: 'config' }, held(15 * MINUTE)],
    [
      'a wait for the operator has no end: the post is not to blame',
      { kind: 'config', heldSince: long, attempts: 99 },
      held(15 * MINUTE),
    ],
    [
      'a limit holds until the platform’s reset',
      { kind: 'rate_limited', retryAt: inMs(9 * HOUR) },
      held(9 * HOUR),
    ],
    ['a limit without a time holds a quarter of an hour', { kind: 'rate_limited' }, held(15 * MINUTE)],
    ['a reset in the past counts as none', { kind: 'rate_limited', retryAt: inMs(-1) }, held(15 * MINUTE)],
    ['attempts do not end the wait for a limit', { kind: 'rate_limited', attempts: 99 }, held(15 * MINUTE)],
    ['a wait for a limit ends at MAX_HOLD', { kind: 'rate_limited', heldSince: long }, failed],
    ['the first back-off is at most half a minute', {}, retry(15 * SECOND)],
    ['the back-off doubles', { attempts: 2 }, retry(60 * SECOND)],
    ['the back-off ends at half an hour', { attempts: 20, reached: false }, retry(15 * MINUTE, false)],
    ['the last attempt is final', { attempts: 4 }, failed],
    [
      'an attempt that reached nobody does not count',
      { attempts: 4, reached: false },
      retry(4 * MINUTE, false),
    ],
    ['nobody is reached for MAX_HOLD at most', { reached: false, heldSince: long }, failed],
    [
      'an open breaker holds until its time, and costs no attempt',
      { attempts: 4, heldUntil: inMs(7 * MINUTE) },
      held(7 * MINUTE),
    ],
    [
      'a breaker of this host leaves the post to others at once',
      { reached: false, heldUntil: NOW },
      held(SECOND),
    ],
    ['a Retry-After beyond the breaker counts', { heldUntil: inMs(MINUTE), retryAt: inMs(HOUR) }, held(HOUR)],
    ['a breaker is waited for until MAX_HOLD', { heldUntil: inMs(MINUTE), heldSince: long }, failed],
    ['a breaker does not save a refused post', { kind: 'rejected', heldUntil: inMs(MINUTE) }, failed],
    ['Retry-After is obeyed', { retryAt: inMs(10 * MINUTE) }, retry(10 * MINUTE)],
    [
      'a Retry-After before the back-off does not shorten it',
      { attempts: 3, retryAt: inMs(1) },
      retry(2 * MINUTE),
    ],
    ['an unclear answer before the arm is tried again like a fault', { kind: 'unknown' }, retry(15 * SECOND)],
    ['an unclear answer is final at the last attempt too', { kind: 'unknown', attempts: 4 }, failed],
  ] as const)('%s', (_name, part, expected) => {
    expect(decideRetry(failure(part), LIMITS, NOW, 0.5)).toEqual(expected);
  });

  it('waits a second at least, whatever chance says', () => {
    expect(decideRetry(failure({}), LIMITS, NOW, 0)).toEqual(retry(SECOND));
  });
});

describe('in every case', () => {
  const anyTime = fc.integer({ min: -10 * 24 * HOUR, max: 10 * 24 * HOUR }).map(inMs);
  const anyFailure: fc.Arbitrary<Failure> = fc.record({
    kind: fc.constantFrom(...ERROR_KINDS),
    attempts: fc.nat(2_000),
    reached: fc.boolean(),
    retryAt: fc.option(anyTime),
    heldUntil: fc.option(anyTime),
    heldSince: fc.option(fc.integer({ min: -3 * 24 * HOUR, max: 0 }).map(inMs)),
  });
  const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  const isTemporary = ({ kind }: Failure) => kind === 'temporary' || kind === 'unknown';

  it('the next look lies in the future', () => {
    fc.assert(
      fc.property(anyFailure, chance, (one, random) => {
        const decision = decideRetry(one, LIMITS, NOW, random);
        if (decision.state !== 'failed') expect(decision.at.getTime()).toBeGreaterThan(NOW.getTime());
      }),
    );
  });

  it('full jitter: any moment between a second and the back-off, and over all of it', () => {
    fc.assert(
      fc.property(fc.nat(2_000), chance, (attempts, random) => {
        const one = failure({ attempts, reached: false });
        const backoff = Math.min(30 * MINUTE, 30 * SECOND * 2 ** attempts);
        const at = (value: number) => {
          const decision = decideRetry(one, LIMITS, NOW, value);
          return decision.state === 'failed' ? Number.NaN : decision.at.getTime() - NOW.getTime();
        };
        expect(at(random)).toBeGreaterThanOrEqual(SECOND);
        expect(at(random)).toBeLessThanOrEqual(backoff);
        expect(at(0)).toBe(SECOND);
        expect(at(1 - Number.EPSILON)).toBeGreaterThan(backoff - 2);
      }),
    );
  });

  it('what counts ends after MAX_ATTEMPTS, and only that', () => {
    fc.assert(
      fc.property(anyFailure, chance, fc.integer({ min: 1, max: 20 }), (some, random, maxAttempts) => {
        const one = { ...some, heldSince: null, heldUntil: null };
        fc.pre(isTemporary(one));
        const decision = decideRetry(one, { ...LIMITS, maxAttempts }, NOW, random);
        expect(decision.state === 'failed').toBe(one.reached && one.attempts + 1 >= maxAttempts);
      }),
    );
  });

  it('nothing is asked again before the platform’s own time', () => {
    fc.assert(
      fc.property(anyFailure, chance, (one, random) => {
        const obeys = isTemporary(one) || one.kind === 'rate_limited';
        fc.pre(obeys && one.retryAt !== null && one.retryAt > NOW);
        const decision = decideRetry(one, LIMITS, NOW, random);
        if (decision.state !== 'failed')
          expect(decision.at.getTime()).toBeGreaterThanOrEqual(one.retryAt?.getTime() ?? 0);
      }),
    );
  });

  it('only the operator is waited for longer than MAX_HOLD', () => {
    fc.assert(
      fc.property(anyFailure, chance, (one, random) => {
        fc.pre(one.kind !== 'config');
        fc.pre(one.heldSince !== null && NOW.getTime() - one.heldSince.getTime() >= LIMITS.maxHoldMs);
        expect(decideRetry(one, LIMITS, NOW, random)).toEqual({ state: 'failed' });
      }),
    );
  });

  it('a wait for an account, a limit or the operator costs no attempt', () => {
    fc.assert(
      fc.property(anyFailure, chance, (one, random) => {
        const decision = decideRetry(one, LIMITS, NOW, random);
        if (decision.state === 'held') expect(decision.countAttempt).toBe(false);
        if (decision.state === 'retry') expect(decision.countAttempt).toBe(one.reached);
      }),
    );
  });
});
