import { type Problem, rejected } from './errors.ts';
import { type FollowUp, MAIN_EFFECT } from './platform.ts';
import { type Size, splitText } from './split-text.ts';

/** Ours: nobody reads more, and it stays well inside of what platforms take from an account in a quarter of an hour. */
export const MAX_PARTS = 50;

/** The texts of a thread, or the one text where it fits or no thread was asked for; null: it cannot be cut to fit. */
export function threadParts(text: string, asked: boolean, size: Size): readonly string[] | null {
  const length = size.count(text);
  if (!asked || length <= size.max) return [text];
  if (length > size.max * MAX_PARTS) return null;
  const parts = splitText(text, size);
  return parts === null || parts.length > MAX_PARTS ? null : parts;
}

/** @param hold what the parts may hold: '500 characters' */
export function threadNotPossible(hold: string): Problem {
  return rejected(
    'THREAD_NOT_POSSIBLE',
    `The text cannot be cut into at most ${MAX_PARTS} parts of at most ${hold}.`,
    'Shorten the text, or break words that are longer than that, and schedule the post again.',
  );
}

export function threadFollowUps(parts: readonly string[] | null, count: Size['count']): readonly FollowUp[] {
  return (parts ?? []).slice(1).map((text, index) => ({
    effect: effectName(index + 2),
    label: `part ${index + 2} of ${parts?.length}`,
    says: { text, length: count(text) },
  }));
}

/** What one visible act of a thread says, and the name of the one that it answers to. */
export function threadPart(
  parts: readonly string[],
  effect: string,
): { readonly text: string; readonly before: string | null } {
  if (effect === MAIN_EFFECT) return { text: parts[0] ?? '', before: null };
  const index = parts.findIndex((_text, at) => effectName(at + 1) === effect);
  return { text: parts[index] ?? '', before: index === 1 ? MAIN_EFFECT : effectName(index) };
}

function effectName(part: number): string {
  return `part:${part}`;
}
