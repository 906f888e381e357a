import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EncryptionKey } from '../src/core/encryption.ts';
import { PLATFORM_NAMES, type PlatformName } from '../src/core/platform-name.ts';
import { createKeyring } from '../src/security/keyring.ts';
import { installedLongAgo, letTimePass, storeFile } from './support/app-rows.ts';
import { testServers } from './support/http-servers.ts';
import { addPerson, connect, type Person, schedule } from './support/people.ts';
import { usePublisher } from './support/publisher.ts';

const EXECUTABLE = fileURLToPath(new URL('../bin/content-publisher', import.meta.url));
const publisher = usePublisher();
const servers = testServers();
afterAll(() => servers.close());

/** Nothing in it gives away that it is a secret. */
const opaque = () => `Canary${randomBytes(18).toString('hex')}`;
/** By their beginning the program tells kinds of tokens apart. */
const LOOKS: Readonly<Partial<Record<PlatformName, string>>> = { instagram: 'EAAG', threads: 'THAA' };

const env = {
  YOUTUBE_CLIENT_SECRET: opaque(),
  X_CLIENT_SECRET: opaque(),
  TIKTOK_CLIENT_SECRET: opaque(),
  FACEBOOK_APP_SECRET: opaque(),
  LINKEDIN_CLIENT_SECRET: opaque(),
  NOTIFY_WEBHOOK_SECRET: opaque(),
};
/** Given to a command that asks for a secret. */
const TYPED = opaque();
const canaries = new Set<string>([...Object.values(env), TYPED]);
const written: { readonly where: string; readonly what: string }[] = [];
let person: Person;
let posts: readonly string[] = [];
let hooks = '';
let [photo, film] = ['', ''];

beforeAll(async () => {
  await installedLongAgo(publisher());
  photo = await storeFile(publisher().supabase, 'bakery-sourdough.jpg');
  film = await storeFile(publisher().supabase, 'cycling-film.mp4');
  person = await addPerson(publisher());
  for (const platform of PLATFORM_NAMES) {
    const token = `${LOOKS[platform] ?? ''}${opaque()}`;
    const refreshToken = opaque();
    canaries.add(token).add(refreshToken);
    const jwt = platform === 'bluesky' ? {} : { token };
    await connect(publisher(), person, platform, { sim: { ...jwt, refreshToken } });
  }
  posts = await duePosts();
  hooks = await servers.http((_request, response) => response.writeHead(200).end());
  canaries
    .add(publisher().env['SUPABASE_SERVICE_ROLE_KEY'] ?? '')
    .add(publisher().env['ENCRYPTION_KEY'] ?? '');
}, 120_000);

/** One with a picture and one with a film on each platform. */
async function duePosts(): Promise<string[]> {
  const added: string[] = [];
  for (const platform of PLATFORM_NAMES) {
    for (const media of [
      { images: [photo] },
      { content_type: 'long_video', title: 'A film', media_url: film },
    ]) {
      const row = { platform: platform === 'x' ? 'twitter' : platform, ...media };
      const { table, id } = await schedule(publisher(), person, row);
      added.push(`${table}:${id}`);
    }
  }
  return added;
}

/** What a command of this program leaves behind, at the chattiest level, until it ends. */
async function command(args: readonly string[], change: Readonly<Record<string, string>> = {}, input = '') {
  const webhook = `${hooks}/${opaque()}`;
  canaries.add(webhook.slice(hooks.length + 1));
  const child = spawn(EXECUTABLE, ['--env-file', '/dev/null', ...args], {
    env: {
      PATH: process.env['PATH'] ?? '',
      ...publisher().env,
      ...env,
      LOG_LEVEL: 'debug',
      TEST_USER_ID: person.id,
      NOTIFY_WEBHOOK_URL: webhook,
      HEARTBEAT_URL: webhook,
      ...change,
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.end(input);
  const watched = setInterval(() => {
    written.push({ where: 'the arguments of a process', what: argumentsOf(child.pid) });
  }, 100);
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  clearInterval(watched);
  const where = args.join(' ');
  written.push({ where: `stdout of ${where}`, what: stdout }, { where: `stderr of ${where}`, what: stderr });
  return { code: child.exitCode, stdout, stderr };
}

function argumentsOf(pid: number | undefined): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

/** Files of LOG_DIR (the log, the wire log, the spool) and every row of every table of ours and the app's. */
async function everythingStored() {
  const dir = publisher().env['LOG_DIR'] ?? '';
  const files = readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => ({ where: entry.name, what: readFileSync(join(entry.parentPath, entry.name), 'utf8') }));
  const { sql } = publisher().supabase;
  const tables =
    await sql`select c.relname as name from pg_class c where c.relnamespace = 'public'::regnamespace
    and c.relkind = 'r' order by 1`;
  const rows = await Promise.all(
    tables.map(async ({ name }) => ({
      where: `table ${name}`,
      what: JSON.stringify(await sql`select * from public.${sql(String(name))}`),
    })),
  );
  return [...files, ...rows];
}

/** Tokens that the platforms have given out meanwhile, and the addresses of uploads that are in progress. */
async function learned(): Promise<string[]> {
  const key = EncryptionKey.parse(publisher().env['ENCRYPTION_KEY'] ?? '');
  if (key === null) throw new Error('no key');
  const keyring = createKeyring(key, []);
  const { sql } = publisher().supabase;
  const tokens =
    await sql`select access_token_encrypted as a, refresh_token_encrypted as b from platform_connections
    where user_id = ${person.id}`;
  const checkpoints = await sql`select checkpoint from publish_targets where checkpoint is not null`;
  const addresses = checkpoints.flatMap(({ checkpoint }) =>
    [
      ...(keyring.decrypt(String(checkpoint)) ?? '').matchAll(
        /https?:\/\/[^"\\ ]*[?/](?:upload|dms|media|session)[^"\\ ]*/g,
      ),
    ].map(([address]) => new URL(address).search.slice(1)),
  );
  const plain = tokens.flatMap(({ a, b }) => [a, b]).flatMap((one) => keyring.decrypt(String(one)) ?? []);
  return [...plain, ...addresses].filter((value) => value.length >= 12);
}

/** Answers everything with what it was sent: the token in the header, the query and the form. */
const ECHOES: Readonly<Record<string, (said: string) => readonly [number, string, string]>> = {
  'in the way of Meta': (said) => [
    400,
    'application/json',
    JSON.stringify({
      error: { message: `Malformed access token ${said}`, type: 'OAuthException', code: 190 },
    }),
  ],
  'in the way of the others': (said) => [
    401,
    'application/json',
    JSON.stringify({
      error: `bad token ${said}`,
      message: said,
      title: said,
      detail: said,
      error_description: said,
    }),
  ],
  'as a page of a proxy': (said) => [502, 'text/html', `<html><body>Bad gateway: ${said}</body></html>`],
};
let echoed = new Set<string>();
function echo(answer: (said: string) => readonly [number, string, string]): RequestListener {
  return async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    const body = Buffer.concat(chunks).toString('utf8').slice(0, 500);
    echoed.add(request.url?.split('/')[1] ?? '');
    const [status, type, said] = answer(`${request.headers.authorization} ${request.url} ${body}`);
    response.writeHead(status, { 'content-type': type }).end(said);
  };
}

const post = (index: number) => posts[index] ?? '';

const opaqueInput = opaque();
canaries.add(opaqueInput);

/** One call of each command, and of each way it can show more. */
const CALLS: readonly (readonly [string, () => readonly string[], string?])[] = [
  ['run', () => ['run', '--dry-run']],
  ['run', () => ['run', '--json', '--include-overdue']],
  ['status', () => ['status']],
  ['status', () => ['status', '--json']],
  ['publish', () => ['publish', post(0)]],
  ['retry', () => ['retry', post(1)]],
  ['resolve', () => ['resolve', post(2), '--published', 'https://www.facebook.com/1']],
  ['find-test-user', () => ['find-test-user', person.id]],
  ['connections', () => ['connections', 'list']],
  ['connections', () => ['connections', 'verify', '--json']],
  ['credentials', () => ['credentials', 'list']],
  ['credentials', () => ['credentials', 'verify']],
  ['credentials', () => ['credentials', 'set', 'tiktok'], `${TYPED}\n${TYPED}\n`],
  ['credentials', () => ['credentials', 'set', 'tiktok'], `${TYPED} with a blank\n${TYPED}\n`],
  ['keys', () => ['keys', 'rotate', '--encrypt-plaintext']],
  ['migrate', () => ['migrate', '--check']],
  ['sandbox', () => ['sandbox', '--port', '99999']],
  ['connections', () => ['connections', 'list', '--json']],
  ['connections', () => ['connections', 'verify']],
  ['connections', () => ['connections', 'refresh', 'x account 9']],
  ['connections', () => ['connections', 'connect', 'threads', '--token'], `${TYPED}\n`],
  ['connections', () => ['connections', 'connect', 'bluesky'], `nobody.example\n${TYPED}\n`],
  ['credentials', () => ['credentials', 'set', 'linkedin', '--only', 'secret'], opaqueInput],
  ['credentials', () => ['credentials', 'list']],
  ['credentials', () => ['credentials', 'verify']],
  ['keys', () => ['keys', 'rotate']],
  ['help', () => ['help']],
];

describe('no secret is in anything that is written', () => {
  it('by any command, nor in its arguments', { timeout: 300_000 }, async () => {
    const help = await command(['--help']);
    const commands = [...help.stdout.matchAll(/^ {2}([a-z][a-z-]+)(?: |$)/gm)].map(([, name]) => name);
    expect(commands.length).toBeGreaterThan(7);
    expect([...new Set(CALLS.map(([name]) => name))].sort()).toEqual([...commands].sort());
    const database = `postgresql://postgres:${opaque()}@127.0.0.1:9/postgres`;
    canaries.add(new URL(database).password);
    const outputs = [];
    for (const [, args, input] of CALLS) {
      outputs.push((await command(args(), { DATABASE_URL: database }, input)).stdout);
    }
    expect(JSON.parse(outputs[1] ?? '')).toMatchObject({ published: expect.toSatisfy((n) => n >= 8) });
    await expectSecret();
  });

  it.each(Object.keys(ECHOES))(
    'when a platform repeats the token in its answer, %s',
    { timeout: 300_000 },
    async (way) => {
      const echoing = await servers.http(echo(ECHOES[way] ?? (() => [500, 'text/plain', ''])));
      const origins = Object.fromEntries(
        PLATFORM_NAMES.map((name) => [`${name.toUpperCase()}_API_URL`, `${echoing}/${name}`]),
      );
      echoed = new Set();
      const { sql } = publisher().supabase;
      await sql`update public.platform_connections set is_active = true, connection_status = 'active'`;
      await duePosts();
      await letTimePass(publisher(), 4_000);
      await sql`delete from public.publish_holds`;
      await command(['run', '--json', '--include-overdue'], origins);
      await letTimePass(publisher(), 4_000);
      await command(['run', '--json'], origins);
      await command(['status']);
      expect([...echoed].sort()).toEqual([...PLATFORM_NAMES].sort());
      await expectSecret();
    },
  );

  it.each([
    ['the key does not fit', { ENCRYPTION_KEY: `${'k'.repeat(43)}=` }],
    ['the database answers nobody', { SUPABASE_URL: 'http://127.0.0.1:9', REQUEST_TIMEOUT: '1s' }],
    [
      'a variable is misspelt',
      { REQUEST_TIMEOUT: 'soon', NOTIFY_WEBHOOK_URL: opaque(), ENCRYPTION_KEY: opaque() },
    ],
    ['the key of the project is another', { SUPABASE_SERVICE_ROLE_KEY: `sb_secret_${opaque()}` }],
  ])('when %s', { timeout: 60_000 }, async (_name, change) => {
    for (const value of Object.values(change)) if (value.includes('Canary')) canaries.add(value);
    await command(['run', '--json'], change);
    await command(['status'], change);
    await expectSecret();
  });
});

it('no secret is in what a crash leaves that nobody waited for', { timeout: 60_000 }, async () => {
  const silent = await servers.http(() => undefined);
  const crash = 'setTimeout(() => { throw new Error("dumped " + process.env.ENCRYPTION_KEY) }, 3000)';
  const { code, stderr } = await command(['status'], {
    SUPABASE_URL: silent,
    REQUEST_TIMEOUT: '30s',
    NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(crash)}`,
  });
  expect([code, stderr]).toEqual([70, expect.stringContaining('please report it: Error: dumped [secret]')]);
  await expectSecret();
});

async function expectSecret(): Promise<void> {
  for (const value of await learned()) canaries.add(value);
  const everything = [...written, ...(await everythingStored())];
  expect(everything.length).toBeGreaterThan(20);
  const found = everything.flatMap(({ where, what }) =>
    [...canaries]
      .flatMap((canary) => [
        canary,
        encodeURIComponent(canary),
        Buffer.from(canary).toString('base64').slice(0, -4),
      ])
      .filter((canary) => canary.length > 6 && what.includes(canary))
      .map((canary) => `${where}: …${around(what, canary)}…`),
  );
  expect([...new Set(found)]).toEqual([]);
}

const around = (what: string, canary: string) => {
  const at = what.indexOf(canary);
  return what.slice(Math.max(0, at - 80), at + canary.length + 20);
};
