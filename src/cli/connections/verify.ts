import { clip } from '../../core/clip.ts';
import type { CountedAccount } from '../../core/known-accounts.ts';
import { type CheckedAccount, checkAccount } from '../../tick/check-account.ts';
import { EXIT } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { newIdentity } from '../wire.ts';
import { withTick } from '../with-tick.ts';
import { readNeeds } from './needs.ts';
import { openDeps } from './open-deps.ts';
import { accountNamed, readAccounts, titleOf } from './read-accounts.ts';

interface Verdict {
  readonly account: CountedAccount;
  readonly checked: CheckedAccount;
}

/** Asks each platform whose token it has, and compares what it permits with what the scheduled posts need. */
export function verifyConnections(
  io: Io,
  named: string | undefined,
  options: { readonly json: boolean },
): Promise<number> {
  const quiet = { includeOverdue: false, showLog: false };
  return withTick(io, newIdentity(), quiet, async ({ config, deps }) => {
    const { now, accounts: all } = await readAccounts(config);
    const accounts = named === undefined ? all : [accountNamed(all, named)];
    const needs = await readNeeds(deps.store, config.testUser.id ?? null);
    const tickDeps = await openDeps(deps, now);
    const verdicts: Verdict[] = [];
    for (const account of accounts) {
      const { connection, module } = account;
      const checked = await checkAccount(tickDeps, account, (id) => needs(connection.id, module, id));
      verdicts.push({ account, checked });
    }
    if (options.json) io.out(`${JSON.stringify({ accounts: verdicts.map(asJson) })}\n`);
    else io.out(asText(verdicts));
    if (verdicts.some(({ checked }) => checked.problems.length > 0)) return EXIT.failed;
    return verdicts.some(({ checked }) => !checked.answered) ? EXIT.again : EXIT.ok;
  });
}

function asJson({ account, checked }: Verdict) {
  const { connection, platform, name } = account;
  const { problems, notes, answered, accountId, scopes } = checked;
  return {
    user_id: connection.userId,
    platform,
    name: checked.name ?? name,
    account_id: accountId,
    connection_id: connection.id,
    ok: answered && problems.length === 0,
    answered,
    problems,
    notes,
    scopes,
  };
}

function asText(verdicts: readonly Verdict[]): string {
  if (verdicts.length === 0) return 'No account is connected.\n';
  return verdicts.map((verdict) => `${linesOf(verdict).join('\n')}\n`).join('');
}

function linesOf({ account, checked }: Verdict): readonly string[] {
  const { problems, notes, answered, scopes, name } = checked;
  const verdict = problems.length > 0 ? 'WRONG' : answered ? 'ok' : 'not answered';
  return [
    `${verdict.padEnd(12)}  ${titleOf(account)}`,
    ...(name === null || name === account.name
      ? []
      : [`              The platform calls it ${clip(name, 300)}.`]),
    ...problems.map(({ message, hint }) => `              ${clip(message, 500)} ${clip(hint, 300)}`),
    ...notes.map((note) => `              ${clip(note, 500)}`),
    ...(scopes === null || scopes.length === 0
      ? []
      : [`              It permits ${clip(scopes.join(', '), 1_000)}.`]),
  ];
}
