import type { ConfigWith } from '../config/config.ts';
import type { Logger } from '../core/logger.ts';
import type { TickIdentity } from '../core/store.ts';
import { createLogger } from '../log/create-logger.ts';
import { notice } from '../log/notice.ts';
import { rotateLog } from '../log/rotate-log.ts';
import type { TickDeps } from '../tick/deps.ts';
import { EXIT } from './exit-codes.ts';
import type { Io } from './io.ts';
import { logDir, readConfig, wireTick } from './wire.ts';

/**
 * Longer than what is armed may take at most: 10 s to leave, 30 s for the answer, and its outcome. Less than the 90 s
 * after which systemd kills (TimeoutStopSec).
 */
const STOP_WITHIN_MS = 60_000;

interface Setting {
  readonly config: ConfigWith<'supabase' | 'encryption'>;
  readonly deps: TickDeps;
  readonly log: Logger;
}

/** Reads the configuration, opens the log and the store, ends in good order when told to, and closes everything. */
export async function withTick(
  io: Io,
  identity: TickIdentity,
  options: { readonly includeOverdue: boolean; readonly showLog: boolean },
  work: (setting: Setting) => Promise<number>,
): Promise<number> {
  const config = readConfig(io, ['supabase', 'encryption'], true);
  const dir = logDir(config);
  rotateLog(dir);
  const { runId } = identity;
  const log = createLogger({ dir, level: config.log.level, runId, terminal: options.showLog });
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
    return await work({ config, deps, log });
  } finally {
    process.off('SIGTERM', onSignal);
    process.off('SIGINT', onSignal);
    await close();
    await log.flush();
  }
}
