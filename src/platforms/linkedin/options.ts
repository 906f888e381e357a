import { z } from 'zod';
import { FIRST_COMMENT } from '../../core/own-comment.ts';
import { ALT_TEXT, LINK, type OptionShapes, PICTURES, THREAD, VIDEOS } from '../../core/post-options.ts';

/** LinkedIn counts UTF-16 code units; zod's `max` counts characters, of which an emoji is one. */
const filled = (most: number) =>
  z
    .string()
    .trim()
    .min(1)
    .refine(({ length }) => length <= most);

/** https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/poll-post-api; lengths: LinkedIn's own page. */
const poll = z.strictObject({
  question: filled(140),
  options: z.array(filled(30)).min(2).max(4),
  duration_days: z.union([z.literal(1), z.literal(3), z.literal(7), z.literal(14)]),
});
export type Poll = z.infer<typeof poll>;

const mention = z.strictObject({
  name: z.string().trim().min(1).max(200),
  urn: z.string().regex(/^urn:li:(?:person|organization):[\w-]+$/),
});
type Mention = z.infer<typeof mention>;

export const OPTION_SHAPES = {
  alt_text: { ...ALT_TEXT, kinds: [...PICTURES, ...VIDEOS, 'document'] },
  first_comment: FIRST_COMMENT,
  link: LINK,
  document_title: { schema: z.string(), wanted: 'a text', kinds: ['document'] },
  mentions: {
    schema: z.array(mention).max(30),
    wanted:
      'a list of at most 30 {"name", "urn"}, the urn of a person or organization such as "urn:li:organization:2414183"',
  },
  poll: {
    schema: poll,
    wanted:
      '{"question": at most 140 characters, "options": [2 to 4 texts of at most 30 characters], "duration_days": 1, 3, 7 or 14}',
    kinds: ['text'],
  },
  thread: THREAD,
  link_title: { schema: z.string(), wanted: 'a text', kinds: ['link'] },
} as const satisfies OptionShapes;

interface PostOptions {
  readonly mentions: readonly Mention[];
  readonly thread: boolean;
  readonly poll: Poll | null;
}

/** Options with their defaults. A value of the wrong type counts as absent here; optionProblems refuses it. */
export function readOptions(options: Readonly<Record<string, unknown>>): PostOptions {
  return {
    mentions: OPTION_SHAPES.mentions.schema.catch([]).parse(options['mentions']),
    thread: THREAD.schema.catch(false).parse(options['thread']),
    poll: OPTION_SHAPES.poll.schema.nullable().catch(null).parse(options['poll']),
  };
}
