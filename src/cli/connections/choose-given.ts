import { clip } from '../../core/clip.ts';
import type { GivenAccount } from '../../core/platform.ts';
import { EXIT } from '../exit-codes.ts';
import { type AskingIo, CommandError } from '../io.ts';

interface Choice {
  readonly account?: readonly string[] | undefined;
  readonly all: boolean;
}

/** Which of the accounts that an access opens are to be connected: all, those that are named, or what a person says. */
export async function chooseGiven(
  io: AskingIo,
  label: string,
  given: readonly GivenAccount[],
  { account: named = [], all }: Choice,
): Promise<readonly GivenAccount[]> {
  if (given.length === 0) {
    const hint = `Agree again with a person who manages one, and choose it when ${label} asks.`;
    throw new CommandError(
      EXIT.failed,
      `The access opens no ${label} account that could be posted to.`,
      hint,
    );
  }
  const list = given
    .map(({ name, accountId }, index) => `\n  ${index + 1}  ${clip(name, 300)} (${accountId})`)
    .join('');
  if (named.length > 0) {
    const missing = named.find((id) => !given.some((one) => isCalled(one, id)));
    if (missing === undefined) return given.filter((one) => named.some((id) => isCalled(one, id)));
    throw new CommandError(
      EXIT.failed,
      `The access does not open ${clip(missing, 100)}, but:${list}`,
      'Repeat it with --account and one of those ids.',
    );
  }
  if (all || given.length === 1) return given;
  const answer = await io.asks.line(`Several accounts:${list}\nWhich ones (numbers, or "all")? `);
  if (answer?.trim() === 'all') return given;
  const numbers = new Set(
    answer
      ?.split(/[\s,]+/)
      .filter(Boolean)
      .map(Number),
  );
  const chosen = given.filter((_one, index) => numbers.has(index + 1));
  if (chosen.length > 0 && chosen.length === numbers.size) return chosen;
  throw new CommandError(
    EXIT.usage,
    `The access opens several ${label} accounts and none was chosen:${list}`,
    'Repeat it with --account <id>, several times if wanted, or with --all.',
  );
}

const isCalled = ({ accountId, columns }: GivenAccount, id: string) =>
  accountId === id || columns.page_id === id || columns.organization_id === id;
