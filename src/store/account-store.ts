import { z } from 'zod';
import type { AccountStore, KnownConnection } from '../core/account-store.ts';
import { SCHEMA_VERSION } from '../core/store.ts';
import { connection, instant, maybeInstant, maybeText } from './answers.ts';
import { createAsk } from './ask.ts';
import type { Rpc } from './rpc.ts';

const known = connection
  .and(
    z
      .object({
        user_id: maybeText,
        page_username: maybeText,
        token_expires_at: maybeInstant,
        connected_at: maybeInstant,
        last_token_refresh: maybeInstant,
        disconnected_at: maybeInstant,
      })
      .transform((row) => ({
        userId: row.user_id,
        username: row.page_username,
        expiresAt: row.token_expires_at,
        connectedAt: row.connected_at,
        renewedAt: row.last_token_refresh,
        disconnectedAt: row.disconnected_at,
      })),
  )
  .transform((row): KnownConnection => row);

const connections = z
  .object({
    now: instant,
    connections: z.array(known),
    holds: z.array(
      z
        .object({
          scope: z.string(),
          key: z.string(),
          until: instant,
          kind: maybeText,
          reason: maybeText,
          hint: maybeText,
          token_md5: maybeText,
        })
        .transform(({ token_md5, ...hold }) => ({ ...hold, tokenMd5: token_md5 })),
    ),
    auto_posting_off: z.array(z.string()),
  })
  .transform(({ auto_posting_off, ...rest }) => ({ ...rest, autoPostingOff: auto_posting_off }));

const counts = z.array(
  z.object({ key: z.string(), scheduled: z.number(), waiting: z.number(), after: z.number() }),
);

const connected = z.union([
  z
    .object({ ok: z.literal(true), connection_id: z.string(), created: z.boolean() })
    .transform(({ ok, connection_id, created }) => ({ ok, connectionId: connection_id, created })),
  z.object({ ok: z.literal(false), why: z.literal('no_profile') }),
]);

export function createAccountStore(rpc: Rpc): AccountStore {
  const ask = createAsk(rpc);
  const version = SCHEMA_VERSION;
  return {
    connections: (userId) =>
      ask('publisher_connections', { p_version: version, p_user: userId }, connections),
    countPosts: (accounts) =>
      ask(
        'publisher_account_posts',
        {
          p_version: version,
          p_accounts: accounts.map((account) => ({
            key: account.key,
            user_id: account.userId,
            platform: account.platform,
            account_id: account.accountId,
            names: account.names,
            sole: account.sole,
            after: account.after,
          })),
        },
        counts,
      ),
    connect: (access) =>
      ask(
        'publisher_connect',
        {
          p: {
            version,
            user_id: access.userId,
            platform: access.platform,
            row_platform: access.rowPlatform,
            account_id: access.accountId,
            connection_id: access.connectionId,
            new_id: access.newId,
            names: access.names,
            columns: access.columns,
            metadata: access.metadata,
            access_token_encrypted: access.accessToken,
            refresh_token_encrypted: access.refreshToken,
            expires_at: access.expiresAt,
            good_until: access.goodUntil,
          },
        },
        connected,
      ),
  };
}
