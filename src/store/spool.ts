import {
  closeSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

export const SPOOL_FILE = 'outcomes.ndjson';

/** What the database is asked: ids and a reason; checkpoints and tokens in it are encrypted. */
export type SpooledCall = z.output<typeof SpooledCall>;
const SpooledCall = z.object({
  call: z.enum(['publisher_outcome', 'publisher_refresh_store']),
  p: z.record(z.string(), z.unknown()),
});

/** delivered: it is stored. later: it stays. refused: it can never be stored and is set aside. */
export type Delivery = 'delivered' | 'later' | 'refused';

/**
 * What must not be lost before the database has it, kept on this host until then. Several processes share the file.
 * @throws when the folder cannot be written to.
 */
export interface Spool {
  /** On disk before it returns. */
  keep(call: SpooledCall): void;
  /** Hands over every kept call, also those of a tick that died while it delivered. */
  deliver(hand: (call: SpooledCall) => Promise<Delivery>): Promise<void>;
}

const Line = SpooledCall.extend({ project: z.string() });

/** @param project the database they belong to: a log folder may have served another one, e.g. a sandbox */
export function createSpool(dir: string, project: string): Spool {
  const path = join(dir, SPOOL_FILE);
  const keep = ({ call, p }: SpooledCall) => append(dir, SPOOL_FILE, JSON.stringify({ project, call, p }));

  async function deliverFile(name: string, hand: (call: SpooledCall) => Promise<Delivery>) {
    const lines = linesOf(join(dir, name));
    for (const line of lines) {
      const read = readLine(line);
      // A line that was cut off by a full disk must not keep the others back.
      if (read === null) append(dir, `${SPOOL_FILE}.unreadable`, line);
      else if (read.project !== project) append(dir, SPOOL_FILE, line);
      else {
        const delivery = await hand({ call: read.call, p: read.p });
        if (delivery === 'later') append(dir, SPOOL_FILE, line);
        if (delivery === 'refused') append(dir, `${SPOOL_FILE}.refused`, line);
      }
    }
    rmSync(join(dir, name), { force: true });
  }

  return {
    keep,
    async deliver(hand) {
      // Most ticks find nothing, also not the folder.
      const left = namesIn(dir).filter((name) => name.startsWith(`${SPOOL_FILE}.taken-`));
      if (statSync(path, { throwIfNoEntry: false }) !== undefined) {
        // Out of the way of writers: they see that it is gone and write to a new one.
        const taken = `${SPOOL_FILE}.taken-${process.pid}-${Date.now()}`;
        try {
          renameSync(path, join(dir, taken));
          left.push(taken);
        } catch (error) {
          // Another tick was faster.
          if (!isMissing(error)) throw error;
        }
      }
      // Another living tick may be delivering the same one: every outcome may be stored twice.
      for (const name of left) await deliverFile(name, hand);
    },
  };
}

function append(dir: string, name: string, line: string): void {
  mkdirSync(dir, { recursive: true });
  const path = join(dir, name);
  for (;;) {
    const descriptor = openSync(path, 'a', 0o640);
    try {
      const bytes = Buffer.from(`${line}\n`);
      const written = writeSync(descriptor, bytes);
      if (written < bytes.length) throw new Error(`only ${written} of ${bytes.length} bytes were written`);
      fsyncSync(descriptor);
      // Taken away meanwhile, perhaps after it was read: written once more, for it may be stored twice but not never.
      if (statSync(path, { throwIfNoEntry: false })?.ino === fstatSync(descriptor).ino) break;
    } finally {
      closeSync(descriptor);
    }
  }
  const folder = openSync(dir, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function readLine(line: string): z.output<typeof Line> | null {
  try {
    return Line.parse(JSON.parse(line));
  } catch {
    return null;
  }
}

function linesOf(path: string): readonly string[] {
  try {
    return readFileSync(path, 'utf8').split('\n').filter(Boolean);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

function namesIn(dir: string): string[] {
  try {
    return readdirSync(dir);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

const isMissing = (error: unknown) => error instanceof Error && 'code' in error && error.code === 'ENOENT';
