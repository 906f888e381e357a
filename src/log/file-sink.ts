import { join } from 'node:path';
import { type AppendFile, LOG_FILE, openAppendFile } from './append-file.ts';
import { type LogLine, toJson, toText } from './line.ts';
import { notice } from './notice.ts';

export interface FileSink {
  write(line: LogLine): void;
  /** Lines written later open the file again. */
  close(): void;
}

export interface FileSinkOptions {
  readonly dir: string;
  /** Lines are shown on a terminal anyway: nothing is repeated on stderr. */
  readonly terminal: boolean;
  readonly stderr: NodeJS.WritableStream;
}

/** Never throws: when the file cannot be written, that is said once and the lines go to stderr. */
export function createFileSink({ dir, terminal, stderr }: FileSinkOptions): FileSink {
  let file: AppendFile | undefined;
  let broken = false;

  function append(line: LogLine): boolean {
    if (broken) return false;
    try {
      file ??= openAppendFile(dir);
      file.append(toJson(line));
      return true;
    } catch (error) {
      broken = true;
      const reason = error instanceof Error ? error.message : String(error);
      notice(
        `The log ${join(dir, LOG_FILE)} cannot be written, so its lines go to stderr: ${reason}`,
        stderr,
      );
      return false;
    }
  }

  return {
    write(line) {
      if (!append(line) && !terminal) stderr.write(`${toText(line)}\n`);
    },
    close() {
      file?.close();
      file = undefined;
    },
  };
}
