import { z } from 'zod';
import type { SourceTable } from '../core/source-row.ts';
import { EXIT } from './exit-codes.ts';
import { CommandError, type Io } from './io.ts';
import { openStore, readConfig } from './wire.ts';

const SOURCES = ['created_content', 'content_posts'] as const;
const POST = /^(created_content|content_posts):([0-9a-f-]{36})$/i;

/** @throws CommandError (usage) */
export function parsePostName(name: string): { readonly source: SourceTable; readonly id: string } {
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

/** Lets the failed targets of one post go again with the next tick. */
export async function retry(io: Io, name: string, accountId: string | null): Promise<number> {
  const { source, id } = parsePostName(name);
  const { store } = openStore(readConfig(io, ['supabase'], false));
  const answer = await store.retry(source, id, accountId);
  if (answer.ok) {
    const count =
      answer.reopened === 0
        ? 'The post'
        : `${answer.reopened} target${answer.reopened === 1 ? '' : 's'} of the post`;
    io.out(`${count} will be sent by the next tick after ${answer.goesAt.toISOString()}.\n`);
    return EXIT.ok;
  }
  const listed = answer.targets
    .map(
      (target) =>
        `  ${target.platform} ${target.accountId}: ${target.state}${target.url === null ? '' : ` ${target.url}`}`,
    )
    .join('\n');
  throw new CommandError(
    EXIT.usage,
    `${name}: ${REASONS[answer.why] ?? answer.why}${answer.detail === null ? '' : ` (${answer.detail})`}${listed === '' ? '' : `\n${listed}`}`,
    HINTS[answer.why] ?? 'Look at the post in the app.',
  );
}

const REASONS: Readonly<Record<string, string>> = {
  not_found: 'there is no such post.',
  not_planned: 'it is not scheduled and never was, so there is nothing to try again.',
  in_flight: 'a tick is working on it at this moment.',
  no_time: 'it has no usable time.',
  deleted: 'it was deleted in the app.',
  nothing_to_retry: 'nothing of it failed.',
};
const HINTS: Readonly<Record<string, string>> = {
  not_planned: 'Schedule it in the app; the next tick sees it.',
  in_flight: 'Wait a minute and look at the post again.',
  no_time: 'Schedule it again in the app with a date and a time.',
  nothing_to_retry:
    'What is out is never sent twice. Where a post may be out, look at the account; if it is not there, duplicate the post and schedule the copy.',
};
