/** What several platforms refuse for the same reason, in the same words. */
import { type Problem, rejected } from './errors.ts';
import { asObject } from './json-value.ts';
import type { Capabilities } from './platform.ts';
import type { Post } from './post.ts';
import type { OptionShape } from './post-options.ts';

type Takes = Pick<Capabilities, 'label' | 'kinds'>;

/** @param instead what it takes: 'texts, links and pictures' */
export function kindProblems({ label, kinds }: Takes, { kind }: Post, instead: string): Problem[] {
  if (kinds[kind] !== undefined) return [];
  return [
    rejected(
      'KIND_NOT_POSSIBLE',
      `${label} has no posts of kind ${kind}; it takes ${instead}.`,
      'Change the type of the post, or choose another platform, and schedule it again.',
    ),
  ];
}

/** Of platforms that show pictures together, and a video only by itself. */
export function videoInCarousel({ label }: Takes, { kind, media }: Post): Problem[] {
  if (kind !== 'carousel' || media.every(({ role }) => role !== 'video')) return [];
  return [
    rejected(
      'CAROUSEL_VIDEO',
      `The carousel holds a video; ${label} takes several pictures in one post, or one video alone.`,
      'Remove the video from the carousel, or post it by itself, and schedule the post again.',
    ),
  ];
}

/** Whoever asked for a poll would miss it: that is no option to leave out in silence. */
export function pollProblems(
  { label }: Takes,
  { kind, options }: Post,
  { kinds = [kind] }: Pick<OptionShape, 'kinds'>,
): Problem[] {
  if (asObject(options['poll']) === null || kinds.includes(kind)) return [];
  return [
    rejected(
      'POLL_BESIDE_MEDIA',
      `The post has a poll and a file or link; ${label} shows only one of the two.`,
      'Remove the file or link, or poll from its publish_options, and schedule the post again.',
    ),
  ];
}

/** @param count of a text, as the platform counts it */
export function altTextProblems(
  { label }: Takes,
  { media }: Post,
  max: number,
  count = (text: string) => [...text].length,
): Problem[] {
  return media
    .filter(({ role }) => role !== 'cover')
    .map(({ altText = '' }, index) => ({ number: index + 1, length: count(altText) }))
    .filter(({ length }) => length > max)
    .map(({ number, length }) =>
      rejected(
        'ALT_TEXT_TOO_LONG',
        `The alternative text of file ${number} has ${length} characters; ${label} takes at most ${max}.`,
        'Shorten alt_text and schedule the post again.',
      ),
    );
}
