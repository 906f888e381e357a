import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { appendHashtags, composeText, controlCharacters, normalizeHashtags, publicTitle } from './compose.ts';

function text(title: string | null, body: string, hashtags: readonly string[] = []): string {
  return composeText({ title, body, hashtags }).text;
}

describe('composeText', () => {
  it.each<[string, string | null, string, string[], string]>([
    [
      'title, body and hashtags as blocks',
      'Diwali box',
      'Last boxes.',
      ['diwali', '#sweets'],
      'Diwali box\n\nLast boxes.\n\n#diwali #sweets',
    ],
    ['no title', null, 'Last boxes.', [], 'Last boxes.'],
    ['a generated title left out', 'Post about fresh sourdough', 'Warm loaves.', [], 'Warm loaves.'],
    ['a generated title left out in any case', ' POST ABOUT bread', 'Warm loaves.', [], 'Warm loaves.'],
    ['a title that only resembles a generated one', 'Post aboutness', 'x', [], 'Post aboutness\n\nx'],
    ['the title not twice', 'Diwali box', 'Diwali box! Last ones.', [], 'Diwali box! Last ones.'],
    [
      'the title not twice, whatever case and spacing',
      'Diwali  Box',
      '\n DIWALI\nbox: last ones.',
      [],
      '\n DIWALI\nbox: last ones.',
    ],
    ['the title when the body begins with a longer word', 'Sale', 'Sales are up', [], 'Sale\n\nSales are up'],
    ['title alone', 'Sale', '', [], 'Sale'],
    ['hashtags alone', null, ' ', ['a'], '#a'],
    ['nothing', '  ', '', [], ''],
    ['no doubled hashtags', null, 'Swipe.\n\n#cake #rao', ['#cake', '#rao'], 'Swipe.\n\n#cake #rao'],
    [
      'no doubled hashtags in another case and order',
      null,
      'Swipe. #Rao, #CAKE.',
      ['cake', 'rao'],
      'Swipe. #Rao, #CAKE.',
    ],
    ['only the missing hashtags', null, 'Swipe.\n\n#cake', ['#cake', '#rao'], 'Swipe.\n\n#cake\n\n#rao'],
    [
      'hashtags that the body only mentions in its middle',
      null,
      'Our #cake is fresh.',
      ['cake'],
      'Our #cake is fresh.\n\n#cake',
    ],
    ['hashtags glued together at the end', null, 'Swipe. #cake#rao', ['rao'], 'Swipe. #cake#rao'],
    ['a body of hashtags alone', null, '#cake #rao', ['cake'], '#cake #rao'],
    ['line endings as LF', null, 'a\r\nb\rc', [], 'a\nb\nc'],
    ['one blank line at the joints', 'T', '\n\nbody\n\n\n', ['x'], 'T\n\nbody\n\n#x'],
    ['inner white space and outer ends as written', null, '  a   b\n\n\n\nc  ', [], '  a   b\n\n\n\nc  '],
    ['right-to-left text', 'مرحبا', 'خبز طازج ‏اليوم', ['خبز'], 'مرحبا\n\nخبز طازج ‏اليوم\n\n#خبز'],
    ['emoji with joiners', '🥖', '👩‍🍳 bakes 👨‍👩‍👧‍👦', ['🥐'], '🥖\n\n👩‍🍳 bakes 👨‍👩‍👧‍👦\n\n#🥐'],
  ])('gives %s', (_, title, body, hashtags, expected) => {
    expect(text(title, body, hashtags)).toBe(expected);
  });

  it('gives all hashtags of the row beside the text, also those that the body has', () => {
    expect(composeText({ title: null, body: 'x #cake', hashtags: ['cake', 'Rao'] }).hashtags).toEqual([
      '#cake',
      '#Rao',
    ]);
  });

  it('never cuts: 1 MB goes through whole, quickly', () => {
    const body = '#a '.repeat(350_000);
    const started = performance.now();
    expect(text('Title', body, ['b'])).toBe(`Title\n\n${body.trimEnd()}\n\n#b`);
    expect(text('Title', 'x'.repeat(1_000_000))).toHaveLength(1_000_007);
    expect(text('Title', `${' '.repeat(1_000_000)}x`)).toBe('Title\n\nx');
    // A quadratic scan of such a text takes minutes.
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it('holds the body unaltered, whatever it is', () => {
    const tags = fc.array(fc.string({ unit: 'grapheme' }));
    const words = fc.string({ unit: 'grapheme' });
    fc.assert(
      fc.property(fc.option(words), words, tags, (title, body, hashtags) => {
        const composed = text(title, body, hashtags);
        expect(composed).toContain(body.replace(/\r\n?/g, '\n').trim());
      }),
    );
  });

  it('adds no hashtag twice when its own result is composed again', () => {
    const tag = fc.stringMatching(/^#?[A-Za-z0-9]{1,8}$/);
    fc.assert(
      fc.property(fc.string(), fc.array(tag), (body, hashtags) => {
        const once = appendHashtags(body, normalizeHashtags(hashtags));
        expect(appendHashtags(once, normalizeHashtags(hashtags))).toBe(once);
      }),
    );
  });
});

describe('publicTitle', () => {
  it.each([
    ['Full tune-up', 'Full tune-up'],
    ['  Full tune-up ', 'Full tune-up'],
    ['Post about fresh sourdough', null],
    ['', null],
    [null, null],
  ])('makes %j %j', (title, expected) => {
    expect(publicTitle({ title })).toBe(expected);
  });
});

describe('normalizeHashtags', () => {
  it.each([
    [['summer sale'], ['#summersale']],
    [
      ['#RaoBakes', '##rao', '＃パン'],
      ['#RaoBakes', '#rao', '#パン'],
    ],
    [['Cake', '#cake', 'CAKE '], ['#Cake']],
    [
      ['#a #b', 'c, d'],
      ['#a', '#b', '#c', '#d'],
    ],
    [['', '#', ' ', '# '], []],
    [['café', 'café'], ['#café']],
  ])('makes %j %j', (raw, expected) => {
    expect(normalizeHashtags(raw)).toEqual(expected);
  });
});

describe('controlCharacters', () => {
  it.each(['plain', 'tab\tand\nline', '', '\u200fשלום\u200e', '👩‍🍳', 'nbsp\u00a0, soft\u00adhyphen'])(
    'accepts %j',
    (good) => {
      expect(controlCharacters(good)).toBeNull();
    },
  );

  it.each([
    ['\u0000', 'U+0000'],
    ['\u0008', 'U+0008'],
    ['\u000b', 'U+000B'],
    ['\u001b[31m', 'U+001B'],
    ['\u007f', 'U+007F'],
  ])('names %j and the words before it, and quotes no control character', (bad, name) => {
    const found = controlCharacters(`Warm loaves ${bad}at 7`);
    expect(found).toMatchObject({ kind: 'rejected', code: 'CONTROL_CHARACTER' });
    expect(found?.message).toContain(name);
    expect(found?.message).toContain('“Warm loaves”');
    expect(controlCharacters(found?.message ?? '')).toBeNull();
  });

  it('quotes whole characters only', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (before) => {
        const message = controlCharacters(`${before}\u0001`)?.message ?? '';
        expect(() => encodeURIComponent(message)).not.toThrow();
      }),
    );
  });
});
