import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chunkAt, nextChunk, planChunks } from './chunks.ts';

const MB = 1024 * 1024;
const GB = 1024 * MB;

describe('the chunks of a video', () => {
  it.each([
    ['1 byte', 1, { size: 1, count: 1 }, 1],
    ['5 MB − 1', 5 * MB - 1, { size: 5 * MB - 1, count: 1 }, 5 * MB - 1],
    ['5 MB', 5 * MB, { size: 5 * MB, count: 1 }, 5 * MB],
    ['10 MB − 1', 10 * MB - 1, { size: 10 * MB - 1, count: 1 }, 10 * MB - 1],
    ['10 MB', 10 * MB, { size: 5 * MB, count: 2 }, 5 * MB],
    ['64 MB', 64 * MB, { size: 5 * MB, count: 12 }, 9 * MB],
    ['64 MB + 1', 64 * MB + 1, { size: 5 * MB, count: 12 }, 9 * MB + 1],
    ['1 GB', GB, { size: 5 * MB, count: 204 }, 9 * MB],
    ['4 GB', 4 * GB, { size: 5 * MB, count: 819 }, 6 * MB],
  ])('of %s', (_name, total, plan, last) => {
    const made = planChunks(total);
    expect(made).toEqual({ total, ...plan });
    const { start, end } = chunkAt(made, made.count - 1);
    expect(end).toBe(total);
    expect(end - start).toBe(last);
  });

  it.each([
    ['1,024 squared', MB],
    ['1,000 squared', 1_000_000],
  ])('keep every documented rule for any size, a MB being %s', (_name, mb) => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 * GB }), (total) => {
        const plan = planChunks(total);
        expect(plan.count).toBe(Math.floor(total / plan.size));
        expect(plan.count).toBeGreaterThanOrEqual(total > 64 * mb ? 2 : 1);
        expect(plan.count).toBeLessThanOrEqual(1000);
        if (total < 5 * mb) expect(plan.size).toBe(total);
        else expect(plan.size).toBeGreaterThanOrEqual(5 * mb);
        expect(plan.size).toBeLessThanOrEqual(64 * mb);
        const last = chunkAt(plan, plan.count - 1);
        expect(last.end - last.start).toBeLessThanOrEqual(128 * mb);
        expect(last.end).toBe(total);
        if (plan.count > 1) expect(chunkAt(plan, plan.count - 2).end).toBe(last.start);
      }),
    );
  });

  it('are gone on with where whole ones end', () => {
    const plan = planChunks(64 * MB);
    expect(
      [0, 5 * MB - 1, 5 * MB, 17 * MB, 55 * MB, 64 * MB].map((uploaded) => nextChunk(plan, uploaded)),
    ).toEqual([0, 0, 1, 3, 11, 11]);
  });
});
