import {
  type Lifetime,
  type Permission,
  type StoredAccess,
  untilAccessEnds,
  untilRefreshEnds,
} from '../../core/access.ts';
import type { Post } from '../../core/post.ts';

/** Not documented for this kind of token; what X's other logins and users report. */
const IDLE_DAYS = 182;

// https://docs.x.com/x-api/posts/create-post, the security blocks of OpenAPI 2.167
const POSTS: readonly Permission[] = [
  { anyOf: ['tweet.write'], purpose: 'posts' },
  { anyOf: ['tweet.read'], purpose: 'posts and looking for them' },
  { anyOf: ['users.read'], purpose: 'posts and looking for them' },
];
const FILES: Permission = { anyOf: ['media.write'], purpose: 'posts with pictures or videos' };

export function permissions(_accountId: string, post: Post | null): readonly Permission[] {
  return post !== null && post.media.length > 0 ? [...POSTS, FILES] : POSTS;
}

export function lifetime(access: StoredAccess): Lifetime {
  return access.refreshToken === null
    ? untilAccessEnds(access)
    : untilRefreshEnds(access, IDLE_DAYS, 'rotation');
}
