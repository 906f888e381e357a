import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Catalog } from './catalog.ts';

const MANIFEST = 'manifest.json';

/** The catalog that an up-to-date database has, made by scripts/make-manifest.ts. */
export async function readManifest(folder: string): Promise<Catalog> {
  const parsed: unknown = JSON.parse(await readFile(manifestPath(folder), 'utf8'));
  return z.record(z.string(), z.string()).parse(parsed);
}

export function manifestPath(folder: string): string {
  return join(folder, MANIFEST);
}
