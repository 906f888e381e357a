import { z } from 'zod';

/**
 * X's answers, as far as they are used. Its names are in flux: OpenAPI 2.159 says tweet, note_tweet, retweet_count and
 * referenced_tweets where 2.167 says post, note_post, repost_count and referenced_posts. Both are read.
 */

const id = z.string().regex(/^\d{1,19}$/);
const errors = z.array(z.unknown()).optional().catch(undefined);

export const created = z.object({ data: z.object({ id }) });
export const me = z.object({
  data: z.object({ id, name: z.string().catch(''), username: z.string().catch('') }),
});

const processing = z
  .object({
    state: z.string(),
    check_after_secs: z.number().optional().catch(undefined),
    error: z
      .object({ name: z.string().catch(''), message: z.string().catch('') })
      .optional()
      .catch(undefined),
  })
  .optional();
export const upload = z.object({
  data: z.object({ id, media_key: z.string().optional().catch(undefined), processing_info: processing }),
});
export type UploadAnswer = z.infer<typeof upload>['data'];

const entities = z
  .object({
    urls: z
      .array(
        z.object({
          url: z.string(),
          expanded_url: z.string().nullish().catch(undefined),
          media_key: z.string().nullish().catch(undefined),
        }),
      )
      .nullish()
      .catch(undefined),
  })
  .nullish()
  .catch(undefined);
const note = z.object({ text: z.string(), entities }).nullish().catch(undefined);
const references = z
  .array(z.object({ type: z.string(), id: z.string() }))
  .nullish()
  .catch(undefined);
const attachments = z
  .object({
    media_keys: z.array(z.string()).nullish().catch(undefined),
    poll_ids: z.array(z.string()).nullish().catch(undefined),
  })
  .nullish()
  .catch(undefined);

const listedPost = z.object({
  id,
  text: z.string(),
  created_at: z.iso.datetime({ offset: true }),
  author_id: z.string().optional().catch(undefined),
  conversation_id: z.string().optional().catch(undefined),
  entities,
  attachments,
  note_post: note,
  note_tweet: note,
  referenced_posts: references,
  referenced_tweets: references,
});
export type ListedPost = z.infer<typeof listedPost>;

const includes = z
  .object({
    media: z
      .array(z.object({ media_key: z.string(), type: z.string() }))
      .optional()
      .catch(undefined),
  })
  .optional()
  .catch(undefined);

/** A page of posts; without a count it is none, whatever its status. */
export const page = z.object({
  data: z.array(listedPost).default([]),
  includes,
  errors,
  meta: z.object({ result_count: z.int(), next_token: z.string().min(1).optional() }),
});
export type Page = z.infer<typeof page>;

const metrics = z.object({
  like_count: z.number().optional(),
  reply_count: z.number().optional(),
  repost_count: z.number().optional(),
  retweet_count: z.number().optional(),
  quote_count: z.number().optional(),
  impression_count: z.number().optional(),
});
export const looked = z.union([
  z.object({
    data: z.array(
      z.object({
        id,
        author_id: z.string().optional().catch(undefined),
        created_at: z.iso.datetime({ offset: true }).optional().catch(undefined),
        public_metrics: metrics.optional().catch(undefined),
      }),
    ),
  }),
  // Of posts that are not there only `errors` speak.
  z.object({ data: z.undefined().optional(), errors: z.array(z.unknown()).min(1) }),
]);
export type LookedUp = NonNullable<z.infer<typeof looked>['data']>[number];

export const tokens = z.object({
  access_token: z.string().min(1),
  refresh_token: z.string().min(1).optional().catch(undefined),
  expires_in: z.number().positive().optional().catch(undefined),
});
export type Tokens = z.infer<typeof tokens>;
