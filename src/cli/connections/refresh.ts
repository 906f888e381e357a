import { NO_END } from '../../core/access.ts';
import type { ChosenAccount } from '../../core/choose-accounts.ts';
import { PublishError } from '../../core/errors.ts';
import type { CountedAccount } from '../../core/known-accounts.ts';
import type { PublishDeps } from '../../tick/deps.ts';
import { reachAccounts } from '../../tick/reach-accounts.ts';
import { disconnectAccount, openAccount } from '../../tick/tokens.ts';
import { EXIT } from '../exit-codes.ts';
import { CommandError, type Io } from '../io.ts';
import { newIdentity } from '../wire.ts';
import { withTick } from '../with-tick.ts';
import { commandError } from './errors.ts';
import { openDeps } from './open-deps.ts';
import { accountNamed, readAccounts, titleOf } from './read-accounts.ts';

/** Renews the token of one account now, as a tick does: one refresher over all hosts, stored before it is used. */
export function refreshConnection(io: Io, named: string): Promise<number> {
  const quiet = { includeOverdue: false, showLog: false };
  return withTick(io, newIdentity(), quiet, async ({ config, deps }) => {
    const { now, accounts } = await readAccounts(config);
    const account = accountNamed(accounts, named);
    const title = titleOf(account);
    const { capabilities } = account.module;
    const again = `Connect it again in the app, or: content-publisher connections connect ${account.platform}`;
    if (!account.connection.active) {
      throw new CommandError(
        EXIT.failed,
        `The ${title} is disconnected. ${account.detail ?? ''}`.trim(),
        again,
      );
    }
    const endless = () => {
      io.out(`The token of the ${title} has no end by time: there is nothing to renew.\n`);
      return EXIT.ok;
    };
    if (capabilities.refreshBeforeMs === null) return endless();
    const endsAt = await renewed(await openDeps(deps, now), account).catch((error: unknown) => {
      const dead = error instanceof Refused ? ' It is disconnected now; its posts wait.' : '';
      const cause = error instanceof Refused ? error.cause : error;
      throw commandError(cause, capabilities.label, (message) => `The ${title}: ${message}${dead}`);
    });
    if (endsAt === undefined && account.lifetime === NO_END) return endless();
    if (endsAt === undefined) {
      const why = `The ${title} cannot be renewed without a person: nothing to renew it with is stored.`;
      throw new CommandError(EXIT.failed, why, again);
    }
    const until = endsAt === null ? '' : `, good until ${endsAt.toISOString()}`;
    io.out(`The ${title} has a new access token${until}. It is stored.\n`);
    return EXIT.ok;
  });
}

/** The platform's own word: the account has been disconnected. */
class Refused extends Error {}

/** @returns the end of the new token, null where the platform did not say it; undefined: there is no new one */
async function renewed(deps: PublishDeps, { module, name, connection }: CountedAccount) {
  const { platform, label } = module.capabilities;
  const [candidate] = await reachAccounts(deps, { connections: [connection] });
  if (candidate?.failure !== undefined) throw new PublishError(candidate.failure);
  const accountId = candidate?.accountId ?? null;
  if (accountId === null) {
    throw new PublishError({
      kind: 'unusable',
      code: 'NO_ACCOUNT',
      message: `${label} knows of no account for this connection.`,
      hint: `Connect it again in the app, or: content-publisher connections connect ${platform}`,
    });
  }
  const chosen: ChosenAccount = { platform, accountId, name, connection, origin: 'post' };
  const opened = await openAccount(deps, module, deps.context(platform), chosen, true);
  if ('refused' in opened) {
    await disconnectAccount({ ...deps, notice: () => undefined }, chosen, label, opened.refused);
    throw new Refused(opened.refused.message, { cause: opened.refused });
  }
  if ('problem' in opened) throw new PublishError(opened.problem);
  if ('lookAt' in opened) {
    throw new PublishError({
      kind: 'temporary',
      code: 'TOKEN_BEING_RENEWED',
      message: 'Its token is being renewed by somebody else at this moment, or was just now.',
      hint: 'See whether that has helped: content-publisher connections list',
    });
  }
  const now = deps.learned.connection(connection);
  return now.accessToken === connection.accessToken ? undefined : now.tokenGoodUntil;
}
