import type { Account, Metrics, PlatformContext } from '../../core/platform.ts';
import { createApi } from './api.ts';

/** Mastodon counts no views. */
export async function metrics(
  context: PlatformContext,
  account: Account,
  platformPostId: string,
): Promise<Metrics> {
  const counts = await createApi(context, account).counts(platformPostId);
  return { likes: counts.favourites_count, comments: counts.replies_count, shares: counts.reblogs_count };
}
