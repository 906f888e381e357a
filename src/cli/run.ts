import { RESULT_OUTCOMES, type TickSummary } from '../core/result.ts';
import type { Report, TickIdentity } from '../core/store.ts';
import { createLogger } from '../log/create-logger.ts';
import { notice } from '../log/notice.ts';
import { rotateLog } from '../log/rotate-log.ts';
import { tick } from '../tick/tick.ts';
import { EXIT } from './exit-codes.ts';
import type { Io } from './io.ts';
import { logFailure } from './log-failure.ts';
import { logDir, newIdentity, readConfig, wireTick } from './wire.ts';

/**
 * Longer than what is armed may take at most: 10 s to leave, 30 s for the answer, and its outcome. Less than the 90 s
 * after which systemd kills (TimeoutStopSec).
 */
const STOP_WITHIN_MS = 60_000;

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

async function runTick(io: Io, options: RunOptions, identity: TickIdentity): Promise<number> {
  const config = readConfig(io, ['supabase', 'encryption'], true);
  const dir = logDir(config);
  rotateLog(dir);
  const log = createLogger({
    dir,
    level: config.log.level,
    runId: identity.runId,
    terminal: io.terminal && !options.json,
  });
  const stop = new AbortController();
  const onSignal = (signal: string) => {
    stop.abort();
    log.info(`told to stop (${signal}): what is armed is finished, the rest is released`);
    setTimeout(() => {
      log.error(
        `not at its end ${STOP_WITHIN_MS / 1_000} s after ${signal}; what is left is looked at by later ticks`,
      );
      void log.flush().finally(() => process.exit(EXIT.again));
    }, STOP_WITHIN_MS).unref();
  };
  process.once('SIGTERM', onSignal);
  process.once('SIGINT', onSignal);

  const { deps, close } = wireTick({
    config,
    identity,
    log,
    notice: (line) => notice(line),
    signal: stop.signal,
    includeOverdue: options.includeOverdue,
  });
  try {
    log.info(
      config.testUser.id === undefined
        ? 'tick begins, for all users'
        : `tick begins, TEST_USER_ID: only posts of user ${config.testUser.id} are touched`,
      { host: identity.host, pid: identity.pid },
    );
    const { summary, report } = await tick(deps);
    log.info(summaryLine(summary, report), { ...summary, posts: undefined, report });
    if (options.json) io.out(`${JSON.stringify(summary)}\n`);
    const configFault = summary.posts.some((post) => post.error?.kind === 'config');
    if (configFault) return EXIT.config;
    const failed = summary.failed + summary.needs_review + summary.unknown > 0;
    return options.failOnError && failed ? EXIT.failed : EXIT.ok;
  } finally {
    process.off('SIGTERM', onSignal);
    process.off('SIGINT', onSignal);
    await close();
    await log.flush();
  }
}

/** "tick: due 3, claimed 3, published 2, failed 1; skipped: 2 × channel blog; overdue …" */
export function summaryLine(summary: TickSummary, report: Report): string {
  const counts = RESULT_OUTCOMES.filter((outcome) => summary[outcome] > 0).map(
    (outcome) => `${outcome} ${summary[outcome]}`,
  );
  const parts = [
    `tick: due ${summary.due}, claimed ${summary.claimed}${counts.length > 0 ? `, ${counts.join(', ')}` : ''} in ${summary.duration_ms} ms`,
  ];
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
