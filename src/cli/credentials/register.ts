import type { Command } from 'commander';
import type { AskingIo } from '../io.ts';
import type { SetOptions } from './set.ts';

/** Commands are loaded when they are called. */
export function registerCredentials(
  program: Command,
  io: () => AskingIo,
  done: (code: number) => void,
): void {
  const credentials = program
    .command('credentials')
    .description('the credentials of our registered apps at the platforms: list, set, verify');

  credentials
    .command('list')
    .description('which there are and where each comes from; values are masked')
    .action(async () => {
      done(await (await import('./list.ts')).listCredentials(io()));
    });

  credentials
    .command('set')
    .description('store those of one platform in platform_settings; asks for them, or reads them from a pipe')
    .argument('<platform>', 'as in the table of README.md, in small letters')
    .option('--only <which>', 'only the id, or only the secret')
    .option('--page', 'instead an installation-wide Page: its id and its access token', false)
    .action(async (platform: string, options: SetOptions) => {
      done(await (await import('./set.ts')).setCredentials(io(), platform, options));
    });

  credentials
    .command('verify')
    .description('ask the platforms whether they take them, where they tell')
    .argument('[platform]', 'only this one')
    .action(async (platform: string | undefined) => {
      done(await (await import('./verify.ts')).verifyCredentials(io(), platform));
    });
}
