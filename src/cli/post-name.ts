import { z } from 'zod';
import type { Config } from '../config/config.ts';
import type { StoredTarget } from '../core/job.ts';
import type { SourceTable } from '../core/source-row.ts';
import type { KnownPost, Store } from '../core/store.ts';
import { EXIT } from './exit-codes.ts';
import { CommandError } from './io.ts';

const SOURCES = ['created_content', 'content_posts'] as const;
const POST = /^(created_content|content_posts):([0-9a-f-]{36})$/i;

/** @throws CommandError (usage) */
function parsePostName(name: string): { readonly source: SourceTable; readonly id: string } {
  const [, table, id = ''] = POST.exec(name.trim()) ?? [];
  const source = SOURCES.find((known) => known === table?.toLowerCase());
  if (source === undefined || !z.uuid().safeParse(id).success) {
    throw new CommandError(
      EXIT.usage,
      `“${name}” does not name a post.`,
      'Write created_content:<id> or content_posts:<id>, as the log and the messages do.',
    );
  }
  return { source, id: id.toLowerCase() };
}

/** The post that a person names; with TEST_USER_ID nobody else's. @throws CommandError (usage) */
export async function readPost(store: Store, config: Config, name: string): Promise<KnownPost> {
  const { source, id } = parsePostName(name);
  const known = await store.post(source, id);
  if (known === null) {
    throw new CommandError(EXIT.usage, `${name}: there is no such post.`, 'Look at the post in the app.');
  }
  const only = config.testUser.id;
  if (only !== undefined && known.post.userId !== only) {
    throw new CommandError(
      EXIT.usage,
      `${name} belongs to another user than TEST_USER_ID (${only}), so it is left alone.`,
      'Remove the two TEST_USER_ lines from .env to work on the posts of all users.',
    );
  }
  return known;
}

/** "  facebook 102030405060708 (Rao Bakes): published https://…" for each target, a line each. */
export const listTargets = (
  targets: readonly Pick<
    StoredTarget,
    'platform' | 'accountId' | 'accountName' | 'state' | 'platformPostUrl'
  >[],
): string =>
  targets
    .map(({ platform, accountId, accountName, state, platformPostUrl }) => {
      const name = accountName === null || accountName === accountId ? '' : ` (${accountName})`;
      return `\n  ${platform} ${accountId}${name}: ${state}${platformPostUrl === null ? '' : ` ${platformPostUrl}`}`;
    })
    .join('');
