import { badParameter, refuse } from '../graph-refusal.ts';
import { ERRORS } from './refusals.ts';

/** What kind of container a request to POST /{ig-id}/media asks for. */
export type ContainerKind = 'image' | 'reel' | 'story' | 'carousel' | 'carousel image' | 'carousel video';

type Shape = 'text' | 'url' | 'bool' | 'milliseconds' | 'names' | 'ids' | 'id' | 'json';

// https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/media#query-string-parameters
// The platform ignores what it does not know or what does not belong to a kind; the simulator refuses it.
const PARAMETERS: Readonly<Record<string, { readonly shape: Shape; readonly on: readonly ContainerKind[] }>> =
  {
    image_url: { shape: 'url', on: ['image', 'story', 'carousel image'] },
    video_url: { shape: 'url', on: ['reel', 'story', 'carousel video'] },
    media_type: { shape: 'text', on: ['reel', 'story', 'carousel', 'carousel video'] },
    caption: { shape: 'text', on: ['image', 'reel', 'carousel'] },
    is_carousel_item: { shape: 'bool', on: ['carousel image', 'carousel video'] },
    children: { shape: 'ids', on: ['carousel'] },
    alt_text: { shape: 'text', on: ['image', 'carousel image'] },
    share_to_feed: { shape: 'bool', on: ['reel', 'carousel'] },
    thumb_offset: { shape: 'milliseconds', on: ['reel', 'carousel video'] },
    cover_url: { shape: 'url', on: ['reel'] },
    audio_name: { shape: 'text', on: ['reel'] },
    collaborators: { shape: 'names', on: ['image', 'reel', 'carousel'] },
    location_id: { shape: 'id', on: ['image', 'reel', 'carousel'] },
    user_tags: { shape: 'json', on: ['image', 'reel', 'story', 'carousel image'] },
    product_tags: { shape: 'json', on: ['image', 'reel', 'carousel image', 'carousel video'] },
    trial_params: { shape: 'json', on: ['reel'] },
    is_ai_generated: { shape: 'bool', on: ['image', 'reel', 'story', 'carousel'] },
  };

/** Names the simulator knows on POST /{ig-id}/media; compared with Meta's specification in a test. */
export const PARAMETER_NAMES = Object.keys(PARAMETERS);

const MAX_CAPTION = 2200;
const MAX_HASHTAGS = 30;
const MAX_MENTIONS = 20;
const MAX_ALT_TEXT = 1000;
const MAX_COLLABORATORS = 3;

/** Refuses what the kind does not take, a wrong type, and texts over their limits. */
export function checkParameters(parameters: ReadonlyMap<string, string>): ContainerKind {
  const kind = kindOf(parameters);
  for (const [name, value] of parameters) {
    const known = PARAMETERS[name];
    if (known === undefined) badParameter(`Param ${name} is not a known parameter`);
    if (!known.on.includes(kind)) badParameter(`Param ${name} cannot be used on a container of kind ${kind}`);
    if (!SHAPES[known.shape](value)) badParameter(`Param ${name} must be of type ${known.shape}`);
  }
  checkTexts(parameters);
  checkTags(parameters.get('user_tags'), kind);
  return kind;
}

export function listOf(value: string): string[] {
  return value.startsWith('[') ? (JSON.parse(value) as unknown[]).map(String) : value.split(',');
}

function kindOf(parameters: ReadonlyMap<string, string>): ContainerKind {
  const item = parameters.get('is_carousel_item') === 'true';
  const image = parameters.has('image_url');
  const video = parameters.has('video_url');
  switch (parameters.get('media_type')) {
    case undefined:
      if (!image || video) refuse(ERRORS.mediaType);
      return item ? 'carousel image' : 'image';
    case 'REELS':
      if (item) badParameter('Reels cannot appear in carousels');
      if (!video || image) badParameter('The parameter video_url is required');
      return 'reel';
    case 'STORIES':
      if (image === video) badParameter('A story takes either image_url or video_url');
      return 'story';
    case 'CAROUSEL':
      if (!parameters.has('children')) badParameter('The parameter children is required');
      return 'carousel';
    case 'VIDEO':
      // Since 2023-07-01 a single video is a reel.
      if (!item)
        refuse({
          code: 100,
          subcode: 2207067,
          message: 'The VIDEO value for media_type is no longer supported',
        });
      if (!video || image) badParameter('The parameter video_url is required');
      return 'carousel video';
    default:
      return refuse(ERRORS.mediaType);
  }
}

const SHAPES: Readonly<Record<Shape, (value: string) => boolean>> = {
  text: () => true,
  // "URLs that contain only US ASCII characters, or the request will fail"
  url: (value) => URL.canParse(value) && /^https?:\/\/[\x21-\x7e]+$/.test(value),
  bool: (value) => value === 'true' || value === 'false',
  milliseconds: (value) => /^\d+$/.test(value),
  names: (value) => isJsonList(value) && listOf(value).length <= MAX_COLLABORATORS,
  ids: (value) => listOfIds(value),
  id: (value) => /^\d+$/.test(value),
  json: (value) => isJson(value),
};

function checkTexts(parameters: ReadonlyMap<string, string>): void {
  const caption = parameters.get('caption') ?? '';
  if ([...caption].length > MAX_CAPTION) refuse(ERRORS.captionTooLong);
  if ((caption.match(/#[\p{L}\p{N}_]+/gu) ?? []).length > MAX_HASHTAGS) {
    badParameter(`The caption has more than ${MAX_HASHTAGS} hashtags`);
  }
  if ((caption.match(/(?<![\w.])@\w/g) ?? []).length > MAX_MENTIONS) refuse(ERRORS.mentions);
  if ([...(parameters.get('alt_text') ?? '')].length > MAX_ALT_TEXT)
    badParameter('Param alt_text is too long');
}

/** On pictures with their place, at most 20. */
function checkTags(value: string | undefined, kind: ContainerKind): void {
  if (value === undefined) return;
  const tags: unknown = JSON.parse(value);
  if (!Array.isArray(tags)) badParameter('Param user_tags must be an array');
  if (tags.length > MAX_MENTIONS) refuse(ERRORS.mentions);
  for (const tag of tags as Readonly<Record<string, unknown>>[]) {
    const placed = [tag['x'], tag['y']].every((at) => typeof at === 'number' && at >= 0 && at <= 1);
    if (typeof tag['username'] !== 'string') badParameter('Param user_tags[0][username] is required');
    if (kind.endsWith('image') && !placed) badParameter('Param user_tags[0][x] must be between 0 and 1');
  }
}

function listOfIds(value: string): boolean {
  return (!value.startsWith('[') || isJsonList(value)) && listOf(value).every((id) => /^\d+$/.test(id));
}

function isJson(value: string): boolean {
  try {
    return typeof JSON.parse(value) === 'object';
  } catch {
    return false;
  }
}

function isJsonList(value: string): boolean {
  return value.startsWith('[') && isJson(value);
}
