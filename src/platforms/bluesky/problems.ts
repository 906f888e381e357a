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
import { MAX_PARTS } from '../../core/thread.ts';
import { capabilities } from './capabilities.ts';
import { partsOf } from './content.ts';

/** Beside the graphemes: lexicons/app/bsky/feed/post.json. */
const MAX_BYTES = 3_000;

export const OPTION_SHAPES = {
  alt_text: { ...ALT_TEXT, kinds: [...PICTURES, ...VIDEOS] },
  link: LINK,
  thread: THREAD,
  language: {
    schema: z.string().regex(/^[a-z]{2,3}(-[A-Za-z]{2,4})?$/),
    wanted: 'a language like "en" or "pt-BR"',
  },
} as const satisfies OptionShapes;

/** Every reason Bluesky would refuse this post, apart from the files themselves. */
export function problems(post: Post): Problem[] {
  if (capabilities.kinds[post.kind] === undefined) {
    return [
      rejected(
        'KIND_NOT_POSSIBLE',
        `Bluesky has no posts of kind ${post.kind}; it takes texts, links, up to four pictures and videos.`,
        'Change the type of the post, or choose another platform, and schedule it again.',
      ),
    ];
  }
  const mixed = post.kind === 'carousel' && post.media.some(({ role }) => role === 'video');
  const carousel = rejected(
    'CAROUSEL_VIDEO',
    'The carousel holds a video; Bluesky takes up to four pictures in one post, or one video alone.',
    'Remove the video from the carousel, or post it by itself, and schedule the post again.',
  );
  return [
    ...textProblems(post),
    ...(mixed ? [carousel] : []),
    ...optionProblems(capabilities.label, OPTION_SHAPES, post.options),
  ];
}

/** As readers count: an emoji of several parts is one character. */
function textProblems(post: Post): Problem[] {
  const { text } = post;
  const { max } = capabilities.text;
  const parts = partsOf(post);
  if (parts === null) {
    const message = `The text cannot be cut into at most ${MAX_PARTS} parts of at most ${max} characters.`;
    const remedy = 'Shorten the text, or break words that are longer than that, and schedule the post again.';
    return [rejected('THREAD_NOT_POSSIBLE', message, remedy)];
  }
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
