import { type Lifetime, type Permission, type StoredAccess, untilRenewalFails } from '../../core/access.ts';
import type { Account, PlatformContext } from '../../core/platform.ts';
import type { Post } from '../../core/post.ts';
import { graphScopes } from '../../http/graph-token.ts';
import { address } from './api.ts';
import { RENEWED_BEFORE_MS } from './capabilities.ts';
import { followUps } from './content.ts';
import { requestError } from './errors.ts';

// https://developers.facebook.com/docs/threads/get-started#permissions
const POSTS: readonly Permission[] = [
  { anyOf: ['threads_basic'], purpose: 'posts' },
  { anyOf: ['threads_content_publish'], purpose: 'posts' },
];
const PARTS: Permission = { anyOf: ['threads_manage_replies'], purpose: 'posts in several parts' };

export function permissions(_accountId: string, post: Post | null): readonly Permission[] {
  return post !== null && followUps(post).length > 0 ? [...POSTS, PARTS] : POSTS;
}

export async function scopes(
  context: PlatformContext,
  { token }: Account,
): Promise<readonly string[] | null> {
  return await graphScopes(context, address(context, 'debug_token'), token, token.reveal(), (response) =>
    requestError(response, context.now()),
  );
}

/** 60 days from each renewal; one that has ended cannot be renewed. */
export function lifetime(access: StoredAccess): Lifetime {
  return untilRenewalFails(access, RENEWED_BEFORE_MS);
}
