import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const MAX_BYTES = 8 * 1024 * 1024;

export interface Pictures {
  /** Keeps the bytes when a browser can show them. */
  keep(sha256: string, bytes: Buffer): void;
  has(sha256: string): boolean;
  read(sha256: string): { readonly bytes: Buffer; readonly type: string } | null;
}

/** Pictures that simulators hashed, in files of `directory`, for the page a person opens. */
export function createPictures(directory: string): Pictures {
  const file = (sha256: string): string => join(directory, `picture-${sha256}`);
  const has = (sha256: string): boolean => /^[0-9a-f]{64}$/.test(sha256) && existsSync(file(sha256));
  return {
    has,
    keep(sha256, bytes) {
      if (bytes.length <= MAX_BYTES && pictureType(bytes) !== null && !has(sha256)) {
        writeFileSync(file(sha256), bytes);
      }
    },
    read(sha256) {
      if (!has(sha256)) return null;
      const bytes = readFileSync(file(sha256));
      return { bytes, type: pictureType(bytes) ?? 'application/octet-stream' };
    },
  };
}

/** By magic bytes; null: nothing that a browser shows as a picture. */
function pictureType(bytes: Buffer): string | null {
  const head = bytes.toString('latin1', 0, 12);
  if (head.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (head.startsWith('\x89PNG\r\n')) return 'image/png';
  if (head.startsWith('GIF8')) return 'image/gif';
  return head.startsWith('RIFF') && head.endsWith('WEBP') ? 'image/webp' : null;
}
