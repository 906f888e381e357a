import { PublishError } from '../../core/errors.ts';
import type { Account, Metrics, PlatformContext } from '../../core/platform.ts';
import { type Api, createApi } from './api.ts';
import { isOrganization, type PostUrn, parsePostUrn } from './urn.ts';

/** One request each: https://learn.microsoft.com/en-us/linkedin/marketing/community-management/members/post-statistics */
const MEMBER_QUERIES = {
  likes: 'REACTION',
  comments: 'COMMENT',
  shares: 'RESHARE',
  views: 'IMPRESSION',
  reach: 'MEMBERS_REACHED',
} as const satisfies Record<keyof Metrics, string>;

/** Needs rw_organization_admin for a page, r_member_postAnalytics for a member. */
export async function metrics(
  context: PlatformContext,
  account: Account,
  platformPostId: string,
): Promise<Metrics> {
  const post = parsePostUrn(platformPostId);
  if (post === null) throw notAPost(platformPostId);
  const api = createApi(context, account);
  return isOrganization(account.id) ? await ofOrganization(api, account.id, post) : await ofMember(api, post);
}

async function ofOrganization(api: Api, organization: string, post: PostUrn): Promise<Metrics> {
  const counts = await api.shareStatistics(organization, post.urn, post.type);
  return withoutGaps({
    likes: counts?.likeCount,
    comments: counts?.commentCount,
    shares: counts?.shareCount,
    views: counts?.impressionCount,
    reach: counts?.uniqueImpressionsCount,
  });
}

async function ofMember(api: Api, post: PostUrn): Promise<Metrics> {
  const counts: Partial<Record<keyof Metrics, number | undefined>> = {};
  for (const [name, query] of Object.entries(MEMBER_QUERIES) as [keyof Metrics, string][]) {
    counts[name] = (await api.creatorAnalytics(post.urn, post.type, query)) ?? undefined;
  }
  return withoutGaps(counts);
}

function withoutGaps(counts: Partial<Record<keyof Metrics, number | undefined>>): Metrics {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== undefined));
}

function notAPost(id: string): PublishError {
  return new PublishError({
    kind: 'unusable',
    code: 'ID_UNUSABLE',
    message: `“${id}” is not the id of a LinkedIn post.`,
    hint: 'Ids of LinkedIn posts look like urn:li:share:7000000000000000000.',
  });
}
