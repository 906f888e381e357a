import { clip } from './clip.ts';
import { type Problem, rejected } from './errors.ts';
import type { JsonObject } from './json-value.ts';
import type { PostKind } from './media.ts';
import type { OptionShapes } from './post-options.ts';

/** A platform, as far as its options go. */
interface OptionReader {
  readonly capabilities: { readonly label: string };
  readonly options: OptionShapes;
}

export interface UnreadOptions {
  /** The post would go out differently than it was meant. */
  readonly problems: readonly Problem[];
  /** What goes out is what was meant, as far as anybody can tell; whole sentences. */
  readonly notes: readonly string[];
}

/**
 * What stands in publish_options and is not read here, or not on a post of this kind. A misspelt key stops the post: what it was to change would be
 * missing, and a post cannot be taken back. A key of other platforms, or one that is like none of ours, does not: the
 * same options may be written for several platforms, and other programs may keep notes of theirs there. Pure.
 */
export function judgeUnread(
  { kind, options: given }: { readonly kind: PostKind; readonly options: JsonObject },
  own: OptionReader,
  everybody: readonly OptionReader[],
): UnreadOptions {
  const { label } = own.capabilities;
  const problems: Problem[] = [];
  const notes: string[] = [];
  for (const [key, value] of Object.entries(given)) {
    if (value === null) continue;
    const name = `“${clip(key, 60)}”`;
    if (Object.hasOwn(own.options, key)) {
      const { kinds = [kind] } = own.options[key] ?? {};
      if (!kinds.includes(kind))
        notes.push(
          `The option ${name} changes nothing here: on ${label} it is for ${listed(kinds)}, and this is a post of kind ${kind}.`,
        );
      continue;
    }
    const readers = everybody
      .filter(({ options }) => Object.hasOwn(options, key))
      .map(({ capabilities }) => capabilities.label);
    const meant = readers.length === 0 ? nearest(key, [own]) : null;
    if (meant !== null) {
      problems.push(
        rejected(
          'OPTION_UNKNOWN',
          `publish_options has ${name}, which nothing reads; the nearest key that ${label} reads is “${meant}”.`,
          'Correct the key or remove it from publish_options, and schedule the post again.',
        ),
      );
      continue;
    }
    const like = nearest(key, everybody);
    const why =
      readers.length > 0
        ? `${label} has no such option; ${readers.join(', ')} ${readers.length === 1 ? 'has' : 'have'}`
        : `no platform reads it${like === null ? '' : `; the nearest known key is “${like}”`}`;
    notes.push(`The option ${name} changes nothing here: ${why}.`);
  }
  return { problems, notes };
}

function listed(kinds: readonly PostKind[]): string {
  const last = kinds.at(-1) ?? '';
  return kinds.length < 2 ? `the kind ${last}` : `the kinds ${kinds.slice(0, -1).join(', ')} and ${last}`;
}

/** The known key that somebody who wrote this one most likely meant; null: none is near. */
function nearest(key: string, readers: readonly OptionReader[]): string | null {
  const written = plain(key);
  const ranked = readers
    .flatMap(({ options }) => Object.keys(options))
    .map((name) => ({ name, distance: distance(written, plain(name)) }))
    .filter(({ name, distance: far }) => far <= mostSlips(plain(name)))
    .toSorted((a, b) => a.distance - b.distance);
  return ranked[0]?.name ?? null;
}

/** firstComment, First-Comment and first_comment are one key to whoever writes it. */
const plain = (key: string) => key.toLowerCase().replace(/[^a-z0-9]/g, '');

/** One slip in four letters, as between "tags" and "tag". */
const mostSlips = (name: string) => Math.max(1, Math.floor(name.length / 4));

/** Letters to add, drop, change or swap with their neighbour. */
function distance(from: string, to: string): number {
  // Longer ones cannot be near, and a key may be a megabyte.
  if (Math.abs(from.length - to.length) > mostSlips(to)) return Number.POSITIVE_INFINITY;
  let before: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 1; row <= from.length; row += 1) {
    const next = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const same = from[row - 1] === to[column - 1];
      const swapped =
        row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      next.push(
        Math.min(
          (last[column] ?? 0) + 1,
          (next[column - 1] ?? 0) + 1,
          (last[column - 1] ?? 0) + (same ? 0 : 1),
          swapped ? (before[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
    before = last;
    last = next;
  }
  return last[to.length] ?? Number.POSITIVE_INFINITY;
}
