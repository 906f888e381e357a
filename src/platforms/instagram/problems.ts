import { z } from 'zod';
import { type Problem, rejected } from '../../core/errors.ts';
import { FIRST_COMMENT, firstCommentProblems } from '../../core/own-comment.ts';
import type { Post } from '../../core/post.ts';
import { ALT_TEXT, type OptionShapes, optionProblems, PICTURES, VIDEOS } from '../../core/post-options.ts';
import { altTextProblems, kindProblems } from '../../core/usual-problems.ts';
import { CAROUSEL_MAX, CAROUSEL_MIN, capabilities } from './capabilities.ts';
import { MAX_COMMENT } from './comment.ts';

/*
 * Keys of publish_options that are read here:
 *
 * | key           | type             | kinds                 | meaning                                          |
 * |---------------|------------------|-----------------------|--------------------------------------------------|
 * | alt_text      | string(s)        | image, carousel       | description, at most 1000 characters each        |
 * | collaborators | list of strings  | all but story         | up to 3 usernames                                |
 * | first_comment | string           | all but story         | what the account says below the post             |
 * | location_id   | string of digits | all but story         | id of a Facebook Page with a place               |
 * | share_to_feed | boolean          | reel, video           | false: only in the Reels tab                     |
 * | thumb_offset  | whole number     | reel, video           | moment of the cover frame, in milliseconds       |
 * | user_tags     | list of objects  | all                   | who is tagged, on a picture with the place       |
 */
// https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/media#query-string-parameters
const MAX_HASHTAGS = 30;
const MAX_MENTIONS = 20;
const MAX_ALT_TEXT = 1000;
const MAX_COLLABORATORS = 3;
const MAX_TAGS = 20;

const FEED = [...PICTURES, ...VIDEOS] as const;

export const OPTION_SHAPES = {
  alt_text: { ...ALT_TEXT, kinds: PICTURES },
  first_comment: FIRST_COMMENT,
  collaborators: {
    schema: z.array(z.string().min(1)).max(MAX_COLLABORATORS),
    wanted: `a list of at most ${MAX_COLLABORATORS} usernames`,
    kinds: FEED,
  },
  location_id: {
    schema: z.string().regex(/^\d+$/),
    wanted: 'the id of a Page, a text of digits',
    kinds: FEED,
  },
  share_to_feed: { schema: z.boolean(), wanted: 'true or false', kinds: VIDEOS },
  thumb_offset: {
    schema: z.int().nonnegative(),
    wanted: 'a whole number of milliseconds, 0 or more',
    kinds: VIDEOS,
  },
  user_tags: {
    schema: z
      .array(
        z.strictObject({
          username: z.string().min(1),
          x: z.number().min(0).max(1).optional(),
          y: z.number().min(0).max(1).optional(),
          /** Of a carousel's files. */
          file: z.int().nonnegative().optional(),
        }),
      )
      .max(MAX_TAGS),
    wanted: `a list of at most ${MAX_TAGS} {"username", "x", "y", "file"}, x and y from 0 to 1, file 0 for the first`,
  },
} as const satisfies OptionShapes;

const optionsSchema = z.object({
  collaborators: OPTION_SHAPES.collaborators.schema.nullish(),
  location_id: OPTION_SHAPES.location_id.schema.nullish(),
  share_to_feed: OPTION_SHAPES.share_to_feed.schema.nullish(),
  thumb_offset: OPTION_SHAPES.thumb_offset.schema.nullish(),
  user_tags: OPTION_SHAPES.user_tags.schema.nullish(),
});
export type Options = z.infer<typeof optionsSchema>;

/** Every reason that Instagram would refuse the post for; limits of single files are judged by shared code. */
export function problems(post: Post): Problem[] {
  const wrongKind = kindProblems(capabilities, post, 'images, videos, carousels of both, reels and stories');
  if (wrongKind.length > 0) return wrongKind;
  return [
    ...captionProblems(post),
    ...mediaProblems(post),
    ...tagProblems(post),
    ...firstCommentProblems(capabilities.label, post, MAX_COMMENT, withoutComments(post)),
    ...optionProblems(capabilities.label, OPTION_SHAPES, post.options),
  ];
}

/** Pictures need to know where a tag stands; films have no such place, and stories leave it open. */
function tagProblems({ kind, media, options }: Post): Problem[] {
  const tags = OPTION_SHAPES.user_tags.schema.nullish().safeParse(options['user_tags']).data ?? [];
  const hint = 'Correct or remove user_tags in its publish_options and schedule the post again.';
  const files = media.filter(({ role }) => role !== 'cover');
  const found = tags.flatMap(({ x, y, file = 0 }) => {
    const role = files[file]?.role;
    const places = [x, y].filter((place) => place !== undefined).length;
    if (file > 0 && role === undefined)
      return rejected(
        'USER_TAG_FILE',
        `One of the user_tags is for file ${file}; the last one is ${files.length - 1}, counted from 0.`,
        hint,
      );
    if (kind === 'carousel' && role === 'video')
      return rejected(
        'USER_TAGS_NOT_POSSIBLE',
        'In a carousel people are tagged on its pictures, not on its videos.',
        hint,
      );
    if (kind === 'story')
      return places === 1
        ? rejected('USER_TAG_PLACE', 'In a story each of the user_tags needs both x and y, or neither.', hint)
        : [];
    if (role === 'video')
      return places === 0
        ? []
        : rejected('USER_TAG_PLACE', 'On a video the user_tags have no x and y, only usernames.', hint);
    return places === 2
      ? []
      : rejected('USER_TAG_PLACE', 'On a picture each of the user_tags needs x and y, from 0 to 1.', hint);
  });
  return found.slice(0, 1);
}

function withoutComments({ kind }: Post): string | null {
  return kind === 'story'
    ? 'A story on Instagram has no comments, so its first comment would go nowhere.'
    : null;
}

/** The options as the platform wants them. @throws ZodError when problems() has found something about them */
export function readOptions(post: Post): Options {
  return optionsSchema.parse(post.options);
}

/** Stories have no caption: the text is not shown, and a person is told so. */
export function captionOf(post: Post): string {
  return post.kind === 'story' ? '' : post.text;
}

function captionProblems(post: Post): Problem[] {
  const caption = captionOf(post);
  const counted = [
    { code: 'TEXT_TOO_LONG', what: 'characters', found: [...caption].length, max: capabilities.text.max },
    {
      code: 'TOO_MANY_HASHTAGS',
      what: 'hashtags',
      found: count(caption, /[#＃][\p{L}\p{N}_]/gu),
      max: MAX_HASHTAGS,
    },
    // An @ behind a letter, digit or dot belongs to an e-mail address.
    {
      code: 'TOO_MANY_MENTIONS',
      what: 'mentions',
      found: count(caption, /(?<![\p{L}\p{N}._])@\w/gu),
      max: MAX_MENTIONS,
    },
  ];
  return counted
    .filter(({ found, max }) => found > max)
    .map(({ code, what, found, max }) =>
      rejected(
        code,
        `The text has ${found} ${what}; Instagram takes at most ${max}.`,
        'Shorten it and schedule the post again.',
      ),
    );
}

function mediaProblems(post: Post): Problem[] {
  const files = post.media.filter(({ role }) => role !== 'cover');
  const found: Problem[] = [];
  if (post.kind === 'carousel' && (files.length < CAROUSEL_MIN || files.length > CAROUSEL_MAX)) {
    found.push(
      rejected(
        'CAROUSEL_COUNT',
        `The carousel has ${files.length} ${files.length === 1 ? 'file' : 'files'}; Instagram takes ${CAROUSEL_MIN} to ${CAROUSEL_MAX}.`,
        'Change the number of files and schedule the post again.',
      ),
    );
  }
  if (post.kind === 'story' && files.length !== 1) {
    found.push(
      rejected(
        'STORY_COUNT',
        `The story has ${files.length} files; Instagram takes exactly 1 image or video.`,
        'Leave one file in it and schedule the post again.',
      ),
    );
  }
  return [...found, ...altTextProblems(capabilities, post, MAX_ALT_TEXT)];
}

function count(text: string, pattern: RegExp): number {
  return [...text.matchAll(pattern)].length;
}
