import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ArmExpired } from '../core/http.ts';
import type { ArmAnswer, ArmRequest } from '../core/store.ts';
import { ARM_WINDOW_MS, takeArm } from './arm.ts';

const REQUEST = {
  source: 'created_content',
  id: 'a0000000-0000-4000-8000-000000000001',
  owner: 'b0000000-0000-4000-8000-000000000001',
  fence: 7,
  platform: 'facebook',
  accountId: '1',
  connectionId: 'c',
  effect: 'post',
  revision: 'r',
  fingerprint: 'f',
  tokenMd5: 't',
  sent: {},
  repeat: false,
  writesPerHour: 60,
  requestTimeoutMs: 5_000,
} as const;

/** A database that takes `answersAfter` ms for its answer. */
function storeThat(answer: ArmAnswer, answersAfter = 0) {
  const asked: ArmRequest[] = [];
  return {
    asked,
    async arm(request: ArmRequest) {
      asked.push(request);
      vi.advanceTimersByTime(answersAfter);
      return answer;
    },
  };
}

async function armed(msLeft: number, answersAfter = 0) {
  const taken = await takeArm(storeThat({ ok: true, msLeft }, answersAfter), REQUEST);
  if (!('arm' in taken)) throw new Error('refused');
  return taken.arm;
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date', 'performance'], now: new Date('2026-11-21T12:00:00Z') });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('the permission to send', () => {
  it('is asked for with an id of its own each time, and for ten seconds', async () => {
    const store = storeThat({ ok: true, msLeft: 1 });
    const one = await takeArm(store, REQUEST);
    await takeArm(store, REQUEST);
    const [first, second] = store.asked;
    expect(first).toMatchObject({ ...REQUEST, windowMs: ARM_WINDOW_MS });
    expect(first?.armId).toMatch(/^[0-9a-f]{8}-/);
    expect(first?.armId).not.toBe(second?.armId);
    expect('arm' in one && one.arm.id).toBe(first?.armId);
  });

  it('holds until the database’s milliseconds have passed', async () => {
    const arm = await armed(10_000);
    expect(() => arm.check()).not.toThrow();
    vi.advanceTimersByTime(9_999);
    expect(() => arm.check()).not.toThrow();
    vi.advanceTimersByTime(1);
    expect(() => arm.check()).toThrow(ArmExpired);
  });

  it('the time that the answer took counts, because it began before', async () => {
    const arm = await armed(10_000, 6_000);
    vi.advanceTimersByTime(3_999);
    expect(() => arm.check()).not.toThrow();
    vi.advanceTimersByTime(1);
    expect(() => arm.check()).toThrow(ArmExpired);
  });

  it('an answer that came too late permits nothing', async () => {
    const arm = await armed(0);
    expect(() => arm.check()).toThrow(ArmExpired);
  });

  it('a suspended machine, whose monotonic clock stood still, may not send', async () => {
    const arm = await armed(10_000);
    vi.setSystemTime(Date.now() + 10_000);
    expect(performance.now()).toBe(0);
    expect(() => arm.check()).toThrow(ArmExpired);
  });

  it('a wall clock that was set back does not prolong it', async () => {
    const arm = await armed(10_000);
    vi.advanceTimersByTime(10_000);
    vi.setSystemTime(Date.now() - 3_600_000);
    expect(() => arm.check()).toThrow(ArmExpired);
  });

  it('says how long ago it ended', async () => {
    const arm = await armed(10_000);
    vi.advanceTimersByTime(10_250);
    expect(() => arm.check()).toThrow('ended 250 ms ago');
  });

  it('what the database refuses is handed on as it is', async () => {
    const refusal = { ok: false, why: 'held', until: new Date(0), detail: 'a limit', hold: null } as const;
    await expect(takeArm(storeThat(refusal), REQUEST)).resolves.toEqual({ refused: refusal });
  });
});
