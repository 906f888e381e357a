import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lengthOf } from './count.ts';

describe('a text as Threads counts it', () => {
  it.each([
    ['letters', 'sourdough', 9],
    ['a letter with its accent in one', 'é', 1],
    ['a letter and its accent', 'e\u0301', 2],
    ['Chinese', '面包', 2],
    ['Hebrew, from right to left', 'שלום', 4],
    ['a character outside of the first plane that is no emoji', '𝒜', 1],
    ['a line break', 'a\nb', 3],
    ['an emoji', '👍', 4],
    ['an emoji with a skin tone', '👍🏽', 8],
    ['a family', '👩‍👩‍👧', 18],
    ['a flag', '🇩🇪', 8],
    ['a flag of a region', '🏴󠁧󠁢󠁳󠁣󠁴󠁿', 28],
    ['a keycap', '1️⃣', 7],
    ['a heart in colour', '❤️', 6],
    ['a heart on fire', '❤️‍🔥', 13],
    ['a heart that is a letter', '❤', 1],
    ['digits and marks that begin keycaps', '1#*', 3],
    ['signs that may be shown as emojis', '©™', 2],
    ['a sequence that nobody recommends', '👍‍👍', 11],
    ['nothing', '', 0],
  ])('counts %s', (_what, text, length) => {
    expect(lengthOf(text)).toBe(length);
    expect(lengthOf(`ab${text}cd`)).toBe(length + 4);
  });

  it('counts without an emoji every code point once, and never more than the bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        expect(lengthOf(text)).toBeGreaterThanOrEqual([...text].length);
        expect(lengthOf(text)).toBeLessThanOrEqual(Buffer.byteLength(text));
      }),
    );
  });
});
