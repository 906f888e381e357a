import { createReadStream } from 'node:fs';
import type { HttpSource } from '../core/http.ts';

/** Bytes start (inclusive) to end (exclusive) of a file of that many bytes, read from disk whenever it is opened. */
export function fileSource(path: string, bytes: number, start = 0, end = bytes): HttpSource {
  if (start < 0 || end > bytes || start > end) {
    throw new RangeError(`Bytes ${start} to ${end} of a file of ${bytes} bytes do not exist.`);
  }
  return {
    length: end - start,
    async *open() {
      if (end > start) yield* createReadStream(path, { start, end: end - 1 });
    },
  };
}
