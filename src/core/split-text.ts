/** Where a text may be cut, best first: between paragraphs, lines, sentences, words. */
const JOINTS = [/\n\s*\n\s*/g, /\n\s*/g, /(?<=[.!?…。！？]["'”’)]*)\s+/g, /\s+/g] as const;

export interface Size {
  readonly max: number;
  /** Length of a text as the platform counts it. */
  readonly count: (text: string) => number;
}

/**
 * The text in parts that each fit, in order; only white space at the joints goes. Null when one word alone is too long.
 */
export function splitText(text: string, size: Size): readonly string[] | null {
  const parts: string[] = [];
  let rest = text.trim();
  while (size.count(rest) > size.max) {
    const end = endOfPart(rest, size);
    if (end === null) return null;
    parts.push(rest.slice(0, end).trimEnd());
    rest = rest.slice(end).trimStart();
  }
  return [...parts, rest];
}

/** The best joint in the second half of what fits, else the last one that fits at all. */
function endOfPart(text: string, size: Size): number | null {
  const fitting = JOINTS.map((joint) => lastFitting(text, joint, size));
  const atHalf = (end: number | null) => end !== null && size.count(text.slice(0, end)) * 2 >= size.max;
  return fitting.find(atHalf) ?? fitting.at(-1) ?? null;
}

/** At a joint words are whole, so that a longer beginning never counts less: ever longer steps, then halves. */
function lastFitting(text: string, joint: RegExp, { max, count }: Size): number | null {
  const ends = [...text.matchAll(joint)].map(({ index }) => index).filter((index) => index > 0);
  const fits = (at: number) => count(text.slice(0, ends[at])) <= max;
  let fitting = -1;
  let step = 1;
  while (fitting + step < ends.length && fits(fitting + step)) {
    fitting += step;
    step *= 2;
  }
  for (; step >= 1; step /= 2) {
    if (fitting + step < ends.length && fits(fitting + step)) fitting += step;
  }
  return ends[fitting] ?? null;
}
