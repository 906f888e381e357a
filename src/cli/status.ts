import { judgeStatus, QUIET_MS } from '../core/status.ts';
import { EXIT } from './exit-codes.ts';
import type { Io } from './io.ts';
import { statusJson } from './status-json.ts';
import { statusText } from './status-text.ts';
import { openStore, readConfig } from './wire.ts';

/** What is under way, what waits for what, and whether every promise is kept. Only reads. */
export async function status(io: Io, options: { readonly json: boolean }): Promise<number> {
  const config = readConfig(io, ['supabase'], false);
  const { store } = openStore(config);
  const userId = config.testUser.id ?? null;
  const facts = await store.status(userId, QUIET_MS / 1_000);
  const findings = judgeStatus(facts, { quietMs: QUIET_MS, userId });
  io.out(
    options.json
      ? `${JSON.stringify(statusJson(facts, findings, userId))}\n`
      : statusText(facts, findings, userId),
  );
  return findings.some(({ broken }) => broken) ? EXIT.failed : EXIT.ok;
}
