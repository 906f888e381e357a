import type { Account, Metrics, PlatformContext } from '../../core/platform.ts';
import { insights } from './api.ts';

// https://developers.facebook.com/docs/threads/insights, with the permission threads_manage_insights.
const METRICS = { views: 'views', likes: 'likes', comments: 'replies', shares: 'shares' } as const;

/** What is not known is absent, never 0. */
export async function metrics(context: PlatformContext, account: Account, post: string): Promise<Metrics> {
  const found = await insights(context, account, post, Object.values(METRICS));
  const figures = Object.entries(METRICS).map(([name, theirs]) => [name, found.get(theirs)] as const);
  return Object.fromEntries(figures.filter(([, figure]) => figure !== undefined));
}
