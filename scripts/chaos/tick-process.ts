import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import type { Asked, Front, Hooks } from './front.ts';

const CHILD_CLOCK = new URL('./child-clock.mjs', import.meta.url).href;
/** A tick ends by itself after 50 s of starting work; one that is still there after this long never would. */
const HUNG_MS = 120_000;

/** A machine that ticks run on. */
export interface Host {
  readonly name: string;
  readonly logDir: string;
  /** Its clock minus the true one. */
  readonly skewMs: number;
}

interface Ended {
  readonly code: number | null;
  /** By kill(): what ended by itself before the signal came was not killed. */
  readonly killed: boolean;
  /** It went on for longer than any tick may. */
  readonly hung: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Tick {
  readonly host: Host;
  /** Every request so far, in the order in which they came. */
  readonly asked: readonly Asked[];
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>;
  /** SIGSTOP and SIGCONT. */
  stop(): void;
  resume(): void;
  /** SIGTERM. */
  terminate(): void;
  readonly ended: Promise<Ended>;
}

export interface TickOptions {
  readonly executable: string;
  readonly front: Front;
  readonly host: Host;
  /** The clock's file, see clock.ts. */
  readonly clockFile: string;
  /** The environment of the program, for the address at which the tick is let in. */
  env(base: string): Readonly<Record<string, string>>;
  /** What happens to its requests; they may use the tick itself. */
  hooks?(tick: Tick): Hooks;
}

const alive = new Set<ChildProcess>();

/** For a run that ends before they do; SIGSTOPped ones as well. */
export function killAllTicks(): void {
  for (const child of alive) child.kill('SIGKILL');
}

/** `content-publisher run` in a process of its own, everything it asks going through the front. */
export function startTick(options: TickOptions): Tick {
  const { executable, front, host } = options;
  let hooks: Hooks = {};
  const { base, asked } = front.admit({
    before: async (one) => (await hooks.before?.(one)) ?? 'pass',
    after: async (one) => (await hooks.after?.(one)) ?? 'pass',
  });
  const { PATH = '', HOME = '' } = process.env;
  // `--`: Node 20 takes --env-file for itself else. The empty file keeps a .env of the project out.
  const child = spawn(process.execPath, ['--', executable, '--env-file', '/dev/null', 'run', '--json'], {
    env: {
      PATH,
      HOME,
      // What a killed tick leaves behind goes with the lane.
      TMPDIR: host.logDir,
      TZ: 'UTC',
      NODE_OPTIONS: `--import=${CHILD_CLOCK}`,
      CHAOS_CLOCK: options.clockFile,
      CHAOS_SKEW_MS: String(host.skewMs),
      CHAOS_HOST: host.name,
      LOG_DIR: host.logDir,
      ...options.env(base),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  alive.add(child);
  const closed = once(child, 'close');
  let wasKilled = false;
  let hasHung = false;
  const watch = () =>
    setTimeout(() => {
      hasHung = true;
      child.kill('SIGKILL');
    }, HUNG_MS);
  let watching = watch();
  const ended = Promise.all([text(child.stdout), text(child.stderr), closed]).then(
    ([stdout, stderr]): Ended => {
      clearTimeout(watching);
      alive.delete(child);
      const killed = wasKilled && !hasHung && child.signalCode === 'SIGKILL';
      return { code: child.exitCode, killed, hung: hasHung, stdout, stderr };
    },
  );
  const tick: Tick = {
    host,
    asked,
    kill: async () => {
      wasKilled = true;
      child.kill('SIGKILL');
      await ended;
    },
    stop() {
      // Asleep is not hung.
      clearTimeout(watching);
      child.kill('SIGSTOP');
    },
    resume() {
      watching = watch();
      child.kill('SIGCONT');
    },
    terminate: () => child.kill('SIGTERM'),
    ended,
  };
  hooks = options.hooks?.(tick) ?? {};
  return tick;
}
