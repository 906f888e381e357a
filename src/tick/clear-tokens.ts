import type { ChosenAccount } from '../core/choose-accounts.ts';
import type { PublishDeps } from './deps.ts';

/** A token that stands in clear is used, and one person hears of it once for the account. */
export async function warnOfClearTokens(
  deps: PublishDeps,
  label: string,
  { connection, name, accountId }: ChosenAccount,
): Promise<void> {
  const inClear = [connection.accessToken, connection.refreshToken].some((stored) => {
    const reading = deps.readToken(stored);
    return reading.kind === 'token' && reading.clear === true;
  });
  if (!inClear || !(await deps.store.sayOnce('token_in_clear', connection.id))) return;
  const warning = `A token of the ${label} account ${name} (${accountId}) stands in clear in the database. It is used; "content-publisher keys rotate --encrypt-plaintext" encrypts it.`;
  deps.log.warn(warning, { connection: connection.id });
  deps.notice(warning);
}
