import { z } from 'zod';
import { ALT_TEXT, LINK, type OptionShapes, PICTURES, THREAD, VIDEOS } from '../../core/post-options.ts';

export const OPTION_SHAPES = {
  alt_text: { ...ALT_TEXT, kinds: [...PICTURES, ...VIDEOS] },
  link: LINK,
  thread: THREAD,
  // https://developers.facebook.com/docs/threads/reference/publishing
  reply_control: {
    schema: z.enum([
      'everyone',
      'accounts_you_follow',
      'mentioned_only',
      'parent_post_author_only',
      'followers_only',
    ]),
    wanted:
      '"everyone", "accounts_you_follow", "mentioned_only", "parent_post_author_only" or "followers_only"',
  },
  topic_tag: {
    schema: z.string().regex(/^#?[^#.&]{1,50}$/u),
    wanted: 'one topic of 1 to 50 characters, without . and &',
  },
} as const satisfies OptionShapes;

interface PostOptions {
  readonly thread: boolean;
  readonly replyControl: string | null;
  readonly topicTag: string | null;
}

/** Options with their defaults. A value of the wrong type counts as absent here; optionProblems refuses it. */
export function readOptions(options: Readonly<Record<string, unknown>>): PostOptions {
  const { thread, reply_control, topic_tag } = OPTION_SHAPES;
  const topic = topic_tag.schema.nullable().catch(null).parse(options['topic_tag']);
  return {
    thread: thread.schema.catch(false).parse(options['thread']),
    replyControl: reply_control.schema.nullable().catch(null).parse(options['reply_control']),
    topicTag: topic?.replace(/^#/, '') ?? null,
  };
}
