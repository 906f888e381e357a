import { EXIT } from './exit-codes.ts';
import { CommandError, type Io } from './io.ts';
import { openStore, readConfig } from './wire.ts';

/** Finds a user by e-mail or id and prints the two lines for .env that limit everything to that user. */
export async function findTestUser(io: Io, query: string | undefined): Promise<number> {
  // A wrong TEST_USER_ID is what this command mends, so it must not stop it.
  const { TEST_USER_ID: _id, TEST_USER_EMAIL: email, ...env } = io.env;
  const asked = query ?? email;
  if (asked === undefined || asked.trim() === '') {
    throw new CommandError(
      EXIT.usage,
      'No e-mail or id was given.',
      'Try: content-publisher find-test-user services@example.com',
    );
  }
  const { store } = openStore(readConfig({ ...io, env }, ['supabase'], false));
  const [user] = await store.findUser(asked);
  if (user === undefined) {
    throw new CommandError(
      EXIT.failed,
      `No user has the e-mail or id “${asked}”.`,
      'Look under Authentication → Users in the Supabase dashboard.',
    );
  }
  io.err(
    `Found ${user.email ?? user.id}: ${user.accounts} connected account${user.accounts === 1 ? '' : 's'}, time zone ${user.timezone === null || user.timezone === '' ? 'not set' : user.timezone}.\nPut these two lines into .env; every command then touches only this user's posts:\n`,
  );
  io.out(`TEST_USER_ID=${user.id}\nTEST_USER_EMAIL=${user.email ?? ''}\n`);
  return EXIT.ok;
}
