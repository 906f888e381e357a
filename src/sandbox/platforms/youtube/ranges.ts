/** The bytes of resumable uploads, on disk. */
import { createHash } from 'node:crypto';
import { closeSync, createReadStream, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { SimRequest, SimResponse } from '../simulator.ts';
import { uploadServerError } from './answers.ts';
import type { Session } from './state.ts';

const RANGE_UNIT = 256 * 1024;

let directory: string | undefined;

/** One for all simulators of the process, which outlives none of them. */
export function sessionFile(id: string): string {
  if (directory === undefined) {
    const made = mkdtempSync(join(tmpdir(), 'youtube-sim-'));
    process.once('exit', () => rmSync(made, { recursive: true, force: true }));
    directory = made;
  }
  return join(directory, id);
}

type Range = { readonly from: number; readonly to: number };

export function readRange(request: SimRequest, session: Session): Range | 'query' | null {
  const header = request.headers['content-range'];
  const { length } = request.body;
  if (header === undefined) return length === session.total ? { from: 0, to: length - 1 } : null;
  // The second is of clients that do not say how much there will be.
  if (header === `bytes */${session.total}` || header === 'bytes */*')
    return length === 0 && request.headers['content-length'] === '0' ? 'query' : null;
  const [, from, to, total] = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(header) ?? [];
  const range = { from: Number(from), to: Number(to) };
  const fits =
    Number(total) === session.total && range.to < session.total && range.to - range.from + 1 === length;
  return from !== undefined && fits ? range : null;
}

/** Appends what is new in a range. Null, or the refusal. */
export function store(
  session: Session,
  request: SimRequest,
  range: Range,
  atMost: number,
): SimResponse | null {
  // Google's own libraries send none.
  if ((request.headers['content-type'] ?? session.type) !== session.type)
    return uploadServerError(400, 'Content-Type differs from that of the session.');
  if (range.from > session.stored) return uploadServerError(400, 'Failed to parse Content-Range header.');
  const size = range.to - range.from + 1;
  if (range.to + 1 < session.total) {
    session.rangeSize ??= size;
    if (size % RANGE_UNIT !== 0 || size !== session.rangeSize) {
      return uploadServerError(
        400,
        `Invalid request. Every range but the last must have the same size, a multiple of ${RANGE_UNIT}.`,
      );
    }
  }
  const skip = session.stored - range.from;
  if (skip >= size) return null;
  const taken = Math.min(size - skip, atMost);
  appendBytes(request.body.file, session.file, skip, taken);
  session.stored += taken;
  return null;
}

function appendBytes(from: string, to: string, start: number, length: number): void {
  const source = openSync(from, 'r');
  const target = openSync(to, 'a');
  const buffer = Buffer.alloc(1024 * 1024);
  for (let done = 0; done < length; ) {
    const read = readSync(source, buffer, 0, Math.min(buffer.length, length - done), start + done);
    if (read === 0) throw new Error('The body is shorter than its range.');
    writeSync(target, buffer, 0, read);
    done += read;
  }
  closeSync(source);
  closeSync(target);
}

export async function hashFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
