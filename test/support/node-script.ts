import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Another Node process that runs this module text, with the project as working directory: imports of packages and of
 * './src/….ts' work. `lines` are what it prints; stderr goes to ours. Its own process group, so that a test may signal it all.
 */
export function startNodeScript(text: string, args: readonly string[] = []) {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '--eval', text, '--', ...args],
    { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'], detached: true },
  );
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  return {
    child,
    ended: once(child, 'close'),
    /** The next line it prints. */
    nextLine: async (): Promise<string> => {
      const { value, done } = await lines.next();
      if (done) throw new Error('The process ended without a further line.');
      return value;
    },
  };
}
