import { CIPHERTEXT } from '../core/encryption.ts';
import { Secret } from '../core/secret.ts';
import { EXIT } from './exit-codes.ts';
import { type AskingIo, CommandError } from './io.ts';

/**
 * Secrets are typed where nothing is shown, or come through a pipe, one a line: arguments stand in `ps` and in the
 * shell's history.
 * @throws CommandError (usage)
 */
export async function askSecrets(io: AskingIo, labels: readonly string[]): Promise<readonly Secret[]> {
  const answers: Secret[] = [];
  for (const label of labels) {
    const line = await io.asks.line(`${label} (not shown): `, { hidden: true });
    if (line === null) {
      throw new CommandError(
        EXIT.usage,
        `Nothing was given for ${label}, so nothing was stored.`,
        `Type it when you are asked, or pipe it in, one a line: ${labels.join(', then ')}.`,
      );
    }
    answers.push(secret(line.trim(), label));
  }
  return answers;
}

function secret(text: string, label: string): Secret {
  const fault =
    text === ''
      ? 'is empty'
      : CIPHERTEXT.test(text)
        ? 'is ciphertext already; it is encrypted here'
        : /^[\x21-\x7e]{1,8192}$/.test(text)
          ? null
          : 'holds blanks or characters that no such value has, or is too long';
  if (fault === null) return new Secret(text);
  throw new CommandError(EXIT.usage, `${label} ${fault}.`, 'Copy it again; nothing was stored.');
}
