import { z } from 'zod';
import type { Notice } from '../core/notice.ts';
import { instant, maybeInstant, maybeText, problemShape } from './answers.ts';

const problem = problemShape.nullish().transform((value) => value ?? null);

const told = { id: z.string(), at: instant, attempt: z.number() };

const target = z
  .object({
    platform: z.string(),
    account_id: z.string(),
    account_name: maybeText,
    state: z.string(),
    platform_post_id: maybeText,
    url: maybeText,
    missing: maybeText,
    error: problem,
  })
  .transform((row) => ({
    platform: row.platform,
    accountId: row.account_id,
    accountName: row.account_name,
    state: row.state,
    platformPostId: row.platform_post_id,
    url: row.url,
    missing: row.missing,
    error: row.error,
  }));

const aboutPost = z.object({
  ...told,
  type: z.enum(['post.failed', 'post.unclear', 'post.incomplete', 'post.waiting']),
  data: z
    .object({
      source: z.string(),
      id: z.string(),
      user_id: maybeText,
      due_at: maybeInstant,
      problem,
      targets: z.array(target),
    })
    .transform(({ user_id, due_at, ...row }) => ({ ...row, userId: user_id, dueAt: due_at })),
});

const account = z
  .object({
    connection_id: z.string(),
    user_id: maybeText,
    platform: z.string(),
    account_id: maybeText,
    account_name: maybeText,
    error: problem,
    posts_waiting: z.number(),
  })
  .transform((row) => ({
    connectionId: row.connection_id,
    userId: row.user_id,
    platform: row.platform,
    accountId: row.account_id,
    accountName: row.account_name,
    error: row.error,
    postsWaiting: row.posts_waiting,
  }));

export const noticesAnswer: z.ZodType<readonly Notice[]> = z.array(
  z.discriminatedUnion('type', [
    aboutPost,
    z.object({ ...told, type: z.literal('account.disconnected'), data: account }),
    z.object({ ...told, type: z.literal('account.expiring'), data: account }),
  ]),
);
