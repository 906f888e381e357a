import type { Input } from './input.ts';

/** Where a command writes; tests hand in their own. */
export interface Io {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Readable lines instead of bare results. */
  readonly terminal: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Of a command that asks for something. */
export interface AskingIo extends Io {
  readonly asks: Input;
}

/** A reason to stop that a person reads: a sentence, what to do, and the exit code. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly exitCode: number;
  readonly hint: string;

  constructor(exitCode: number, message: string, hint: string) {
    super(message);
    this.exitCode = exitCode;
    this.hint = hint;
  }
}
