import { PublishError } from '../../core/errors.ts';
import type { Account, Metrics, PlatformContext } from '../../core/platform.ts';
import { callerOf, lookUpPost } from './api.ts';

export async function metrics(context: PlatformContext, account: Account, postId: string): Promise<Metrics> {
  const post = await lookUpPost(callerOf(context, account), postId);
  if (post === undefined) {
    throw new PublishError({
      kind: 'rejected',
      code: 'POST_NOT_FOUND',
      message: `X no longer shows the post ${postId}.`,
      hint: 'Look at the X account whether it was deleted.',
    });
  }
  const figures = post.public_metrics ?? {};
  const counts = {
    likes: figures.like_count,
    comments: figures.reply_count,
    shares: figures.repost_count ?? figures.retweet_count,
    views: figures.impression_count,
  };
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== undefined));
}
