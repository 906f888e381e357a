import { EXIT } from './exit-codes.ts';
import { CommandError, type Io } from './io.ts';
import { listTargets, readPost } from './post-name.ts';
import { openStore, readConfig } from './wire.ts';

/** Lets the failed targets of one post go again with the next tick. */
export async function retry(io: Io, name: string, accountId: string | null): Promise<number> {
  const config = readConfig(io, ['supabase'], false);
  const { store } = openStore(config);
  const { post } = await readPost(store, config, name);
  const { source, id } = post;
  const answer = await store.retry(source, id, accountId);
  if (answer.ok) {
    const count =
      answer.reopened === 0
        ? 'The post'
        : `${answer.reopened} target${answer.reopened === 1 ? '' : 's'} of the post`;
    io.out(`${count} will be sent by the next tick after ${answer.goesAt.toISOString()}.\n`);
    return EXIT.ok;
  }
  throw new CommandError(
    EXIT.usage,
    `${name}: ${REASONS[answer.why] ?? answer.why}${answer.detail === null ? '' : ` (${answer.detail})`}${listTargets(post.targets)}`,
    (HINTS[answer.why] ?? 'Look at the post in the app.').replaceAll('<post>', name),
  );
}

const REASONS: Readonly<Record<string, string>> = {
  not_found: 'it was deleted in the app.',
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
    'What is out is never sent twice. Where it needs review, look at the account, then: content-publisher resolve <post> --published <its address>, or --not-published.',
};
