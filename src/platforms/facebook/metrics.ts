import { PublishError } from '../../core/errors.ts';
import type { Account, Metrics, PlatformContext } from '../../core/platform.ts';
import type { Insights } from './answers.ts';
import { type Caller, caller, readCounts, readInsights } from './api.ts';

/** Counts of a post, or of a video whose post is not known. Views and reach need the permission read_insights. */
export async function metrics(context: PlatformContext, account: Account, id: string): Promise<Metrics> {
  const from = caller(context, account);
  const counts = await readCounts(from, id);
  const insights = id.includes('_') ? await insightsOf(from, id) : null;
  return {
    ...number('likes', (counts.reactions ?? counts.likes)?.summary.total_count),
    ...number('comments', counts.comments?.summary.total_count),
    // Facebook leaves the field out while nobody has shared it.
    ...number('shares', counts.shares?.count ?? (id.includes('_') ? 0 : undefined)),
    ...number('views', metricValue(insights, 'post_media_view') ?? counts.views),
    ...number('reach', metricValue(insights, 'post_total_media_view_unique')),
  };
}

/** null without the permission: the other counts are worth having. */
async function insightsOf(from: Caller, id: string): Promise<Insights | null> {
  try {
    return await readInsights(from, id);
  } catch (error) {
    if (error instanceof PublishError && error.kind !== 'rate_limited') return null;
    throw error;
  }
}

function metricValue(insights: Insights | null, name: string): number | undefined {
  const value = insights?.data.find((metric) => metric.name === name)?.values.at(-1)?.value;
  return typeof value === 'number' ? value : undefined;
}

function number(key: keyof Metrics, value: number | undefined): Metrics {
  return value === undefined ? {} : { [key]: value };
}
