import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import type { LookupFunction } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { testServers } from '../../test/support/http-servers.ts';
import { type FetchOptions, fetchMedia } from './fetch.ts';

const servers = testServers();
let dir = '';

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'fetch-test-'));
});
afterEach(async () => {
  await servers.close();
  await rm(dir, { recursive: true });
});

function fetchIt(url: string, options: Partial<FetchOptions> = {}) {
  const defaults = { dir, allowHosts: ['127.0.0.1'], maxBytes: 10_000_000, idleMs: 5_000, totalMs: 10_000 };
  return fetchMedia(url, { ...defaults, ...options });
}

const serve = (listener: RequestListener) => servers.http(listener);

describe('a file', () => {
  it('is stored whole, for this user only, with its size and hash', async () => {
    const bytes = Buffer.alloc(300_000, 'abc');
    const url = await serve((_request, response) => response.end(bytes));
    const file = await fetchIt(`${url}/a.jpg`);
    expect(file.bytes).toBe(300_000);
    expect(file.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
    expect((await readFile(file.path)).equals(bytes)).toBe(true);
    expect((await stat(file.path)).mode & 0o777).toBe(0o600);
  });

  it('is found behind redirects', async () => {
    const url = await serve((request, response) => {
      if (request.url === '/final') response.end('x');
      else response.writeHead(302, { location: request.url === '/a' ? '/b' : `${url}/final` }).end();
    });
    expect((await fetchIt(`${url}/a`)).bytes).toBe(1);
  });

  it('behind six redirects is refused', async () => {
    let count = 0;
    const url = await serve((_request, response) => {
      count += 1;
      response.writeHead(302, { location: `/${count}` }).end();
    });
    await expect(fetchIt(`${url}/a`)).rejects.toMatchObject({ kind: 'rejected', code: 'MEDIA_REFUSED' });
    expect(count).toBe(6);
  });

  it.each([
    { name: 'announced', headers: { 'content-length': '2000' } },
    { name: 'that arrives', headers: {} },
  ])('over the limit $name is refused and nothing stays on disk', async ({ headers }) => {
    const url = await serve((_request, response) => {
      response.writeHead(200, headers);
      response.end(Buffer.alloc(2_000));
    });
    const promise = fetchIt(`${url}/big.mp4`, { maxBytes: 1_999 });
    await expect(promise).rejects.toMatchObject({ kind: 'rejected', code: 'MEDIA_TOO_LARGE' });
    expect(await readdir(dir)).toEqual([]);
  });

  it('of 200 MB does not grow the memory', async () => {
    const chunk = Buffer.alloc(1_048_576, 1);
    const url = await serve((_request, response) => {
      let left = 200;
      const more = () => {
        while (left > 0 && response.write(chunk)) left -= 1;
        if (left > 0) {
          left -= 1;
          response.once('drain', more);
        } else response.end();
      };
      more();
    });
    const before = process.memoryUsage().rss;
    let peak = before;
    const timer = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage().rss);
    }, 5);
    const file = await fetchIt(`${url}/long.mp4`, { maxBytes: 1_000_000_000, totalMs: 60_000 });
    clearInterval(timer);
    expect(file.bytes).toBeGreaterThan(199 * 1_048_576);
    expect(peak - before).toBeLessThan(120 * 1_048_576);
  });
});

describe('a refusal', () => {
  it.each([
    [404, '', '/x/box.jpg', 'rejected', 'MEDIA_NOT_FOUND', /“box.jpg” is not there any more/],
    [410, '', '/x/box.jpg', 'rejected', 'MEDIA_NOT_FOUND', /410/],
    [403, '', '/x/box.jpg', 'rejected', 'MEDIA_NOT_PUBLIC', /not public/],
    [401, '', '/x/box.jpg', 'rejected', 'MEDIA_NOT_PUBLIC', /not public/],
    [418, '', '/x/box.jpg', 'rejected', 'MEDIA_REFUSED', /418/],
    [204, '', '/x/box.jpg', 'rejected', 'MEDIA_REFUSED', /204/],
    [429, '', '/x/box.jpg', 'temporary', 'MEDIA_UNAVAILABLE', /429/],
    [500, '', '/x/box.jpg', 'temporary', 'MEDIA_UNAVAILABLE', /500/],
    [503, '', '/x/box.jpg', 'temporary', 'MEDIA_UNAVAILABLE', /503/],
    [
      400,
      '{"statusCode":"404","error":"Bucket not found","message":"Bucket not found"}',
      '/storage/v1/object/public/b/box.jpg',
      'rejected',
      'MEDIA_NOT_PUBLIC',
      /bucket is missing or private/,
    ],
    [
      403,
      '{}',
      '/storage/v1/object/public/b/box.jpg',
      'rejected',
      'MEDIA_NOT_PUBLIC',
      /bucket is missing or private/,
    ],
    [
      400,
      '{"statusCode":"404","error":"not_found","message":"Object not found"}',
      '/storage/v1/object/public/b/box.jpg',
      'rejected',
      'MEDIA_NOT_FOUND',
      /not in its storage bucket/,
    ],
    [
      400,
      '{"statusCode":"400","error":"InvalidJWT","message":"jwt expired"}',
      '/storage/v1/object/sign/b/box.jpg?token=S3cret',
      'rejected',
      'MEDIA_LINK_EXPIRED',
      /signed address/,
    ],
  ])('%i %s at %s is %s %s', async (status, body, path, kind, code, message) => {
    const url = await serve((_request, response) => response.writeHead(status).end(body));
    const error: unknown = await fetchIt(`${url}${path}`).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      kind,
      code,
      message: expect.stringMatching(message),
      hint: expect.stringMatching(/\.$/),
    });
    expect(`${String(error)} ${JSON.stringify(error)}`).not.toContain('S3cret');
    expect(await readdir(dir)).toEqual([]);
  });

  it('comes from a connection that breaks in the middle: temporary, nothing on disk', async () => {
    const url = await serve((request, response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('x'.repeat(500), () => request.socket.resetAndDestroy());
    });
    await expect(fetchIt(`${url}/a.jpg`)).rejects.toMatchObject({
      kind: 'temporary',
      code: 'MEDIA_UNREACHABLE',
    });
    expect(await readdir(dir)).toEqual([]);
  });

  it('comes from a refused connection: temporary', async () => {
    const url = await serve(() => undefined);
    await servers.close();
    await expect(fetchIt(`${url}/a.jpg`)).rejects.toMatchObject({
      kind: 'temporary',
      code: 'MEDIA_UNREACHABLE',
    });
  });

  it.each([
    { name: 'never answers', drip: false },
    { name: 'stops in the middle', drip: true },
  ])('comes from a host that $name: temporary', async ({ drip }) => {
    const url = await serve((_request, response) => {
      if (drip) response.write('x');
    });
    await expect(fetchIt(`${url}/a.jpg`, { idleMs: 150 })).rejects.toMatchObject({
      kind: 'temporary',
      code: 'MEDIA_TIMEOUT',
    });
  });

  it('comes from a host that drips for ever: temporary', async () => {
    const timers: NodeJS.Timeout[] = [];
    const url = await serve((_request, response) => {
      timers.push(setInterval(() => response.write('x'), 20));
    });
    await expect(fetchIt(`${url}/a.jpg`, { totalMs: 200 })).rejects.toMatchObject({
      kind: 'temporary',
      code: 'MEDIA_TIMEOUT',
    });
    timers.forEach(clearInterval);
  });

  it('comes from the signal to stop: temporary', async () => {
    const stop = new AbortController();
    const url = await serve(() => stop.abort());
    await expect(fetchIt(`${url}/a.jpg`, { signal: stop.signal })).rejects.toMatchObject({
      kind: 'temporary',
      code: 'STOPPED',
    });
  });
});

describe('an address with a password', () => {
  it('is refused, and so is a redirect to one', async () => {
    let asked = 0;
    const url = await serve((_request, response) => {
      asked += 1;
      response.writeHead(302, { location: `${url.replace('//', '//rao:S3cret@')}/b` }).end();
    });
    const first = await fetchIt(`${url.replace('//', '//rao:S3cret@')}/a.jpg`).catch(
      (reason: unknown) => reason,
    );
    expect(first).toMatchObject({ kind: 'rejected', code: 'MEDIA_URL_UNUSABLE' });
    expect(asked).toBe(0);
    const second = await fetchIt(`${url}/a.jpg`).catch((reason: unknown) => reason);
    expect(second).toMatchObject({ kind: 'rejected', code: 'MEDIA_URL_UNUSABLE' });
    expect(asked).toBe(1);
    expect(`${String(first)}${JSON.stringify([first, second])}`).not.toContain('S3cret');
  });
});

it('a redirect to nowhere is refused', async () => {
  const url = await serve((_request, response) => response.writeHead(302, { location: 'http://[/' }).end());
  await expect(fetchIt(`${url}/a.jpg`)).rejects.toMatchObject({ kind: 'rejected', code: 'MEDIA_REFUSED' });
});

it('a request carries nothing that a host has set, and nothing of ours', async () => {
  const seen: unknown[] = [];
  const url = await serve((request, response) => {
    seen.push(request.headers);
    response.setHeader('set-cookie', 'session=1');
    if (request.url === '/a.jpg') response.writeHead(302, { location: '/b' }).end();
    else response.end('x');
  });
  await fetchIt(`${url}/a.jpg`);
  const plain = {
    host: new URL(url).host,
    connection: 'keep-alive',
    'user-agent': 'content-publisher',
    accept: '*/*',
    'accept-encoding': 'identity',
  };
  expect(seen).toEqual([plain, plain]);
});

it('a file that was compressed against our wish is stored as it came', async () => {
  const bomb = gzipSync(Buffer.alloc(20_000_000));
  const url = await serve((_request, response) =>
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb),
  );
  expect((await fetchIt(`${url}/a.jpg`)).bytes).toBe(bomb.length);
});

describe('a private host', () => {
  async function hidden() {
    let asked = 0;
    const url = await serve((_request, response) => {
      asked += 1;
      response.end('secret');
    });
    return { url, port: new URL(url).port, asked: () => asked };
  }

  it.each(['127.0.0.1', 'localhost', '[::ffff:127.0.0.1]', '2130706433', '0.0.0.0'])(
    '%s is not asked',
    async (host) => {
      const server = await hidden();
      const promise = fetchIt(`http://${host}:${server.port}/a.jpg`, { allowHosts: [] });
      await expect(promise).rejects.toMatchObject({ kind: 'rejected', code: 'MEDIA_HOST_PRIVATE' });
      expect(server.asked()).toBe(0);
    },
  );

  it('behind a public name is not asked, also when the name changes its meaning after a first look', async () => {
    const server = await hidden();
    const looks: string[] = [];
    const rebinding: LookupFunction = (name, _options, callback) => {
      looks.push(name);
      callback(null, [{ address: '127.0.0.1', family: 4 }]);
    };
    const promise = fetchIt(`http://media.example.com:${server.port}/a.jpg`, {
      allowHosts: [],
      lookup: rebinding,
    });
    await expect(promise).rejects.toMatchObject({ code: 'MEDIA_HOST_PRIVATE' });
    expect(server.asked()).toBe(0);
    expect(looks).toEqual(['media.example.com']);
  });

  it('behind a redirect is not asked', async () => {
    const server = await hidden();
    const url = await serve((_request, response) =>
      response.writeHead(302, { location: `${server.url}/a` }).end(),
    );
    const promise = fetchIt(`${url}/a.jpg`, { allowHosts: [new URL(url).host] });
    await expect(promise).rejects.toMatchObject({ code: 'MEDIA_HOST_PRIVATE' });
    expect(server.asked()).toBe(0);
  });

  it('behind a name with a dot at its end is not asked', async () => {
    const server = await hidden();
    const lookup: LookupFunction = (_name, _options, callback) => callback(null, '127.0.0.1', 4);
    const promise = fetchIt(`http://localhost.:${server.port}/a.jpg`, { allowHosts: ['localhost'], lookup });
    await expect(promise).rejects.toMatchObject({ code: 'MEDIA_HOST_PRIVATE' });
    expect(server.asked()).toBe(0);
  });

  it('may be named with its port, and then only that port is asked', async () => {
    const [named, other] = [await hidden(), await hidden()];
    const allowHosts = [`127.0.0.1:${named.port}`];
    expect((await fetchIt(`${named.url}/a.jpg`, { allowHosts })).bytes).toBe(6);
    await expect(fetchIt(`${other.url}/a.jpg`, { allowHosts })).rejects.toMatchObject({
      code: 'MEDIA_HOST_PRIVATE',
    });
  });

  it.each(['file:///etc/passwd', 'ftp://example.com/a.jpg'])('%s is refused', async (url) => {
    await expect(fetchIt(url)).rejects.toMatchObject({ kind: 'rejected' });
  });
});
