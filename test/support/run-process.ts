import { type ChildProcess, spawn } from 'node:child_process';

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
}

/** Runs a program to its end, with exactly this environment: nothing of ours is passed on. */
export function runProcess(
  file: string,
  args: readonly string[],
  {
    cwd,
    env,
    input,
    started: onStart,
  }: {
    readonly cwd: string;
    readonly env: Readonly<Record<string, string>>;
    /** What it reads from its standard input; nothing when absent. */
    readonly input?: string;
    readonly started?: (child: ChildProcess) => void;
  },
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(file, args, { cwd, env, stdio: ['pipe', 'pipe', 'pipe'] });
    onStart?.(child);
    // Who does not read it is not to fail the test.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input ?? '');
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      const [stdout, stderr] = [out, err].map((chunks) => Buffer.concat(chunks).toString());
      resolve({ code, stdout: stdout ?? '', stderr: stderr ?? '', ms: performance.now() - started });
    });
  });
}
