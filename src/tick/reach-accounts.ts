import type { Candidate } from '../core/choose-accounts.ts';
import { PublishError } from '../core/errors.ts';
import type { ClaimedPost, StoredConnection } from '../core/job.ts';
import type { Platform } from '../core/platform.ts';
import { foldPlatform } from '../core/platform-name.ts';
import { StoreError } from '../core/store.ts';
import type { PublishDeps } from './deps.ts';
import { toFailed } from './failure.ts';
import { openAccount } from './tokens.ts';

/** Connections with the remote account each reaches; a platform is asked only where the row does not tell. */
export async function reachAccounts(
  deps: PublishDeps,
  claimed: Pick<ClaimedPost, 'connections'>,
): Promise<readonly Candidate[]> {
  const candidates: Candidate[] = [];
  for (const connection of claimed.connections) {
    const folded = foldPlatform(connection.platform);
    if (!('platform' in folded)) continue;
    const platform = deps.platforms[folded.platform];
    const known = platform.accountId(connection);
    const reached =
      known === null && connection.active && platform.lookUpAccountId !== undefined
        ? await lookUp(deps, platform, connection)
        : { accountId: known };
    candidates.push({ platform: folded.platform, connection, ...reached });
  }
  return candidates;
}

async function lookUp(
  deps: PublishDeps,
  platform: Platform,
  connection: StoredConnection,
): Promise<Pick<Candidate, 'accountId' | 'failure'>> {
  const { capabilities } = platform;
  const context = deps.context(capabilities.platform);
  const nobody = { accountId: null };
  const ask = async (renew: boolean): Promise<Pick<Candidate, 'accountId' | 'failure'>> => {
    // Under the connection's name, until the account has one.
    const name = connection.pageName ?? connection.id;
    const chosen = {
      platform: capabilities.platform,
      accountId: connection.id,
      name,
      connection,
      origin: 'post',
    } as const;
    const opened = await openAccount(deps, platform, context, chosen, renew);
    if ('refused' in opened) throw opened.refused;
    if ('problem' in opened) return { ...nobody, failure: opened.problem };
    if ('lookAt' in opened) return { ...nobody, failure: beingRenewed };
    const found = await platform.lookUpAccountId?.(context, connection, opened.account.token);
    return { accountId: found ?? null };
  };
  try {
    return await ask(false).catch((error: unknown) => {
      if (!(error instanceof PublishError) || error.kind !== 'auth') throw error;
      if (capabilities.refreshBeforeMs === null || connection.refreshToken === null) throw error;
      return ask(true);
    });
  } catch (error) {
    if (error instanceof StoreError) throw error;
    const { problem } = toFailed(error, capabilities.label);
    deps.log.warn('The account of a connection could not be looked up.', {
      connection: connection.id,
      problem,
    });
    // The platform's own word that there is none.
    const isFinal = problem.kind === 'rejected' || problem.kind === 'unusable';
    return isFinal ? nobody : { ...nobody, failure: problem };
  }
}

const beingRenewed = {
  kind: 'temporary',
  code: 'TOKEN_BEING_RENEWED',
  message: 'The token of the account is being renewed.',
  hint: 'Nothing to do: it is tried again by itself.',
} as const;
