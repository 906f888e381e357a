import { type Problem, rejected } from '../../core/errors.ts';
import type { Post } from '../../core/post.ts';
import { optionProblems } from '../../core/post-options.ts';
import { threadNotPossible } from '../../core/thread.ts';
import { altTextProblems, kindProblems, pollProblems } from '../../core/usual-problems.ts';
import { capabilities } from './capabilities.ts';
import { maxWeight, partsOf, shownMedia, wholeText } from './content.ts';
import { OPTION_SHAPES } from './options.ts';
import { weightOf } from './weight.ts';

const MB = 1024 * 1024;
// https://docs.x.com/x-api/media/quickstart/best-practices; GIFs may be three times as large (capabilities.ts).
const MAX_PHOTO_BYTES = 5 * MB;
const MAX_GIF_WIDTH = 1280;
const MAX_GIF_HEIGHT = 1080;
// OpenAPI 2.167, CreateMediaMetadataMetadataAltText.
const MAX_ALT_TEXT = 1000;
// As twitter-text finds them: 1 to 6 letters, and after a dot or underscore 1 or 2 more.
const CASHTAG = /(?<![\w$])\$[a-z]{1,6}(?:[._][a-z]{1,2})?(?=$|[\s\p{P}])/giu;

/**
 * Every reason X would refuse this post, apart from the files themselves.
 *
 * Read from metadata.publish_options:
 * | key | type | default |
 * |---|---|---|
 * | alt_text | text for the first picture, or a list of texts in the order of the pictures | none |
 * | link | address, or {url}: put behind the text when it does not hold it; X makes the card | none |
 * | thread | true: a text over the limit goes out as a thread, each part answering to the one before | false |
 * | premium | true: the account has X Premium and may post 25,000 characters | false |
 * | poll | {options: 2 to 4 texts of at most 25 characters, duration_minutes: 5 to 10080} | none |
 * | reply_settings | who may answer: "following", "mentionedUsers", "subscribers", "verified" | everybody |
 */
export function problems(post: Post): Problem[] {
  const wrongKind = kindProblems(
    capabilities,
    post,
    'texts, links, up to four pictures, one GIF or one video',
  );
  if (wrongKind.length > 0) return wrongKind;
  return [
    ...textProblems(post),
    ...fileProblems(post),
    ...pollProblems(capabilities, post, OPTION_SHAPES.poll),
    ...optionProblems(capabilities.label, OPTION_SHAPES, post.options),
  ];
}

function textProblems(post: Post): Problem[] {
  const max = maxWeight(post);
  const weight = weightOf(wholeText(post));
  const parts = partsOf(post);
  if (parts === null) return [threadNotPossible(`${max} characters, as X counts them`)];
  if (parts.length === 1 && weight > max) {
    return [
      rejected(
        'TEXT_TOO_LONG',
        `The text has ${weight} characters as X counts them (an address 23, an emoji 2); X takes at most ${max}.`,
        'Shorten it, or set thread to true in its publish_options to send it in parts, and schedule the post again.',
      ),
    ];
  }
  const many = parts.map((part) => part.match(CASHTAG) ?? []).find((tags) => tags.length > 1);
  if (many === undefined) return [];
  return [
    rejected(
      'TOO_MANY_CASHTAGS',
      `The text has ${many.length} cashtags (${many.slice(0, 5).join(', ')}); X takes at most one in a post.`,
      'Keep one of them, write the others without the dollar sign, and schedule the post again.',
    ),
  ];
}

function fileProblems(post: Post): Problem[] {
  const media = shownMedia(post);
  const gifs = media.filter(({ info }) => info?.mime === 'image/gif');
  const mixed = gifs.length > 0 && media.length > 1;
  const video = post.kind === 'carousel' && media.some(({ role }) => role === 'video');
  return [
    ...(mixed || video
      ? [
          rejected(
            'CAROUSEL_MIXED',
            `The post has a ${video ? 'video' : 'GIF'} beside other files; X takes up to four photos, or one GIF, or one video.`,
            'Leave only photos in it, or post the other file by itself, and schedule the post again.',
          ),
        ]
      : []),
    ...altTextProblems(capabilities, post, MAX_ALT_TEXT),
    ...media.flatMap(({ info, role }, index) => {
      const name = `File ${index + 1}`;
      const photo = role === 'image' && info !== undefined && info.mime !== 'image/gif';
      const gif = info?.mime === 'image/gif' ? info : undefined;
      return [
        ...(photo && info.bytes > MAX_PHOTO_BYTES
          ? [
              tooMuch(
                'MEDIA_TOO_LARGE',
                `${name} is ${(info.bytes / MB).toFixed(2)} MB; X takes photos of at most 5 MB.`,
              ),
            ]
          : []),
        ...((gif?.width ?? 0) > MAX_GIF_WIDTH || (gif?.height ?? 0) > MAX_GIF_HEIGHT
          ? [
              tooMuch(
                'MEDIA_TOO_WIDE',
                `${name} has ${gif?.width}×${gif?.height} pixels; X takes GIFs of at most ${MAX_GIF_WIDTH}×${MAX_GIF_HEIGHT}.`,
              ),
            ]
          : []),
      ];
    }),
  ];
}

function tooMuch(code: string, message: string): Problem {
  return rejected(code, message, 'Use a smaller file and schedule the post again.');
}
