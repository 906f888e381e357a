import {
  type Lifetime,
  NO_END,
  type Permission,
  type StoredAccess,
  untilRenewalFails,
} from '../../core/access.ts';
import { firstComment } from '../../core/own-comment.ts';
import type { Account, PlatformContext } from '../../core/platform.ts';
import type { Post } from '../../core/post.ts';
import { graphScopes } from '../../http/graph-token.ts';
import { address, loginWorld } from './call.ts';
import { RENEWED_BEFORE_MS } from './capabilities.ts';
import { requestError } from './errors.ts';

// https://developers.facebook.com/docs/instagram-platform/content-publishing; each in the names of both worlds.
const POSTS: readonly Permission[] = [
  { anyOf: ['instagram_basic', 'instagram_business_basic'], purpose: 'posts' },
  { anyOf: ['instagram_content_publish', 'instagram_business_content_publish'], purpose: 'posts' },
  { anyOf: ['pages_read_engagement', 'instagram_business_basic'], purpose: 'posts' },
];
const COMMENTS: Permission = {
  anyOf: ['instagram_manage_comments', 'instagram_business_manage_comments'],
  purpose: 'first comments',
};

export function permissions(_accountId: string, post: Post | null): readonly Permission[] {
  return post !== null && firstComment(post) !== null ? [...POSTS, COMMENTS] : POSTS;
}

/** Facebook's app may ask about the tokens of its world; those of the Instagram Login nobody tells of. */
export async function scopes(context: PlatformContext, account: Account): Promise<readonly string[] | null> {
  if (loginWorld(account.token) === 'instagram') return null;
  const { clientId, clientSecret } = await context.app();
  if (clientId === undefined || clientSecret === undefined) return null;
  const url = address(context, account.token, 'debug_token');
  const ours = `${clientId}|${clientSecret.reveal()}`;
  return await graphScopes(context, url, account.token, ours, (response) =>
    requestError(response, context.now()),
  );
}

/** The Page's token has no end by time; that of the Instagram Login lives for 60 days from each renewal. */
export function lifetime(access: StoredAccess): Lifetime {
  return loginWorld(access.token) === 'instagram' ? untilRenewalFails(access, RENEWED_BEFORE_MS) : NO_END;
}
