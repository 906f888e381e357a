import { readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Sandbox } from '../src/sandbox/sandbox.ts';
import { runTick, type TickRun } from './run-tick.ts';

let ticks = 0;

/**
 * One tick, and the most memory that its process took. The process tells itself when it exits: VmHWM, because maxRSS
 * counts what its parent had at the moment of the fork.
 */
export async function measuredTick(
  sandbox: Pick<Sandbox, 'env' | 'envFile'>,
  env: Readonly<Record<string, string>>,
): Promise<{ readonly run: TickRun; readonly peakMb: number }> {
  ticks += 1;
  const file = join(dirname(sandbox.env['LOG_DIR'] ?? ''), `peak-${ticks}`);
  const module = `import { existsSync, readFileSync, writeFileSync } from 'node:fs';
    const status = '/proc/self/status';
    const kb = () => existsSync(status) ? /VmHWM:\\s+(\\d+)/.exec(readFileSync(status, 'utf8'))[1] : process.resourceUsage().maxRSS;
    process.on('exit', () => writeFileSync(${JSON.stringify(file)}, String(kb())));`;
  const hook = `--import=data:text/javascript,${encodeURIComponent(module)}`;
  const run = await runTick(sandbox, { ...env, NODE_OPTIONS: hook });
  const peakMb = Math.round(Number(readFileSync(file, 'utf8')) / 1024);
  rmSync(file);
  return { run, peakMb };
}
