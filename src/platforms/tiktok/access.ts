import {
  type Lifetime,
  type Permission,
  type StoredAccess,
  untilAccessEnds,
  untilRefreshEnds,
} from '../../core/access.ts';
import type { Post } from '../../core/post.ts';
import { readOptions } from './options.ts';

/** Older pages of the documentation say 365; what TikTok says with the token counts, where it is stored. */
const REFRESH_DAYS = 180;

// https://developers.tiktok.com/doc/tiktok-api-scopes
const ALWAYS: readonly Permission[] = [{ anyOf: ['user.info.basic'], purpose: 'posts' }];
const DIRECT: Permission = { anyOf: ['video.publish'], purpose: 'posts' };
const DRAFT: Permission = { anyOf: ['video.upload'], purpose: 'drafts' };
const LOOK: Permission = { anyOf: ['video.list'], purpose: 'looking for pictures' };

export function permissions(_accountId: string, post: Post | null): readonly Permission[] {
  if (post === null) return [...ALWAYS, DIRECT];
  const pictures = post.kind === 'image' || post.kind === 'carousel';
  const draft = readOptions(post.options).draft;
  return [...ALWAYS, draft ? DRAFT : DIRECT, ...(pictures && !draft ? [LOOK] : [])];
}

export function lifetime(access: StoredAccess): Lifetime {
  return access.refreshToken === null
    ? untilAccessEnds(access)
    : untilRefreshEnds(access, REFRESH_DAYS, 'rotation');
}
