import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { CIPHERTEXT } from '../core/encryption.ts';
import { Secret } from '../core/secret.ts';
import { EXIT } from './exit-codes.ts';
import { CommandError, type Io } from './io.ts';

const MOST_BYTES = 64 * 1024;

/**
 * Secrets come from the terminal, where nothing is echoed, or through a pipe, one a line: arguments stand in `ps` and in
 * the shell's history.
 * @throws CommandError (usage)
 */
export async function askSecrets(io: Io, labels: readonly string[]): Promise<readonly Secret[]> {
  const input = io.input ?? process.stdin;
  const answers = input.isTTY === true ? await ask(io, input, labels) : await readLines(input, labels);
  return answers.map((answer, index) => secret(answer, labels[index] ?? ''));
}

async function ask(io: Io, input: NodeJS.ReadableStream, labels: readonly string[]): Promise<string[]> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input, output: silent, terminal: true, historySize: 0 });
  const answers: string[] = [];
  io.err(`${labels[0]} (not shown): `);
  try {
    for await (const line of lines) {
      io.err('\n');
      answers.push(line);
      const next = labels[answers.length];
      if (next === undefined) return answers;
      io.err(`${next} (not shown): `);
    }
  } finally {
    lines.close();
  }
  io.err('\n');
  throw new CommandError(EXIT.usage, 'Nothing was entered, so nothing was stored.', 'Run the command again.');
}

async function readLines(input: NodeJS.ReadableStream, labels: readonly string[]): Promise<string[]> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of input) {
    const part = Buffer.from(chunk);
    bytes += part.length;
    if (bytes > MOST_BYTES) throw wrongCount(labels, 'more than 64 kB');
    chunks.push(part);
  }
  const lines = Buffer.concat(chunks).toString('utf8').split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  if (lines.length !== labels.length) throw wrongCount(labels, `${lines.length}`);
  return lines;
}

function wrongCount(labels: readonly string[], got: string): CommandError {
  return new CommandError(
    EXIT.usage,
    `The standard input must hold ${labels.length} line${labels.length === 1 ? '' : 's'} (${labels.join(', then ')}), and held ${got}.`,
    'Run the command in a terminal, where it asks, or pipe the lines in from a file or a password manager.',
  );
}

function secret(answer: string, label: string): Secret {
  const text = answer.trim();
  const fault =
    text === ''
      ? 'is empty'
      : CIPHERTEXT.test(text)
        ? 'is ciphertext already; it is encrypted here'
        : /^[\x21-\x7e]{1,8192}$/.test(text)
          ? null
          : 'holds blanks or characters that no such value has';
  if (fault === null) return new Secret(text);
  throw new CommandError(EXIT.usage, `The ${label} ${fault}.`, 'Copy it again; nothing was stored.');
}
