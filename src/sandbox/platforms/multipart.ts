import type { SimFile } from './simulator.ts';

export interface MultipartParts {
  readonly fields: URLSearchParams;
  readonly files: readonly SimFile[];
}

interface Part {
  readonly headers: readonly string[];
  readonly content: Buffer;
}

/**
 * multipart/form-data of RFC 7578, as strict as the platforms are.
 * @returns undefined when the body is not well formed
 */
export function parseMultipart(body: Buffer, contentType: string): MultipartParts | undefined {
  const fields = new URLSearchParams();
  const files: SimFile[] = [];
  const parts = splitMultipart(body, contentType);
  if (parts === undefined) return undefined;
  for (const { headers, content } of parts) {
    const disposition = headerValue(headers, 'content-disposition');
    const name = parameter(disposition, 'name');
    if (name === undefined) return undefined;
    const filename = parameter(disposition, 'filename');
    const type = headerValue(headers, 'content-type');
    // Some clients name no file: what says that it is no text is a file all the same.
    const isField = filename === undefined && (type === undefined || type.startsWith('text/'));
    if (isField) fields.append(name, content.toString('utf8'));
    else
      files.push({
        name,
        filename: filename ?? '',
        type: type ?? 'application/octet-stream',
        bytes: content,
      });
  }
  return { fields, files };
}

/** multipart/related of RFC 2387: what a part is says its place. */
export function parseRelated(
  body: Buffer,
  contentType: string,
): { type: string; bytes: Buffer }[] | undefined {
  return splitMultipart(body, contentType)?.map(({ headers, content }) => ({
    type: headerValue(headers, 'content-type') ?? '',
    bytes: content,
  }));
}

/** RFC 2046, section 5.1. */
function splitMultipart(body: Buffer, contentType: string): Part[] | undefined {
  const found = /^multipart\/\w[\w-]*\s*;.*?boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType);
  const boundary = found?.[1] ?? found?.[2];
  if (boundary === undefined) return undefined;
  // A leading CRLF lets the first delimiter look like all others.
  const bytes = Buffer.concat([Buffer.from('\r\n'), body]);
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  const parts: Part[] = [];
  let at = bytes.indexOf(delimiter);
  if (at === -1) return undefined;
  for (;;) {
    const start = at + delimiter.length;
    const after = bytes.toString('latin1', start, start + 2);
    if (after === '--') return parts;
    const end = bytes.indexOf(delimiter, start);
    if (after !== '\r\n' || end === -1) return undefined;
    const part = bytes.subarray(start + 2, end);
    const headEnd = part.indexOf('\r\n\r\n');
    if (headEnd === -1) return undefined;
    const headers = part.toString('utf8', 0, headEnd).split('\r\n');
    parts.push({ headers, content: part.subarray(headEnd + 4) });
    at = end;
  }
}

function headerValue(headers: readonly string[], name: string): string | undefined {
  const line = headers.find((header) => header.toLowerCase().startsWith(`${name}:`));
  return line?.slice(name.length + 1).trim();
}

/** Quotes and line ends inside a value are percent-encoded (RFC 7578, section 4.2). */
function parameter(disposition: string | undefined, name: string): string | undefined {
  const value = new RegExp(`;\\s*${name}="([^"]*)"`, 'i').exec(disposition ?? '')?.[1];
  return value?.replaceAll('%22', '"').replaceAll('%0D', '\r').replaceAll('%0A', '\n');
}
