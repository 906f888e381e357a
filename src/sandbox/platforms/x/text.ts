/** What X makes of a text: its length, and how lists show it. Written apart from the publisher's own counting. */

const ADDRESS = /https?:\/\/[^\s<>"“”]+/gi;
const MAX_SHOWN = 280;

interface Shortened {
  readonly start: number;
  readonly end: number;
  readonly url: string;
  readonly expanded_url: string;
  readonly display_url: string;
  readonly media_key?: string;
}

interface ShownText {
  readonly text: string;
  readonly urls: readonly Shortened[];
}

/** As twitter-text weighs: 23 an address, 2 an emoji or a character of the heavy ranges, else 1. */
export function lengthOf(text: string): number {
  const composed = text.normalize('NFC');
  const addresses = composed.match(ADDRESS) ?? [];
  const rest = composed.replace(ADDRESS, '');
  return [...new Intl.Segmenter().segment(rest)].reduce(
    (sum, { segment }) =>
      sum + (isEmoji(segment) ? 2 : [...segment].reduce((all, one) => all + weigh(one), 0)),
    addresses.length * 23,
  );
}

function isEmoji(grapheme: string): boolean {
  return /^(\p{Emoji_Presentation}|\p{Extended_Pictographic}\uFE0F|\p{RI}\p{RI})/u.test(grapheme);
}

function weigh(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  const light =
    code <= 4351 ||
    (code >= 8192 && code <= 8205) ||
    (code >= 8208 && code <= 8223) ||
    (code >= 8242 && code <= 8247);
  return light ? 1 : 2;
}

/** Addresses become t.co links, the three characters of HTML are escaped, and files stand at the end as a link. */
export function shownText(
  id: string,
  text: string,
  ofMedia: { readonly key: string; readonly address: string } | null,
): ShownText {
  let number = 0;
  const shorten = (): string => {
    number += 1;
    return `https://t.co/${Number(BigInt(id) % 1_000_000_007n).toString(36)}${number}`;
  };
  const found: Omit<Shortened, 'start' | 'end'>[] = [];
  const escaped = text
    .split(/(https?:\/\/[^\s<>"“”]+)/i)
    .map((part, index) => {
      if (index % 2 === 0) return toHtml(part);
      const url = shorten();
      found.push({
        url,
        expanded_url: expanded(part),
        display_url: part.replace(/^https?:\/\//i, '').slice(0, 27),
      });
      return url;
    })
    .join('');
  if (ofMedia === null) return { text: escaped, urls: located(escaped, found) };
  const url = shorten();
  const media = { url, expanded_url: ofMedia.address, display_url: 'pic.x.com', media_key: ofMedia.key };
  const whole = escaped === '' ? url : `${escaped} ${url}`;
  return { text: whole, urls: located(whole, [...found, media]) };
}

/** A long text as its first 280 characters; the whole stands in the note. */
export function cutText(shown: ShownText): ShownText {
  const characters = [...shown.text];
  if (characters.length <= MAX_SHOWN) return shown;
  const text = `${characters.slice(0, MAX_SHOWN - 1).join('')}…`;
  return { text, urls: shown.urls.filter(({ url }) => text.includes(url)) };
}

function located(text: string, urls: readonly Omit<Shortened, 'start' | 'end'>[]): Shortened[] {
  return urls.map((one) => {
    const start = text.indexOf(one.url);
    return { start, end: start + one.url.length, ...one };
  });
}

function expanded(address: string): string {
  return URL.canParse(address) ? new URL(address).href.replace(/^([^?#]*[^/?#])\/$/, '$1') : address;
}

function toHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
