import type { SimFile } from './simulator.ts';

export interface MultipartParts {
  readonly fields: URLSearchParams;
  readonly files: readonly SimFile[];
}

/**
 * multipart/form-data of RFC 7578, as strict as the platforms are.
 * @returns undefined when the body is not well formed
 */
export function parseMultipart(body: Buffer, contentType: string): MultipartParts | undefined {
  const found = /^multipart\/form-data\s*;.*?boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType);
  const boundary = found?.[1] ?? found?.[2];
  if (boundary === undefined) return undefined;
  // A leading CRLF lets the first delimiter look like all others.
  const bytes = Buffer.concat([Buffer.from('\r\n'), body]);
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  const fields = new URLSearchParams();
  const files: SimFile[] = [];
  let at = bytes.indexOf(delimiter);
  if (at === -1) return undefined;
  for (;;) {
    const start = at + delimiter.length;
    const after = bytes.toString('latin1', start, start + 2);
    if (after === '--') return { fields, files };
    const end = bytes.indexOf(delimiter, start);
    if (after !== '\r\n' || end === -1) return undefined;
    const part = parsePart(bytes.subarray(start + 2, end));
    if (part === undefined) return undefined;
    if ('value' in part) fields.append(part.name, part.value);
    else files.push(part);
    at = end;
  }
}

function parsePart(part: Buffer): SimFile | { readonly name: string; readonly value: string } | undefined {
  const headEnd = part.indexOf('\r\n\r\n');
  if (headEnd === -1) return undefined;
  const headers = part.toString('utf8', 0, headEnd).split('\r\n');
  const disposition = headerValue(headers, 'content-disposition');
  const name = parameter(disposition, 'name');
  if (name === undefined) return undefined;
  const content = part.subarray(headEnd + 4);
  const filename = parameter(disposition, 'filename');
  if (filename === undefined) return { name, value: content.toString('utf8') };
  const type = headerValue(headers, 'content-type') ?? 'application/octet-stream';
  return { name, filename, type, bytes: content };
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
