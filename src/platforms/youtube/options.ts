import { z } from 'zod';
import { clip } from '../../core/clip.ts';
import type { Problem } from '../../core/errors.ts';

/** Keys of metadata.publish_options that are read here; what each means stands in problems.ts. */
export const OPTION_KEYS = ['privacy', 'made_for_kids', 'category_id', 'notify_subscribers', 'tags'] as const;
type OptionKey = (typeof OPTION_KEYS)[number];

interface UploadOptions {
  readonly privacy: 'public' | 'unlisted' | 'private';
  readonly madeForKids: boolean;
  readonly categoryId: string;
  readonly notifySubscribers: boolean;
  readonly tags: readonly string[];
}

// 22 is "People & Blogs", what YouTube itself takes when none is given.
const DEFAULT_CATEGORY = '22';

const SHAPES = {
  privacy: { schema: z.enum(['public', 'unlisted', 'private']), wanted: '"public", "unlisted" or "private"' },
  made_for_kids: { schema: z.boolean(), wanted: 'true or false' },
  category_id: {
    schema: z.string().regex(/^\d{1,3}$/),
    wanted: 'the number of a YouTube category as text, such as "22"',
  },
  notify_subscribers: { schema: z.boolean(), wanted: 'true or false' },
  tags: { schema: z.array(z.string()), wanted: 'a list of texts' },
} as const satisfies Record<OptionKey, { schema: z.ZodType; wanted: string }>;

/** Options with their defaults. A value of the wrong type counts as absent here; optionProblems refuses it. */
export function readOptions(options: Readonly<Record<string, unknown>>): UploadOptions {
  return {
    privacy: SHAPES.privacy.schema.catch('public').parse(options['privacy']),
    madeForKids: SHAPES.made_for_kids.schema.catch(false).parse(options['made_for_kids']),
    categoryId: SHAPES.category_id.schema.catch(DEFAULT_CATEGORY).parse(options['category_id']),
    notifySubscribers: SHAPES.notify_subscribers.schema.catch(true).parse(options['notify_subscribers']),
    tags: SHAPES.tags.schema.catch([]).parse(options['tags']),
  };
}

export function optionProblems(options: Readonly<Record<string, unknown>>): Problem[] {
  return OPTION_KEYS.filter(
    (key) => isGiven(options[key]) && !SHAPES[key].schema.safeParse(options[key]).success,
  ).map((key) => ({
    kind: 'rejected',
    code: 'OPTION_INVALID',
    message: `The option ${key} is ${clip(JSON.stringify(options[key]), 60)}; YouTube needs ${SHAPES[key].wanted}.`,
    hint: `Correct or remove ${key} in the post's publish_options and schedule it again.`,
  }));
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}
