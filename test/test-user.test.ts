import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connectAccount } from '../src/cli/connections/connect.ts';
import { listConnections } from '../src/cli/connections/list.ts';
import { refreshConnection } from '../src/cli/connections/refresh.ts';
import { verifyConnections } from '../src/cli/connections/verify.ts';
import { dryRun } from '../src/cli/dry-run.ts';
import type { AskingIo } from '../src/cli/io.ts';
import { rotateKeys } from '../src/cli/keys-rotate.ts';
import { publish } from '../src/cli/publish.ts';
import { resolve } from '../src/cli/resolve.ts';
import { retry } from '../src/cli/retry.ts';
import { run } from '../src/cli/run.ts';
import { status } from '../src/cli/status.ts';
import { installedLongAgo, letTimePass, minutesAgo } from './support/app-rows.ts';
import { runCommand } from './support/command.ts';
import {
  type AddedPost,
  addPerson,
  type ConnectedAccount,
  connect,
  type Person,
  schedule,
} from './support/people.ts';
import { usePublisher } from './support/publisher.ts';
import { runProcess } from './support/run-process.ts';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const publisher = usePublisher();

interface User {
  readonly person: Person;
  readonly page: ConnectedAccount;
  readonly channel: ConnectedAccount;
  readonly member: ConnectedAccount;
  readonly post: AddedPost;
}

/** With something to do for every command: a due post, a token that is over, one that ends soon. */
async function addUser(): Promise<User> {
  const person = await addPerson(publisher());
  const page = await connect(publisher(), person, 'facebook');
  const channel = await connect(publisher(), person, 'youtube');
  const member = await connect(publisher(), person, 'linkedin', {
    connection: { token_expires_at: minutesAgo(-2 * 24 * 60).replace('Z', '') },
  });
  const post = await schedule(publisher(), person);
  return { person, page, channel, member, post };
}

let mine: User;
let other: User;

beforeAll(async () => {
  await installedLongAgo(publisher());
  // As a tick for all users has left it: planned, tried, waiting.
  other = await addUser();
  publisher().platforms.setFaults([{ platform: 'facebook', kind: 'drop_before' }]);
  await publisher().run({ userId: other.person.id });
  publisher().platforms.setFaults([]);
  await publisher().supabase.sql`update public.publish_queue set next_attempt_at = now()`;
  await publisher().supabase.sql`update public.publish_targets set next_look_at = now()`;
});
beforeEach(async () => {
  mine = await addUser();
});

type Command = (io: AskingIo) => Promise<number>;
const options = { json: false };
const named = ({ post }: User) => `${post.table}:${post.id}`;
const NEW_KEY = 'YW5vdGhlciB0ZXN0IGtleSBvZiAzMiBieXRlcyBsZW4=';

/** Every command that touches rows or accounts, as somebody limited to `mine` may call it; `whose` is named in it. */
const COMMANDS: Readonly<Record<string, (whose: User) => Command>> = {
  run: () => (io) => run(io, { json: false, failOnError: false, includeOverdue: true }),
  'run --dry-run': () => (io) => dryRun(io, options),
  status: () => (io) => status(io, options),
  publish: (whose) => (io) => publish(io, named(whose), options),
  retry: (whose) => (io) => retry(io, named(whose), null),
  resolve: (whose) => (io) => resolve(io, named(whose), { notPublished: true }),
  'connections list': () => (io) => listConnections(io, options),
  'connections verify': () => (io) => verifyConnections(io, undefined, options),
  'connections refresh': (whose) => (io) => refreshConnection(io, whose.channel.id),
  'connections connect': (whose) => (io) =>
    connectAccount(io, 'linkedin', { token: true, all: true, user: whose.person.id }),
  'keys rotate': () => (io) => rotateKeys(io, { dryRun: false, encryptPlaintext: true }),
};
/** What belongs to nobody, and what makes no difference between users. */
const OF_THE_INSTALLATION = [
  'credentials list',
  'credentials set',
  'credentials verify',
  'find-test-user',
  'migrate',
  'sandbox',
];
/** Those that a person or a post is named to. */
const NAMING = ['publish', 'retry', 'resolve', 'connections refresh', 'connections connect'];

function call(command: Command, env: Readonly<Record<string, string>> = {}) {
  return runCommand(
    publisher(),
    command,
    { TEST_USER_ID: mine.person.id, ...env },
    async () => mine.member.token,
  );
}

/** Everything of the other user's, in the app's tables and in ours. */
async function theirs() {
  const { sql } = publisher().supabase;
  const { person, post } = other;
  const keys = [other.page, other.channel, other.member].map(({ platform, id }) => `${platform}:${id}`);
  return {
    posts: await sql`select * from public.created_content where user_id = ${person.id} order by id`,
    connections:
      await sql`select * from public.platform_connections where user_id = ${person.id} order by id`,
    queue: await sql`select * from public.publish_queue where user_id = ${person.id}`,
    targets: await sql`select * from public.publish_targets where post_id = ${post.id}`,
    log: await sql`select id from public.publish_log where post_id = ${post.id} order by id`,
    holds: await sql`select * from public.publish_holds where key in ${sql(keys)} order by key`,
  };
}

const theirIds = () =>
  [other.person.id, other.page, other.channel, other.member, other.post].map((one) =>
    typeof one === 'string' ? one : one.id,
  );

describe('with TEST_USER_ID', () => {
  it('every command is known to this test', async () => {
    const help = async (...path: readonly string[]) => {
      const args = ['--', join(ROOT, 'bin/content-publisher'), ...path, '--help'];
      const { stdout } = await runProcess(process.execPath, args, { cwd: ROOT, env: {} });
      return [...(stdout.split('\nCommands:\n')[1] ?? '').matchAll(/^ {2}(?!help)([a-z][a-z-]*)/gm)].map(
        (match) => match[1] ?? '',
      );
    };
    const found: string[] = [];
    for (const name of await help()) {
      const below = await help(name);
      found.push(...(below.length === 0 ? [name] : below.map((one) => `${name} ${one}`)));
    }
    const known = [...Object.keys(COMMANDS).filter((name) => !name.includes('--')), ...OF_THE_INSTALLATION];
    expect(found.sort()).toEqual(known.sort());
  });

  it.each(Object.keys(COMMANDS))('"%s" reads, writes and asks nothing of anybody else', async (name) => {
    const before = await theirs();
    const asked = publisher().wire().length;
    const rotated = name.startsWith('keys')
      ? { ENCRYPTION_KEY: NEW_KEY, ENCRYPTION_KEY_PREVIOUS: publisher().env['ENCRYPTION_KEY'] ?? '' }
      : {};
    const { out, err } = await call(COMMANDS[name]?.(mine) ?? (async () => 0), rotated);
    expect(await theirs()).toEqual(before);
    for (const id of theirIds()) expect(`${out}${err}`, id).not.toContain(id);
    const requests = publisher().wire().slice(asked);
    for (const id of theirIds()) expect(JSON.stringify(requests), id).not.toContain(id);
  });

  it.each(NAMING)('"%s" refuses what belongs to somebody else', async (name) => {
    const before = await theirs();
    const { code, err } = await call(COMMANDS[name]?.(other) ?? (async () => 0));
    expect([code, err]).toEqual([64, expect.stringMatching(/^[^\n]+\nTry: [A-Z]/)]);
    expect(await theirs()).toEqual(before);
  });

  it('the other user’s work was there to be done', async () => {
    const { posts, queue, targets } = await theirs();
    expect([posts.length, queue.length, targets.length]).toEqual([1, 1, 1]);
    await letTimePass(publisher(), 1_000);
    expect((await publisher().run({ userId: other.person.id })).summary.claimed).toBe(1);
  });
});
