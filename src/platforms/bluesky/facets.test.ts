import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { facetsOf, mentionsIn } from './facets.ts';

const DIDS = new Map([['raobakes.example', 'did:plc:ewvi7nxzyoun6zhxrhs64oiz']]);

/** What each facet covers, by its bytes, and what it says. */
function read(text: string): [string, string][] {
  const bytes = Buffer.from(text);
  return facetsOf(text, DIDS).map(({ index, features: [feature] }) => [
    bytes.subarray(index.byteStart, index.byteEnd).toString(),
    feature?.['uri'] ?? feature?.['tag'] ?? feature?.['did'] ?? '',
  ]);
}

describe('facets', () => {
  it.each([
    ['no facet here, not even at 3 # or @', []],
    ['see https://a.example/b?c=d', [['https://a.example/b?c=d', 'https://a.example/b?c=d']]],
    ['(see https://a.example/b).', [['https://a.example/b', 'https://a.example/b']]],
    [
      'https://en.wikipedia.org/wiki/Oven_(disambiguation)',
      [
        [
          'https://en.wikipedia.org/wiki/Oven_(disambiguation)',
          'https://en.wikipedia.org/wiki/Oven_(disambiguation)',
        ],
      ],
    ],
    ['👩‍👩‍👧 Grüße #Bäckerei!', [['#Bäckerei', 'Bäckerei']]],
    ['שלום #לחם', [['#לחם', 'לחם']]],
    ['Gru\u0308\u00dfe #Ba\u0308ckerei', [['#Ba\u0308ckerei', 'Ba\u0308ckerei']]],
    ['#1 is no tag, #1st is', [['#1st', '1st']]],
    ['a#b is no tag', []],
    ['https://a.example/#b is a link alone', [['https://a.example/#b', 'https://a.example/#b']]],
    [`#${'a'.repeat(64)} #${'b'.repeat(65)}`, [[`#${'a'.repeat(64)}`, 'a'.repeat(64)]]],
    ['thanks @raobakes.example!', [['@raobakes.example', 'did:plc:ewvi7nxzyoun6zhxrhs64oiz']]],
    ['thanks @RaoBakes.example', [['@RaoBakes.example', 'did:plc:ewvi7nxzyoun6zhxrhs64oiz']]],
    ['nobody is @nobody.example', []],
    ['mail to rao@raobakes.example', []],
  ])('of “%s”', (text, found) => {
    expect(read(text)).toEqual(found);
  });

  it('name each mention for looking it up', () => {
    expect(mentionsIn('@A.example, (@b.example) and c@d.example')).toEqual(['a.example', 'b.example']);
  });

  it('cover whole characters of any text, in order and none twice', () => {
    const parts = fc.constantFrom(
      '👩‍👩‍👧',
      'é',
      ' ',
      '#tag',
      '#',
      '@raobakes.example',
      'https://a.example/é',
      '\n',
      '.',
      ')',
      '🇩🇪',
    );
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 30 }), (words) => {
        const text = words.join('');
        let end = 0;
        for (const { index } of facetsOf(text, DIDS)) {
          expect(index.byteStart).toBeGreaterThanOrEqual(end);
          expect(index.byteEnd).toBeGreaterThan(index.byteStart);
          end = index.byteEnd;
          const covered = Buffer.from(text).subarray(index.byteStart, index.byteEnd).toString();
          expect(text).toContain(covered);
          expect(covered).not.toContain('\ufffd');
        }
        expect(end).toBeLessThanOrEqual(Buffer.byteLength(text));
      }),
    );
  });
});
