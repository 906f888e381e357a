import { join } from 'node:path';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { loadEnvFile } from '../config/env-file.ts';
import { redactText } from '../core/redact-text.ts';
import { StoreError } from '../core/store.ts';
import { registerConnections } from './connections/register.ts';
import { registerCredentials } from './credentials/register.ts';
import { EXIT } from './exit-codes.ts';
import { createInput } from './input.ts';
import { type AskingIo, CommandError } from './io.ts';
import type { RotateOptions } from './keys-rotate.ts';
import type { MigrateOptions } from './migrate.ts';
import { PROJECT_ROOT, VERSION } from './project.ts';
import type { ResolveOptions } from './resolve.ts';
import type { SandboxCommand } from './sandbox.ts';

/** Commands are loaded when they are called: what a tick does not need must not slow it down. */
function buildProgram(io: () => AskingIo, done: (code: number) => void): Command {
  const program = new Command('content-publisher')
    .description('Publishes due posts from Supabase to social platforms, each exactly once.')
    .version(VERSION)
    .option('--env-file <file>', 'read this file instead of .env')
    .exitOverride()
    .configureHelp({ showGlobalOptions: true });

  program
    .command('run')
    .description('one tick: publish what is due, then exit (cron calls this every minute)')
    .option('--json', 'print one JSON object instead of readable lines', false)
    .option('--dry-run', 'show what is due and what would stop it; write and send nothing', false)
    .option('--include-overdue', 'also publish posts that were due before the migration was applied', false)
    .option('--fail-on-error', 'exit with 1 when a post failed', false)
    .action(
      async (options: { json: boolean; dryRun: boolean; includeOverdue: boolean; failOnError: boolean }) => {
        if (options.dryRun) done(await (await import('./dry-run.ts')).dryRun(io(), options));
        else done(await (await import('./run.ts')).run(io(), options));
      },
    );

  program
    .command('status')
    .description(
      'what is under way, what waits for what, and whether a promise is broken (then it exits with 1)',
    )
    .option('--json', 'print one JSON object instead of readable lines', false)
    .action(async (options: { json: boolean }) => {
      done(await (await import('./status.ts')).status(io(), options));
    });

  program
    .command('publish')
    .description('publish this one post now, also before its time; what is out is never sent again')
    .argument('<post>', 'created_content:<id> or content_posts:<id>')
    .option('--json', 'print one JSON object, as run --json does', false)
    .action(async (post: string, options: { json: boolean }) => {
      done(await (await import('./publish.ts')).publish(io(), post, options));
    });

  program
    .command('retry')
    .description('let the failed targets of a post go again')
    .argument('<post>', 'created_content:<id> or content_posts:<id>')
    .option('--account <id>', 'only this remote account')
    .action(async (post: string, options: { account?: string }) => {
      done(await (await import('./retry.ts')).retry(io(), post, options.account ?? null));
    });

  program
    .command('resolve')
    .description('say what became of a post that may be live, after looking at the account')
    .argument('<post>', 'created_content:<id> or content_posts:<id>')
    .option('--published <address>', 'it is there: its address, or its id on the platform')
    .option('--not-published', 'it is not there, so it may be sent again', false)
    .option('--account <id>', 'which remote account, when several wait for a person')
    .action(async (post: string, options: ResolveOptions) => {
      done(await (await import('./resolve.ts')).resolve(io(), post, options));
    });

  registerConnections(program, io, done);

  program
    .command('find-test-user')
    .description('find a user by e-mail or id and print the TEST_USER lines for .env')
    .argument('[email-or-id]', 'TEST_USER_EMAIL when absent')
    .action(async (query: string | undefined) => {
      done(await (await import('./find-test-user.ts')).findTestUser(io(), query));
    });

  registerCredentials(program, io, done);

  const keys = program.command('keys').description('the key that tokens are stored under');
  keys
    .command('rotate')
    .description('encrypt with ENCRYPTION_KEY what is stored under a key of ENCRYPTION_KEY_PREVIOUS')
    .option('--dry-run', 'only say how many are under which key', false)
    .option('--encrypt-plaintext', 'encrypt tokens that stand in clear, too', false)
    .action(async (options: RotateOptions) => {
      done(await (await import('./keys-rotate.ts')).rotateKeys(io(), options));
    });

  program
    .command('migrate')
    .description('bring the database up to date through DATABASE_URL, or print the SQL when that is not set')
    .option('--check', 'compare only; ends with 78 when something differs', false)
    .option('--down', 'remove what is ours; the tables of the app stay as they are', false)
    .option('--force', 'with --down: also while posts may be on their way', false)
    .action(async (options: MigrateOptions) => {
      done(await (await import('./migrate.ts')).runMigrate(options, io()));
    });

  program
    .command('sandbox')
    .description(
      'an embedded Supabase and simulated platforms, until SIGTERM; --env-file: where to write how to use it',
    )
    .option('--port <port>', 'of Supabase; 0 takes any that is free', wholeNumber(65_535), 54_321)
    .option('--seed <n>', 'put in that many publishable posts that are due', wholeNumber(1_000_000), 0)
    .option('--latency <ms>', 'added to every answer of a platform', wholeNumber(600_000), 0)
    .option('--fault <profile>', 'what goes wrong on every platform, e.g. flaky or lost-answers', 'none')
    .option('--wire-log <file>', 'append every request to a platform as a JSON line')
    .action(async (options: Omit<SandboxCommand, 'envFile'>) => {
      // It writes the file that other commands read, and reads none.
      const { envFile } = program.opts<{ envFile?: string }>();
      const out = (text: string) => process.stdout.write(text);
      done(await (await import('./sandbox.ts')).sandbox({ out }, { ...options, envFile }));
    });

  // Add a command here, with one file beside this one.
  return program;
}

const wholeNumber = (max: number) => (text: string) => {
  if (/^\d{1,7}$/.test(text) && Number(text) <= max) return Number(text);
  throw new InvalidArgumentError(`Write a whole number from 0 to ${max}.`);
};

/** @returns the exit code */
export async function main(argv: readonly string[]): Promise<number> {
  let code: number = EXIT.ok;
  const program = buildProgram(
    () => makeIo(program.opts<{ envFile?: string }>().envFile),
    (result) => {
      code = result;
    },
  );
  // What nobody waited for: Node itself would print it as it is, with whatever it holds.
  process.on('uncaughtException', crash);
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    return explain(error);
  } finally {
    process.off('uncaughtException', crash);
  }
}

function crash(error: unknown): void {
  process.exit(explain(error));
}

function makeIo(envFile: string | undefined): AskingIo {
  const loaded = loadEnvFile(envFile ?? join(PROJECT_ROOT, '.env'));
  if ('problems' in loaded) {
    const lines = loaded.problems.map((problem) => `${problem.message} ${problem.hint}`);
    throw new CommandError(EXIT.config, lines.join('\n'), 'Correct the file.');
  }
  return {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    asks: createInput(process.stdin, process.stderr),
    terminal: process.stdout.isTTY === true,
    env: loaded.env,
  };
}

const STORE_EXITS = {
  config: EXIT.config,
  unreachable: EXIT.unreachable,
  lost: EXIT.again,
  fault: EXIT.fault,
} as const;

/** What a person reads is a sentence and the next action; the stack is for faults of ours. */
function explain(error: unknown): number {
  if (error instanceof CommandError || error instanceof StoreError) {
    process.stderr.write(redactText(`content-publisher: ${error.message}\nTry: ${error.hint}\n`));
    return error instanceof CommandError ? error.exitCode : STORE_EXITS[error.kind];
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`content-publisher: a fault of ours, please report it: ${redactText(stack)}\n`);
  return EXIT.fault;
}
