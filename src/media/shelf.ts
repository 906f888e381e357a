import { rm } from 'node:fs/promises';
import type { MediaInfo } from '../core/media.ts';

export interface StoredFile {
  readonly path: string;
  readonly sha256: string;
  readonly info: MediaInfo;
}

interface Entry {
  readonly file: Promise<StoredFile>;
  users: number;
}

/** Unused files stay for the next target of the same tick while they are fewer bytes than this. */
const KEPT_BYTES = 512 * 1_048_576;

/** Files by key, each made once while it is in use, whoever asks for it at the same time. */
export interface Shelf {
  /** Owes a giveBack, unless it throws. */
  take(key: string, make: () => Promise<StoredFile>): Promise<StoredFile>;
  giveBack(key: string): Promise<void>;
}

export function shelf(keptBytes = KEPT_BYTES): Shelf {
  const entries = new Map<string, Entry>();
  let bytes = 0;

  async function takeDown(key: string): Promise<void> {
    const entry = entries.get(key);
    entries.delete(key);
    const file = await entry?.file.catch(() => undefined);
    if (file === undefined) return;
    bytes -= file.info.bytes;
    await rm(file.path, { force: true });
  }

  return {
    async take(key, make) {
      const known = entries.get(key);
      const entry = known ?? { file: make(), users: 0 };
      entries.set(key, entry);
      entry.users += 1;
      try {
        const file = await entry.file;
        if (known === undefined) bytes += file.info.bytes;
        return file;
      } catch (error) {
        // Whoever asks next tries again.
        if (entries.get(key) === entry) entries.delete(key);
        throw error;
      }
    },
    async giveBack(key) {
      const entry = entries.get(key);
      if (entry === undefined) return;
      entry.users -= 1;
      for (const [oldest, { users }] of entries) {
        if (bytes <= keptBytes) return;
        if (users === 0) await takeDown(oldest);
      }
    },
  };
}
