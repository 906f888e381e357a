import { randomBytes } from 'node:crypto';
import { closeSync, openSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { LOG_FILE } from './append-file.ts';

export interface RotateOptions {
  readonly maxBytes?: number;
  /** Rotated files that stay. */
  readonly keep?: number;
}

const TEN_MEGABYTES = 10 * 1024 * 1024;
/** A rotation takes milliseconds; a lock this old was left by a process that died. */
const STALE_LOCK_MS = 60_000;
const ROTATED = /^content_publisher\.\d{8}T\d{9}Z-[0-9a-f]{8}\.log$/;

export type Rotation = 'small' | 'rotated' | 'busy' | 'failed';

/**
 * Sets the log aside once it has grown to `maxBytes` (10 MB) and keeps the newest `keep` (5) of those set aside.
 * Safe in any number of processes at once: every rotated file has a name of its own, so nothing is ever renamed
 * over, and who still writes follows the renamed file. Never throws; what could not be done is done by a later tick.
 */
export function rotateLog(dir: string, { maxBytes = TEN_MEGABYTES, keep = 5 }: RotateOptions = {}): Rotation {
  const log = join(dir, LOG_FILE);
  const lock = `${log}.lock`;
  try {
    if (sizeOf(log) < maxBytes) return 'small';
    if (!takeLock(lock)) return 'busy';
    try {
      // Another process may have rotated between the first look and the lock.
      if (sizeOf(log) < maxBytes) return 'small';
      renameSync(log, join(dir, rotatedName(new Date())));
      const rotated = readdirSync(dir).filter((name) => ROTATED.test(name));
      const surplus = rotated.sort().slice(0, Math.max(0, rotated.length - keep));
      for (const name of surplus) rmSync(join(dir, name), { force: true });
      return 'rotated';
    } finally {
      rmSync(lock, { force: true });
    }
  } catch {
    return 'failed';
  }
}

/** Sorts by time as text; the random part keeps two hosts that share the folder apart. */
function rotatedName(now: Date): string {
  return `content_publisher.${now.toISOString().replace(/[-:.]/g, '')}-${randomBytes(4).toString('hex')}.log`;
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function takeLock(lock: string): boolean {
  if (createLock(lock)) return true;
  const age = Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
  if (age < STALE_LOCK_MS) return false;
  // Two processes may both come here and both get the lock: then a small file is set aside, no line is lost.
  rmSync(lock, { force: true });
  return createLock(lock);
}

function createLock(lock: string): boolean {
  try {
    closeSync(openSync(lock, 'wx'));
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}
