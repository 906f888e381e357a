import { z } from 'zod';
import { type Problem, rejected } from '../../core/errors.ts';
import type { Post } from '../../core/post.ts';
import {
  ALT_TEXT,
  LINK,
  type OptionShapes,
  optionProblems,
  PICTURES,
  THREAD,
  VIDEOS,
} from '../../core/post-options.ts';
import { MAX_PARTS } from '../../core/thread.ts';
import { capabilities } from './capabilities.ts';
import { partsOf } from './content.ts';

const VISIBILITIES = ['public', 'unlisted', 'private'] as const;

export const OPTION_SHAPES = {
  alt_text: { ...ALT_TEXT, kinds: [...PICTURES, ...VIDEOS] },
  link: LINK,
  thread: THREAD,
  visibility: { schema: z.enum(VISIBILITIES), wanted: '"public", "unlisted" or "private"' },
  content_warning: { schema: z.string(), wanted: 'a text' },
  sensitive: { schema: z.boolean(), wanted: 'true or false', kinds: [...PICTURES, ...VIDEOS] },
  language: {
    schema: z.string().regex(/^[a-z]{2,3}(-[A-Za-z]{2,4})?$/),
    wanted: 'a language like "en" or "pt-BR"',
  },
} as const satisfies OptionShapes;

/** Every reason any server would refuse this post; its own limits are judged once it is asked (server-limits.ts). */
export function problems(post: Post): Problem[] {
  if (capabilities.kinds[post.kind] === undefined) {
    return [
      rejected(
        'KIND_NOT_POSSIBLE',
        `Mastodon has no posts of kind ${post.kind}; it takes texts, links, up to four pictures and videos.`,
        'Change the type of the post, or choose another platform, and schedule it again.',
      ),
    ];
  }
  const mixed = post.kind === 'carousel' && post.media.some(({ role }) => role === 'video');
  const carousel = rejected(
    'CAROUSEL_VIDEO',
    'The carousel holds a video; Mastodon takes up to four pictures in one post, or one video alone.',
    'Remove the video from the carousel, or post it by itself, and schedule the post again.',
  );
  const thread = rejected(
    'THREAD_NOT_POSSIBLE',
    `The text cannot be cut into at most ${MAX_PARTS} parts of at most ${capabilities.text.max} characters.`,
    'Shorten the text, or break words that are longer than that, and schedule the post again.',
  );
  return [
    ...(partsOf(post) === null ? [thread] : []),
    ...(mixed ? [carousel] : []),
    ...optionProblems(capabilities.label, OPTION_SHAPES, post.options),
  ];
}
