import { isSecretName, redactText } from './redact-text.ts';
import { MASK, Secret } from './secret.ts';

/** Deeper than anything worth logging; keeps a hostile answer from exhausting the stack. */
const MAX_DEPTH = 12;

/**
 * A copy of any value that is safe to write down: secrets masked by key and by look, at every depth.
 * Errors, maps, sets, URLs, bytes, cycles and throwing getters come out as plain JSON-able data.
 * Pure and idempotent; text without secrets comes out unchanged.
 */
export function redact(value: unknown): unknown {
  return walk(value, []);
}

function walk(value: unknown, above: readonly object[]): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'function' || typeof value === 'symbol') return `[${typeof value}]`;
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Secret) return MASK;
  if (above.includes(value)) return '[circular]';
  if (above.length >= MAX_DEPTH) return '[too deep]';
  try {
    return walkObject(value, [...above, value]);
  } catch {
    return '[unreadable]';
  }
}

function walkObject(value: object, above: readonly object[]): unknown {
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`;
  if (value instanceof URL || value instanceof URLSearchParams) return redactText(value.toString());
  if (value instanceof Error) return members(errorMembers(value), above);
  if (value instanceof Map || value instanceof Headers) {
    return members(
      [...value].map(([key, item]) => [String(key), item]),
      above,
    );
  }
  if (value instanceof Set) return [...value].map((item) => walk(item, above));
  if (Array.isArray(value)) return value.map((item) => walk(item, above));
  if ('toJSON' in value && typeof value.toJSON === 'function') return walk(value.toJSON(), above);
  return members(Object.entries(value), above);
}

function errorMembers(error: Error): [string, unknown][] {
  const { name, message, stack, cause } = error;
  return Object.entries({
    ...error,
    name,
    message,
    stack,
    ...(cause === undefined ? {} : { cause }),
    ...(error instanceof AggregateError ? { errors: error.errors } : {}),
  });
}

function members(entries: Iterable<[string, unknown]>, above: readonly object[]): Record<string, unknown> {
  return Object.fromEntries(
    Array.from(entries, ([key, item]) => [
      redactText(key),
      isSecretName(key) && !saysNothing(item) ? MASK : walk(item, above),
    ]),
  );
}

/** That a token is missing, or whether there is one, is what a log is read for. */
function saysNothing(value: unknown): boolean {
  return value === null || value === undefined || value === '' || typeof value === 'boolean';
}
