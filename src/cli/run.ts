import { RESULT_OUTCOMES, type TickSummary } from '../core/result.ts';
import type { Report, TickIdentity } from '../core/store.ts';
import { tick } from '../tick/tick.ts';
import { beat, tellOthers, warnOfEnds } from './after-tick.ts';
import { EXIT } from './exit-codes.ts';
import type { Io } from './io.ts';
import { logFailure } from './log-failure.ts';
import { newIdentity } from './wire.ts';
import { withTick } from './with-tick.ts';

export interface RunOptions {
  readonly json: boolean;
  readonly failOnError: boolean;
  readonly includeOverdue: boolean;
}

/** One tick: what cron calls every minute. */
export async function run(io: Io, options: RunOptions): Promise<number> {
  const identity = newIdentity();
  try {
    return await runTick(io, options, identity);
  } catch (error) {
    await logFailure(io, identity.runId, error);
    throw error;
  }
}

function runTick(io: Io, options: RunOptions, identity: TickIdentity): Promise<number> {
  const { includeOverdue } = options;
  const showLog = io.terminal && !options.json;
  return withTick(io, identity, { includeOverdue, showLog }, async ({ config, deps, log }) => {
    log.info(
      config.testUser.id === undefined
        ? 'tick begins, for all users'
        : `tick begins, TEST_USER_ID: only posts of user ${config.testUser.id} are touched`,
      { host: identity.host, pid: identity.pid },
    );
    const { summary, report, spent } = await tick(deps);
    log.info(summaryLine(summary, report, spent), { ...summary, posts: undefined, report });
    if (options.json) io.out(`${JSON.stringify(summary)}\n`);
    if (report.renewalsDue) await warnOfEnds(config, deps);
    await tellOthers(config, deps);
    const code = exitCodeOf(summary, options.failOnError);
    if (code !== EXIT.config) await beat(config, deps);
    return code;
  });
}

/** What only the operator can mend is an error of the tick; a failed post is data, unless it is asked for. */
export function exitCodeOf(summary: TickSummary, failOnError: boolean): number {
  if (summary.posts.some((post) => post.error?.kind === 'config')) return EXIT.config;
  const failed = summary.failed + summary.needs_review + summary.unknown > 0;
  return failOnError && failed ? EXIT.failed : EXIT.ok;
}

/** "tick: due 3, claimed 3, published 2, failed 1; skipped: 2 × channel blog; overdue …" */
export function summaryLine(
  summary: TickSummary,
  report: Report,
  spent: ReadonlyMap<string, number>,
): string {
  const counts = RESULT_OUTCOMES.filter((outcome) => summary[outcome] > 0).map(
    (outcome) => `${outcome} ${summary[outcome]}`,
  );
  const parts = [
    `tick: due ${summary.due}, claimed ${summary.claimed}${counts.length > 0 ? `, ${counts.join(', ')}` : ''} in ${summary.duration_ms} ms`,
  ];
  for (const [label, usd] of spent) parts.push(`${label} takes about USD ${usd.toFixed(3)} for it`);
  for (const [reason, count] of Object.entries(report.skipped)) parts.push(`skipped ${count}: ${reason}`);
  for (const held of report.held) {
    parts.push(
      `waiting ${held.count} until ${held.until.toISOString()}: ${held.reason ?? 'being processed'}`,
    );
  }
  if (report.overdue > 0) {
    parts.push(
      `${report.overdue} due before content-publisher was installed (${report.installedAt.toISOString()}); "run --include-overdue" publishes them`,
    );
  }
  return parts.join('; ');
}
