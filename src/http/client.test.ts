import type { IncomingMessage } from 'node:http';
import type { LookupFunction } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { testServers } from '../../test/support/http-servers.ts';
import { HttpFailure } from '../core/http.ts';
import type { LogFields, Logger } from '../core/logger.ts';
import { Secret } from '../core/secret.ts';
import { publicLookup } from '../media/public-address.ts';
import { createHttp, type HttpClient, type HttpOptions } from './client.ts';

const servers = testServers();
const clients: HttpClient[] = [];

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
  await servers.close();
});

function client(apiUrl: string, options: Partial<HttpOptions> = {}): HttpClient {
  const http = createHttp({
    origins: ['https://graph.example.com'],
    uploadHosts: ['.uploads.example.com'],
    apiUrl,
    timeoutMs: 5_000,
    connectTimeoutMs: 5_000,
    userAgent: 'test/1',
    ...options,
  });
  clients.push(http);
  return http;
}

async function failure(promise: Promise<unknown>): Promise<HttpFailure> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(HttpFailure);
  return error as HttpFailure;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

const URL_OF_POST = 'https://graph.example.com/v1/feed';

describe('an answer', () => {
  it('comes with status, lower-case headers, text and parsed JSON, whatever the status', async () => {
    const url = await servers.http((_request, response) => {
      response.writeHead(418, { 'X-Trace': 'abc', 'content-type': 'application/json' });
      response.end('{"error":{"code":190}}');
    });
    const answer = await client(url).request({ method: 'GET', url: URL_OF_POST });
    expect(answer).toMatchObject({
      status: 418,
      headers: { 'x-trace': 'abc' },
      text: '{"error":{"code":190}}',
      json: { error: { code: 190 } },
    });
  });

  it('that is not JSON has no json', async () => {
    const url = await servers.http((_request, response) => response.end('<html>'));
    const answer = await client(url).request({ method: 'GET', url: URL_OF_POST });
    expect(answer.json).toBeUndefined();
  });

  it('that redirects is returned as it is and not followed', async () => {
    const paths: unknown[] = [];
    const url = await servers.http((request, response) => {
      paths.push(request.url);
      response.writeHead(302, { location: '/elsewhere' }).end();
    });
    const answer = await client(url).request({ method: 'POST', url: URL_OF_POST, body: { json: {} } });
    expect(answer.status).toBe(302);
    expect(paths).toEqual(['/v1/feed']);
  });

  it('longer than the limit is given up', async () => {
    const url = await servers.http((_request, response) => response.end('x'.repeat(2_000)));
    const http = client(url, { maxAnswerBytes: 1_000 });
    const error = await failure(http.request({ method: 'GET', url: URL_OF_POST }));
    expect(error).toMatchObject({ sent: true, reason: 'too_large' });
  });

  it('that was compressed against our wish is not unpacked: a few bytes never become gigabytes', async () => {
    const bomb = gzipSync(JSON.stringify({ data: ' '.repeat(20_000_000) }));
    const url = await servers.http((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(bomb);
    });
    const answer = await client(url).request({ method: 'GET', url: URL_OF_POST });
    expect(answer.text.length).toBeLessThanOrEqual(bomb.length);
    expect(answer.json).toBeUndefined();
  });

  it('sets no cookie for the next request', async () => {
    const cookies: unknown[] = [];
    const url = await servers.http((request, response) => {
      cookies.push(request.headers.cookie);
      response.writeHead(200, { 'set-cookie': 'session=1' }).end('{}');
    });
    const http = client(url);
    for (let n = 0; n < 2; n += 1) await http.request({ method: 'GET', url: URL_OF_POST });
    expect(cookies).toEqual([undefined, undefined]);
  });

  it('is not taken from an informational status', async () => {
    const url = await servers.http((_request, response) => {
      response.writeEarlyHints({ link: '</a.css>; rel=preload' });
      response.end('done');
    });
    const answer = await client(url).request({ method: 'GET', url: URL_OF_POST });
    expect(answer).toMatchObject({ status: 200, text: 'done' });
  });
});

describe('a request', () => {
  it('carries query, headers and a form whose secrets are revealed only on the wire', async () => {
    let seen = {};
    const url = await servers.http(async (request, response) => {
      const { authorization, 'content-type': type, 'user-agent': agent } = request.headers;
      seen = { path: request.url, authorization, type, agent, body: await bodyOf(request) };
      response.end();
    });
    await client(url).request({
      method: 'POST',
      url: `${URL_OF_POST}?a=1`,
      query: { b: 'x y', c: undefined, d: 2 },
      headers: { Authorization: new Secret('Bearer t0p') },
      body: { form: { message: 'a&b', access_token: new Secret('t0p+/') } },
    });
    expect(seen).toEqual({
      path: '/v1/feed?a=1&b=x+y&d=2',
      authorization: 'Bearer t0p',
      type: 'application/x-www-form-urlencoded',
      agent: 'test/1',
      body: 'message=a%26b&access_token=t0p%2B%2F',
    });
  });

  it('uses a kept connection again when it has no arm, and a fresh one when it has', async () => {
    const ports: unknown[] = [];
    const url = await servers.http((request, response) => {
      ports.push(request.socket.remotePort);
      response.end();
    });
    const http = client(url);
    const arm = { id: 'a', check: () => undefined };
    for (const armed of [false, false, true, true]) {
      await http.request({ method: 'POST', url: URL_OF_POST, body: { json: 1 }, ...(armed ? { arm } : {}) });
      // undici gives a connection back one turn after the answer.
      await nextTurn();
    }
    expect(ports[0]).toBe(ports[1]);
    expect(new Set(ports).size).toBe(3);
  });

  it.each([503, 429, 500, 408])('is not repeated by itself after %i', async (status) => {
    let count = 0;
    const url = await servers.http((_request, response) => {
      count += 1;
      response.writeHead(status, { 'retry-after': '0' }).end();
    });
    const http = client(url);
    for (const method of ['GET', 'POST'] as const) {
      expect((await http.request({ method, url: URL_OF_POST })).status).toBe(status);
    }
    expect(count).toBe(2);
  });

  it.each([
    { method: 'GET', armed: false, times: 2 },
    { method: 'GET', armed: true, times: 1 },
    { method: 'POST', armed: false, times: 1 },
    { method: 'POST', armed: true, times: 1 },
    { method: 'PUT', armed: false, times: 1 },
    { method: 'DELETE', armed: false, times: 1 },
  ] as const)('$method, armed $armed, leaves $times time(s) when every connection is reset', async (row) => {
    let count = 0;
    const url = await servers.http((request) => {
      count += 1;
      request.socket.resetAndDestroy();
    });
    const error = await failure(
      client(url).request({
        method: row.method,
        url: URL_OF_POST,
        ...(row.armed ? { arm: { id: 'a', check: () => undefined } } : {}),
      }),
    );
    expect(error).toMatchObject({ sent: true, reason: 'reset' });
    expect(count).toBe(row.times);
  });

  it('asks a GET again whose connection broke before the answer, and returns the second answer', async () => {
    let count = 0;
    const url = await servers.http((request, response) => {
      count += 1;
      if (count === 1) request.socket.resetAndDestroy();
      else response.end('second');
    });
    expect((await client(url).request({ method: 'GET', url: URL_OF_POST })).text).toBe('second');
  });

  it('is not asked again when the answer had begun', async () => {
    let count = 0;
    const url = await servers.http((request, response) => {
      count += 1;
      response.writeHead(200, { 'content-length': '100' });
      response.write('{"id":', () => request.socket.resetAndDestroy());
    });
    const error = await failure(client(url).request({ method: 'GET', url: URL_OF_POST }));
    expect(error).toMatchObject({ sent: true, reason: 'reset' });
    expect(count).toBe(1);
  });
});

describe('a broken exchange', () => {
  it.each([
    ['a truncated body', 'HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{"id":'],
    ['a truncated chunk', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n20\r\n{"id":'],
    ['half a head', 'HTTP/1.1 200 OK\r\ncontent-le'],
    ['something that is not HTTP', 'SSH-2.0-OpenSSH\r\n\r\n'],
    ['nothing', ''],
  ])('that ends in %s counts as sent', async (_name, bytes) => {
    const url = await servers.tcp((socket) => socket.once('data', () => socket.end(bytes)));
    const error = await failure(
      client(url).request({ method: 'POST', url: URL_OF_POST, body: { json: {} } }),
    );
    expect(error).toMatchObject({ sent: true, reason: 'reset' });
  });

  it('without an answer in time counts as sent', async () => {
    const url = await servers.http(() => undefined);
    const error = await failure(
      client(url, { timeoutMs: 150 }).request({ method: 'POST', url: URL_OF_POST }),
    );
    expect(error).toMatchObject({ sent: true, reason: 'timeout' });
    expect(error.message).toMatch(/did not answer in full within 0.15 s/);
  });

  it('whose answer drips for longer than the time-out counts as sent', async () => {
    const timers: NodeJS.Timeout[] = [];
    const url = await servers.http((_request, response) => {
      response.writeHead(200);
      timers.push(setInterval(() => response.write('.'), 20));
    });
    const error = await failure(client(url).request({ method: 'GET', url: URL_OF_POST, timeoutMs: 200 }));
    timers.forEach(clearInterval);
    expect(error).toMatchObject({ sent: true, reason: 'timeout' });
  });

  it('with a refused connection was not sent', async () => {
    const url = await servers.http(() => undefined);
    await servers.close();
    const error = await failure(client(url).request({ method: 'POST', url: URL_OF_POST }));
    expect(error).toMatchObject({ sent: false, reason: 'refused' });
  });

  it('with an unknown name was not sent', async () => {
    const http = client('https://publisher-test.invalid');
    const error = await failure(http.request({ method: 'POST', url: URL_OF_POST }));
    expect(error).toMatchObject({ sent: false, reason: 'dns' });
  });

  it('with a name that has come to mean a private address was not sent, and says so', async () => {
    let asked = 0;
    const url = await servers.http((_request, response) => {
      asked += 1;
      response.end('{}');
    });
    const { port } = new URL(url);
    const rebinding: LookupFunction = (_name, _options, callback) =>
      callback(null, [
        { address: '93.184.215.14', family: 4 },
        { address: '127.0.0.1', family: 4 },
      ]);
    const http = client(`http://localhost:${port}`, { lookup: publicLookup(rebinding) });
    const error = await failure(http.request({ method: 'GET', url: URL_OF_POST }));
    expect(error).toMatchObject({ sent: false, reason: 'private_address' });
    expect(error.message).toContain('leads to an address that is not public');
    expect(asked).toBe(0);
  });

  it('with a header that would begin another one was not sent', async () => {
    let asked = 0;
    const url = await servers.http((_request, response) => {
      asked += 1;
      response.end('{}');
    });
    const headers = { authorization: new Secret('Bearer a\r\nx-injected: 1') };
    const error = await failure(client(url).request({ method: 'GET', url: URL_OF_POST, headers }));
    expect(error).toMatchObject({ sent: false, reason: 'aborted' });
    expect(error.message).not.toContain('injected');
    expect(asked).toBe(0);
  });

  it('with a server that never speaks TLS was not sent', async () => {
    const url = await servers.tcp((socket) =>
      socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
    );
    const http = client(url.replace('http:', 'https:'));
    const error = await failure(http.request({ method: 'POST', url: URL_OF_POST }));
    expect(error).toMatchObject({ sent: false, reason: 'tls' });
  });

  it('with a TLS handshake that never ends was not sent', async () => {
    const url = await servers.tcp(() => undefined);
    const http = client(url.replace('http:', 'https:'), { connectTimeoutMs: 150 });
    const error = await failure(http.request({ method: 'POST', url: URL_OF_POST }));
    expect(error).toMatchObject({ sent: false, reason: 'connect_timeout' });
  });

  it('that is stopped by the signal counts as sent once it has left', async () => {
    const stop = new AbortController();
    const url = await servers.http(() => stop.abort());
    const post = { method: 'POST', url: URL_OF_POST, signal: stop.signal } as const;
    expect(await failure(client(url).request(post))).toMatchObject({
      sent: true,
      reason: 'aborted',
    });
    expect(await failure(client(url).request(post))).toMatchObject({
      sent: false,
      reason: 'aborted',
    });
  });

  it('leaves an armed request that has left to its end when the signal comes', async () => {
    const stop = new AbortController();
    const url = await servers.http((_request, response) => {
      stop.abort();
      response.end('{"id":"1"}');
    });
    const arm = { id: 'a', check: () => undefined };
    const answer = await client(url).request({
      method: 'POST',
      url: URL_OF_POST,
      arm,
      signal: stop.signal,
    });
    expect(answer.json).toEqual({ id: '1' });
  });
});

describe('secrets', () => {
  it('appear neither in errors nor in the log, wherever they stood', async () => {
    const lines: unknown[] = [];
    const write = (message: string, fields?: LogFields) => lines.push({ message, fields });
    const log: Logger = {
      debug: write,
      info: write,
      warn: write,
      error: write,
      flush: () => Promise.resolve(),
    };
    const url = await servers.http((request) => request.socket.resetAndDestroy());
    const http = client(url, { log });
    const secret = 'S3cretValue';
    const requests = [
      { url: `${URL_OF_POST}?access_token=${secret}` },
      { url: new Secret(`https://a.uploads.example.com/${secret}?x=${secret}`) },
      { url: new Secret(`https://evil.example.org/${secret}`) },
      { url: new Secret(`not a url ${secret}`) },
      { url: URL_OF_POST, headers: { authorization: new Secret(`Bearer ${secret}\n`) } },
      { url: URL_OF_POST, body: { form: { access_token: new Secret(secret) } } },
    ];
    for (const request of requests) {
      const error: unknown = await http
        .request({ method: 'POST', ...request })
        .catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(Error);
      const { message, stack, cause } = error as Error;
      lines.push({
        message,
        stack,
        cause: cause instanceof Error ? [cause.message, cause.stack, { ...cause }] : cause,
      });
    }
    expect(JSON.stringify(lines)).not.toContain(secret);
    expect(lines).toHaveLength(requests.length + 4);
  });
});
