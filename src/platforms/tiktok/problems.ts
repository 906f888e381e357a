import { type Problem, rejected } from '../../core/errors.ts';
import type { Post } from '../../core/post.ts';
import { optionProblems } from '../../core/post-options.ts';
import { kindProblems, videoInCarousel } from '../../core/usual-problems.ts';
import { capabilities, MAX_PHOTO_TEXT, MAX_VIDEO_TITLE } from './capabilities.ts';
import { isPhotos } from './content.ts';
import { OPTION_SHAPES, readOptions } from './options.ts';

const MAX_VIDEO_SIDE = 4096;
// "Maximum 1080p".
const PHOTO_SIDES = { long: 1920, short: 1080 };
/** As media/inspect-video.ts names them. */
const CODECS: Readonly<Record<string, string>> = { avc: 'H.264', hevc: 'H.265', vp8: 'VP8', vp9: 'VP9' };

/** Every reason TikTok would refuse this post, apart from what the account may (creator.ts) and its files' rules. */
export function problems(post: Post): Problem[] {
  const wrongKind = kindProblems(capabilities, post, 'videos and pictures');
  if (wrongKind.length > 0) return wrongKind;
  return [
    ...textProblems(post),
    ...(isPhotos(post) ? photoProblems(post) : videoProblems(post)),
    ...optionProblems(capabilities.label, OPTION_SHAPES, post.options),
  ];
}

/** TikTok counts in UTF-16 code units, which is what JavaScript's length counts. */
function textProblems(post: Post): Problem[] {
  // A video that goes to the inbox takes no text along.
  if (!isPhotos(post) && readOptions(post.options).draft) return [];
  const { length } = post.text;
  const max = isPhotos(post) ? MAX_PHOTO_TEXT : MAX_VIDEO_TITLE;
  if (length <= max) return [];
  return [
    rejected(
      'TEXT_TOO_LONG',
      `The text has ${length} characters; TikTok takes at most ${max} with ${isPhotos(post) ? 'pictures' : 'a video'} (an emoji counts as two or more).`,
      'Shorten the text and schedule the post again.',
    ),
  ];
}

function photoProblems(post: Post): Problem[] {
  const { photoCover } = readOptions(post.options);
  const found: Problem[] = [];
  const pictures = post.media.filter(({ role }) => role === 'image').length;
  if (photoCover > 0 && photoCover >= pictures) {
    found.push(
      rejected(
        'OPTION_INVALID',
        `The option photo_cover is ${photoCover}; the post has ${pictures} pictures, counted from 0.`,
        'Correct or remove photo_cover and schedule the post again.',
      ),
    );
  }
  return [
    ...found,
    ...videoInCarousel(capabilities, post),
    ...post.media.flatMap((file, index) => pictureProblems(file, index)),
  ];
}

function pictureProblems({ role, info }: Post['media'][number], index: number): Problem[] {
  if (role !== 'image' || info?.width === undefined || info.height === undefined) return [];
  const { width, height } = info;
  if (Math.max(width, height) <= PHOTO_SIDES.long && Math.min(width, height) <= PHOTO_SIDES.short) return [];
  return [
    rejected(
      'MEDIA_TOO_MANY_PIXELS',
      `Image ${index + 1} has ${width}×${height} pixels; TikTok takes at most ${PHOTO_SIDES.short}×${PHOTO_SIDES.long}, upright or lying.`,
      'Scale it down and schedule the post again.',
    ),
  ];
}

function videoProblems(post: Post): Problem[] {
  const info = post.media.find(({ role }) => role === 'video')?.info;
  if (info === undefined) return [];
  const { height = 0, videoCodec } = info;
  const found: Problem[] = [];
  if (height > MAX_VIDEO_SIDE) {
    found.push(
      rejected(
        'MEDIA_TOO_HIGH',
        `The video is ${height} pixels high; TikTok takes at most ${MAX_VIDEO_SIDE}.`,
        'Scale it down and schedule the post again.',
      ),
    );
  }
  if (videoCodec !== undefined && CODECS[videoCodec] === undefined) {
    found.push(
      rejected(
        'MEDIA_CODEC',
        `The video is coded as ${videoCodec}; TikTok takes ${Object.values(CODECS).join(', ')}.`,
        'Export it again as MP4 with H.264 and schedule the post again.',
      ),
    );
  }
  return found;
}
