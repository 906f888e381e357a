export type JsonObject = Readonly<Record<string, unknown>>;

/** The value as an object, or null when it is anything else (an array too). */
export function asObject(value: unknown): JsonObject | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : null;
}

/** The text of a string or number; null for everything that has none. */
export function asText(value: unknown): string | null {
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? String(value) : null;
}

/** Trimmed text; null when nothing is left. */
export function asFilledText(value: unknown): string | null {
  const text = asText(value)?.trim();
  return text === undefined || text === '' ? null : text;
}

/** true and 'true': both are the same to `metadata->>'key' = 'true'`, which other programs ask with. */
export function isTrue(value: unknown): boolean {
  return value === true || value === 'true';
}

/** The parsed JSON of a text, or undefined. */
export function tryJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
