import { createHash } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { redact } from '../../core/redact.ts';
import { redactText } from '../../core/redact-text.ts';
import { maskValues } from '../../core/secret.ts';
import { isMultipart } from './body.ts';
import type { SimRequest, SimResponse } from './simulator.ts';

export interface WireEntry {
  readonly at: Date;
  readonly platform: string;
  readonly request: SimRequest;
  /** null: the connection was cut without an answer. */
  readonly response: SimResponse | null;
}

/** Appends one JSON line, synchronously: after a crash of anybody the file holds every request that was answered. */
export function appendWireLine(file: string, entry: WireEntry, secrets: ReadonlySet<string>): void {
  appendFileSync(file, `${wireLine(entry, secrets)}\n`);
}

/**
 * Masks by name and look (core/redact.ts) and, because simulated tokens look like nothing, by value.
 * @param secrets every token that the simulated platforms ever accepted
 */
export function wireLine(entry: WireEntry, secrets: ReadonlySet<string>): string {
  const { request, response } = entry;
  const line = JSON.stringify(
    redact({
      at: entry.at.toISOString(),
      platform: entry.platform,
      method: request.method,
      path: request.path,
      query: describeQuery(request.query),
      headers: request.headers,
      body: describeBody(request),
      status: response?.status ?? null,
      answer: response?.json ?? response?.text ?? null,
    }),
  );
  return maskValues(line, secrets);
}

/** Some names are secrets as parameters only: LinkedIn's `ut`, YouTube's `upload_id`. */
function describeQuery(query: URLSearchParams): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(redactText(`?${query}`)));
}

function describeBody(request: SimRequest): unknown {
  const { body } = request;
  const type = request.headers['content-type'] ?? '';
  if (body.length === 0) return null;
  const binary = { bytes: body.length, type, sha256: body.sha256 };
  try {
    if (/\bjson\b/i.test(type)) return body.json() ?? binary;
    if (/^application\/x-www-form-urlencoded\b/i.test(type)) return Object.fromEntries(body.form());
    if (!isMultipart(type)) return binary;
    const files = body.files().map((file) => ({
      name: file.name,
      filename: file.filename,
      bytes: file.bytes.length,
      type: file.type,
      sha256: createHash('sha256').update(file.bytes).digest('hex'),
    }));
    return { ...Object.fromEntries(body.form()), _files: files };
  } catch (error) {
    if (error instanceof RangeError) return binary;
    throw error;
  }
}
