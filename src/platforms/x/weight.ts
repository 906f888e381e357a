import { TOP_LEVEL_DOMAINS } from './top-level-domains.ts';

/**
 * How X counts a text (twitter-text, config v3: https://github.com/twitter/twitter-text/blob/master/config/v3.json): after
 * NFC a character weighs 1 in the ranges below and 2 elsewhere, an emoji 2 however many characters it is made of, an
 * address 23 whatever its length.
 */
const LIGHT_RANGES = [
  [0, 4351],
  [8192, 8205],
  [8208, 8223],
  [8242, 8247],
] as const;
const ADDRESS_WEIGHT = 23;
const EMOJI_WEIGHT = 2;

// As a string: the flag v is newer than the compiler's target.
const ONE_EMOJI = '\\p{RGI_Emoji}|\\p{Extended_Pictographic}\\uFE0F';
const EMOJI = new RegExp(ONE_EMOJI, 'gv');

// The grammar of twitter-text, as far as texts of people go. Only in front of the name itself labels may hold '_'.
const WORD = '[\\p{L}\\p{N}\\p{So}]';
const SUBDOMAIN = `${WORD}(?:[\\p{L}\\p{N}\\p{So}_-]*${WORD})?\\.`;
const NAME = `${WORD}(?:[\\p{L}\\p{N}\\p{So}-]*${WORD})?\\.`;
const TOP_LEVEL = '(?:xn--[a-z0-9-]+|[a-z]{2,}|[^\\x00-\\x7f\\s\\p{P}]{2,})(?![a-z0-9@+-])';
const LATIN = '[\\p{Script=Latin}\\d]';
const BARE = `(?:${LATIN}(?:[\\p{Script=Latin}\\d_-]*${LATIN})?\\.)*${LATIN}(?:[\\p{Script=Latin}\\d-]*${LATIN})?\\.[a-z]{2,}(?![a-z0-9_@+-])`;
const IN_PATH = "[\\p{Script=Latin}\\p{Script=Cyrillic}\\d!*';:=+,.$/%#\\[\\]–|~_@&-]";
const PATH = `(?:/(?:${IN_PATH}|\\(${IN_PATH}*(?:\\(${IN_PATH}*\\)${IN_PATH}*)?\\))*)?`;
const QUERY = "(?:\\?[a-z0-9!?*'();:&=+$/%#\\[\\]_.,~|@-]*)?";
const ADDRESS = new RegExp(
  `(?:(?<![a-z0-9@＠$#＃])(?<scheme>https?://)(?<host>(?:${SUBDOMAIN})*${NAME}${TOP_LEVEL})` +
    // Without "https://" not behind what makes it part of something else.
    `|(?<![\\w@＠$#＃./-])(?<bare>${BARE}))(?::\\d+)?${PATH}${QUERY}`,
  'giu',
);

interface Address {
  readonly start: number;
  readonly end: number;
}

export function weightOf(text: string): number {
  const composed = text.normalize('NFC');
  let weight = 0;
  let from = 0;
  for (const { start, end } of addressesIn(composed)) {
    weight += weightOfWords(composed.slice(from, start)) + ADDRESS_WEIGHT;
    from = end;
  }
  return weight + weightOfWords(composed.slice(from));
}

/** What X makes links of, in order. */
export function addressesIn(text: string): readonly Address[] {
  // Most texts have none: a look at the dots is cheaper than the expression.
  if (!text.includes('.')) return [];
  return [...text.matchAll(ADDRESS)].flatMap((match) => {
    const host = match.groups?.['host'] ?? match.groups?.['bare'] ?? '';
    const known = knownPart(host);
    if (known === null) return [];
    const before = match.groups?.['scheme']?.length ?? 0;
    const whole = known.length === host.length ? withoutEnd(match[0]).length : before + known.length;
    return [{ start: match.index, end: match.index + whole }];
  });
}

/** "bakery.example.com.nowhere" is a link as far as "bakery.example.com". */
function knownPart(host: string): string | null {
  const labels = host.split('.');
  for (let count = labels.length; count >= 2; count -= 1) {
    if (isTopLevel(labels[count - 1] ?? '')) return labels.slice(0, count).join('.');
  }
  return null;
}

function isTopLevel(label: string): boolean {
  const lower = label.toLowerCase();
  // Names in other letters are not listed here; X knows nearly all that look like one.
  return TOP_LEVEL_DOMAINS.has(lower) || lower.startsWith('xn--') || !/^[\x20-\x7e]*$/.test(lower);
}

/** Punctuation behind an address belongs to the sentence, and so does a bracket that was not opened in it. */
function withoutEnd(address: string): string {
  let end = address.length;
  for (;;) {
    const last = address.charAt(end - 1);
    const closes = last === ')' && count(address.slice(0, end), '(') < count(address.slice(0, end), ')');
    if (!closes && !"!*';:,.$%[]|~@?–—(".includes(last)) return address.slice(0, end);
    end -= 1;
  }
}

function count(text: string, character: string): number {
  return text.split(character).length - 1;
}

function weightOfWords(text: string): number {
  let weight = 0;
  const rest = text.replace(EMOJI, () => {
    weight += EMOJI_WEIGHT;
    return '';
  });
  for (const character of rest) {
    const code = character.codePointAt(0) ?? 0;
    weight += LIGHT_RANGES.some(([first, last]) => code >= first && code <= last) ? 1 : 2;
  }
  return weight;
}
