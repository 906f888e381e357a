import type { PostgresConnection } from '@supabase/lite/postgres';
import { httpStatusOf, postgrestErrorOf } from './postgrest-error.ts';

/**
 * Where @supabase/lite 0.10.0 answers otherwise than a hosted project, as far as table reads and writes show it.
 * (Functions do not pass through it at all: see rpc-route.ts.)
 */

/** Column types, in the driver's terms, by OID. */
export const COLUMN_TYPES = {
  // As JSON has them, '2026-01-01T04:30:00.5+00:00'; lite passes on PostgreSQL's '2026-01-01 04:30:00.5+00'.
  timestamp: { to: 1114, from: [1114], serialize: String, parse: toIso },
  timestamptz: { to: 1184, from: [1184], serialize: String, parse: toIso },
  // lite hands over what it has already made JSON of; made JSON of once more, storage.objects.metadata is a string.
  json: { to: 114, from: [114], serialize: toJson, parse: JSON.parse },
  jsonb: { to: 3802, from: [3802], serialize: toJson, parse: JSON.parse },
};

function toJson(value: unknown): string {
  return typeof value === 'string' && isJson(value) ? value : JSON.stringify(value);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function toIso(text: string): string {
  return text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00');
}

/**
 * lite answers 500 "SUP" without detail and hint for most SQLSTATEs: a check constraint, a raise in a trigger.
 * It knows one error that names its own answer, PostgREST's `raise sqlstate 'PGRST'`, so the others take that form;
 * missing tables, columns and rights (42) and broken keys (2350x) it answers well, and Storage looks for those.
 */
export function answerErrorsLikePostgrest(connection: PostgresConnection): void {
  connection.normalizeDbError = (error: unknown) => {
    const body = postgrestErrorOf(error);
    const answersItself = body === undefined || body.code === 'PGRST' || /^(42|2350[35])/.test(body.code);
    const answer = answersItself
      ? error
      : {
          code: 'PGRST',
          message: JSON.stringify(body),
          detail: JSON.stringify({ status: httpStatusOf(body.code, 'authenticated'), headers: {} }),
        };
    muteNextConsoleError(answer);
    return answer;
  };
}

/** lite prints each error in the statement after normalizeDbError, between the lines of whatever program hosts it. */
function muteNextConsoleError(expected: unknown): void {
  const original = console.error;
  const restore = () => {
    if (console.error === muted) console.error = original;
  };
  const muted = (...values: unknown[]) => {
    restore();
    if (values[0] !== expected) original(...values);
  };
  console.error = muted;
  queueMicrotask(restore);
}

/**
 * At its first request lite looks whether any table has row level security: if none, it answers everything as
 * superuser; if one, it grants ALL on all tables to anon, which would hide a forgotten or undo a made revoke.
 * Both are skipped by telling it that this has been done; makeProject made the grants of a hosted project.
 */
export function useRolesWithoutGranting(connection: PostgresConnection): void {
  if (Reflect.get(connection, 'rlsState') !== 'unknown')
    throw new Error(
      'This version of @supabase/lite switches roles in another way: adapt useRolesWithoutGranting.',
    );
  Reflect.set(connection, 'rlsState', 'active');
}
