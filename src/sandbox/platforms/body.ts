import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream, readFileSync } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type MultipartParts, parseMultipart } from './multipart.ts';
import type { SimBody } from './simulator.ts';

/** More than any JSON, form or image; videos are read from the file. */
const MAX_IN_MEMORY = 32 * 1024 * 1024;
/** A form with the largest film that a simulator takes in one piece (Mastodon, 99 MB). */
const MAX_FORM_IN_MEMORY = 128 * 1024 * 1024;

/**
 * Streams a request's body into a file of `directory`, so that memory does not grow with it. Not `whole`: the client went
 * away before the end, and the file holds what had arrived.
 */
export async function spoolBody(
  request: IncomingMessage,
  directory: string,
): Promise<SimBody & { readonly whole: boolean }> {
  const file = join(directory, randomUUID());
  const hash = createHash('sha256');
  let length = 0;
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      length += chunk.length;
      done(null, chunk);
    },
  });
  try {
    await pipeline(request, measure, createWriteStream(file));
  } catch (error) {
    if (request.destroyed && !request.complete) {
      const { size } = await stat(file);
      return { ...spooledBody(file, size, '', ''), whole: false };
    }
    await rm(file, { force: true });
    throw error;
  }
  const body = spooledBody(file, length, hash.digest('hex'), request.headers['content-type'] ?? '');
  return { ...body, whole: true };
}

function spooledBody(file: string, length: number, sha256: string, contentType: string): SimBody {
  let read: Buffer | undefined;
  let parts: MultipartParts | undefined;
  const bytes = (atMost = MAX_IN_MEMORY): Buffer => {
    if (length > atMost) throw new RangeError(`A body of ${length} bytes is read from its file only.`);
    read ??= readFileSync(file);
    return read;
  };
  const multipart = (): MultipartParts => {
    parts ??= parseMultipart(bytes(MAX_FORM_IN_MEMORY), contentType) ?? {
      fields: new URLSearchParams(),
      files: [],
    };
    return parts;
  };
  const text = (): string => bytes().toString('utf8');
  return {
    length,
    sha256,
    file,
    bytes: () => bytes(),
    text,
    json() {
      try {
        return JSON.parse(text()) as unknown;
      } catch (error) {
        if (error instanceof SyntaxError) return undefined;
        throw error;
      }
    },
    form() {
      if (/^application\/x-www-form-urlencoded\b/i.test(contentType)) return new URLSearchParams(text());
      return isMultipart(contentType) ? multipart().fields : new URLSearchParams();
    },
    files: () => (isMultipart(contentType) ? multipart().files : []),
  };
}

export function isMultipart(contentType: string): boolean {
  return /^multipart\/form-data\b/i.test(contentType);
}
