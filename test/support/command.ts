import { type AskingIo, CommandError } from '../../src/cli/io.ts';
import { StoreError } from '../../src/core/store.ts';
import type { Publisher } from './publisher.ts';

export interface CommandOutput {
  /** null: it was refused with a StoreError, whose exit code src/cli/main.ts knows. */
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs a command in this process, as main.ts would: what it printed, or the sentences it was refused with. */
export async function runCommand(
  publisher: Publisher,
  command: (io: AskingIo) => Promise<number>,
  change: Readonly<Record<string, string | undefined>> = {},
  answer: (question: string, printed: string, hidden: boolean) => Promise<string | null> = async () => null,
): Promise<CommandOutput> {
  let out = '';
  let err = '';
  const io: AskingIo = {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    asks: { line: (question, { hidden = false } = {}) => answer(question, out, hidden) },
    terminal: false,
    env: { ...publisher.env, ...change },
  };
  try {
    return { code: await command(io), out, err };
  } catch (error) {
    if (!(error instanceof CommandError) && !(error instanceof StoreError)) throw error;
    const code = error instanceof CommandError ? error.exitCode : null;
    return { code, out, err: `${err}${error.message}\nTry: ${error.hint}` };
  }
}
