import type { Candidate } from '../core/choose-accounts.ts';
import type { ClaimedPost } from '../core/job.ts';
import { foldPlatform } from '../core/platform-name.ts';
import type { PublishDeps } from './deps.ts';

/** Connections with the remote account each reaches; a platform is asked only where the row does not tell. */
export async function reachAccounts(deps: PublishDeps, claimed: ClaimedPost): Promise<readonly Candidate[]> {
  const candidates: Candidate[] = [];
  for (const connection of claimed.connections) {
    const folded = foldPlatform(connection.platform);
    const platform = 'platform' in folded ? deps.platforms[folded.platform] : undefined;
    if (platform === undefined || !('platform' in folded)) continue;
    let accountId = platform.accountId(connection);
    if (accountId === null && connection.active && platform.lookUpAccountId !== undefined) {
      const token = deps.readToken(connection.accessToken);
      if (token.kind === 'token') {
        try {
          accountId = await platform.lookUpAccountId(deps.context(folded.platform), connection, token.token);
        } catch (error) {
          deps.log.warn('The account of a connection could not be looked up.', {
            connection: connection.id,
            error: error instanceof Error ? error.message : String(error),
          });
        }
      }
    }
    candidates.push({ platform: folded.platform, connection, accountId });
  }
  return candidates;
}
