import { PublishError } from '../../core/errors.ts';
import type { Account, Metrics, PlatformContext } from '../../core/platform.ts';
import { counts, insights } from './api.ts';

// https://developers.facebook.com/docs/instagram-platform/reference/instagram-media/insights: all three products have
// these; one that a product lacks would fail the whole call.
const METRICS = ['reach', 'shares', 'views'] as const;

/**
 * Likes and comments of a post, and its insights where they can be read: they need a permission of their own, a story
 * with under 5 viewers has none (both: code 10), and they lag up to 48 hours. What is not known is absent, never 0.
 */
export async function metrics(context: PlatformContext, account: Account, media: string): Promise<Metrics> {
  const { likes, comments } = await counts(context, account, media);
  const found = await insights(context, account, media, METRICS).catch((error: unknown) => {
    if (error instanceof PublishError && error.platformCode === '10') return new Map<string, number>();
    throw error;
  });
  const insight = Object.fromEntries(
    METRICS.flatMap((name) => {
      const value = found.get(name);
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
  return {
    ...(likes === undefined ? {} : { likes }),
    ...(comments === undefined ? {} : { comments }),
    ...insight,
  };
}
