import { spawn } from 'node:child_process';
import { once } from 'node:events';

/**
 * Reads process ids and at last 'stopped' from its stdin. When stdin ends without that word, our process is gone,
 * by whatever signal: it ends the last process named and, in both cases, removes the directory.
 * QUIT is PostgreSQL's immediate shutdown: the data is deleted anyway.
 */
const SCRIPT = `
while read -r line; do case $line in stopped) pid= ;; *) pid=$line ;; esac; done
if [ -n "$pid" ]; then
  kill -QUIT "$pid" 2>/dev/null
  n=0
  while [ $n -lt 100 ] && kill -0 "$pid" 2>/dev/null; do sleep 0.1; n=$((n + 1)); done
  kill -KILL "$pid" 2>/dev/null
fi
rm -rf "$1"
`;

export interface Watchdog {
  /** From now on this process dies with ours. */
  guard(pid: number): void;
  /** The guarded process has ended: removes the directory and resolves when that is done. */
  release(): Promise<void>;
}

/**
 * A shell that outlives our process for a moment and cleans up after it: nothing is left behind even by SIGKILL,
 * and our process needs no signal handlers of its own.
 */
export function startWatchdog(directory: string): Watchdog {
  // Detached: Ctrl-C on a terminal goes to the whole foreground group, and this shell has to survive it.
  const shell = spawn('/bin/sh', ['-c', SCRIPT, 'content-publisher-watchdog', directory], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const closed = once(shell, 'close');
  // Errors surface in release(), when someone waits; until then a rejected `closed` must not end the process.
  closed.catch(() => {});
  shell.stdin.on('error', () => {});
  return {
    guard: (pid) => shell.stdin.write(`${pid}\n`),
    release: async () => {
      shell.stdin.end('stopped\n');
      await closed;
    },
  };
}
