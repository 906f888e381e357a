import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countGraphemes } from './graphemes.ts';

describe('countGraphemes', () => {
  it.each([
    ['', 0],
    ['abc', 3],
    ['e\u0301', 1],
    ['👩‍👩‍👧', 1],
    ['👍🏽', 1],
    ['🇩🇪🇫🇷', 2],
    ['각'.normalize('NFD'), 1],
    ['שלום', 4],
    ['a\r\nb', 3],
  ])('counts “%s” as a reader does', (text, count) => {
    expect(countGraphemes(text)).toBe(count);
    expect(countGraphemes(text.repeat(2_000))).toBe(count * 2_000);
  });

  it('takes a character as one, however long it is', () => {
    expect(countGraphemes(`a${'\u0301'.repeat(5_000)}b`)).toBe(2);
  });

  it('parts no emoji behind half of another one', () => {
    const text = `${'a'.repeat(511)}\uD83D🏽${'a'.repeat(600)}`;
    expect(countGraphemes(text)).toBe(Array.from(new Intl.Segmenter('en').segment(text)).length);
  });

  it('counts a long text as a short one', () => {
    const grains = fc.constantFrom(
      'a',
      ' ',
      '\r\n',
      'e\u0301',
      '👍',
      '🏽',
      '\u200d',
      '🇩',
      '\uD83D',
      '\uFE0F',
      '각',
    );
    const whole = new Intl.Segmenter('en');
    fc.assert(
      fc.property(fc.array(grains, { minLength: 500, maxLength: 700 }), (parts) => {
        const text = parts.join('');
        expect(countGraphemes(text)).toBe(Array.from(whole.segment(text)).length);
      }),
      { numRuns: 50 },
    );
  });
});
