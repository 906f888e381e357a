import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';

export const LOG_FILE = 'content_publisher.log';

export interface AppendFile {
  /** @throws when the line could not be written whole. */
  append(line: string): void;
  close(): void;
}

/**
 * The log of a folder, made where it is missing. Every line is a single write to a descriptor opened with O_APPEND:
 * Linux writes it at the end as one piece, whoever else writes. After a rotation the descriptor follows the renamed
 * file, so no line is lost.
 * @throws when the folder cannot be made or written to.
 */
export function openAppendFile(dir: string): AppendFile {
  mkdirSync(dir, { recursive: true });
  // Texts of posts are nobody else's business on a shared host.
  const descriptor = openSync(join(dir, LOG_FILE), 'a', 0o640);
  return {
    append(line) {
      const bytes = Buffer.from(`${line}\n`);
      const written = writeSync(descriptor, bytes);
      if (written < bytes.length) throw new Error(`only ${written} of ${bytes.length} bytes were written`);
    },
    close: () => closeSync(descriptor),
  };
}
