import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

const MARK = '# Written by content-publisher sandbox';

/** Thrown before anything is started: somebody else's settings must not be lost. */
export class ForeignEnvFile extends Error {
  override readonly name = 'ForeignEnvFile';

  constructor(path: string) {
    super(`${path} exists and was not written by the sandbox; it is left alone.`);
  }
}

/** @throws ForeignEnvFile */
export function checkEnvFile(path: string): void {
  if (existsSync(path) && !readFileSync(path, 'utf8').startsWith(MARK)) throw new ForeignEnvFile(path);
}

/** Readable by its owner only, and whole from the moment it exists: who waits for the file may start at once. */
export function writeEnvFile(path: string, env: Readonly<Record<string, string>>): void {
  const lines = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const text = `${MARK}: it is worth nothing once the sandbox has ended.\n${lines.join('\n')}\n`;
  const unfinished = `${path}.${randomUUID()}`;
  writeFileSync(unfinished, text, { mode: 0o600, flag: 'wx' });
  renameSync(unfinished, path);
}
