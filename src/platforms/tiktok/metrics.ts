import { PublishError } from '../../core/errors.ts';
import type { Account, Metrics, PlatformContext } from '../../core/platform.ts';
import { callerOf, lookUpFigures } from './api.ts';

/** Only of public posts. */
export async function metrics(context: PlatformContext, account: Account, id: string): Promise<Metrics> {
  const found = await lookUpFigures(callerOf(context, account), id);
  if (found === undefined) {
    throw new PublishError({
      kind: 'rejected',
      code: 'POST_NOT_FOUND',
      message: `TikTok shows no public post ${id} of this account.`,
      hint: 'Look at the TikTok account whether it was deleted or is not public.',
    });
  }
  const figures = {
    likes: found.like_count,
    comments: found.comment_count,
    shares: found.share_count,
    views: found.view_count,
  };
  return Object.fromEntries(Object.entries(figures).filter(([, count]) => count !== undefined));
}
