/**
 * LinkedIn's "little" text: what commentary is written in. Reserved characters need a backslash, even in links;
 * an unescaped parenthesis silently cuts the text.
 * https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/little-text-format
 */

// First alternative: links, whose '#' is a fragment. Second: a hashtag, which begins a word and has a letter in it.
const LINK_OR_HASHTAG =
  /https?:\/\/\S+|(?<![\p{L}\p{N}\p{M}_&/])([#＃])([\p{L}\p{N}\p{M}_]*\p{L}[\p{L}\p{N}\p{M}_]*)/giu;

const RESERVED = /[\\|{}@[\]()<>#*_~]/g;

// An escaped character; a hashtag template, whose sign may be escaped or not; a mention, of which the name is seen.
const MARKUP =
  /\\([\\|{}@[\]()<>#*_~])|\{hashtag\|\\?([#＃])\|((?:\\.|[^\\{}|])*)\}|@\[((?:\\.|[^\\\]])*)\]\(urn:[^)]*\)/gsu;

/** Somebody who is told of the post: the name must be LinkedIn's own, else it stays plain text there. */
interface Mention {
  readonly name: string;
  readonly urn: string;
}

/** “@name” where it is no part of a word or an address. */
function mentionOf({ name }: Mention): RegExp {
  const literal = name.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
  return new RegExp(`(?<![\\p{L}\\p{N}\\p{M}_/.])@${literal}(?![\\p{L}\\p{N}\\p{M}_])`, 'gu');
}

export function isMentioned(text: string, mention: Mention): boolean {
  return mentionOf(mention).test(text);
}

/** Plain text as commentary that shows exactly this text, its hashtags as hashtags; of mentions the '@' is not seen. */
export function toLittleText(text: string, mentions: readonly Mention[] = []): string {
  // A name may begin with another one.
  const [longest, ...others] = mentions.toSorted((a, b) => b.name.length - a.name.length);
  if (longest === undefined) return withoutMentions(text);
  return text
    .split(mentionOf(longest))
    .map((part) => toLittleText(part, others))
    .join(`@[${escapeReserved(longest.name)}](${longest.urn})`);
}

function withoutMentions(text: string): string {
  let little = '';
  let end = 0;
  for (const match of text.matchAll(LINK_OR_HASHTAG)) {
    const [whole, sign, word] = match;
    little += escapeReserved(text.slice(end, match.index));
    little += sign === undefined || word === undefined ? escapeReserved(whole) : hashtag(sign, word);
    end = match.index + whole.length;
  }
  return little + escapeReserved(text.slice(end));
}

/** What a reader sees of commentary; whatever is no markup stays as it is. */
export function fromLittleText(little: string): string {
  return little.replace(
    MARKUP,
    (_whole, escaped?: string, sign?: string, word?: string, name?: string) =>
      escaped ?? (sign === undefined ? withoutEscapes(name ?? '') : `${sign}${withoutEscapes(word ?? '')}`),
  );
}

function hashtag(sign: string, word: string): string {
  return `{hashtag|${escapeReserved(sign)}|${escapeReserved(word)}}`;
}

function escapeReserved(text: string): string {
  return text.replace(RESERVED, '\\$&');
}

function withoutEscapes(text: string): string {
  return text.replace(/\\([\\|{}@[\]()<>#*_~])/g, '$1');
}
