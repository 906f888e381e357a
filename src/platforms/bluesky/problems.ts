import { z } from 'zod';
import { type Problem, rejected } from '../../core/errors.ts';
import { countGraphemes } from '../../core/graphemes.ts';
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
import { partsOf } from './content.ts';

/** Beside the graphemes: lexicons/app/bsky/feed/post.json. */
const MAX_BYTES = 3_000;

const language = z.string().regex(/^[a-z]{2,3}(-[A-Za-z]{2,4})?$/);

export const OPTION_SHAPES = {
  alt_text: { ...ALT_TEXT, kinds: [...PICTURES, ...VIDEOS] },
  link: LINK,
  thread: THREAD,
  language: {
    schema: z.union([language, z.array(language).min(1).max(3)]),
    wanted: 'a language like "en" or "pt-BR", or a list of at most 3',
  },
  labels: {
    schema: z.array(z.enum(['sexual', 'nudity', 'porn', 'graphic-media'])),
    wanted: 'a list of "sexual", "nudity", "porn" and "graphic-media"',
  },
} as const satisfies OptionShapes;

/** Every reason Bluesky would refuse this post, apart from the files themselves. */
export function problems(post: Post): Problem[] {
  const wrongKind = kindProblems(capabilities, post, 'texts, links, up to four pictures and videos');
  if (wrongKind.length > 0) return wrongKind;
  return [
    ...textProblems(post),
    ...videoInCarousel(capabilities, post),
    ...optionProblems(capabilities.label, OPTION_SHAPES, post.options),
  ];
}

/** As readers count: an emoji of several parts is one character. */
function textProblems(post: Post): Problem[] {
  const { text } = post;
  const { max } = capabilities.text;
  const parts = partsOf(post);
  if (parts === null) return [threadNotPossible(`${max} characters`)];
  if (parts.length > 1) return [];
  const length = countGraphemes(text);
  const bytes = Buffer.byteLength(text);
  const hint =
    'Shorten it, or set thread to true in its publish_options to send it in parts, and schedule the post again.';
  if (length > max) {
    const message = `The text has ${length} characters; Bluesky takes at most ${max}.`;
    return [rejected('TEXT_TOO_LONG', message, hint)];
  }
  if (bytes <= MAX_BYTES) return [];
  const message = `The text has ${bytes} bytes; Bluesky takes at most ${MAX_BYTES}, and an emoji has many.`;
  return [rejected('TEXT_TOO_LONG', message, hint)];
}
