import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';

/** What a person types, or a program writes to our standard input. */
export interface Input {
  /**
   * One line without its end; null: there is none any more, or `signal` said that it is not wanted any more.
   * hidden: nothing of it is shown, for secrets.
   */
  line(
    question: string,
    options?: { readonly hidden?: boolean; readonly signal?: AbortSignal },
  ): Promise<string | null>;
}

type Stdin = NodeJS.ReadableStream & {
  readonly isTTY?: boolean;
  setRawMode?(mode: boolean): unknown;
};

/** Questions go to `ask` and only when a person sits there, so that what a program reads of us stays clean. */
export function createInput(stdin: Stdin, ask: NodeJS.WritableStream): Input {
  let rest = '';
  let ended = false;

  /** From a pipe or a file. */
  async function piped(signal: AbortSignal | undefined): Promise<string | null> {
    for (;;) {
      const end = rest.indexOf('\n');
      if (end !== -1 || (ended && rest !== '')) {
        const line = end === -1 ? rest : rest.slice(0, end);
        rest = end === -1 ? '' : rest.slice(end + 1);
        return line.replace(/\r$/, '');
      }
      if (ended || signal?.aborted === true) return null;
      await chunk(signal);
    }
  }

  async function chunk(signal: AbortSignal | undefined): Promise<void> {
    const over = new AbortController();
    const stop = signal === undefined ? over.signal : AbortSignal.any([over.signal, signal]);
    const data = once(stdin, 'data', { signal: stop }).then(([bytes]) => {
      rest += String(bytes);
    });
    const end = once(stdin, 'end', { signal: stop }).then(() => {
      ended = true;
    });
    stdin.setEncoding('utf8');
    stdin.resume();
    await Promise.race([data, end]).catch(() => undefined);
    stdin.pause();
    over.abort();
    await Promise.allSettled([data, end]);
  }

  async function shown(question: string, signal: AbortSignal | undefined): Promise<string | null> {
    const reader = createInterface({ input: stdin, output: ask, terminal: true });
    // The terminal is in raw mode, so that Ctrl-C is no signal by itself.
    reader.once('SIGINT', () => {
      reader.close();
      process.kill(process.pid, 'SIGINT');
    });
    const closed = once(reader, 'close').then(() => null);
    try {
      return await Promise.race([reader.question(question, signal === undefined ? {} : { signal }), closed]);
    } catch {
      return null;
    } finally {
      reader.close();
    }
  }

  /** The terminal shows nothing of its own in raw mode. */
  async function hidden(question: string): Promise<string | null> {
    ask.write(question);
    stdin.setRawMode?.(true);
    stdin.setEncoding('utf8');
    let line = '';
    try {
      for (;;) {
        stdin.resume();
        const [bytes] = await once(stdin, 'data');
        stdin.pause();
        for (const character of String(bytes)) {
          if (character === '\r' || character === '\n') return line;
          if (character === '\u0003' || character === '\u0004') return null;
          line = character === '\u007f' || character === '\b' ? line.slice(0, -1) : line + character;
        }
      }
    } finally {
      stdin.setRawMode?.(false);
      ask.write('\n');
    }
  }

  return {
    line(question, { hidden: secret = false, signal } = {}) {
      if (stdin.isTTY !== true) return piped(signal);
      return secret ? hidden(question) : shown(question, signal);
    },
  };
}
