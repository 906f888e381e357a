import { clip } from '../../core/clip.ts';
import type { CountedAccount } from '../../core/known-accounts.ts';
import { span } from '../../core/span.ts';
import { EXIT } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { readConfig } from '../wire.ts';
import { readAccounts } from './read-accounts.ts';

const DAY_MS = 86_400_000;

/** Every account: how it is, how long yet, and what waits for it. Asks no platform and writes nothing. */
export async function listConnections(io: Io, options: { readonly json: boolean }): Promise<number> {
  const config = readConfig(io, ['supabase', 'encryption'], false);
  const { now, accounts } = await readAccounts(config);
  const userId = config.testUser.id ?? null;
  io.out(
    options.json
      ? `${JSON.stringify({ now, only_user: userId, accounts: accounts.map((one) => asJson(one, now)) })}\n`
      : asText(accounts, userId, now),
  );
  return EXIT.ok;
}

function asJson(account: CountedAccount, now: Date) {
  const { connection, platform, module, accountId, lifetime, posts, warning } = account;
  return {
    user_id: connection.userId,
    platform,
    name: account.name,
    account_id: accountId,
    connection_id: connection.id,
    state: account.state,
    detail: account.detail,
    held_until: account.heldUntil,
    ends_at: lifetime?.endsAt ?? null,
    ends_in_days: lifetime?.endsAt == null ? null : daysTo(lifetime.endsAt, now),
    what_ends: lifetime?.endsAt == null ? null : lifetime.what,
    scopes: account.storedScopes,
    posts_scheduled: posts.scheduled,
    posts_waiting: posts.waiting,
    posts_after_end: posts.after,
    warning:
      warning === null
        ? null
        : { days: warning.days, level: warning.level, message: warning.sentence, hint: warning.hint },
    trap: module.capabilities.accessTrap ?? null,
  };
}

function asText(accounts: readonly CountedAccount[], userId: string | null, now: Date): string {
  const who = userId === null ? 'All users' : `Only user ${userId} (TEST_USER_ID)`;
  const wrong = accounts.filter(({ state, warning }) => state !== 'well' || warning !== null).length;
  const count = accounts.length === 1 ? '1 account' : `${accounts.length} accounts`;
  if (accounts.length === 0) {
    return `${who}: no account is connected.\nConnect one in the app, or: content-publisher connections connect <platform>\n`;
  }
  const verdict = wrong === 0 ? 'all is well' : `${wrong} ${wrong === 1 ? 'needs' : 'need'} a look`;
  const traps = new Map(
    accounts.map(({ module: { capabilities } }) => [capabilities.label, capabilities.accessTrap]),
  );
  const notes = [...traps].flatMap(([label, trap]) => (trap === undefined ? [] : [`  ${label}: ${trap}`]));
  return [
    `${who}: ${count}, ${verdict}.`,
    ...accounts.flatMap((account) => ['', ...blockOf(account, now)]),
    ...(notes.length === 0 ? [] : ['', 'What ends an access before its time:', ...notes]),
    '',
  ].join('\n');
}

function blockOf(account: CountedAccount, now: Date): readonly string[] {
  const { connection, module, state, detail, posts, warning, storedScopes, accountId } = account;
  const held = account.heldUntil === null ? '' : ` until ${moment(account.heldUntil)}`;
  const due = posts.waiting === 0 ? '' : `, ${posts.waiting} of them due`;
  return [
    `${module.capabilities.label}  ${clip(account.name, 300)}  ${state}${state === 'held' ? held : ''}`,
    ...(detail === null ? [] : [`  ${clip(detail, 300)}`]),
    ...(warning === null ? [] : [`  WARNING  ${clip(warning.sentence, 300)} ${warning.hint}`]),
    `  account      ${accountId === null ? 'the platform is asked for it before a post' : clip(accountId, 300)}`,
    `  connection   ${connection.id}`,
    `  user         ${connection.userId ?? 'none: no post can go there'}`,
    `  access       ${endOf(account, now)}`,
    `  permissions  ${storedScopes === null ? 'not stored; "content-publisher connections verify" asks' : clip(storedScopes.join(', '), 1_000)}`,
    `  posts        ${posts.scheduled} scheduled${due}`,
  ];
}

function endOf({ lifetime, connection }: CountedAccount, now: Date): string {
  if (lifetime === null) return 'unknown, its token cannot be read';
  const { endsAt, what, exact } = lifetime;
  const renewed =
    connection.renewedAt === null
      ? ''
      : `, last renewed ${span(now.getTime() - connection.renewedAt.getTime())} ago`;
  if (endsAt === null) return `${exact ? 'has no end by time' : 'nobody knows when it ends'}${renewed}`;
  const days = daysTo(endsAt, now);
  const when = days < 0 ? `ended ${-days} days ago` : `ends in ${days} days`;
  return `${what} ${exact ? '' : 'probably '}${when} (${endsAt.toISOString().slice(0, 10)})${renewed}`;
}

const daysTo = (at: Date, now: Date) => Math.floor((at.getTime() - now.getTime()) / DAY_MS);

/** '2026-11-21 03:00 UTC' */
const moment = (at: Date) => `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
