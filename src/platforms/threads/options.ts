import { z } from 'zod';
import { ALT_TEXT, LINK, type OptionShapes, PICTURES, THREAD, VIDEOS } from '../../core/post-options.ts';

const ID = z.string().regex(/^\d+$/);

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
  // https://developers.facebook.com/documentation/threads/create-posts/polls: on texts alone.
  poll: {
    schema: z.strictObject({ options: z.array(z.string().trim().min(1).max(25)).min(2).max(4) }),
    wanted: '{"options": [2 to 4 texts of 1 to 25 characters]}',
    kinds: ['text'],
  },
  quote: { schema: ID, wanted: 'the id of a post on Threads, a text of digits' },
  gif: { schema: z.string().regex(/^\w+$/), wanted: 'the id of a GIF at GIPHY', kinds: ['text'] },
  location_id: { schema: ID, wanted: 'the id of a place on Threads, a text of digits' },
  // https://developers.facebook.com/documentation/threads/create-posts/spoilers
  spoiler: { schema: z.boolean(), wanted: 'true or false', kinds: [...PICTURES, ...VIDEOS] },
} as const satisfies OptionShapes;

interface PostOptions {
  readonly thread: boolean;
  readonly replyControl: string | null;
  readonly topicTag: string | null;
  readonly poll: readonly string[] | null;
  readonly quote: string | null;
  /** At GIPHY. */
  readonly gif: string | null;
  readonly locationId: string | null;
  readonly spoiler: boolean;
}

/** Options with their defaults. A value of the wrong type counts as absent here; optionProblems refuses it. */
export function readOptions(options: Readonly<Record<string, unknown>>): PostOptions {
  const { thread, reply_control, topic_tag, poll, gif } = OPTION_SHAPES;
  const topic = topic_tag.schema.nullable().catch(null).parse(options['topic_tag']);
  return {
    thread: thread.schema.catch(false).parse(options['thread']),
    replyControl: reply_control.schema.nullable().catch(null).parse(options['reply_control']),
    topicTag: topic?.replace(/^#/, '') ?? null,
    poll: poll.schema.nullable().catch(null).parse(options['poll'])?.options ?? null,
    quote: ID.nullable().catch(null).parse(options['quote']),
    gif: gif.schema.nullable().catch(null).parse(options['gif']),
    locationId: ID.nullable().catch(null).parse(options['location_id']),
    spoiler: OPTION_SHAPES.spoiler.schema.catch(false).parse(options['spoiler']),
  };
}
