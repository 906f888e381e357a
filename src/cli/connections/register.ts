import type { Command } from 'commander';
import type { Io } from '../io.ts';

/** Commands are loaded when they are called. */
export function registerConnections(program: Command, io: () => Io, done: (code: number) => void): void {
  const connections = program
    .command('connections')
    .description('the accounts that posts go to: list, verify, refresh, connect');

  connections
    .command('list')
    .description('every account: its state, how long its access lasts, its posts; asks no platform')
    .option('--json', 'print one JSON object instead of readable lines', false)
    .action(async (options: { json: boolean }) => {
      done(await (await import('./list.ts')).listConnections(io(), options));
    });

  connections
    .command('verify')
    .description('ask the platforms whose tokens these are and what they permit, against what is scheduled')
    .argument('[account]', 'only this one: its id, name or connection id')
    .option('--json', 'print one JSON object instead of readable lines', false)
    .action(async (account: string | undefined, options: { json: boolean }) => {
      done(await (await import('./verify.ts')).verifyConnections(io(), account, options));
    });

  connections
    .command('refresh')
    .description('renew the token of one account now, as a tick does when it is near its end')
    .argument('<account>', 'its id, name or connection id')
    .action(async (account: string) => {
      done(await (await import('./refresh.ts')).refreshConnection(io(), account));
    });
}
