import { type Lifetime, NO_END, type Permission } from '../../core/access.ts';
import { firstComment } from '../../core/own-comment.ts';
import type { Account, PlatformContext, RegisteredApp } from '../../core/platform.ts';
import type { Post } from '../../core/post.ts';
import { Secret } from '../../core/secret.ts';
import { graphScopes } from '../../http/graph-token.ts';
import { graphUrl } from './api.ts';
import { facebookError } from './errors.ts';

// https://developers.facebook.com/docs/pages-api/posts
const POSTS: readonly Permission[] = [
  { anyOf: ['pages_manage_posts'], purpose: 'posts' },
  { anyOf: ['pages_read_engagement'], purpose: 'posts and looking for them' },
];
const COMMENTS: Permission = { anyOf: ['pages_manage_engagement'], purpose: 'first comments' };

export function permissions(_accountId: string, post: Post | null): readonly Permission[] {
  return post !== null && firstComment(post) !== null ? [...POSTS, COMMENTS] : POSTS;
}

/** Only our app may ask about tokens. */
export async function scopes(context: PlatformContext, account: Account): Promise<readonly string[] | null> {
  const { clientId, clientSecret } = await context.app();
  if (clientId === undefined || clientSecret === undefined) return null;
  const url = graphUrl(context, '/debug_token');
  const ours = `${clientId}|${clientSecret.reveal()}`;
  return await graphScopes(context, url, account.token, ours, (response) =>
    facebookError(response, context.now(), 'not armed'),
  );
}

/** "<id>|<secret>" is a token of the app: developers.facebook.com/docs/facebook-login/guides/access-tokens#apptokens. */
export async function verifyApp(
  context: PlatformContext,
  { clientId, clientSecret }: RegisteredApp,
): Promise<void> {
  const ours = new Secret(`${clientId}|${clientSecret.reveal()}`);
  await graphScopes(context, graphUrl(context, '/debug_token'), ours, ours.reveal(), (response) =>
    facebookError(response, context.now(), 'not armed'),
  );
}

/** token_expires_at is that of the person's own token: the Page's has no end by time. */
export function lifetime(): Lifetime {
  return NO_END;
}
