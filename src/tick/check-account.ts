import { missingPermissions, type Permission } from '../core/access.ts';
import { PublishError } from '../core/errors.ts';
import { HttpFailure } from '../core/http.ts';
import type { KnownAccount } from '../core/known-accounts.ts';
import type { Account } from '../core/platform.ts';
import type { PublishDeps } from './deps.ts';
import { toFailed } from './failure.ts';
import { reachAccounts } from './reach-accounts.ts';
import { openAccount } from './tokens.ts';

/** A permission, and how many scheduled posts need it; 0: whatever is to be published needs it. */
export interface Need extends Permission {
  readonly posts: number;
}

export interface CheckedAccount {
  /** What is wrong: a whole sentence each, and what to do. */
  readonly problems: readonly { readonly message: string; readonly hint: string }[];
  /** What could not be learned, or happened on the way. */
  readonly notes: readonly string[];
  /** false: the platform could not be asked, so nothing is known to be wrong. */
  readonly answered: boolean;
  readonly accountId: string | null;
  /** Its name as the platform has it now. */
  readonly name: string | null;
  readonly scopes: readonly string[] | null;
}

/**
 * Asks the platform whose token it is and what it permits. The token is opened as a tick opens it, so one that is near
 * its end is renewed and stored; nothing else is written, whatever turns out to be wrong.
 */
export async function checkAccount(
  deps: PublishDeps,
  known: KnownAccount,
  needs: (accountId: string) => readonly Need[],
): Promise<CheckedAccount> {
  const { connection, module } = known;
  const { label, platform: name } = module.capabilities;
  const again = `Connect it again in the app, or: content-publisher connections connect ${name}`;
  const nothing: CheckedAccount = {
    problems: [],
    notes: [],
    answered: true,
    accountId: known.accountId,
    name: null,
    scopes: known.storedScopes,
  };
  if (!connection.active) {
    return {
      ...nothing,
      problems: [{ message: `It is disconnected. ${known.detail ?? ''}`.trim(), hint: again }],
    };
  }
  try {
    const [candidate] = await reachAccounts(deps, { connections: [connection] });
    if (candidate?.failure !== undefined) {
      const { kind, message, hint } = candidate.failure;
      if (kind === 'temporary') return { ...nothing, answered: false, notes: [message] };
      return { ...nothing, problems: [{ message, hint }] };
    }
    const accountId = candidate?.accountId ?? null;
    if (accountId === null) {
      const message = `${label} knows of no account for this connection.`;
      return { ...nothing, problems: [{ message, hint: again }] };
    }
    const context = deps.context(name);
    const chosen = { platform: name, accountId, name: known.name, connection, origin: 'post' } as const;
    const opened = await openAccount(deps, module, context, chosen);
    if ('refused' in opened) throw opened.refused;
    if ('problem' in opened) {
      const { message, hint } = opened.problem;
      return { ...nothing, accountId, problems: [{ message, hint }] };
    }
    if ('lookAt' in opened) {
      const notes = ['Its token is being renewed at this moment; repeat the command in a minute.'];
      return { ...nothing, accountId, answered: false, notes };
    }
    const verified = await module.verify(context, opened.account);
    if (verified.id !== accountId) {
      const message = `Its token belongs to ${verified.name} (${verified.id}), not to ${known.name} (${accountId}).`;
      return { ...nothing, accountId, problems: [{ message, hint: again }] };
    }
    const granted = await grantedScopes(deps, known, opened.account);
    const problems = missingPermissions(needs(accountId), granted.scopes ?? []).map((need) => ({
      message: `The permission ${need.anyOf.join(' or ')} is missing: ${need.purpose} need it${need.posts === 0 ? '' : ` (${need.posts} of the scheduled posts)`}.`,
      hint: `${again}, and grant it.`,
    }));
    const renewed = deps.learned.connection(connection).accessToken !== connection.accessToken;
    return {
      ...nothing,
      accountId,
      name: verified.name,
      scopes: granted.scopes,
      problems: granted.scopes === null ? [] : problems,
      notes: [...(renewed ? ['Its token was near its end and has been renewed.'] : []), ...granted.notes],
    };
  } catch (error) {
    if (!(error instanceof PublishError) && !(error instanceof HttpFailure)) throw error;
    const { problem } = toFailed(error, label);
    const waits = problem.kind === 'temporary' || problem.kind === 'rate_limited';
    if (waits) return { ...nothing, answered: false, notes: [problem.message] };
    return { ...nothing, problems: [{ message: problem.message, hint: problem.hint }] };
  }
}

/** By the platform's word, else as they were stored when it was connected. */
async function grantedScopes(
  deps: PublishDeps,
  { module, storedScopes }: KnownAccount,
  account: Account,
): Promise<{ readonly scopes: readonly string[] | null; readonly notes: readonly string[] }> {
  const { label, platform } = module.capabilities;
  const told = await module.scopes?.(deps.context(platform), account).catch((error: unknown) => {
    const { problem } = toFailed(error, label);
    deps.log.warn('A platform did not tell what a token permits.', { platform, problem });
    return null;
  });
  const scopes = told ?? storedScopes;
  if (scopes !== null || module.permissions(account.id, null).length === 0) return { scopes, notes: [] };
  return { scopes, notes: [`${label} did not tell what the token permits, so that was not compared.`] };
}
