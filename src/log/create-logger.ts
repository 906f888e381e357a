import { once } from 'node:events';
import { Writable } from 'node:stream';
import type { Logger as Winston } from 'winston';
import type { LogFields, Logger } from '../core/logger.ts';
import { createFileSink, type FileSink } from './file-sink.ts';
import { LOG_LEVELS, type LogLevel, type LogLine, makeLine, toText } from './line.ts';

export interface LoggerOptions {
  /** Folder of content_publisher.log. */
  readonly dir: string;
  readonly level: LogLevel;
  readonly runId: string;
  /** Readable lines on stdout as well. */
  readonly terminal: boolean;
  readonly stdout?: NodeJS.WritableStream;
  readonly stderr?: NodeJS.WritableStream;
}

/**
 * JSON lines into the log file, readable lines on a terminal, every line with the run id and without secrets.
 * Lines are in the file, in order, at the latest when `flush` resolves: call it before the process exits.
 * A folder that cannot be written to is said once on stderr, where the lines go from then on; nothing throws.
 */
export function createLogger(options: LoggerOptions): Logger {
  const {
    dir,
    level: threshold,
    runId,
    terminal,
    stdout = process.stdout,
    stderr = process.stderr,
  } = options;
  const sink = createFileSink({ dir, terminal, stderr });
  let winston: Promise<Winston> | undefined;
  let waiting: LogLine[] = [];
  let flushed: Promise<void> = Promise.resolve();

  function log(level: LogLevel, message: string, fields?: LogFields): void {
    if (LOG_LEVELS.indexOf(level) > LOG_LEVELS.indexOf(threshold)) return;
    waiting.push(makeLine(new Date(), level, runId, message, fields));
    // Winston takes 30 ms to load (bundled, Node 20): lines wait for it, the tick does not.
    winston ??= startWinston(sink, terminal ? stdout : undefined);
    void deliver(winston);
  }

  async function deliver(started: Promise<Winston>): Promise<void> {
    const ready = await started;
    // After a flush this winston has ended; the lines belong to the next one.
    if (winston === started) writeTo(ready, take());
  }

  function take(): LogLine[] {
    const lines = waiting;
    waiting = [];
    return lines;
  }

  async function end(started: Promise<Winston>, lines: readonly LogLine[]): Promise<void> {
    const ready = await started;
    writeTo(ready, lines);
    const finished = once(ready, 'finish');
    ready.end();
    await finished;
    sink.close();
  }

  return {
    debug: (message, fields) => log('debug', message, fields),
    info: (message, fields) => log('info', message, fields),
    warn: (message, fields) => log('warn', message, fields),
    error: (message, fields) => log('error', message, fields),
    flush() {
      if (winston !== undefined) {
        const ended = end(winston, take());
        winston = undefined;
        flushed = Promise.all([flushed, ended]).then(() => undefined);
      }
      return flushed;
    },
  };
}

function writeTo(ready: Winston, lines: readonly LogLine[]): void {
  for (const line of lines) ready.log({ level: line.level, message: line.message, line });
}

type Entry = Readonly<Record<string, unknown>> & { readonly line: LogLine };

async function startWinston(sink: FileSink, stdout: NodeJS.WritableStream | undefined): Promise<Winston> {
  const { default: winston } = await import('winston');
  const { Stream } = winston.transports;
  const file = new Writable({
    objectMode: true,
    write({ line }: Entry, _encoding, done) {
      sink.write(line);
      done();
    },
  });
  // The lines are finished before they come here; winston's default would turn each into JSON once more.
  const asTheyAre = winston.format((entry) => entry)();
  const readable = winston.format.printf((entry) => toText((entry as unknown as Entry).line));
  return winston.createLogger({
    level: 'debug',
    format: asTheyAre,
    transports: [
      new Stream({ stream: file }),
      ...(stdout === undefined ? [] : [new Stream({ stream: stdout, format: readable })]),
    ],
  });
}
