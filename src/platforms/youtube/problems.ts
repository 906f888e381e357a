import { clip } from '../../core/clip.ts';
import { type Problem, rejected } from '../../core/errors.ts';
import { firstCommentProblems } from '../../core/own-comment.ts';
import type { Post } from '../../core/post.ts';
import { optionProblems } from '../../core/post-options.ts';
import { kindProblems } from '../../core/usual-problems.ts';
import { capabilities } from './capabilities.ts';
import { MAX_COMMENT } from './comment.ts';
import { OPTION_SHAPES, readOptions } from './options.ts';
import { descriptionOf, tagsOf, titleOf } from './resource.ts';

// https://developers.google.com/youtube/v3/docs/videos#properties
const MAX_TITLE_CHARACTERS = 100;
const MAX_DESCRIPTION_BYTES = 5000;
const MAX_TAG_CHARACTERS = 500;

/**
 * Every reason YouTube would refuse this post, apart from its video.
 *
 * Read from metadata.publish_options:
 * | key | type | default |
 * |---|---|---|
 * | first_comment | text that the channel says below the video | none |
 * | privacy | "public", "unlisted" or "private" | "public" |
 * | made_for_kids | boolean | false |
 * | category_id | digits as text | "22" (People & Blogs) |
 * | notify_subscribers | boolean | true |
 * | tags | list of texts, added to the hashtags | none |
 * | playlist | id of a playlist of the channel | none |
 * | thumbnail | true: the post's cover picture becomes the thumbnail | false |
 * | publish_at | time at which YouTube makes the video public; private until then | at once |
 */
export function problems(post: Post): Problem[] {
  const wrongKind = kindProblems(capabilities, post, 'videos and Shorts');
  if (wrongKind.length > 0) return wrongKind;
  return [
    ...titleProblems(titleOf(post)),
    ...descriptionProblems(descriptionOf(post)),
    ...tagProblems(tagsOf(post)),
    ...laterProblems(post),
    ...thumbnailProblems(post),
    ...firstCommentProblems(capabilities.label, post, MAX_COMMENT, withoutComments(post)),
    ...optionProblems(capabilities.label, OPTION_SHAPES, post.options),
  ];
}

/** https://support.google.com/youtube/answer/157177 (private), …/14323217 (made for kids) */
function withoutComments({ options }: Post): string | null {
  const { privacy, madeForKids, publishAt } = readOptions(options);
  if (madeForKids) return 'YouTube switches comments off below videos that are made for kids.';
  if (publishAt !== null)
    return 'The video is private until publish_at, and private videos have no comments.';
  return privacy === 'private' ? 'Private videos on YouTube have no comments.' : null;
}

/** YouTube would make a video with an earlier time public at once. */
function laterProblems({ options, dueAt }: Post): Problem[] {
  const { publishAt } = readOptions(options);
  if (publishAt === null) return [];
  const privacy = options['privacy'] ?? 'public';
  const other = rejected(
    'PUBLISH_AT_PRIVACY',
    `The post has publish_at and privacy ${JSON.stringify(privacy)}; YouTube makes a video public at that time.`,
    'Remove publish_at or privacy from its publish_options and schedule the post again.',
  );
  const tooEarly = rejected(
    'PUBLISH_AT_PAST',
    `The video is to become public at ${publishAt}, before the post itself is due (${dueAt.toISOString()}).`,
    'Set publish_at to a later time, or remove it, and schedule the post again.',
  );
  return [
    ...(privacy === 'public' ? [] : [other]),
    ...(Date.parse(publishAt) > dueAt.getTime() ? [] : [tooEarly]),
  ];
}

function thumbnailProblems({ options, media }: Post): Problem[] {
  if (!readOptions(options).thumbnail || media.some(({ role }) => role === 'cover')) return [];
  return [
    rejected(
      'THUMBNAIL_MISSING',
      'The post has thumbnail in its publish_options, but no picture beside its video.',
      'Attach the picture to the post, or remove thumbnail, and schedule it again.',
    ),
  ];
}

function titleProblems(title: string): Problem[] {
  if (title === '') {
    return [
      rejected(
        'TITLE_MISSING',
        'A YouTube video needs a title, and this post has none that is meant for the public.',
        'Give the post a title of at most 100 characters (one that begins with “Post about” counts as a label) and schedule it again.',
      ),
    ];
  }
  // Code points: which unit YouTube counts is not documented, and a title it finds too long it refuses before the upload.
  const length = [...title].length;
  const tooLong = rejected(
    'TITLE_TOO_LONG',
    `The title has ${length} characters; YouTube takes at most ${MAX_TITLE_CHARACTERS}.`,
    'Shorten the title and schedule the post again.',
  );
  return [...(length > MAX_TITLE_CHARACTERS ? [tooLong] : []), ...angleBrackets('title', title)];
}

function descriptionProblems(description: string): Problem[] {
  const bytes = Buffer.byteLength(description);
  const tooLong = rejected(
    'DESCRIPTION_TOO_LONG',
    `The text with its hashtags has ${bytes} bytes; YouTube takes at most ${MAX_DESCRIPTION_BYTES} (letters outside English count as two or more).`,
    'Shorten the text and schedule the post again.',
  );
  return [...(bytes > MAX_DESCRIPTION_BYTES ? [tooLong] : []), ...angleBrackets('text', description)];
}

function tagProblems(tags: readonly string[]): Problem[] {
  const length = tagLength(tags);
  const tooLong = rejected(
    'TAGS_TOO_LONG',
    `The hashtags and tags have ${length} characters together; YouTube takes at most ${MAX_TAG_CHARACTERS}.`,
    'Remove some hashtags or tags and schedule the post again.',
  );
  return [
    ...(length > MAX_TAG_CHARACTERS ? [tooLong] : []),
    ...tags.flatMap((tag) => angleBrackets(`tag “${clip(tag, 40)}”`, tag)),
  ];
}

/** Commas between tags count, and a tag with a space counts two quotation marks. */
function tagLength(tags: readonly string[]): number {
  const characters = tags.reduce((sum, tag) => sum + [...tag].length + (tag.includes(' ') ? 2 : 0), 0);
  return characters + Math.max(0, tags.length - 1);
}

function angleBrackets(where: string, text: string): Problem[] {
  const found = /[<>]/.exec(text);
  if (found === null) return [];
  return [
    rejected(
      'ANGLE_BRACKET',
      `The ${where} contains “${found[0]}”; YouTube refuses < and > in titles, descriptions and tags.`,
      'Replace the sign (for example by “less than” or “→”) and schedule the post again.',
    ),
  ];
}
