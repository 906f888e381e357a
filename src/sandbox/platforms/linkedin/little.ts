/** Characters with a meaning in LinkedIn's "little" text. */
const RESERVED = '\\|{}@[]()<>#*_~';

/**
 * What readers see of commentary, or null where it is no well-formed little text: LinkedIn then cuts it without a
 * word, which no test would notice, so the simulator refuses.
 * https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/little-text-format
 */
export function renderLittleText(little: string): string | null {
  let shown = '';
  let at = 0;
  while (at < little.length) {
    const rest = little.slice(at);
    const element = escaped(rest) ?? template(rest) ?? mention(rest) ?? hashtag(rest);
    if (element !== null) {
      shown += element.text;
      at += element.length;
    } else if (RESERVED.includes(little.charAt(at))) {
      return null;
    } else {
      shown += little.charAt(at);
      at += 1;
    }
  }
  return shown;
}

interface Element {
  readonly text: string;
  readonly length: number;
}

function escaped(rest: string): Element | null {
  const character = rest.charAt(1);
  return rest.startsWith('\\') && character !== '' && RESERVED.includes(character)
    ? { text: character, length: 2 }
    : null;
}

/** {hashtag|\#|word} */
function template(rest: string): Element | null {
  const [whole, sign, word] =
    /^\{hashtag\|(\\#|#|＃)\|((?:\\[\\|{}@[\]()<>#*_~]|[\p{L}\p{N}\p{M}])+)\}/u.exec(rest) ?? [];
  if (whole === undefined || sign === undefined || word === undefined) return null;
  return { text: `${sign.replace('\\', '')}${word.replaceAll('\\', '')}`, length: whole.length };
}

/** @[name](urn:li:person:…) */
function mention(rest: string): Element | null {
  const [whole, name] =
    /^@\[((?:\\[\\|{}@[\]()<>#*_~]|[^\\|{}@[\]()<>#*_~])+)\]\(urn:li:(?:person|organization):[\w-]+\)/.exec(
      rest,
    ) ?? [];
  return whole === undefined || name === undefined
    ? null
    : { text: name.replaceAll('\\', ''), length: whole.length };
}

/** A bare #word is an element of its own. */
function hashtag(rest: string): Element | null {
  const [whole] = /^[#][\p{L}\p{N}\p{M}]+/u.exec(rest) ?? [];
  return whole === undefined ? null : { text: whole, length: whole.length };
}
