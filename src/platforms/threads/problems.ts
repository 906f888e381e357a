import { type Problem, rejected } from '../../core/errors.ts';
import type { Post } from '../../core/post.ts';
import { optionProblems } from '../../core/post-options.ts';
import { threadNotPossible } from '../../core/thread.ts';
import { altTextProblems, kindProblems, pollProblems } from '../../core/usual-problems.ts';
import { CAROUSEL_MAX, CAROUSEL_MIN, capabilities } from './capabilities.ts';
import { linksIn, partsOf, wholeText } from './content.ts';
import { lengthOf } from './count.ts';
import { OPTION_SHAPES } from './options.ts';

// https://developers.facebook.com/docs/threads/posts#links
const MAX_LINKS = 5;
// https://developers.facebook.com/docs/threads/posts/accessibility
const MAX_ALT_TEXT = 1000;

/**
 * Every reason Threads would refuse this post, apart from the files themselves.
 *
 * Read from metadata.publish_options:
 * | key | type | default |
 * |---|---|---|
 * | alt_text | text for the first file, or a list of texts in the order of the files | none |
 * | link | address, or {url}: Threads makes the card | none |
 * | thread | true: a text over the limit goes out as a thread, each part answering to the one before | false |
 * | reply_control | who may answer | everyone |
 * | topic_tag | one topic of 1 to 50 characters | none |
 * | poll | {options: 2 to 4 texts of at most 25 characters} | none |
 * | quote | id of a post that is quoted | none |
 * | gif | id of a GIF at GIPHY | none |
 * | location_id | id of a place, from GET /location_search | none |
 * | spoiler | true: files are hidden until a reader opens them | false |
 */
export function problems(post: Post): Problem[] {
  const wrongKind = kindProblems(capabilities, post, 'texts, links, pictures, videos and carousels of both');
  if (wrongKind.length > 0) return wrongKind;
  return [
    ...textProblems(post),
    ...fileProblems(post),
    ...pollProblems(capabilities, post, OPTION_SHAPES.poll),
    ...optionProblems(capabilities.label, OPTION_SHAPES, post.options),
  ];
}

function textProblems(post: Post): Problem[] {
  const { max } = capabilities.text;
  const parts = partsOf(post);
  if (parts === null) return [threadNotPossible(`${max} characters, as Threads counts them`)];
  const length = lengthOf(wholeText(post));
  if (parts.length === 1 && length > max) {
    return [
      rejected(
        'TEXT_TOO_LONG',
        `The text has ${length} characters as Threads counts them (an emoji by its bytes, 4 or more); Threads takes at most ${max}.`,
        'Shorten it, or set thread to true in its publish_options to send it in parts, and schedule the post again.',
      ),
    ];
  }
  // The card goes with the first part, and counts unless its address stands in the text as well.
  const links = parts.map((part, index) => {
    const card = index === 0 && post.link !== null ? [post.link.url] : [];
    return new Set([...linksIn(part), ...card]).size;
  });
  const many = Math.max(...links);
  if (many <= MAX_LINKS) return [];
  return [
    rejected(
      'TOO_MANY_LINKS',
      `The post has ${many} different links; Threads takes at most ${MAX_LINKS}.`,
      'Take some of them out and schedule the post again.',
    ),
  ];
}

function fileProblems(post: Post): Problem[] {
  const files = post.media.filter(({ role }) => role !== 'cover');
  const found: Problem[] = [];
  if (post.kind === 'carousel' && (files.length < CAROUSEL_MIN || files.length > CAROUSEL_MAX)) {
    found.push(
      rejected(
        'CAROUSEL_COUNT',
        `The carousel has ${files.length} ${files.length === 1 ? 'file' : 'files'}; Threads takes ${CAROUSEL_MIN} to ${CAROUSEL_MAX}.`,
        'Change the number of files and schedule the post again.',
      ),
    );
  }
  return [...found, ...altTextProblems(capabilities, post, MAX_ALT_TEXT)];
}
