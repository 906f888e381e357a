import { z } from 'zod';
import { badParameter, refuse } from '../graph-refusal.ts';
import { ERRORS } from './refusals.ts';

/** What kind of container a request to POST /{user}/threads asks for. */
export type ContainerKind = 'text' | 'image' | 'video' | 'carousel' | 'carousel image' | 'carousel video';

const POSTS: readonly ContainerKind[] = ['text', 'image', 'video', 'carousel'];
const FILES: readonly ContainerKind[] = ['image', 'video', 'carousel image', 'carousel video'];
const REPLY_CONTROLS = [
  'everyone',
  'accounts_you_follow',
  'mentioned_only',
  'parent_post_author_only',
  'followers_only',
];

interface Parameter {
  readonly on: readonly ContainerKind[];
  readonly fits: (value: string) => boolean;
}

const isId = (value: string) => /^\d+$/.test(value);
const isUrl = (value: string) => URL.canParse(value) && /^https?:\/\/[\x21-\x7e]+$/.test(value);
const anyText = () => true;
const option = z.string().min(1).max(25);
const isPoll = fitsJson(
  z.strictObject({
    option_a: option,
    option_b: option,
    option_c: option.optional(),
    option_d: option.optional(),
  }),
);
/** Tenor ended on 2026-03-31. */
const isGif = fitsJson(z.strictObject({ gif_id: z.string().min(1), provider: z.literal('GIPHY') }));

function fitsJson(schema: z.ZodType): (value: string) => boolean {
  return (value) => {
    try {
      return schema.safeParse(JSON.parse(value)).success;
    } catch {
      return false;
    }
  };
}

// https://developers.facebook.com/docs/threads/reference/publishing. The platform ignores what it does not know or what
// does not belong to a kind; the simulator refuses it. auto_publish_text is not simulated: nothing here may use it.
const PARAMETERS: Readonly<Record<string, Parameter>> = {
  media_type: { on: [...POSTS, ...FILES], fits: anyText },
  text: { on: POSTS, fits: anyText },
  image_url: { on: ['image', 'carousel image'], fits: isUrl },
  video_url: { on: ['video', 'carousel video'], fits: isUrl },
  alt_text: { on: FILES, fits: (value) => [...value].length <= 1000 },
  is_carousel_item: { on: FILES, fits: (value) => value === 'true' || value === 'false' },
  children: { on: ['carousel'], fits: (value) => value.split(',').every(isId) },
  reply_to_id: { on: POSTS, fits: isId },
  reply_control: { on: POSTS, fits: (value) => REPLY_CONTROLS.includes(value) },
  link_attachment: { on: ['text'], fits: isUrl },
  poll_attachment: { on: ['text'], fits: isPoll },
  gif_attachment: { on: ['text'], fits: isGif },
  quote_post_id: { on: POSTS, fits: isId },
  location_id: { on: POSTS, fits: isId },
  is_spoiler_media: {
    on: ['image', 'video', 'carousel'],
    fits: (value) => value === 'true' || value === 'false',
  },
  topic_tag: { on: POSTS, fits: (value) => /^[^.&#]{1,50}$/u.test(value) },
};

const MAX_TEXT = 500;
const MAX_LINKS = 5;

/** Refuses what the kind does not take, a wrong value, and texts over their limits. */
export function checkParameters(given: ReadonlyMap<string, string>): ContainerKind {
  const kind = kindOf(given);
  for (const [name, value] of given) {
    const known = PARAMETERS[name];
    if (known === undefined) badParameter(`Param ${name} is not a known parameter`);
    if (!known.on.includes(kind)) badParameter(`Param ${name} cannot be used on a container of kind ${kind}`);
    if (!known.fits(value)) badParameter(`Param ${name} has an invalid value`);
  }
  const text = given.get('text') ?? '';
  if (kind === 'text' && text === '') badParameter('The parameter text is required');
  if (charactersIn(text) > MAX_TEXT) refuse(ERRORS.textTooLong);
  const links = new Set(text.match(/(?:https?:\/\/|www\.)[^\s]*[^\s.,;:!?)"'“”’]/gi) ?? []);
  const attached = given.get('link_attachment');
  if (attached !== undefined) links.add(attached);
  if (links.size > MAX_LINKS) refuse(ERRORS.linkLimit);
  return kind;
}

function kindOf(given: ReadonlyMap<string, string>): ContainerKind {
  const item = given.get('is_carousel_item') === 'true';
  switch (given.get('media_type')) {
    case 'TEXT':
      return item ? badParameter('A text cannot be a carousel item') : 'text';
    case 'IMAGE':
      if (!given.has('image_url')) badParameter('The parameter image_url is required');
      return item ? 'carousel image' : 'image';
    case 'VIDEO':
      if (!given.has('video_url')) badParameter('The parameter video_url is required');
      return item ? 'carousel video' : 'video';
    case 'CAROUSEL':
      if (item || !given.has('children')) badParameter('The parameter children is required');
      return 'carousel';
    default:
      return badParameter('Param media_type must be one of TEXT, IMAGE, VIDEO, CAROUSEL');
  }
}

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** What a reader sees as an emoji counts by its bytes in UTF-8. */
function charactersIn(text: string): number {
  const lengths = Array.from(segmenter.segment(text), ({ segment }) =>
    /\p{Emoji_Presentation}|\p{RI}|\uFE0F/u.test(segment) ? Buffer.byteLength(segment) : [...segment].length,
  );
  return lengths.reduce((sum, length) => sum + length, 0);
}
