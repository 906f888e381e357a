import { isInFlight, type StoredTarget } from '../core/job.ts';
import { refuseNow } from '../core/publish-now.ts';
import type { PostResult } from '../core/result.ts';
import type { Store } from '../core/store.ts';
import type { TickDeps } from '../tick/deps.ts';
import { plan } from '../tick/plan.ts';
import { tick } from '../tick/tick.ts';
import { EXIT } from './exit-codes.ts';
import { CommandError, type Io } from './io.ts';
import { listTargets, readPost } from './post-name.ts';
import { exitCodeOf } from './run.ts';
import { newIdentity } from './wire.ts';
import { withTick } from './with-tick.ts';

/** Publishes one post now, also before its time: a tick that takes nothing else. What is out is never sent again. */
export function publish(io: Io, name: string, options: { readonly json: boolean }): Promise<number> {
  const quiet = { includeOverdue: false, showLog: false };
  return withTick(io, newIdentity(), quiet, async ({ config, deps, log }) => {
    const known = await readPost(deps.store, config, name);
    const { source, id } = known.post;
    deps.syncClock(known.now);
    const refusal = refuseNow(known.post, deps.options.defaultZone, known.now);
    if (refusal !== null) throw new CommandError(EXIT.usage, `${name}: ${refusal.message}`, refusal.hint);
    // Our tables must know the schedule as it is now: a change of it takes back what is let go here.
    await plan(deps, () => true);
    await letGo(deps, name, { source, id });
    log.info(`publish by hand: ${name}`);

    // Whoever runs this reads its output; cron's mail is for those who do not.
    const only = { ...deps, notice: () => undefined, options: { ...deps.options, only: { source, id } } };
    const { summary } = await tick(only);
    if (options.json) io.out(`${JSON.stringify(summary)}\n`);
    else io.out(summary.posts.map(line).join(''));
    if (summary.claimed > 0) return exitCodeOf(summary, true);
    throw new CommandError(
      EXIT.again,
      `${name}: it could not be taken up now: another post of its account is being sent, or this host has enough to do.`,
      'Nothing to do: it is due now, and the next tick publishes it.',
    );
  });
}

async function letGo(deps: TickDeps, name: string, post: Parameters<Store['publishNow']>[0]): Promise<void> {
  let answer = await deps.store.publishNow(post);
  if (answer.ok && !answer.planned) {
    // A draft that was never scheduled: it is now, and has to be planned first.
    await plan(deps, () => true);
    answer = await deps.store.publishNow(post);
  }
  if (answer.ok) return;
  const targets = (await deps.store.post(post.source, post.id))?.post.targets ?? [];
  const said = refusals[answer.why]?.(answer.detail ?? '') ?? [answer.why, 'Look at the post in the app.'];
  throw new CommandError(
    EXIT.usage,
    `${name}: ${said[0]}${listTargets(targets)}`,
    hintFor(name, targets) ?? said[1],
  );
}

/** What may be out must be settled first, whatever else was the reason. */
function hintFor(name: string, targets: readonly StoredTarget[]): string | null {
  if (targets.some(({ state }) => state === 'needs_review')) {
    return `Look at the account, then: content-publisher resolve ${name} --published <its address>, or --not-published.`;
  }
  return targets.some(isInFlight) ? 'Nothing to do: its account is read back by itself.' : null;
}

const refusals: Readonly<Record<string, (detail: string) => readonly [string, string]>> = {
  in_flight: () => ['a tick is working on it at this moment.', 'Wait a minute and look at the post again.'],
  nothing_to_retry: () => [
    'nothing of it is left to send.',
    'What is out is never sent twice: duplicate the post to send it again.',
  ],
  skipped: (reason) => [`${reason}.`, 'What other programs send is left alone.'],
  status: (status) => [
    `the app says '${status}', so it is not ours to send.`,
    'Only scheduled, draft and failed posts are published; schedule it in the app.',
  ],
  not_found: () => ['it was deleted in the app.', 'There is nothing to publish.'],
  not_planned: () => ['it could not be planned.', 'Look at the last lines of logs/content_publisher.log.'],
  no_time: (reason) => [
    `it has no usable time. ${reason}`.trim(),
    'Schedule it in the app with a date and a time.',
  ],
};

/** "published facebook 102030405060708: https://…", with the reason and the next step where it is not out. */
function line({ outcome, platform, account_id, url, platform_post_id, error }: PostResult): string {
  const where = [platform, account_id].filter((part) => part !== null).join(' ');
  const what = url ?? platform_post_id ?? (error === null ? '' : `${error.message} ${error.hint}`);
  return `${outcome} ${where}${what === '' ? '' : `: ${what}`}\n`;
}
