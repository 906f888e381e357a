import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Content, fingerprint, normalizeText } from './fingerprint.ts';

const content: Content = {
  text: 'Warm loaves at 7.',
  title: null,
  kind: 'image',
  mediaUrls: ['https://a.test/1.png'],
};

describe('fingerprint', () => {
  it('is the same on every host and in every version, because it is stored', () => {
    expect(fingerprint(content)).toBe('e89ea1cd120274368a37afa3294cc26a407debb9aa183b5134d3ac400242daf2');
  });

  it('does not see white space or the way accents are encoded', () => {
    expect(fingerprint({ ...content, text: ' Warm\r\n\tloaves  at 7. ' })).toBe(fingerprint(content));
    expect(normalizeText('cafe\u0301')).toBe('caf\u00e9');
  });

  it.each<Partial<Content>>([
    { text: 'Warm loaves at 8.' },
    { title: 'Loaves' },
    { kind: 'story' },
    { mediaUrls: [] },
    { mediaUrls: ['https://a.test/1.png', 'https://a.test/2.png'] },
  ])('sees another %j', (change) => {
    expect(fingerprint({ ...content, ...change })).not.toBe(fingerprint(content));
  });

  it('does not mix up where one part ends and the next begins', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        fc.pre(normalizeText(b) !== '');
        const joined = fingerprint({ ...content, text: a + b, title: '' });
        expect(joined).not.toBe(fingerprint({ ...content, text: a, title: b }));
      }),
    );
  });
});

describe('normalizeText', () => {
  it('is stable: normalizing twice changes nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(normalizeText(normalizeText(text))).toBe(normalizeText(text));
      }),
    );
  });
});
