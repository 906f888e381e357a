import {
  type Lifetime,
  type Permission,
  type StoredAccess,
  untilAccessEnds,
  untilRefreshEnds,
} from '../../core/access.ts';
import type { Account, PlatformContext } from '../../core/platform.ts';
import type { Post } from '../../core/post.ts';
import { parse, tokenInfo } from './api.ts';
import { youtubeError } from './errors.ts';
import { followUps } from './follow-ups.ts';

const AUTH = 'https://www.googleapis.com/auth/';
const named = (...names: readonly string[]) => names.map((name) => `${AUTH}${name}`);

/** https://developers.google.com/identity/protocols/oauth2#expiration: six months without use. */
const IDLE_DAYS = 182;

// https://developers.google.com/youtube/v3/docs/videos/insert, /videos/list, /commentThreads/insert
const POSTS: readonly Permission[] = [
  { anyOf: named('youtube.upload', 'youtube', 'youtube.force-ssl'), purpose: 'uploads' },
  { anyOf: named('youtube.readonly', 'youtube', 'youtube.force-ssl'), purpose: 'looking for uploads' },
];
const MORE: Permission = {
  anyOf: named('youtube.force-ssl'),
  purpose: 'first comments and playlists',
};

export function permissions(_accountId: string, post: Post | null): readonly Permission[] {
  const more = post !== null && followUps(post).some(({ effect }) => effect !== 'thumbnail');
  return more ? [...POSTS, MORE] : POSTS;
}

/** Costs nothing of the quota. */
export async function scopes(
  context: PlatformContext,
  { token }: Account,
): Promise<readonly string[] | null> {
  const response = await tokenInfo(context, token);
  const granted = parse.scopes(response);
  if (granted === null) throw youtubeError(response, context.now(), 'not armed');
  return granted;
}

export function lifetime(access: StoredAccess): Lifetime {
  return access.refreshToken === null
    ? untilAccessEnds(access)
    : untilRefreshEnds(access, IDLE_DAYS, 'last use');
}
