import { PublishError } from '../../core/errors.ts';
import type { Account, Metrics, PlatformContext } from '../../core/platform.ts';
import { createApi } from './api.ts';

/** Bluesky counts no views. */
export async function metrics(
  context: PlatformContext,
  account: Account,
  platformPostId: string,
): Promise<Metrics> {
  const counts = await createApi(context, account).counts(platformPostId);
  if (counts === null) {
    throw new PublishError({
      kind: 'rejected',
      code: 'POST_NOT_FOUND',
      message: 'Bluesky does not show this post.',
      hint: 'It was deleted, or is not indexed yet; ask again later.',
    });
  }
  const { likeCount, repostCount, replyCount, quoteCount } = counts;
  return { likes: likeCount, comments: replyCount, shares: repostCount + quoteCount };
}
