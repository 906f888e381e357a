import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitText } from './split-text.ts';

/** An address counts as 23, like on platforms that shorten addresses. */
const count = (text: string): number => [...text.replace(/https?:\/\/\S+/g, 'x'.repeat(23))].length;
const split = (text: string, max: number) => splitText(text, { max, count });

const letters = (text: string): string => text.replace(/\s+/gu, '');

describe('a text in parts', () => {
  it('stays whole when it fits', () => {
    expect(split('a'.repeat(280), 280)).toEqual(['a'.repeat(280)]);
  });

  it('is cut between paragraphs, before sentences, before words', () => {
    const sentence = `${'word '.repeat(20).trim()}.`;
    const paragraph = `${sentence} ${sentence}`;
    expect(split(`${paragraph}\n\n${paragraph}`, 280)).toEqual([paragraph, paragraph]);
    expect(split(`${sentence} ${sentence} ${sentence}`, 280)).toEqual([`${sentence} ${sentence}`, sentence]);
    expect(split('word '.repeat(60).trim(), 280)).toEqual([
      'word '.repeat(56).trim(),
      'word '.repeat(4).trim(),
    ]);
  });

  it('does not cut right behind a short first paragraph', () => {
    const [first = ''] = split(`Hello\n\n${'word '.repeat(60).trim()}`, 280) ?? [];
    expect(count(first)).toBeGreaterThan(270);
  });

  it('cannot be made of a word that is too long', () => {
    expect(split(`a ${'b'.repeat(281)}`, 280)).toBeNull();
  });

  it('counts an address as one word of 23', () => {
    const address = `https://example.com/${'a'.repeat(400)}`;
    expect(split(`${'b'.repeat(270)} ${address} c`, 280)).toEqual(['b'.repeat(270), `${address} c`]);
  });

  it('loses nothing but white space, and every part fits', () => {
    const word = fc.oneof(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }),
      fc.constantFrom('end.', 'https://example.com/a', '👩‍👩‍👧', '\n\n', 'שלום', 'Really?'),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 150 }), (words) => {
        const text = words.join(' ');
        const parts = split(text, 60);
        if (parts === null) return;
        expect(letters(parts.join(' '))).toBe(letters(text));
        for (const part of parts) expect(count(part)).toBeLessThanOrEqual(60);
        if (parts.length > 1) for (const part of parts) expect(part.trim()).not.toBe('');
      }),
    );
  });
});
