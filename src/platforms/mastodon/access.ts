import { type Lifetime, NO_END, type Permission } from '../../core/access.ts';
import type { Account, PlatformContext } from '../../core/platform.ts';
import type { Post } from '../../core/post.ts';
import { createApi } from './api.ts';

// https://docs.joinmastodon.org/api/oauth-scopes/: each is part of a wider one.
const POSTS: readonly Permission[] = [
  { anyOf: ['write:statuses', 'write'], purpose: 'posts' },
  { anyOf: ['read:accounts', 'read', 'profile'], purpose: 'posts' },
  { anyOf: ['read:statuses', 'read'], purpose: 'looking for posts' },
];
const FILES: Permission = { anyOf: ['write:media', 'write'], purpose: 'posts with pictures or videos' };

export function permissions(_accountId: string, post: Post | null): readonly Permission[] {
  return post !== null && post.media.length > 0 ? [...POSTS, FILES] : POSTS;
}

/** Servers before 4.3 do not tell. */
export async function scopes(context: PlatformContext, account: Account): Promise<readonly string[] | null> {
  return await createApi(context, account).scopes();
}

export function lifetime(): Lifetime {
  return NO_END;
}
