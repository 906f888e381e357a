import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleProgram, type EditSource } from '../bundle.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The executable with a bundle of its own, so that a run is not disturbed by work on the sources. */
export interface Program {
  /** Of bin/content-publisher. */
  readonly executable: string;
  remove(): Promise<void>;
}

/** Below the project, where its packages are found. */
export async function buildProgram(edit?: EditSource): Promise<Program> {
  await mkdir(join(ROOT, '.tmp'), { recursive: true });
  const folder = await mkdtemp(join(ROOT, '.tmp', `chaos-${process.pid}-`));
  try {
    const files = await bundleProgram(join(folder, 'dist'), edit);
    await Promise.all([mkdir(join(folder, 'bin')), mkdir(join(folder, 'dist'))]);
    const executable = join(folder, 'bin', 'content-publisher');
    await cp(join(ROOT, 'bin', 'content-publisher'), executable);
    await Promise.all(
      files.map(({ path, contents }) => writeFile(join(folder, 'dist', basename(path)), contents)),
    );
    return { executable, remove: () => rm(folder, { recursive: true, force: true }) };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}
