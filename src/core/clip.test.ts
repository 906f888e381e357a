import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clip } from './clip.ts';

describe('clip', () => {
  it('keeps a short text', () => {
    expect(clip('IST', 3)).toBe('IST');
  });

  it('marks what it leaves out', () => {
    expect(clip('Asia/Nowhere', 4)).toBe('Asia…');
    expect(clip('x'.repeat(1_000_000), 60)).toHaveLength(61);
  });

  it('quotes on one line and without terminal sequences', () => {
    expect(clip('a\r\nb\u001b[31mc\u2028d', 60)).toBe('a b [31mc d');
  });

  it('keeps characters whole', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 20 }), (text, max) => {
        const clipped = clip(text, max);
        expect(() => encodeURIComponent(clipped)).not.toThrow();
        expect([...clipped].length).toBeLessThanOrEqual(max + 1);
      }),
    );
  });
});
