import type { Problem } from '../../core/errors.ts';
import type { Post } from '../../core/post.ts';
import { optionProblems } from '../../core/post-options.ts';
import { threadNotPossible } from '../../core/thread.ts';
import { kindProblems, pollProblems, videoInCarousel } from '../../core/usual-problems.ts';
import { capabilities } from './capabilities.ts';
import { partsOf, sizeOf } from './content.ts';
import { OPTION_SHAPES } from './options.ts';

/** Every reason any server would refuse this post; its own limits are judged once it is asked (server-limits.ts). */
export function problems(post: Post): Problem[] {
  const wrongKind = kindProblems(capabilities, post, 'texts, links, up to four pictures and videos');
  if (wrongKind.length > 0) return wrongKind;
  return [
    ...(partsOf(post) === null ? [threadNotPossible(`${sizeOf(post).max} characters`)] : []),
    ...videoInCarousel(capabilities, post),
    ...pollProblems(capabilities, post, OPTION_SHAPES.poll),
    ...optionProblems(capabilities.label, OPTION_SHAPES, post.options),
  ];
}
