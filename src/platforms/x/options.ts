import { z } from 'zod';
import { ALT_TEXT, LINK, type OptionShapes, PICTURES, THREAD, VIDEOS } from '../../core/post-options.ts';

/** X's own limits of a poll (OpenAPI 2.167, CreatePostsPoll). */
const poll = z.strictObject({
  options: z.array(z.string().min(1).max(25)).min(2).max(4),
  duration_minutes: z.int().min(5).max(10_080),
});
export type Poll = z.infer<typeof poll>;

export const OPTION_SHAPES = {
  alt_text: { ...ALT_TEXT, kinds: [...PICTURES, ...VIDEOS] },
  link: LINK,
  thread: THREAD,
  premium: { schema: z.boolean(), wanted: 'true or false' },
  poll: {
    schema: poll,
    wanted: '{"options": [2 to 4 texts of 1 to 25 characters], "duration_minutes": 5 to 10080}',
    kinds: ['text', 'link'],
  },
  reply_settings: {
    schema: z.enum(['following', 'mentionedUsers', 'subscribers', 'verified']),
    wanted: '"following", "mentionedUsers", "subscribers" or "verified"',
  },
} as const satisfies OptionShapes;

interface PostOptions {
  readonly thread: boolean;
  readonly premium: boolean;
  readonly poll: Poll | null;
  readonly replySettings: z.infer<typeof OPTION_SHAPES.reply_settings.schema> | null;
}

/** Options with their defaults. A value of the wrong type counts as absent here; optionProblems refuses it. */
export function readOptions(options: Readonly<Record<string, unknown>>): PostOptions {
  return {
    thread: OPTION_SHAPES.thread.schema.catch(false).parse(options['thread']),
    premium: OPTION_SHAPES.premium.schema.catch(false).parse(options['premium']),
    poll: OPTION_SHAPES.poll.schema.nullable().catch(null).parse(options['poll']),
    replySettings: OPTION_SHAPES.reply_settings.schema
      .nullable()
      .catch(null)
      .parse(options['reply_settings']),
  };
}
