import {
  type Lifetime,
  type Permission,
  type StoredAccess,
  untilAccessEnds,
  untilRefreshEnds,
} from '../../core/access.ts';
import type { Account, PlatformContext, RegisteredApp } from '../../core/platform.ts';
import type { Post } from '../../core/post.ts';
import { introspect } from './api.ts';
import { followUps } from './content.ts';
import { isOrganization } from './urn.ts';

// learn.microsoft.com/en-us/linkedin/shared/authentication/programmatic-refresh-tokens: counted from the first one.
const REFRESH_DAYS = 365;

// learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/posts-api#permissions
export function permissions(accountId: string, post: Post | null): readonly Permission[] {
  const organization = isOrganization(accountId);
  const own = (scope: string) => [`w_${organization ? 'organization' : 'member'}_${scope}`];
  return [
    { anyOf: own('social'), purpose: organization ? 'posts of a page' : 'posts' },
    ...(organization ? [{ anyOf: ['r_organization_social'], purpose: 'looking for posts of a page' }] : []),
    ...(post !== null && followUps(post).length > 0
      ? [{ anyOf: own('social_feed'), purpose: 'comments' }]
      : []),
  ];
}

/** Only our app may ask about tokens. */
export async function scopes(
  context: PlatformContext,
  { token }: Account,
): Promise<readonly string[] | null> {
  const { clientId, clientSecret } = await context.app();
  if (clientId === undefined || clientSecret === undefined) return null;
  return await introspect(context, { client_id: clientId, client_secret: clientSecret, token });
}

/** The client is looked at before the token, and of one that LinkedIn never gave out it says that it is not active. */
export async function verifyApp(
  context: PlatformContext,
  { clientId, clientSecret }: RegisteredApp,
): Promise<void> {
  await introspect(context, {
    client_id: clientId,
    client_secret: clientSecret,
    token: 'no-token-of-anybody',
  });
}

/** Only approved partners are given refresh tokens. */
export function lifetime(access: StoredAccess): Lifetime {
  return access.refreshToken === null
    ? untilAccessEnds(access)
    : untilRefreshEnds(access, REFRESH_DAYS, 'connection');
}
