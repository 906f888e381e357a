import { redactText } from '../core/redact-text.ts';
import { oneLine } from './line.ts';

/** One line on stderr, which the wrapper lets through to cron's mail. Secrets masked. */
export function notice(line: string, stderr: NodeJS.WritableStream = process.stderr): void {
  stderr.write(`${oneLine(redactText(line))}\n`);
}
