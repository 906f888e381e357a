import { createHash } from 'node:crypto';
import {
  appendFileSync,
  createReadStream,
  createWriteStream,
  mkdtempSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ALL_FORMATS, FilePathSource, Input } from 'mediabunny';

let directory: string | undefined;

/** An empty file for the bytes of one upload; gone when the process ends. */
export function uploadFile(id: string): string {
  if (directory === undefined) {
    const made = mkdtempSync(join(tmpdir(), 'publisher-facebook-'));
    process.once('exit', () => rmSync(made, { recursive: true, force: true }));
    directory = made;
  }
  const file = join(directory, id);
  writeFileSync(file, '');
  return file;
}

export function appendBytes(file: string, bytes: Buffer): void {
  appendFileSync(file, bytes);
}

/** Streamed, because videos are larger than memory. */
export async function appendFile(file: string, from: string): Promise<void> {
  await pipeline(createReadStream(from), createWriteStream(file, { flags: 'a' }));
}

/** sha256 of an upload that is complete; its bytes are not needed any more. */
export async function hashAndDiscard(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  rmSync(file);
  return hash.digest('hex');
}

export interface Inspected {
  readonly isMp4: boolean;
  readonly width: number;
  readonly height: number;
  readonly seconds: number;
  readonly framesPerSecond: number;
}

/** What an uploaded file really is; null when it is no video that can be read. */
export async function inspectVideo(file: string): Promise<Inspected | null> {
  const input = new Input({ formats: ALL_FORMATS, source: new FilePathSource(file) });
  try {
    const track = await input.getPrimaryVideoTrack();
    if (track === null) return null;
    const format = await input.getFormat();
    const { averagePacketRate } = await track.computePacketStats();
    return {
      isMp4: ['MP4', 'QuickTime File Format'].includes(format.name),
      width: await track.getDisplayWidth(),
      height: await track.getDisplayHeight(),
      seconds: await input.computeDuration(),
      framesPerSecond: averagePacketRate,
    };
  } catch {
    // Unsupported or broken: that is the answer.
    return null;
  } finally {
    input.dispose();
  }
}
