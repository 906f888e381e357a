/** Names and types of what each edge takes and each node shows. spec.test.ts compares them with Meta's specification. */
import { bodyParameters } from '../graph-fields.ts';
import { badParameter } from '../graph-refusal.ts';
import type { SimRequest } from '../simulator.ts';

type Type = 'text' | 'id' | 'count' | 'boolean' | 'url' | 'list';

/** What this simulator knows of an edge. Meta takes more; what is not simulated is refused rather than ignored. */
export const EDGES = {
  feed: { message: 'text', link: 'url', attached_media: 'list', place: 'id', published: 'boolean' },
  photos: {
    message: 'text',
    caption: 'text',
    url: 'url',
    alt_text_custom: 'text',
    published: 'boolean',
    temporary: 'boolean',
  },
  videos: {
    upload_phase: 'text',
    file_url: 'url',
    file_size: 'count',
    upload_session_id: 'id',
    start_offset: 'count',
    title: 'text',
    description: 'text',
    published: 'boolean',
  },
  video_reels: {
    upload_phase: 'text',
    video_id: 'id',
    video_state: 'text',
    title: 'text',
    description: 'text',
  },
  video_stories: { upload_phase: 'text', video_id: 'id', video_state: 'text' },
  photo_stories: { photo_id: 'id' },
} as const satisfies Record<string, Readonly<Record<string, Type>>>;
/** Of a post, and of a video. */
export const POST_EDGES = { comments: { message: 'text' } } as const satisfies Record<
  string,
  Readonly<Record<string, Type>>
>;
type EdgeName = keyof typeof EDGES | keyof typeof POST_EDGES;

/** Files of multipart bodies. */
const FILES: Readonly<Record<EdgeName, readonly string[]>> = {
  feed: [],
  photos: ['source'],
  videos: ['video_file_chunk'],
  video_reels: [],
  video_stories: [],
  photo_stories: [],
  comments: [],
};

export const NODE_FIELDS = {
  Page: ['id', 'name', 'username', 'link'],
  Photo: ['id', 'page_story_id', 'name', 'alt_text_custom', 'created_time', 'link'],
  Video: [
    'id',
    'status',
    'published',
    'post_id',
    'permalink_url',
    'title',
    'description',
    'created_time',
    'views',
    'likes',
    'comments',
  ],
  PagePost: [
    'id',
    'message',
    'created_time',
    'permalink_url',
    'status_type',
    'is_published',
    'attachments',
    'shares',
    'reactions',
    'comments',
  ],
  Comment: ['id', 'message', 'created_time', 'from', 'like_count'],
  Stories: ['post_id', 'status', 'creation_time', 'media_type', 'media_id', 'url'],
} as const;
export type NodeName = keyof typeof NODE_FIELDS;

const CHECKS: Readonly<Record<Type, (value: string) => boolean>> = {
  text: () => true,
  id: (value) => /^\d+$/.test(value),
  count: (value) => /^\d{1,15}$/.test(value),
  boolean: (value) => ['true', 'false', '1', '0'].includes(value),
  url: (value) => URL.canParse(value) && /^https?:/.test(value),
  list: (value) => value.trimStart().startsWith('['),
};

/** The form of a POST, every name known, every value of its type, none twice. */
export function formOf(request: SimRequest, edge: EdgeName): ReadonlyMap<string, string> {
  const known: Readonly<Record<string, Type>> = { ...EDGES, ...POST_EDGES }[edge];
  const values = bodyParameters(request);
  for (const [name, value] of values) {
    const type = known[name];
    if (type === undefined) badParameter(`Unexpected parameter ${name} on ${edge}`);
    if (!CHECKS[type](value)) badParameter(`Param ${name} must be a ${type}`);
  }
  for (const { name } of request.body.files()) {
    if (!FILES[edge].includes(name)) badParameter(`Unexpected file ${name} on ${edge}`);
  }
  return values;
}

/** `id` and the names in `fields`, without what stands in braces and behind dots; `defaults` when there is no `fields`. */
export function fieldsOf(
  query: URLSearchParams,
  node: NodeName,
  defaults: readonly string[],
): readonly string[] {
  const text = query.get('fields');
  if (text === null || text === '') return ['id', ...defaults];
  const names = splitFields(text).map((field) => field.replace(/[{.].*$/s, ''));
  const known: readonly string[] = NODE_FIELDS[node];
  for (const name of names) {
    if (!known.includes(name))
      badParameter(`Tried accessing nonexisting field (${name}) on node type (${node})`);
  }
  return ['id', ...names];
}

/** 'a,b{c,d},e.summary(true)' → ['a', 'b{c,d}', 'e.summary(true)'] */
function splitFields(text: string): string[] {
  const fields = [''];
  let depth = 0;
  for (const character of text) {
    if (character === '{' || character === '(') depth += 1;
    if (character === '}' || character === ')') depth -= 1;
    if (character === ',' && depth === 0) fields.push('');
    else fields[fields.length - 1] += character;
  }
  if (depth !== 0 || fields.includes('')) badParameter(`Syntax error in fields: ${text}`);
  return fields;
}
