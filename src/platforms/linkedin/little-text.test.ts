import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromLittleText, isMentioned, toLittleText } from './little-text.ts';

/** Mostly what the format cares about, so that sequences of it are common. */
const nasty = fc.string({
  unit: fc.constantFrom(
    ...'\\|{}@[]()<>#*_~aZ9 \n/:.＃é😀',
    'hashtag',
    '{hashtag|\\#|x}',
    'https://',
    'urn:li:person:1',
  ),
});

describe('little text', () => {
  it('shows again exactly what was escaped', () => {
    fc.assert(
      fc.property(
        fc.oneof(nasty, fc.string({ unit: 'binary' })),
        (text) => fromLittleText(toLittleText(text)) === text,
      ),
      {
        numRuns: 2000,
      },
    );
  });

  it('leaves no reserved character without a backslash, apart from hashtag templates', () => {
    fc.assert(
      fc.property(nasty, (text) => {
        const rest = toLittleText(text)
          .replace(/\\[\\|{}@[\]()<>#*_~]/g, '')
          .replace(/\{hashtag\|＃?\|[^|{}]+\}/gu, '');
        return !/[\\|{}@[\]()<>#*_~]/.test(rest);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['50 % off (today only)!', '50 % off \\(today only\\)!'],
    ['a\\b |c| {d} [e] <f> *g* ~h~ i_j', 'a\\\\b \\|c\\| \\{d\\} \\[e\\] \\<f\\> \\*g\\* \\~h\\~ i\\_j'],
    ['mail me@example.org', 'mail me\\@example.org'],
    ['New: #Launch!', 'New: {hashtag|\\#|Launch}!'],
    ['#one #two', '{hashtag|\\#|one} {hashtag|\\#|two}'],
    ['#GrünerTee #日本 #été2026', '{hashtag|\\#|GrünerTee} {hashtag|\\#|日本} {hashtag|\\#|été2026}'],
    ['#big_sale', '{hashtag|\\#|big\\_sale}'],
    ['(#inside)', '\\({hashtag|\\#|inside}\\)'],
    ['＃全角', '{hashtag|＃|全角}'],
  ])('writes %j as %j', (text, little) => {
    expect(toLittleText(text)).toBe(little);
  });

  it.each([
    ['the #1 reason', 'the \\#1 reason'],
    ['C# and F#', 'C\\# and F\\#'],
    ['a#b', 'a\\#b'],
    ['&#x27;', '&\\#x27;'],
    ['https://example.org/a_(b)#part', 'https://example.org/a\\_\\(b\\)\\#part'],
  ])('takes the # of %j for no hashtag', (text, little) => {
    expect(toLittleText(text)).toBe(little);
  });

  it.each([
    ['{hashtag|\\#|tea} time', '#tea time'],
    ['{hashtag|#|tea} time', '#tea time'],
    ['{hashtag|\\#|big\\_sale}', '#big_sale'],
    ['by @[Acme \\(UK\\)](urn:li:organization:1234).', 'by Acme (UK).'],
    ['plain #tag (as the site writes it)', 'plain #tag (as the site writes it)'],
  ])('reads %j as %j', (little, text) => {
    expect(fromLittleText(little)).toBe(text);
  });
});

describe('a mention', () => {
  const rao = { name: 'Rao (Bakers)', urn: 'urn:li:organization:1' };
  const raoOnly = { name: 'Rao', urn: 'urn:li:person:a_B-1' };

  it('stands where the text says @name, the longest name first, and shows the name', () => {
    const text = 'By @Rao (Bakers), @Rao and @Raoul; not rao@Rao nor https://a.example/@Rao';
    const little = toLittleText(text, [raoOnly, rao]);
    expect(little).toBe(
      'By @[Rao \\(Bakers\\)](urn:li:organization:1), @[Rao](urn:li:person:a_B-1) and \\@Raoul; ' +
        'not rao\\@Rao nor https://a.example/\\@Rao',
    );
    expect(fromLittleText(little)).toBe(
      'By Rao (Bakers), Rao and @Raoul; not rao@Rao nor https://a.example/@Rao',
    );
  });

  it('is missing where only a longer word begins so', () => {
    expect(isMentioned('With @Raoul', raoOnly)).toBe(false);
    expect(isMentioned('With @Rao.', raoOnly)).toBe(true);
    expect(isMentioned('With @Rao (Bakers)', rao)).toBe(true);
  });
});
