import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { PostKind } from './media.ts';
import { LINK } from './post-options.ts';
import { judgeUnread } from './unknown-options.ts';

const reader = (label: string, ...keys: string[]) => ({
  capabilities: { label },
  options: Object.fromEntries(keys.map((key) => [key, LINK])),
});
const page = reader('Page', 'alt_text', 'first_comment', 'link');
const tube = reader('Tube', 'privacy', 'tags', 'first_comment');
const net = reader('Net', 'privacy', 'visibility');
const judge = (options: object, kind: PostKind = 'link') =>
  judgeUnread({ kind, options: options as never }, page, [page, tube, net]);

describe('a key of publish_options that is not read', () => {
  it.each([
    ['fist_comment', 'first_comment'],
    ['firstComment', 'first_comment'],
    ['first-comment', 'first_comment'],
    ['FIRST_COMMENT', 'first_comment'],
    ['frist_comment', 'first_comment'],
    ['first_coment', 'first_comment'],
    ['first_commentt', 'first_comment'],
    ['alttext', 'alt_text'],
    ['alt_texts', 'alt_text'],
    ['alt_tetx', 'alt_text'],
    ['links', 'link'],
  ])('%s stops the post: %s was meant', (key, meant) => {
    const { problems, notes } = judge({ [key]: 'x' });
    expect(notes).toEqual([]);
    expect(problems).toEqual([
      {
        kind: 'rejected',
        code: 'OPTION_UNKNOWN',
        message: `publish_options has “${key}”, which nothing reads; the nearest key that Page reads is “${meant}”.`,
        hint: 'Correct the key or remove it from publish_options, and schedule the post again.',
      },
    ]);
  });

  it.each([
    ['privacy', 'The option “privacy” changes nothing here: Page has no such option; Tube, Net have.'],
    ['tags', 'The option “tags” changes nothing here: Page has no such option; Tube has.'],
    ['made_by', 'The option “made_by” changes nothing here: no platform reads it.'],
    ['', 'The option “” changes nothing here: no platform reads it.'],
    [
      'privcy',
      'The option “privcy” changes nothing here: no platform reads it; the nearest known key is “privacy”.',
    ],
  ])('“%s” is told and stops nothing', (key, note) => {
    expect(judge({ [key]: 'x' })).toEqual({ problems: [], notes: [note] });
  });

  it('is not told when it is empty, and one that is read never', () => {
    expect(judge({ fist_comment: null, link: 'https://a.example', first_comment: 'x' })).toEqual({
      problems: [],
      notes: [],
    });
  });

  it('is told where the post is of a kind for which it means nothing', () => {
    const options = { link: 'https://a.example', cover: 1 };
    const own = {
      ...page,
      options: {
        ...page.options,
        cover: { schema: z.unknown(), wanted: '', kinds: ['video', 'reel', 'story'] },
      },
    } as const;
    expect(judgeUnread({ kind: 'image', options }, own, [own])).toEqual({
      problems: [],
      notes: [
        'The option “link” changes nothing here: on Page it is for the kind link, and this is a post of kind image.',
        'The option “cover” changes nothing here: on Page it is for the kinds video, reel and story, and this is a post of kind image.',
      ],
    });
    expect(judgeUnread({ kind: 'video', options: { cover: 1 } }, own, [own]).notes).toEqual([]);
  });

  it('may be a megabyte of anything', () => {
    const key = 'alt_text'.repeat(131_072);
    const { problems, notes } = judge({ [key]: 1, '❄': 2 });
    expect(problems).toEqual([]);
    expect(notes).toHaveLength(2);
    expect(notes.join('').length).toBeLessThan(300);
  });
});
