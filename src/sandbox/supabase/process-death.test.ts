import { existsSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { startNodeScript } from '../../../test/support/node-script.ts';

const SCRIPT = `
  import { readFileSync } from 'node:fs';
  import { startPostgres } from './src/sandbox/supabase/postgres-server.ts';
  const { directory } = await startPostgres();
  const [pid] = readFileSync(directory + '/data/postmaster.pid', 'utf8').split('\\n');
  console.log(JSON.stringify({ directory, pid: Number(pid) }));
  process.once('SIGUSR2', () => process.exit(3));
  setInterval(() => {}, 1000);
`;

const Started = z.object({ directory: z.string(), pid: z.number() });

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('a PostgreSQL started by us', () => {
  it.concurrent.each([
    ['SIGTERM', 'SIGTERM', false],
    ['SIGINT', 'SIGINT', false],
    ['SIGKILL', 'SIGKILL', false],
    ['Ctrl-C, which the whole process group gets', 'SIGINT', true],
    ['process.exit', 'SIGUSR2', false],
  ] as const)('is gone with its files when our process ends by %s', async (_how, signal, toGroup) => {
    const { child, nextLine, ended } = startNodeScript(SCRIPT);
    const { directory, pid } = Started.parse(JSON.parse(await nextLine()));
    expect(isAlive(pid)).toBe(true);
    expect(existsSync(directory)).toBe(true);
    process.kill(toGroup ? -Number(child.pid) : Number(child.pid), signal);
    await ended;
    await vi.waitFor(
      () => {
        expect(isAlive(pid)).toBe(false);
        expect(existsSync(directory)).toBe(false);
      },
      { timeout: 10_000 },
    );
  });
});
