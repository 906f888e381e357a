import { PublishError } from '../../core/errors.ts';
import type { Account, ConnectionRow, PlatformContext, Refreshed, Verified } from '../../core/platform.ts';
import type { Secret } from '../../core/secret.ts';
import { pageTokenFor } from '../../http/graph-pages.ts';
import { accountName, accountOfPage, accountOfToken, refreshedToken } from './api.ts';
import { loginWorld } from './call.ts';
import { loginOf } from './connect.ts';

/** Instagram user ids; a page_id may hold one instead of a Page's id. */
const INSTAGRAM_ID = /^1784\d{13}$/;

export function accountId({ instagramId, pageId }: ConnectionRow): string | null {
  const own = instagramId?.trim() ?? '';
  if (own !== '') return own;
  const page = pageId?.trim() ?? '';
  return INSTAGRAM_ID.test(page) ? page : null;
}

/** Asks the Page for its Instagram account, or an Instagram Login token for its own; null when there is none. */
export async function lookUpAccountId(
  context: PlatformContext,
  { pageId }: ConnectionRow,
  token: Secret,
): Promise<string | null> {
  if (loginWorld(token) === 'instagram') return (await accountOfToken(context, token)).id;
  const page = pageId?.trim() ?? '';
  return page === '' ? null : accountOfPage(context, token, page);
}

/** @throws PublishError (auth) when the token does not open this account */
export async function verify(context: PlatformContext, account: Account): Promise<Verified> {
  const own = loginWorld(account.token) === 'instagram';
  const found = own ? await accountOfToken(context, account.token) : await accountName(context, account);
  if (found.id === account.id) return found;
  throw new PublishError({
    kind: 'auth',
    code: 'OTHER_ACCOUNT',
    message: `The access token belongs to ${found.name} (${found.id}), not to the account ${account.id}.`,
    hint: 'Connect the Instagram account again in the app.',
  });
}

/**
 * A new 60-day token of the Instagram Login. Of the Facebook Login Pages' tokens have no end by time; a person's is
 * replaced by that of the account's Page.
 * @throws PublishError (auth) when the token has ended already
 */
export async function refresh(context: PlatformContext, account: Account): Promise<Refreshed | null> {
  if (loginWorld(account.token) === 'facebook') {
    return pageTokenFor(
      loginOf(context),
      await context.app(),
      account.token,
      ({ instagram_business_account: own }) => own?.id === account.id,
    );
  }
  const { token, expiresInSeconds } = await refreshedToken(context, account.token);
  return {
    token,
    refreshToken: null,
    expiresAt: new Date(context.now().getTime() + expiresInSeconds * 1000),
  };
}
