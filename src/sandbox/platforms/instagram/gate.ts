import { refuse } from '../graph-refusal.ts';
import type { SimAccount } from '../simulator.ts';
import { ERRORS } from './refusals.ts';

/** Permissions of the two worlds, https://developers.facebook.com/docs/instagram-platform/content-publishing */
export const INSTAGRAM_LOGIN_SCOPES = [
  'instagram_business_basic',
  'instagram_business_content_publish',
] as const;
export const FACEBOOK_LOGIN_SCOPES = [
  'instagram_basic',
  'instagram_content_publish',
  'pages_read_engagement',
] as const;

/** Reading comments needs it as well: https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-media/comments */
export const COMMENT_SCOPES = {
  'instagram login': 'instagram_business_manage_comments',
  'facebook login': 'instagram_manage_comments',
} as const;

export type World = 'instagram login' | 'facebook login';

/** One server stands for graph.instagram.com and graph.facebook.com; the token says which one is meant. */
export function worldOf(account: SimAccount): World {
  return account.token.startsWith('IG') ? 'instagram login' : 'facebook login';
}

export function requireScopes(account: SimAccount, publishing: boolean): void {
  const needed =
    worldOf(account) === 'instagram login'
      ? INSTAGRAM_LOGIN_SCOPES.slice(0, publishing ? 2 : 1)
      : FACEBOOK_LOGIN_SCOPES.filter((scope) => publishing || scope !== 'instagram_content_publish');
  if (!needed.every((scope) => account.scopes.includes(scope))) refuse(ERRORS.permission);
}

export function requireCommentScope(account: SimAccount): void {
  if (!account.scopes.includes(COMMENT_SCOPES[worldOf(account)])) refuse(ERRORS.permission);
}
