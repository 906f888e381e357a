import { createReadStream } from 'node:fs';
import type { HttpSource } from '../core/http.ts';
import { relieve } from './relief.ts';

/** Bytes start (inclusive) to end (exclusive) of a file of that many bytes, read from disk whenever it is opened. */
export function fileSource(path: string, bytes: number, start = 0, end = bytes): HttpSource {
  if (start < 0 || end > bytes || start > end) {
    throw new RangeError(`Bytes ${start} to ${end} of a file of ${bytes} bytes do not exist.`);
  }
  return {
    length: end - start,
    async *open() {
      if (end === start) return;
      for await (const chunk of createReadStream(path, { start, end: end - 1 })) {
        yield chunk as Buffer;
        relieve((chunk as Buffer).length);
      }
    },
  };
}
