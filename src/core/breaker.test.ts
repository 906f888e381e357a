import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { afterFailure, type Breaker, CLOSED, contactOf, OPENS_AFTER } from './breaker.ts';
import { HttpFailure } from './http.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const NOW = new Date('2026-11-21T12:00:00Z');
const inMs = (ms: number) => new Date(NOW.getTime() + ms);
const breaker = (part: Partial<Breaker>): Breaker => ({ ...CLOSED, windowStartedAt: inMs(-MINUTE), ...part });
const any = { probe: false, by: null };

describe('after a failure', () => {
  it.each([
    ['the first is counted', CLOSED, any, { failures: 1, windowStartedAt: NOW, until: null }],
    ['the next in the window is counted', breaker({ failures: 1 }), any, { failures: 2, until: null }],
    [
      'one after the window begins a new count',
      breaker({ failures: 2, windowStartedAt: inMs(-10 * MINUTE - 1) }),
      any,
      { failures: 1, windowStartedAt: NOW, until: null },
    ],
    ['the last one opens it', breaker({ failures: 2 }), any, { failures: 3, until: inMs(15 * SECOND) }],
    ['one sent before it opened says nothing', breaker({ failures: 3, until: inMs(1) }), any, 'the same'],
    [
      'the one that might try doubles the pause',
      breaker({ failures: 3, until: inMs(50 * SECOND) }),
      { probe: true, by: null },
      { failures: 4, until: inMs(30 * SECOND) },
    ],
    [
      'one after its time doubles the pause as well',
      breaker({ failures: 4, until: inMs(-1) }),
      any,
      { failures: 5, until: inMs(MINUTE) },
    ],
    [
      'the pause ends at a quarter of an hour',
      breaker({ failures: 90, until: NOW }),
      any,
      { until: inMs(7.5 * MINUTE) },
    ],
    [
      'the same one again proves nothing more',
      breaker({ failures: 2, by: 'page 1' }),
      { probe: false, by: 'page 1' },
      'the same',
    ],
    [
      'another one does',
      breaker({ failures: 2, by: 'page 1' }),
      { probe: false, by: 'page 2' },
      { failures: 3 },
    ],
  ] as const)('%s', (_name, before, failure, expected) => {
    const after = afterFailure(before, failure, 15 * MINUTE, NOW, 0.5);
    if (expected === 'the same') expect(after).toBe(before);
    else expect(after).toMatchObject(expected);
  });
});

describe('in every order of events', () => {
  const event = fc.record({
    kind: fc.constantFrom('fail', 'probe fails', 'answer'),
    by: fc.option(fc.constantFrom('a', 'b')),
    afterMs: fc.nat(20 * MINUTE),
    random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  });
  const walk = (events: readonly (typeof event extends fc.Arbitrary<infer E> ? E : never)[]) => {
    let now = NOW;
    let state = CLOSED;
    return events.map(({ kind, by, afterMs, random }) => {
      now = new Date(now.getTime() + afterMs);
      const before = state;
      state =
        kind === 'answer'
          ? CLOSED
          : afterFailure(before, { probe: kind === 'probe fails', by }, 15 * MINUTE, now, random);
      return { before, after: state, now, kind };
    });
  };

  it('it is open exactly from so many failures in a row on, and never for longer than the longest pause', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), (events) => {
        for (const { before, after, now } of walk(events)) {
          expect(after.until !== null).toBe(after.failures >= OPENS_AFTER);
          if (after === before || after.until === null) continue;
          expect(after.until.getTime() - now.getTime()).toBeGreaterThanOrEqual(SECOND);
          expect(after.until.getTime() - now.getTime()).toBeLessThanOrEqual(15 * MINUTE);
        }
      }),
    );
  });

  it('a failure never counts for more than one, and an answer closes it', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), (events) => {
        for (const { before, after, kind } of walk(events)) {
          if (kind === 'answer') expect(after).toBe(CLOSED);
          expect(after.failures).toBeLessThanOrEqual(before.failures + 1);
        }
      }),
    );
  });

  it('full jitter: any moment between a second and the pause, and over all of it', () => {
    fc.assert(
      fc.property(fc.integer({ min: OPENS_AFTER - 1, max: 60 }), (failures) => {
        const pause = Math.min(15 * MINUTE, 30 * SECOND * 2 ** (failures + 1 - OPENS_AFTER));
        const at = (random: number) =>
          (afterFailure(breaker({ failures }), any, 15 * MINUTE, NOW, random).until?.getTime() ?? 0) -
          NOW.getTime();
        expect(at(0)).toBe(SECOND);
        expect(at(1 - Number.EPSILON)).toBeGreaterThan(pause - 2);
      }),
    );
  });
});

it.each([
  [{ status: 200 }, 'answered'],
  [{ status: 429 }, 'answered'],
  [{ status: 500 }, 'fault'],
  [{ status: 503 }, 'fault'],
  [new HttpFailure(false, 'dns', ''), 'unreachable'],
  [new HttpFailure(false, 'refused', ''), 'unreachable'],
  [new HttpFailure(false, 'reset', ''), 'unreachable'],
  [new HttpFailure(false, 'connect_timeout', ''), 'unreachable'],
  [new HttpFailure(true, 'timeout', ''), 'fault'],
  [new HttpFailure(true, 'reset', ''), 'fault'],
  [new HttpFailure(false, 'arm_expired', ''), null],
  [new HttpFailure(true, 'aborted', ''), null],
] as const)('%j is %s', (result, contact) => {
  expect(contactOf(result)).toBe(contact);
});
