import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

const PREFIX = 'content-publisher-media-';

/** No tick runs that long, so what is older was left by a process that was killed. */
const STALE_MS = 24 * 3_600_000;

export interface TempDir {
  /** Made at first use, readable by this user only. */
  path(): Promise<string>;
  remove(): Promise<void>;
}

export function tempDir(parent: string): TempDir {
  let made: Promise<string> | undefined;
  const make = async () => {
    await mkdir(parent, { recursive: true });
    await removeStale(parent);
    return mkdtemp(join(parent, PREFIX));
  };
  return {
    path() {
      made ??= make();
      return made;
    },
    async remove() {
      const path = await made?.catch(() => undefined);
      made = undefined;
      if (path !== undefined) await rm(path, { recursive: true, force: true });
    },
  };
}

async function removeStale(parent: string): Promise<void> {
  const names = (await readdir(parent)).filter((name) => name.startsWith(PREFIX));
  for (const path of names.map((name) => join(parent, name))) {
    const age = await stat(path).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
    // Another user's folder in a shared /tmp is not ours to remove.
    if (age > STALE_MS) await rm(path, { recursive: true, force: true }).catch(() => undefined);
  }
}
