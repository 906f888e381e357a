import { resolve } from 'node:path';
import { createReader } from '../config/read-variables.ts';
import { VARIABLES } from '../config/variables.ts';
import { StoreError } from '../core/store.ts';
import { createLogger } from '../log/create-logger.ts';
import { CommandError, type Io } from './io.ts';
import { PROJECT_ROOT } from './project.ts';

/** What stopped a tick stands in the log too: where cron can send no mail, a person looks only there. */
export async function logFailure(io: Io, runId: string, error: unknown): Promise<void> {
  // The configuration may be what is wrong, so only the one variable is read.
  const dir = createReader(io.env, []).withDefault('LOG_DIR', VARIABLES.LOG_DIR);
  const log = createLogger({ dir: resolve(PROJECT_ROOT, dir), level: 'error', runId, terminal: false });
  if (error instanceof CommandError || error instanceof StoreError) {
    log.error(`the tick ended: ${error.message}`, { hint: error.hint });
  } else {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    log.error(`the tick ended by a fault of ours: ${stack}`);
  }
  await log.flush();
}
