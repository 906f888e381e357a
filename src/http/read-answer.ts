import type { HttpResponse } from '../core/http.ts';

export function readAnswer(
  status: number,
  headers: Readonly<Record<string, string>>,
  bytes: Uint8Array,
): HttpResponse {
  const text = new TextDecoder().decode(bytes);
  return { status, headers, text, json: parseJson(text) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
