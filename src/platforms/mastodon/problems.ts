import { z } from 'zod';
import type { Problem } from '../../core/errors.ts';
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
import { threadNotPossible } from '../../core/thread.ts';
import { kindProblems, videoInCarousel } from '../../core/usual-problems.ts';
import { capabilities } from './capabilities.ts';
import { partsOf, sizeOf } from './content.ts';

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
  const wrongKind = kindProblems(capabilities, post, 'texts, links, up to four pictures and videos');
  if (wrongKind.length > 0) return wrongKind;
  return [
    ...(partsOf(post) === null ? [threadNotPossible(`${sizeOf(post).max} characters`)] : []),
    ...videoInCarousel(capabilities, post),
    ...optionProblems(capabilities.label, OPTION_SHAPES, post.options),
  ];
}
