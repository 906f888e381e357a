import { readFileSync, statSync } from 'node:fs';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { type Platforms, type PlatformsOptions, startPlatforms } from './server.ts';
import type { MakeSimulator, PublicPost, SimAccount } from './simulator.ts';

/** POST /posts publishes its text, GET /posts lists, PUT /upload tells the spooled size, GET /busy shows overlap. */
const makeToy: MakeSimulator = (world) => {
  let busy = 0;
  return {
    platform: 'toy',
    async handle({ method, path, headers, body }) {
      const account = world.accounts.find(({ token }) => headers['authorization'] === `Bearer ${token}`);
      if (account === undefined) return { status: 401, json: { error: 'token' } };
      switch (`${method} ${path}`) {
        case 'POST /posts': {
          const { id } = world.publish({
            account: account.id,
            id: `post-${world.nextNumber()}`,
            kind: 'text',
            text: body.text(),
            media: [],
            url: 'https://toy.example/1',
          });
          return { status: 201, json: { id } };
        }
        case 'GET /posts':
          return { status: 200, json: world.visible(account.id).map(({ text }) => text) };
        case 'PUT /upload':
          return {
            status: 200,
            json: { length: body.length, sha256: body.sha256, onDisk: statSync(body.file).size },
          };
        case 'PUT /picture':
          return { status: 200, json: { sha256: world.sha256(body.bytes()) } };
        case 'POST /fetch':
          return { status: 200, json: (await world.fetchMedia(body.text()))?.bytes.toString() ?? null };
        case 'POST /rotate':
          world.replaceAccount({ ...account, token: body.text() });
          return { status: 204 };
        case 'GET /busy': {
          busy += 1;
          await sleep(5);
          const seen = busy;
          busy -= 1;
          return { status: 200, json: seen };
        }
        default:
          throw new Error('no such path');
      }
    },
    faults: {
      refused: () => ({ status: 400, json: { error: 'refused' } }),
      rateLimited: () => ({ status: 429, headers: { 'retry-after': '60' }, json: { error: 'rate' } }),
      serverError: () => ({ status: 503, text: 'upstream' }),
      tokenExpired: () => ({ status: 401, json: { error: 'expired' } }),
    },
  };
};

const ANNA: SimAccount = { id: 'anna', name: 'Anna', token: 'token-of-anna', scopes: [] };

let running: Platforms | undefined;
afterEach(async () => {
  await running?.stop();
  running = undefined;
});

async function start(options: Partial<PlatformsOptions> = {}): Promise<Platforms> {
  running = await startPlatforms({ makers: { toy: makeToy }, accounts: { toy: [ANNA] }, ...options });
  return running;
}

async function call(
  server: Platforms,
  method: string,
  path: string,
  body?: string | Buffer,
  token = ANNA.token,
) {
  return await fetch(`${server.base('toy')}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}` },
    ...(body === undefined ? {} : { body }),
  });
}

describe('the server of simulated platforms', () => {
  it('hands a request to the platform of its prefix and enters what became public in the ledger', async () => {
    const server = await start({ now: () => new Date('2026-11-21T10:00:00Z') });
    const answer = await call(server, 'POST', '/posts', 'hello');
    expect(answer.status).toBe(201);
    const { id } = (await answer.json()) as { id: string };
    const expected: PublicPost[] = [
      {
        platform: 'toy',
        account: 'anna',
        id,
        kind: 'text',
        text: 'hello',
        media: [],
        at: '2026-11-21T10:00:00.000Z',
        url: 'https://toy.example/1',
      },
    ];
    expect(server.posts()).toEqual(expected);
    expect(await (await fetch(`${server.url}/_sandbox/posts`)).json()).toEqual(expected);
  });

  it('answers 404 with the known platforms under an unknown prefix', async () => {
    const server = await start();
    const answer = await fetch(`${server.url}/elsewhere/posts`);
    expect(answer.status).toBe(404);
    expect(await answer.text()).toContain('/toy');
  });

  it('spools a large body to disk with its hash, without holding it in memory', async () => {
    const server = await start();
    const chunk = Buffer.alloc(1024 * 1024, 7);
    const before = process.memoryUsage().rss;
    let peak = before;
    async function* many() {
      for (let sent = 0; sent < 200; sent += 1) {
        peak = Math.max(peak, process.memoryUsage().rss);
        yield chunk;
      }
    }
    const answer = await fetch(`${server.base('toy')}/upload`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${ANNA.token}` },
      body: ReadableStream.from(many()),
      duplex: 'half',
    });
    const size = 200 * 1024 * 1024;
    expect(await answer.json()).toMatchObject({ length: size, onDisk: size });
    expect(peak - before).toBeLessThan(150 * 1024 * 1024);
  });

  it('lets a platform handle one request at a time', async () => {
    const server = await start();
    const seen = await Promise.all(
      [1, 2, 3, 4].map(async () => (await (await call(server, 'GET', '/busy')).json()) as number),
    );
    expect(seen).toEqual([1, 1, 1, 1]);
  });

  it('shows a rotated token to the platform and forgets the old one', async () => {
    const server = await start();
    expect((await call(server, 'POST', '/rotate', 'token-two')).status).toBe(204);
    expect((await call(server, 'GET', '/posts')).status).toBe(401);
    expect((await call(server, 'GET', '/posts', undefined, 'token-two')).status).toBe(200);
  });

  it('takes further accounts while it runs', async () => {
    const server = await start();
    server.addAccounts('toy', [{ id: 'ben', name: 'Ben', token: 'token-of-ben', scopes: [] }]);
    expect((await call(server, 'GET', '/posts', undefined, 'token-of-ben')).status).toBe(200);
  });

  it('fetches media for a platform from this machine and from nowhere else', async () => {
    const server = await start();
    const own = await call(server, 'POST', '/fetch', `${server.url}/_sandbox/posts`);
    expect(await own.json()).toBe('[]');
    const outside = await call(server, 'POST', '/fetch', 'https://example.com/a.png');
    expect(await outside.json()).toBeNull();
  });

  it('answers 500 with the reason when a simulator itself fails', async () => {
    const server = await start();
    const answer = await call(server, 'GET', '/nowhere');
    expect(answer.status).toBe(500);
    expect(await answer.text()).toContain('no such path');
  });

  it('shows a person a page with escaped texts and thumbnails', async () => {
    const server = await start();
    await call(server, 'POST', '/posts', '<script>alert(1)</script>');
    const page = await (await fetch(server.url)).text();
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(page).not.toContain('<script>');

    const png = Buffer.from('89504e470d0a1a0a', 'hex');
    const { sha256 } = (await (await call(server, 'PUT', '/picture', png)).json()) as { sha256: string };
    const shown = await fetch(`${server.url}/_sandbox/media/${sha256}`);
    expect(shown.headers.get('content-type')).toBe('image/png');
    expect(Buffer.from(await shown.arrayBuffer())).toEqual(png);
  });

  it('appends every request to the wire log before it is answered, cut connections included', async () => {
    const wireLog = join(await mkdtemp(join(tmpdir(), 'wire-')), 'wire.ndjson');
    const server = await start({ wireLog });
    await call(server, 'POST', '/posts', 'hello');
    server.setFaults([{ platform: 'toy', kind: 'drop_after' }]);
    await expect(call(server, 'POST', '/posts', 'lost')).rejects.toThrow();
    const text = await readFile(wireLog, 'utf8');
    expect(text).not.toContain(ANNA.token);
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map(({ method, path, status }) => [method, path, status])).toEqual([
      ['POST', '/posts', 201],
      ['POST', '/posts', null],
    ]);
    expect(readFileSync(wireLog, 'utf8').endsWith('\n')).toBe(true);
  });
});

describe('fault knobs', () => {
  const outcomes = [
    { kind: 'refuse', status: 400, publishes: 0 },
    { kind: 'rate_limit', status: 429, publishes: 0 },
    { kind: 'token_expired', status: 401, publishes: 0 },
    { kind: 'server_error_before', status: 503, publishes: 0 },
    { kind: 'server_error_after', status: 503, publishes: 1 },
    { kind: 'drop_before', status: null, publishes: 0 },
    { kind: 'drop_after', status: null, publishes: 1 },
  ] as const;

  it.each(outcomes)('$kind answers $status and publishes $publishes', async ({ kind, status, publishes }) => {
    const server = await start();
    server.setFaults([{ platform: 'toy', kind, times: 1 }]);
    const answer = await call(server, 'POST', '/posts', 'hello').catch(() => null);
    expect(answer?.status ?? null).toBe(status);
    expect(server.posts()).toHaveLength(publishes);
    expect((await call(server, 'POST', '/posts', 'again')).status).toBe(201);
  });

  it('slow handles at once and answers late', async () => {
    const server = await start();
    server.setFaults([{ platform: 'toy', kind: 'slow', ms: 300 }]);
    const answer = call(server, 'POST', '/posts', 'hello');
    const first = await Promise.race([answer, sleep(150, 'waiting')]);
    expect(first).toBe('waiting');
    expect(server.posts()).toHaveLength(1);
    expect((await answer).status).toBe(201);
  });

  it('listing_lag hides young posts from listings, and from nothing else', async () => {
    let now = Date.parse('2026-11-21T10:00:00Z');
    const server = await start({ now: () => new Date(now) });
    server.setFaults([{ platform: 'toy', kind: 'listing_lag', ms: 10_000 }]);
    await call(server, 'POST', '/posts', 'hello');
    expect(await (await call(server, 'GET', '/posts')).json()).toEqual([]);
    expect(server.posts()).toHaveLength(1);
    now += 10_000;
    expect(await (await call(server, 'GET', '/posts')).json()).toEqual(['hello']);
  });

  it('listing_lag counts only requests that list', async () => {
    const server = await start();
    server.setFaults([{ platform: 'toy', kind: 'listing_lag', ms: 60_000, times: 1 }]);
    await call(server, 'POST', '/posts', 'hello');
    expect(await (await call(server, 'GET', '/posts')).json()).toEqual([]);
    expect(await (await call(server, 'GET', '/posts')).json()).toEqual(['hello']);
  });

  it('match chooses requests by method and path, and the first matching fault counts', async () => {
    const server = await start();
    server.setFaults([
      { platform: 'toy', kind: 'refuse', match: '^POST /posts$', times: 1 },
      { platform: 'toy', kind: 'rate_limit', match: '^POST' },
    ]);
    expect((await call(server, 'GET', '/posts')).status).toBe(200);
    expect((await call(server, 'POST', '/posts', 'a')).status).toBe(400);
    expect((await call(server, 'POST', '/posts', 'a')).status).toBe(429);
  });

  it('are set over HTTP, shown with what is left of them, and replaced as a whole', async () => {
    const server = await start();
    const set = async (faults: unknown) =>
      await fetch(`${server.url}/_sandbox/faults`, { method: 'POST', body: JSON.stringify(faults) });
    expect((await set([{ platform: 'toy', kind: 'refuse', times: 2 }])).status).toBe(200);
    await call(server, 'GET', '/posts');
    const left = await (await fetch(`${server.url}/_sandbox/faults`)).json();
    expect(left).toEqual([{ platform: 'toy', kind: 'refuse', times: 1 }]);
    expect((await set([])).status).toBe(200);
    expect((await call(server, 'GET', '/posts')).status).toBe(200);
  });

  it.each([
    ['no array', { platform: 'toy' }],
    ['an unknown kind', [{ platform: 'toy', kind: 'meteor' }]],
    ['an unknown platform', [{ platform: 'elsewhere', kind: 'refuse' }]],
    ['a broken expression', [{ platform: 'toy', kind: 'refuse', match: '(' }]],
    ['an unknown field', [{ platform: 'toy', kind: 'refuse', time: 1 }]],
  ])('refuses %s and keeps what was set', async (_what, faults) => {
    const server = await start();
    server.setFaults([{ platform: 'toy', kind: 'refuse' }]);
    const answer = await fetch(`${server.url}/_sandbox/faults`, {
      method: 'POST',
      body: JSON.stringify(faults),
    });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toHaveProperty('error');
    expect((await call(server, 'GET', '/posts')).status).toBe(400);
  });
});
