// As a string: the flag v is newer than the compiler's target.
const ONE_EMOJI = '(?:\\p{RGI_Emoji}|\\p{Extended_Pictographic}\\uFE0F)';
/** With what is joined to it: not every sequence that is written has been recommended. */
const EMOJI = new RegExp(`${ONE_EMOJI}(?:\\u200D(?:${ONE_EMOJI}|\\p{Extended_Pictographic}))*`, 'gv');

/**
 * How Threads counts a text: "Emojis are counted as the number of UTF-8 bytes" (https://developers.facebook.com/docs/threads/posts,
 * April 2026), so that 👍 counts as 4 and 👩‍👩‍👧 as 18; every other character counts as 1.
 */
export function lengthOf(text: string): number {
  let length = 0;
  let from = 0;
  for (const { 0: emoji, index } of text.matchAll(EMOJI)) {
    length += [...text.slice(from, index)].length + Buffer.byteLength(emoji);
    from = index + emoji.length;
  }
  return length + [...text.slice(from)].length;
}
