import { weightOf } from './weight.ts';

/** Where a text may be cut, best first: between paragraphs, lines, sentences, words. */
const JOINTS = [/\n\s*\n\s*/g, /\n\s*/g, /(?<=[.!?…。！？]["'”’)]*)\s+/g, /\s+/g] as const;

/**
 * The text in parts that each fit, in order; only white space at the joints goes. Null when one word alone is too long.
 */
export function splitText(text: string, max: number): readonly string[] | null {
  const parts: string[] = [];
  let rest = text.trim();
  while (weightOf(rest) > max) {
    const end = endOfPart(rest, max);
    if (end === null) return null;
    parts.push(rest.slice(0, end).trimEnd());
    rest = rest.slice(end).trimStart();
  }
  return [...parts, rest];
}

/** The best joint in the second half of what fits, else the last one that fits at all. */
function endOfPart(text: string, max: number): number | null {
  const fitting = JOINTS.map((joint) => lastFitting(text, joint, max));
  return (
    fitting.find((end) => end !== null && weightOf(text.slice(0, end)) * 2 >= max) ?? fitting.at(-1) ?? null
  );
}

function lastFitting(text: string, joint: RegExp, max: number): number | null {
  let last: number | null = null;
  for (const { index } of text.matchAll(joint)) {
    if (weightOf(text.slice(0, index)) > max) break;
    if (index > 0) last = index;
  }
  return last;
}
