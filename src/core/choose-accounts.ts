import type { Problem } from './errors.ts';
import type { StoredConnection, StoredTarget } from './job.ts';
import { asFilledText, type JsonObject } from './json-value.ts';

/** A connection row and the remote account it reaches, as its platform names it. */
export interface Candidate {
  readonly platform: string;
  readonly connection: StoredConnection;
  /** null: the row names none and the platform could not tell. */
  readonly accountId: string | null;
  /** Why the platform could not tell now. */
  readonly failure?: Problem;
}

export interface ChosenAccount {
  readonly platform: string;
  readonly accountId: string;
  readonly name: string;
  readonly connection: StoredConnection;
  readonly origin: 'post' | 'app';
}

export type Choice = { readonly accounts: readonly ChosenAccount[] } | { readonly problem: Problem };

/**
 * Where a post goes. Rows that the app put into publish_targets are the whole list; else the one active account of
 * the post's platform, or the one that metadata.account_id or metadata.page_id names among several.
 * `candidates` come newest connection first.
 */
export function chooseAccounts(
  platform: string,
  label: string,
  metadata: JsonObject,
  candidates: readonly Candidate[],
  appTargets: readonly StoredTarget[],
): Choice {
  if (appTargets.length > 0) return fromApp(appTargets, candidates);
  const own = candidates.filter((candidate) => candidate.platform === platform);
  const active = distinct(own.filter((candidate) => candidate.connection.active));
  const named = asFilledText(metadata['account_id']) ?? asFilledText(metadata['page_id']);
  const matching = named === null ? active : active.filter((account) => names(account, named));
  const [first] = matching;
  if (first !== undefined && (named !== null || matching.length === 1)) return { accounts: [first] };
  if (matching.length > 1) return { problem: several(label, matching) };
  // A disconnected account is still the one: its posts wait until the user reconnects it.
  const inactive = distinct(own).filter((account) => named === null || names(account, named));
  if (inactive[0] !== undefined && inactive.length === 1) return { accounts: [inactive[0]] };
  if (inactive.length > 1 && active.length === 0) return { problem: several(label, inactive) };
  return { problem: named !== null && active.length > 0 ? notAmong(label, named, active) : none(label) };
}

function fromApp(targets: readonly StoredTarget[], candidates: readonly Candidate[]): Choice {
  const accounts: ChosenAccount[] = [];
  for (const target of targets) {
    const reach = candidates.filter(
      (candidate) => candidate.platform === target.platform && candidate.accountId === target.accountId,
    );
    const found = reach.find((candidate) => candidate.connection.active) ?? reach[0];
    // An account without any connection is not lost: its target says so by itself (publish-target.ts).
    if (found === undefined) continue;
    accounts.push({
      platform: target.platform,
      accountId: target.accountId,
      name: target.accountName ?? found.connection.pageName ?? target.accountId,
      connection: found.connection,
      origin: 'app',
    });
  }
  return { accounts };
}

/** Several rows for one remote account are one account, reached by the newest of them. */
function distinct(candidates: readonly Candidate[]): readonly ChosenAccount[] {
  const byId = new Map<string, ChosenAccount>();
  for (const { platform, connection, accountId } of candidates) {
    if (accountId === null || byId.has(accountId)) continue;
    byId.set(accountId, {
      platform,
      accountId,
      name: connection.pageName ?? accountId,
      connection,
      origin: 'post',
    });
  }
  return [...byId.values()];
}

function names(
  account: { readonly accountId: string | null; readonly connection: StoredConnection },
  named: string,
) {
  const { connection } = account;
  return [account.accountId, connection.pageId, connection.id, connection.linkedinId, connection.instagramId]
    .concat(connection.organizationId)
    .includes(named);
}

const none = (label: string): Problem => ({
  kind: 'unusable',
  code: 'NO_ACCOUNT',
  message: `No ${label} account is connected for the owner of this post.`,
  hint: `Connect the ${label} account in the app, then schedule the post again.`,
});

const several = (label: string, accounts: readonly ChosenAccount[]): Problem => ({
  kind: 'unusable',
  code: 'SEVERAL_ACCOUNTS',
  message: `Several ${label} accounts are connected and the post names none: ${accounts
    .map((account) => `${account.name} (${account.accountId})`)
    .join(', ')}.`,
  hint: 'Write the id of one of them into metadata.account_id, then schedule the post again.',
});

const notAmong = (label: string, named: string, accounts: readonly ChosenAccount[]): Problem => ({
  kind: 'unusable',
  code: 'ACCOUNT_NOT_CONNECTED',
  message: `The post names the ${label} account ${named}, which is not connected; connected: ${accounts
    .map((account) => `${account.name} (${account.accountId})`)
    .join(', ')}.`,
  hint: 'Connect that account, or correct metadata.account_id, then schedule the post again.',
});
