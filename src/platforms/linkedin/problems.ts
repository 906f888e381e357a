import { clip } from '../../core/clip.ts';
import { type Problem, rejected } from '../../core/errors.ts';
import { firstCommentProblems } from '../../core/own-comment.ts';
import type { Post } from '../../core/post.ts';
import { optionProblems } from '../../core/post-options.ts';
import { threadNotPossible } from '../../core/thread.ts';
import { altTextProblems, kindProblems, pollProblems, videoInCarousel } from '../../core/usual-problems.ts';
import { capabilities } from './capabilities.ts';
import { documentTitle, linkTitle, MAX_COMMENT, partsOf, postText } from './content.ts';
import { isMentioned } from './little-text.ts';
import { OPTION_SHAPES, readOptions } from './options.ts';

// https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/multiimage-post-api
const MAX_ALT_TEXT = 4086;
// Of content.article; known from other tools, LinkedIn names no number beside FIELD_LENGTH_TOO_LONG.
const MAX_LINK_TITLE = 400;
const MAX_LINK_DESCRIPTION = 4000;

/**
 * Every reason LinkedIn would refuse this post, apart from the files themselves.
 *
 * Read from metadata.publish_options:
 * | key | type | default |
 * |---|---|---|
 * | alt_text | text for the first picture, or a list of texts in the order of the pictures | none |
 * | first_comment | text that the author says below the post | none |
 * | link | address, or {url, title?, description?} | none |
 * | link_title | title of the card of a link | link.title, else the post's title, else the host of the link |
 * | mentions | list of {name, urn}: each “@name” in the text becomes a mention | none |
 * | poll | {question, options: 2 to 4 texts, duration_days: 1, 3, 7 or 14} | none |
 * | thread | true: what is over the limit of a post stands in comments below it | false |
 * | document_title | title of a document | the post's title; one of the two is needed |
 */
export function problems(post: Post): Problem[] {
  const wrongKind = kindProblems(capabilities, post, 'texts, links, pictures, videos and documents');
  if (wrongKind.length > 0) return wrongKind;
  return [
    ...textProblems(post),
    ...videoInCarousel(capabilities, post),
    // Counted as texts are.
    ...altTextProblems(capabilities, post, MAX_ALT_TEXT, ({ length }) => length),
    ...titleProblems(post),
    ...mentionProblems(post),
    ...pollProblems(capabilities, post, OPTION_SHAPES.poll),
    ...firstCommentProblems(capabilities.label, post, MAX_COMMENT, null),
    ...optionProblems(capabilities.label, OPTION_SHAPES, post.options),
  ];
}

function textProblems(post: Post): Problem[] {
  const { max } = capabilities.text;
  // UTF-16 code units, the largest count of those LinkedIn may mean: longer texts have been cut without an error.
  const parts = partsOf(post);
  if (parts !== null) {
    const remedy = 'Shorten it, or set thread to true in its publish_options to say the rest in comments,';
    return tooLong('TEXT_TOO_LONG', 'text', parts[0] ?? '', max, remedy);
  }
  return [threadNotPossible(`${max} characters, those behind the first ${MAX_COMMENT}`)];
}

function titleProblems(post: Post): Problem[] {
  if (post.kind === 'document' && documentTitle(post) === null) {
    return [
      rejected(
        'TITLE_MISSING',
        'The document has no title, and LinkedIn needs one.',
        'Give the post a title, or set document_title in its publish_options, and schedule it again.',
      ),
    ];
  }
  if (post.link === null) return [];
  return [
    ...tooLong(
      'TITLE_TOO_LONG',
      'title of the link',
      linkTitle(post, post.link),
      MAX_LINK_TITLE,
      'Set a shorter link_title',
    ),
    ...tooLong(
      'DESCRIPTION_TOO_LONG',
      'description of the link',
      post.link.description ?? '',
      MAX_LINK_DESCRIPTION,
      'Shorten link.description',
    ),
  ];
}

function mentionProblems(post: Post): Problem[] {
  const said = postText(post);
  return readOptions(post.options)
    .mentions.filter((mention) => !isMentioned(said, mention))
    .map(({ name }) =>
      rejected(
        'MENTION_MISSING',
        `The option mentions names “${clip(name, 60)}”, but “@${clip(name, 60)}” does not stand in the post.`,
        `Write @${clip(name, 60)} where it is to be mentioned, or remove it from mentions, and schedule the post again.`,
      ),
    );
}

function tooLong(code: string, what: string, text: string, max: number, remedy: string): Problem[] {
  if (text.length <= max) return [];
  return [
    rejected(
      code,
      `The ${what} has ${text.length} characters; LinkedIn takes at most ${max}.`,
      `${remedy} and schedule the post again.`,
    ),
  ];
}
