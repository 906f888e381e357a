import type { Problem } from './errors.ts';
import { trimEnd } from './trim-end.ts';

/** What texts are composed from; a SourceRow is one. */
interface Words {
  readonly title: string | null;
  readonly body: string;
  /** With or without '#'. */
  readonly hashtags: readonly string[];
}

interface Composed {
  /** Title, body and hashtags as the app shows them; never cut. */
  readonly text: string;
  /** For platforms that have a title of their own, null when the row's is a generated label. */
  readonly title: string | null;
  /** The body as written, with LF line endings. */
  readonly body: string;
  /** All of the row, each once, with '#'. */
  readonly hashtags: readonly string[];
}

/**
 * The text of a post: title, body and hashtags, a blank line between them. The title stays out when it is a generated
 * label or the body begins with it; hashtags that the body already ends with are not repeated. Nothing else is altered,
 * except that line endings become LF.
 */
export function composeText(words: Words): Composed {
  const title = publicTitle(words);
  const body = lineFeeds(words.body);
  const hashtags = normalizeHashtags(words.hashtags);
  const shown = title !== null && !beginsWith(body, title) ? title : '';
  return { text: joinBlocks([shown, appendHashtags(body, hashtags)]), title, body, hashtags };
}

/** The title as far as it is meant for the public. Chat-made ones look like "Post about <idea>". */
export function publicTitle(words: Pick<Words, 'title'>): string | null {
  const title = lineFeeds(words.title ?? '').trim();
  return title === '' || /^post about\b/i.test(title) ? null : title;
}

/** The body with those hashtags behind it that it does not end with already. */
export function appendHashtags(body: string, hashtags: readonly string[]): string {
  const present = endingHashtags(body);
  const missing = hashtags.filter((hashtag) => !present.has(foldTag(hashtag)));
  return joinBlocks([body, missing.join(' ')]);
}

/**
 * Each hashtag once (without regard to case), with one '#'. White space inside is removed, because every platform ends
 * a hashtag there: "#summer sale" would tag "summer". An element that holds several ("#a #b", "a, b") gives several.
 */
export function normalizeHashtags(raw: readonly string[]): readonly string[] {
  const tags = raw.flatMap((element) => element.split(/[#＃,]/)).map((tag) => tag.replace(/\s+/gu, ''));
  const byKey = new Map<string, string>();
  for (const tag of tags) {
    if (tag !== '' && !byKey.has(foldTag(tag))) byKey.set(foldTag(tag), `#${tag}`);
  }
  return [...byKey.values()];
}

// C0 except tab, line feed and carriage return, and DEL: JSON carries them, but platforms refuse or drop them.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F]/;

/** The first character that no platform accepts, as a problem. Content is never altered, so it is not removed here. */
export function controlCharacters(text: string): Problem | null {
  const index = text.search(CONTROL);
  if (index < 0) return null;
  const code = text.charCodeAt(index).toString(16).toUpperCase().padStart(4, '0');
  // Twice the units, then whole characters: the quote must not begin with half a surrogate pair.
  const before = [...text.slice(Math.max(0, index - 40), index)]
    .slice(-20)
    .join('')
    .replace(/\s+/gu, ' ')
    .trim();
  return {
    kind: 'rejected',
    code: 'CONTROL_CHARACTER',
    message: `The text has an invisible control character (U+${code}) ${before === '' ? 'at its beginning' : `after “${before}”`}.`,
    hint: 'Open the post, retype that place (pasting from other programs brings such characters) and schedule it again.',
  };
}

/** White space around the joints goes, what is inside the blocks and at the outer ends stays. */
function joinBlocks(blocks: readonly string[]): string {
  return blocks
    .filter((block) => block.trim() !== '')
    .reduce((text, block) => (text === '' ? block : `${text.trimEnd()}\n\n${block.trimStart()}`), '');
}

function lineFeeds(text: string): string {
  return text.replace(/\r\n?/g, '\n');
}

function beginsWith(body: string, title: string): boolean {
  const start = foldSpaces(body);
  const wanted = foldSpaces(title);
  // "Sale" does not begin "Sales are up".
  return start.startsWith(wanted) && !/^[\p{L}\p{N}\p{M}]/u.test(start.slice(wanted.length));
}

function foldSpaces(text: string): string {
  return text.normalize('NFC').toLowerCase().replace(/\s+/gu, ' ').trim();
}

function foldTag(tag: string): string {
  return tag
    .normalize('NFC')
    .toLowerCase()
    .replace(/^[#＃]/, '');
}

function endingHashtags(body: string): ReadonlySet<string> {
  const words = body.trimEnd().split(/[\s,]+/u);
  const last = words.findLastIndex((word) => !/^[#＃]/.test(word));
  const tags = words.slice(last + 1).flatMap((word) => word.split(/[#＃]/));
  return new Set(tags.map((tag) => foldTag(trimEnd(tag, '.;:!?'))));
}
