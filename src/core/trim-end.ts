/** The text without those characters at its end. A loop: /[…]+$/ takes quadratic time on 1 MB of them before another one. */
export function trimEnd(text: string, characters: string): string {
  let end = text.length;
  while (end > 0 && characters.includes(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}
