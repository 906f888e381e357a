import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Sandbox } from '../src/sandbox/sandbox.ts';

const EXECUTABLE = fileURLToPath(new URL('../bin/content-publisher', import.meta.url));

const Summary = z.object({
  due: z.number(),
  published: z.number(),
  accepted: z.number(),
  failed: z.number(),
  duration_ms: z.number(),
});

export interface TickRun {
  readonly exitCode: number | null;
  readonly wallMs: number;
  /** Null when the tick printed none. */
  readonly summary: z.infer<typeof Summary> | null;
  /** What cron would mail. */
  readonly stderr: string;
}

/** As in production. The env file has shorter ones, by which a busy machine looks like lost answers. */
export const PRODUCTION_TIMES = { LEASE_SECONDS: '90', FIND_QUARANTINE: '300', REQUEST_TIMEOUT: '30' };

/**
 * One tick in a process of its own, as cron starts it. The environment holds the sandbox's settings and nothing else
 * of ours, and the named file keeps a .env out.
 */
export async function runTick(
  sandbox: Pick<Sandbox, 'envFile'>,
  env: Readonly<Record<string, string>> = PRODUCTION_TIMES,
): Promise<TickRun> {
  const { PATH = '', HOME = '', TMPDIR = '/tmp' } = process.env;
  const started = performance.now();
  const child = spawn(EXECUTABLE, ['--env-file', sandbox.envFile, 'run', '--json'], {
    env: { PATH, HOME, TMPDIR, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const closed = once(child, 'close');
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
  const wallMs = performance.now() - started;
  return { exitCode: child.exitCode, wallMs, summary: summaryIn(stdout), stderr };
}

function summaryIn(stdout: string): TickRun['summary'] {
  if (stdout.trim() === '') return null;
  return Summary.parse(JSON.parse(stdout));
}
