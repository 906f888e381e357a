import { createHash } from 'node:crypto';
import type { HttpSource } from '../../src/core/http.ts';
import type { MediaFile } from '../../src/core/platform.ts';

/** A file as the media library hands it over. Without `publicUrl`, a platform that wants its address fails. */
export function memoryFile(
  bytes: Buffer,
  over: Pick<MediaFile, 'role' | 'info'> & Partial<MediaFile>,
): MediaFile {
  return {
    url: `https://media.example/${over.role}`,
    sha256: sha256(bytes),
    source: (start = 0, end = bytes.length): HttpSource => ({
      length: Math.min(end, bytes.length) - start,
      async *open() {
        yield bytes.subarray(start, end);
      },
    }),
    publicUrl: () => Promise.reject(new Error('This platform is sent every byte.')),
    ...over,
  };
}

export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** An MP4 made longer by a `free` box, which every reader skips. */
export function padded(mp4: Buffer, size: number): Buffer {
  if (size === mp4.length) return mp4;
  const free = Buffer.alloc(size - mp4.length);
  free.writeUInt32BE(free.length, 0);
  free.write('free', 4, 'latin1');
  return Buffer.concat([mp4, free]);
}
