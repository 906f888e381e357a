import { z } from 'zod';
import { clip } from './clip.ts';
import { type Problem, rejected } from './errors.ts';
import type { JsonObject } from './json-value.ts';
import type { PostKind } from './media.ts';

/** What a platform reads from metadata.publish_options. */
export type OptionShapes = Readonly<Record<string, OptionShape>>;

export interface OptionShape {
  readonly schema: z.ZodType;
  /** Completes "<platform> needs …". */
  readonly wanted: string;
  /** Posts on which it means something; all that the platform takes by default. On others it is reported. */
  readonly kinds?: readonly PostKind[];
}

export const PICTURES = ['image', 'carousel'] as const satisfies readonly PostKind[];
export const VIDEOS = ['video', 'reel'] as const satisfies readonly PostKind[];

/** Keys that mean the same wherever they are read. */
export const ALT_TEXT = {
  schema: z.union([z.string(), z.array(z.string().nullable())]),
  wanted: 'a text or a list of texts',
} as const;
/** Judged before any platform is asked (post-link.ts). */
export const LINK = {
  schema: z.unknown(),
  wanted: 'an address, or {url, title?, description?}',
  kinds: ['link'],
} as const;

/** A text over the limit goes out in parts (thread.ts). */
export const THREAD = { schema: z.boolean(), wanted: 'true or false' } as const;

/** Every option that is given and is not what the platform reads. */
export function optionProblems(label: string, shapes: OptionShapes, options: JsonObject): Problem[] {
  return Object.entries(shapes)
    .filter(([key, { schema }]) => !schema.nullish().safeParse(options[key]).success)
    .map(([key, { wanted }]) =>
      rejected(
        'OPTION_INVALID',
        `The option ${key} is ${clip(JSON.stringify(options[key]), 60)}; ${label} needs ${wanted}.`,
        `Correct or remove ${key} in the post's publish_options and schedule it again.`,
      ),
    );
}
