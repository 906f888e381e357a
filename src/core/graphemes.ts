const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** V8 copies the whole text for every character that it hands out, so a long one is gone through in pieces. */
const PIECE = 512;

/** How many characters a reader sees: an emoji of several parts is one. */
export function countGraphemes(text: string): number {
  let count = 0;
  let size = PIECE;
  for (let at = 0; at < text.length; ) {
    const piece = text.slice(at, wholeCharacterAt(text, at + size));
    const starts = Array.from(segmenter.segment(piece), ({ index }) => index);
    if (at + piece.length >= text.length) return count + starts.length;
    const last = starts.at(-1) ?? 0;
    // The last one may go on behind the piece.
    if (last === 0) {
      size *= 2;
      continue;
    }
    count += starts.length - 1;
    at += last;
    size = PIECE;
  }
  return count;
}

/** The end, or one more where it would part a surrogate pair. */
function wholeCharacterAt(text: string, end: number): number {
  return /^[\uD800-\uDBFF][\uDC00-\uDFFF]$/.test(text.slice(end - 1, end + 1)) ? end + 1 : end;
}
