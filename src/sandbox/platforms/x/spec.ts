/** What the OpenAPI description 2.167 says, as far as it is simulated; spec.test.ts compares. */
import { z } from 'zod';

const id = z.string().regex(/^[0-9]{1,19}$/);

export const createRequest = z.strictObject({
  text: z.string().optional(),
  media: z
    .strictObject({ media_ids: z.array(id).min(1).max(4), tagged_user_ids: z.array(id).max(10).optional() })
    .optional(),
  poll: z
    .strictObject({
      options: z.array(z.string().min(1).max(25)).min(2).max(4),
      duration_minutes: z.int().min(5).max(10_080),
    })
    .optional(),
  reply: z.strictObject({ in_reply_to_tweet_id: id }).optional(),
  reply_settings: z.enum(['following', 'mentionedUsers', 'subscribers', 'verified']).optional(),
});
export type CreateRequest = z.infer<typeof createRequest>;

export const initializeRequest = z.strictObject({
  media_type: z.enum(['image/jpeg', 'image/gif', 'image/png', 'image/webp', 'video/mp4', 'video/quicktime']),
  media_category: z.enum(['tweet_image', 'tweet_gif', 'tweet_video']),
  total_bytes: z.int().min(1).max(17_179_869_184),
});
export type Category = z.infer<typeof initializeRequest>['media_category'];

export const metadataRequest = z.strictObject({
  id,
  metadata: z.strictObject({ alt_text: z.strictObject({ text: z.string().min(1).max(1000) }) }),
});

export const MAX_SEGMENT_INDEX = 999;

export const STATUS_PARAMETERS = ['command', 'media_id'];
export const LIST_PARAMETERS = [
  'max_results',
  'pagination_token',
  'start_time',
  'exclude',
  'expansions',
  'media.fields',
];
export const LOOKUP_PARAMETERS = ['ids', 'expansions', 'media.fields'];

interface Naming {
  /** The parameter that chooses fields, and those that are simulated. */
  readonly parameter: string;
  readonly fields: readonly string[];
  readonly expansions: readonly string[];
  readonly note: string;
  readonly references: string;
  readonly reposts: string;
  readonly history: string;
}

/** The names of 2.167, and those of 2.159 that the prose still has. */
export const NAMINGS = {
  post: {
    parameter: 'post.fields',
    fields: [
      'attachments',
      'conversation_id',
      'created_at',
      'entities',
      'id',
      'note_post',
      'public_metrics',
      'text',
    ],
    expansions: ['attachments.media_keys', 'author_id', 'referenced_posts'],
    note: 'note_post',
    references: 'referenced_posts',
    reposts: 'repost_count',
    history: 'edit_history_post_ids',
  },
  tweet: {
    parameter: 'tweet.fields',
    fields: [
      'attachments',
      'author_id',
      'conversation_id',
      'created_at',
      'entities',
      'id',
      'note_tweet',
      'public_metrics',
      'referenced_tweets',
      'text',
    ],
    expansions: ['attachments.media_keys', 'author_id', 'referenced_tweets.id'],
    note: 'note_tweet',
    references: 'referenced_tweets',
    reposts: 'retweet_count',
    history: 'edit_history_tweet_ids',
  },
} as const satisfies Record<string, Naming>;
export type NamingOf = (typeof NAMINGS)[keyof typeof NAMINGS];

export const SCOPES = {
  write: ['tweet.write', 'users.read', 'tweet.read'],
  read: ['tweet.read', 'users.read'],
  media: ['media.write'],
} as const;
