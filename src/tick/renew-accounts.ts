import { PublishError } from '../core/errors.ts';
import { HttpFailure } from '../core/http.ts';
import type { StoredConnection } from '../core/job.ts';
import { foldPlatform } from '../core/platform-name.ts';
import { type PublishDeps, platformNamed } from './deps.ts';
import { toFailed } from './failure.ts';
import { disconnectAccount, openAccount } from './tokens.ts';

const DAY_MS = 24 * 3_600_000;

/**
 * Renews tokens that live for weeks before they end, also of accounts that have nothing to publish meanwhile: once over,
 * such a token cannot be renewed by anybody but its owner. Tokens that live for hours are renewed when they are needed.
 */
export async function renewAccounts(
  deps: PublishDeps,
  connections: readonly StoredConnection[],
): Promise<void> {
  for (const connection of connections) {
    if (deps.signal.aborted) return;
    await renew(deps, connection);
  }
}

async function renew(deps: PublishDeps, connection: StoredConnection): Promise<void> {
  const folded = foldPlatform(connection.platform);
  const platform = 'platform' in folded ? platformNamed(deps, folded.platform) : null;
  if (platform === null) return;
  const { refreshBeforeMs, label, platform: name } = platform.capabilities;
  const accountId = platform.accountId(connection);
  if (accountId === null || refreshBeforeMs === null || refreshBeforeMs < DAY_MS) return;
  const chosen = {
    platform: name,
    accountId,
    name: connection.pageName ?? accountId,
    connection,
    origin: 'post',
  } as const;
  try {
    const opened = await openAccount(deps, platform, deps.context(name), chosen);
    if ('refused' in opened) await disconnectAccount(deps, chosen, label, opened.refused);
    if ('problem' in opened)
      deps.log.warn(`A token was not renewed: ${opened.problem.message}`, { accountId });
  } catch (error) {
    if (!(error instanceof PublishError) && !(error instanceof HttpFailure)) throw error;
    const { problem } = toFailed(error, label);
    deps.log.warn(`A token was not renewed: ${problem.message}`, { platform: name, account: accountId });
  }
}
