import { resolve } from 'node:path';
import { EXIT } from './exit-codes.ts';
import { CommandError, type Io } from './io.ts';

export interface SandboxCommand {
  readonly port: number;
  readonly seed: number;
  readonly latency: number;
  readonly fault: string;
  readonly wireLog?: string | undefined;
  /** Where the environment is written. */
  readonly envFile?: string | undefined;
}

/** An embedded Supabase and every simulated platform, until SIGTERM or SIGINT. */
export async function sandbox(io: Pick<Io, 'out'>, command: SandboxCommand): Promise<number> {
  const ended = new Promise<void>((end) => {
    process.once('SIGTERM', () => end());
    process.once('SIGINT', () => end());
  });
  const running = await start(command);
  try {
    const { supabase, platforms, envFile } = running;
    io.out(`Sandbox of content-publisher: nothing here leaves this machine.

Supabase     ${supabase.url}
Platforms    ${platforms.url}  (open it in a browser to see what became public)
As JSON      ${platforms.url}/_sandbox/posts
Environment  ${envFile}
Posts        ${command.seed === 0 ? 'none yet: insert some, or start with --seed 20' : `${command.seed} due now`}

One tick:    content-publisher --env-file ${envFile} run
Stop it with Ctrl-C or SIGTERM.
`);
    await ended;
  } finally {
    await running.stop();
  }
  return EXIT.ok;
}

async function start(command: SandboxCommand) {
  const [{ startSandbox }, { FAULT_PROFILES, faultsOf }, { MissingPackageError }, { ForeignEnvFile }] =
    await Promise.all([
      import('../sandbox/sandbox.ts'),
      import('../sandbox/fault-profiles.ts'),
      import('../sandbox/supabase/optional-package.ts'),
      import('../sandbox/env-file.ts'),
    ]);
  const { port, seed, latency: latencyMs, fault, wireLog, envFile } = command;
  const faults = faultsOf(fault);
  if (faults === undefined) {
    const hint = `Name one of ${FAULT_PROFILES.join(', ')}; POST /_sandbox/faults sets anything else.`;
    throw new CommandError(EXIT.usage, `There is no fault profile “${fault}”.`, hint);
  }
  const absolute = (path: string | undefined) => (path === undefined ? undefined : resolve(path));
  try {
    return await startSandbox({
      port,
      seed,
      latencyMs,
      faults,
      wireLog: absolute(wireLog),
      envFile: absolute(envFile),
    });
  } catch (error) {
    if (error instanceof MissingPackageError) throw new CommandError(EXIT.config, error.message, error.hint);
    if (error instanceof ForeignEnvFile) {
      throw new CommandError(EXIT.usage, error.message, 'Name another file, or delete it first.');
    }
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
      const hint = 'Name another one with --port; --port 0 takes any that is free.';
      throw new CommandError(EXIT.usage, `Port ${port} is taken.`, hint);
    }
    throw error;
  }
}
