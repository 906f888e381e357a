import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { IncomingMessage, RequestListener } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { LOG_FILE } from '../src/log/append-file.ts';
import {
  installedLongAgo,
  letTimePass,
  metadataOf,
  publicPosts,
  readRow,
  storeFile,
} from './support/app-rows.ts';
import { testServers } from './support/http-servers.ts';
import { addPerson, connect, type Person, schedule } from './support/people.ts';
import { usePublisher } from './support/publisher.ts';

const EXECUTABLE = fileURLToPath(new URL('../bin/content-publisher', import.meta.url));
const publisher = usePublisher();
const servers = testServers();
afterEach(() => servers.close());

let photo = '';
beforeAll(async () => {
  await installedLongAgo(publisher());
  photo = await storeFile(publisher().supabase, 'bakery-sourdough.jpg');
});

/** Facebook behind a door: what `holds` names is let in only when the returned promise is. */
async function door(holds: RegExp, held: (request: IncomingMessage) => Promise<void>): Promise<string> {
  const listener: RequestListener = async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    if (holds.test(`${request.method} ${request.url}`)) await held(request);
    const { host: _host, 'content-length': _length, ...headers } = request.headers;
    const { origin, pathname } = new URL(publisher().platforms.base('facebook'));
    const answer = await fetch(`${origin}${pathname}${request.url}`, {
      method: request.method ?? 'GET',
      headers: Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]),
      ...(chunks.length === 0 ? {} : { body: Buffer.concat(chunks) }),
    });
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
    response.end(await answer.text());
  };
  return servers.http(listener);
}

/** A tick as a process, with a time-out that no test waits for. */
function startTick(person: Person, facebook: string) {
  const child = spawn(EXECUTABLE, ['--env-file', '/dev/null', 'run', '--json'], {
    env: {
      PATH: process.env['PATH'] ?? '',
      ...publisher().env,
      FACEBOOK_API_URL: facebook,
      REQUEST_TIMEOUT: '10m',
      TEST_USER_ID: person.id,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]).then(
    ([stdout, stderr]) => ({ code: child.exitCode, signal: child.signalCode, stdout, stderr }),
  );
  return { child, ended };
}

const log = () => join(publisher().env['LOG_DIR'] ?? '', LOG_FILE);

const queueOf = async (id: string) => {
  const [row] = await publisher().supabase
    .sql`select q.lease_owner, q.state, t.state as target from public.publish_queue q
      join public.publish_targets t using (source, post_id) where q.post_id = ${id}`;
  return row;
};

describe.each(['SIGTERM', 'SIGINT'] as const)('%s', (signal) => {
  it('ends an upload at once and releases the post, which the next tick publishes', async () => {
    const person = await addPerson(publisher());
    const account = await connect(publisher(), person, 'facebook');
    const post = await schedule(publisher(), person, { images: [photo] });
    let reached = () => {};
    const arrived = new Promise<void>((done) => {
      reached = done;
    });
    // Never let in: only the signal ends it.
    const url = await door(/^POST .*\/photos/, () => {
      reached();
      return new Promise(() => {});
    });
    const { child, ended } = startTick(person, url);
    await arrived;
    child.kill(signal);
    expect(await ended).toMatchObject({ code: 0, signal: null, stderr: '' });
    expect(await queueOf(post.id)).toEqual({ lease_owner: null, state: 'waiting', target: 'pending' });
    expect(metadataOf(await readRow(publisher().supabase, post.table, post.id))).not.toHaveProperty(
      '_publishing',
    );

    await letTimePass(publisher(), 5);
    expect((await publisher().run({ userId: person.id })).summary.published).toBe(1);
    expect(publicPosts(publisher(), account.id)).toHaveLength(1);
  });

  it('lets what is armed go to its end and be recorded', async () => {
    const person = await addPerson(publisher());
    const account = await connect(publisher(), person, 'facebook');
    const post = await schedule(publisher(), person, {});
    let tick: ReturnType<typeof startTick> | undefined;
    const url = await door(/^POST .*\/feed/, async () => {
      tick?.child.kill(signal);
      await vi.waitUntil(() => readFileSync(log(), 'utf8').includes(`told to stop (${signal})`), {
        timeout: 30_000,
      });
    });
    tick = startTick(person, url);
    const { code, stdout } = await tick.ended;
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ published: 1, unknown: 0 });
    expect(publicPosts(publisher(), account.id)).toHaveLength(1);
    expect(await queueOf(post.id)).toEqual({ lease_owner: null, state: 'done', target: 'published' });
  });
});
