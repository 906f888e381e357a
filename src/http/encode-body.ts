import type { HttpBody, HttpSource } from '../core/http.ts';
import { Secret } from '../core/secret.ts';
import { multipart } from './multipart.ts';

/** A body ready for the wire: bytes that are written in one piece, or a stream of known length. */
export type EncodedBody =
  | { readonly kind: 'none' }
  | { readonly kind: 'bytes'; readonly type: string; readonly bytes: Buffer }
  | { readonly kind: 'stream'; readonly type: string; readonly source: HttpSource };

/** The only place, beside headers and URLs, where a Secret turns into text. */
export function encodeBody(body: HttpBody | undefined): EncodedBody {
  if (body === undefined) return { kind: 'none' };
  if ('json' in body) {
    return { kind: 'bytes', type: 'application/json', bytes: Buffer.from(JSON.stringify(body.json)) };
  }
  if ('form' in body) {
    const form = new URLSearchParams();
    for (const [name, value] of Object.entries(body.form)) form.append(name, reveal(value));
    return { kind: 'bytes', type: 'application/x-www-form-urlencoded', bytes: Buffer.from(form.toString()) };
  }
  if ('multipart' in body) return { kind: 'stream', ...multipart(body.multipart) };
  // undici writes an empty stream without a content-length, which upload servers refuse.
  if (body.source.length === 0) return { kind: 'bytes', type: body.type, bytes: Buffer.alloc(0) };
  return { kind: 'stream', type: body.type, source: body.source };
}

export function reveal(value: string | Secret): string {
  return value instanceof Secret ? value.reveal() : value;
}
