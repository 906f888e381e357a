import { z } from 'zod';
import { type Problem, rejected } from '../../core/errors.ts';
import { FIRST_COMMENT, firstCommentProblems } from '../../core/own-comment.ts';
import type { Post } from '../../core/post.ts';
import { ALT_TEXT, LINK, type OptionShapes, optionProblems, PICTURES } from '../../core/post-options.ts';
import { kindProblems, videoInCarousel } from '../../core/usual-problems.ts';
import { capabilities } from './capabilities.ts';
import { MAX_COMMENT } from './comment.ts';

/** Keys of metadata.publish_options that reach Facebook. */
export const OPTION_SHAPES = {
  alt_text: { ...ALT_TEXT, kinds: PICTURES },
  first_comment: FIRST_COMMENT,
  link: LINK,
  // `place` of https://developers.facebook.com/docs/graph-api/reference/page/feed
  location_id: {
    schema: z.string().regex(/^\d+$/),
    wanted: 'the id of a Page, a text of digits',
    kinds: ['text', 'link', ...PICTURES],
  },
} as const satisfies OptionShapes;

/**
 * Every reason Facebook would refuse this post, apart from the files themselves.
 *
 * Read from metadata.publish_options:
 * | key | type | default |
 * |---|---|---|
 * | alt_text | text for the first photo, or a list of texts in the order of the photos | none |
 * | first_comment | text that the Page says below the post | none |
 * | location_id | id of a Page that has a place | none |
 * | link | address, or {url}; Facebook takes title, text and picture of the card from the page itself | none |
 */
export function problems(post: Post): Problem[] {
  const wrongKind = kindProblems(capabilities, post, 'texts, links, photos, videos, reels and stories');
  if (wrongKind.length > 0) return wrongKind;
  return [
    ...textProblems(post),
    ...fileProblems(post),
    ...videoInCarousel(capabilities, post),
    ...firstCommentProblems(capabilities.label, post, MAX_COMMENT, withoutComments(post)),
    ...optionProblems(capabilities.label, OPTION_SHAPES, post.options),
  ];
}

function withoutComments({ kind }: Post): string | null {
  return kind === 'story'
    ? 'A story on Facebook has no comments, so its first comment would go nowhere.'
    : null;
}

function textProblems(post: Post): Problem[] {
  const { max } = capabilities.text;
  // Code points: the smallest count of the ones Meta may mean, so that nothing it would take is refused here.
  const length = [...post.text].length;
  if (length > max) {
    return [
      rejected(
        'TEXT_TOO_LONG',
        `The text has ${length} characters; Facebook takes at most ${max}.`,
        'Shorten the text and schedule the post again.',
      ),
    ];
  }
  if (post.kind !== 'text' || post.text.trim() !== '') return [];
  return [
    rejected(
      'TEXT_MISSING',
      'The post has no text and no file.',
      'Write the text and schedule the post again.',
    ),
  ];
}

function fileProblems(post: Post): Problem[] {
  const roles = post.media.map(({ role }) => role);
  switch (post.kind) {
    case 'link':
      if (!roles.includes('cover')) return [];
      return [
        rejected(
          'LINK_PICTURE',
          'The post has a link and a picture of its own; Facebook shows only the picture of the linked page.',
          'Remove the picture, or remove the link and write it into the text, and schedule the post again.',
        ),
      ];
    case 'story': {
      const files = roles.filter((role) => role !== 'cover').length;
      if (files === 1) return [];
      return [
        rejected(
          'STORY_FILES',
          `A Facebook story is exactly one photo or one video; this post has ${files}.`,
          'Leave one photo or one video in the post and schedule it again.',
        ),
      ];
    }
    default:
      return [];
  }
}
