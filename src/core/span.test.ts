import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { span } from './span.ts';

describe('a length of time as people say it', () => {
  it.each([
    [0, '0 s'],
    [-5_000, '0 s'],
    [999, '0 s'],
    [1_000, '1 s'],
    [40_000, '40 s'],
    [60_000, '1 min'],
    [90_500, '1 min 30 s'],
    [3_600_000, '1 h'],
    [3_601_000, '1 h 1 s'],
    [26 * 3_600_000, '1 d 2 h'],
    [86_400_000 + 59_000, '1 d 59 s'],
    [3 * 86_400_000 + 4 * 3_600_000 + 5 * 60_000 + 6_000, '3 d 4 h'],
  ])('%d ms is %s', (ms, text) => {
    expect(span(ms)).toBe(text);
  });

  it('never says more than there is, and leaves out less than its smaller unit', () => {
    const units: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, min: 60_000, s: 1_000 };
    fc.assert(
      fc.property(fc.nat(400 * 86_400_000), (ms) => {
        const parts = [...span(ms).matchAll(/(\d+) (\w+)/g)].map(([, count, unit]) => ({
          count: Number(count),
          length: units[unit ?? ''] ?? Number.NaN,
        }));
        const said = parts.reduce((sum, { count, length }) => sum + count * length, 0);
        expect(parts.length).toBeGreaterThanOrEqual(1);
        expect(parts.length).toBeLessThanOrEqual(2);
        expect(said).toBeLessThanOrEqual(ms);
        const last = parts.length === 1 ? 1_000 : (parts.at(-1)?.length ?? Number.NaN);
        expect(ms - said).toBeLessThan(last);
      }),
    );
  });
});
