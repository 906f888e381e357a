import { clip } from '../core/clip.ts';
import type { LogFields } from '../core/logger.ts';
import { redact } from '../core/redact.ts';
import { redactText } from '../core/redact-text.ts';

export const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** A post may hold 1 MB of text; a line needs only enough of it to be recognised. */
const MAX_TEXT = 10_000;

/** One line's content, secrets masked. The order of the members is the order in the file. */
export type LogLine = Readonly<Record<string, unknown>> & {
  readonly at: string;
  readonly level: LogLevel;
  readonly run_id: string;
  readonly message: string;
};

const OWN_MEMBERS = ['at', 'level', 'run_id', 'message'];

/** Masks and copies, so that nothing that changes later, and no secret, reaches a line. */
export function makeLine(
  at: Date,
  level: LogLevel,
  runId: string,
  message: string,
  fields: LogFields = {},
): LogLine {
  const own = Object.entries(fields).map(([name, value]) => [
    OWN_MEMBERS.includes(name) ? `field_${name}` : name,
    value,
  ]);
  return {
    at: at.toISOString(),
    level,
    run_id: runId,
    message: redactText(message),
    ...(redact(Object.fromEntries(own)) as LogFields),
  };
}

export function toJson(line: LogLine): string {
  return JSON.stringify(line, (_name, value: unknown) =>
    typeof value === 'string' ? shorten(value) : value,
  );
}

/** `2026-11-21T09:00:00.000Z info  [3f2a91c0] message name=value`: for people, on one line. */
export function toText({ at, level, run_id, message, ...fields }: LogLine): string {
  const shown = Object.entries(fields).map(([name, value]) => `${name}=${showValue(value)}`);
  return oneLine(
    [`${at} ${level.padEnd(5)} [${run_id.slice(0, 8)}] ${shorten(message)}`, ...shown].join(' '),
  );
}

function showValue(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'undefined');
  return shorten(text);
}

function shorten(text: string): string {
  return text.length > MAX_TEXT ? clip(text, MAX_TEXT) : text;
}

/** Escapes what could move the cursor, colour the terminal, break the line or turn the reading direction. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028-\u202e\u2066-\u2069]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return character === '\n' ? '\\n' : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}
