import { PublishError } from '../../core/errors.ts';
import type { Account, ConnectionRow, PlatformContext, Refreshed, Verified } from '../../core/platform.ts';
import { pageTokenFor } from '../../http/graph-pages.ts';
import { caller, readMe } from './api.ts';
import { loginOf } from './connect.ts';

/** The Page's id. */
export function accountId(connection: ConnectionRow): string | null {
  const pageId = connection.pageId?.trim() ?? '';
  return pageId === '' ? null : pageId;
}

/** Asks whose token it is: a person's own token looks just like a Page's, but publishes nothing on the Page. */
export async function verify(context: PlatformContext, account: Account): Promise<Verified> {
  const me = await readMe(caller(context, account));
  if (me.id === account.id) return me;
  throw new PublishError({
    kind: 'auth',
    code: 'TOKEN_OF_ANOTHER',
    message: `The stored token belongs to “${me.name}” (${me.id}), not to the Page ${account.name} (${account.id}).`,
    hint: 'Connect the Facebook Page again in the app.',
  });
}

/** Page tokens have no end by time. Some apps store the person's, which has: the Page's own is taken in its place. */
export async function refresh(context: PlatformContext, account: Account): Promise<Refreshed | null> {
  return pageTokenFor(loginOf(context), await context.app(), account.token, ({ id }) => id === account.id);
}
