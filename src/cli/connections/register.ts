import { type Command, InvalidArgumentError } from 'commander';
import type { AskingIo } from '../io.ts';
import type { ConnectOptions } from './connect.ts';

/** Commands are loaded when they are called. */
export function registerConnections(
  program: Command,
  io: () => AskingIo,
  done: (code: number) => void,
): void {
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

  connections
    .command('connect')
    .description(
      'give access to accounts of a platform: in a browser, or with a token or app password that is pasted',
    )
    .argument('<platform>', 'its name, as posts name it')
    .option('--user <e-mail or id>', 'whose account it is; TEST_USER_ID when absent')
    .option('--token', 'paste a token or an app password instead of agreeing in a browser', false)
    .option('--server <name>', 'the server that the account lives on, where a platform has many')
    .option('--port <port>', 'of this machine, that the browser is sent back to', portNumber)
    .option(
      '--redirect <address>',
      'an https address that is registered with our app; what the browser shows there is pasted',
    )
    .option(
      '--scope <permission...>',
      'permissions to ask for beside the usual ones, as the platform names them',
    )
    .option('--account <id...>', 'of several accounts that the access opens, these')
    .option('--all', 'all accounts that the access opens', false)
    .option('--from-settings', 'the Page of the whole installation, by its token in platform_settings', false)
    .action(async (platform: string, options: ConnectOptions & { readonly fromSettings: boolean }) => {
      if (options.fromSettings) {
        const { connectFromSettings } = await import('../connect-from-settings.ts');
        done(await connectFromSettings(io(), platform, options));
      } else done(await (await import('./connect.ts')).connectAccount(io(), platform, options));
    });
}

function portNumber(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535) return Number(text);
  throw new InvalidArgumentError('Write a number from 1 to 65535.');
}
