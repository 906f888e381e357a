/** What a stretch of the text is, in bytes of UTF-8: lexicons/app/bsky/richtext/facet.json. */
export interface Facet {
  readonly index: { readonly byteStart: number; readonly byteEnd: number };
  readonly features: readonly Readonly<Record<string, string>>[];
}

/** A stretch before it is known whom a mention means. */
interface Found {
  readonly start: number;
  readonly text: string;
  readonly what: 'link' | 'tag' | 'mention';
}

// As the app itself finds them: packages/api/src/rich-text/{util,detection}.ts of bluesky-social/atproto.
const LINK = /https?:\/\/[^\s<>"“”]+/gi;
const MENTION =
  /(?<=^|[\s(])@((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?)\b/gi;
const TAG =
  /(?<=^|\s)[#＃](?!\ufe0f)(?=\S*[^\d\s\p{P}])(?:(?!\u00AD|\u2060|\u200B|\u200C|\u200D|\u20E2)\S)+/gu;
const PUNCTUATION_BEHIND = /\p{P}+$/u;
const LONGEST_TAG = 64;

export function mentionsIn(text: string): readonly string[] {
  return findAll(text)
    .filter(({ what }) => what === 'mention')
    .map((found) => handleOf(found));
}

/** @param dids of the handles that somebody has; a mention of nobody stays plain text */
export function facetsOf(text: string, dids: ReadonlyMap<string, string>): readonly Facet[] {
  return findAll(text).flatMap((found): Facet[] => {
    const feature = featureOf(found, dids);
    if (feature === null) return [];
    const byteStart = Buffer.byteLength(text.slice(0, found.start));
    const byteEnd = byteStart + Buffer.byteLength(found.text);
    return [{ index: { byteStart, byteEnd }, features: [feature] }];
  });
}

function featureOf(found: Found, dids: ReadonlyMap<string, string>): Readonly<Record<string, string>> | null {
  switch (found.what) {
    case 'link':
      return URL.canParse(found.text) ? { $type: 'app.bsky.richtext.facet#link', uri: found.text } : null;
    case 'tag':
      return { $type: 'app.bsky.richtext.facet#tag', tag: found.text.slice(1) };
    case 'mention': {
      const did = dids.get(handleOf(found));
      return did === undefined ? null : { $type: 'app.bsky.richtext.facet#mention', did };
    }
  }
}

/** In order, none over another: "https://a.example/#b" holds no tag. */
function findAll(text: string): readonly Found[] {
  const all = (pattern: RegExp, what: Found['what']): Found[] =>
    [...text.matchAll(pattern)].map((match) => ({ start: match.index, text: match[0], what }));
  const links = all(LINK, 'link').map((link) => ({ ...link, text: withoutPunctuation(link.text) }));
  const tags = all(TAG, 'tag')
    .map((tag) => ({ ...tag, text: tag.text.replace(PUNCTUATION_BEHIND, '') }))
    .filter(({ text: tag }) => tag.length > 1 && [...tag].length <= LONGEST_TAG + 1);
  const apart: Found[] = [];
  for (const found of [...links, ...tags, ...all(MENTION, 'mention')]) {
    if (!apart.some((other) => overlap(found, other))) apart.push(found);
  }
  return apart.sort((one, other) => one.start - other.start);
}

function overlap(one: Found, other: Found): boolean {
  return one.start < other.start + other.text.length && other.start < one.start + one.text.length;
}

/** "(see https://example.org/a)." but "https://en.wikipedia.org/wiki/Oven_(disambiguation)". */
function withoutPunctuation(link: string): string {
  const trimmed = link.replace(/[.,;:!?'’]+$/, '');
  return trimmed.endsWith(')') && !trimmed.includes('(') ? trimmed.slice(0, -1) : trimmed;
}

function handleOf({ text }: Found): string {
  return text.slice(1).toLowerCase();
}
