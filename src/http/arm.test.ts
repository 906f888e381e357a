import diagnostics from 'node:diagnostics_channel';
import type { LookupFunction } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { TLSSocket } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { testServers } from '../../test/support/http-servers.ts';
import { selfSigned } from '../../test/support/self-signed.ts';
import { type Arm, ArmExpired, HttpFailure, type HttpSource } from '../core/http.ts';
import { createHttp, type HttpOptions } from './client.ts';
import { singleClient } from './dispatchers.ts';
import { exchange } from './exchange.ts';

const servers = testServers();
afterEach(() => servers.close());

const URL_OF_POST = 'https://graph.example.com/v1/feed';

function post(apiUrl: string, arm: Arm, source?: HttpSource, options: Partial<HttpOptions> = {}) {
  const http = createHttp({
    origins: ['https://graph.example.com'],
    uploadHosts: [],
    apiUrl,
    timeoutMs: 5_000,
    connectTimeoutMs: 5_000,
    userAgent: 'test/1',
    ...options,
  });
  const body = source === undefined ? { json: { message: 'hello' } } : { source, type: 'video/mp4' };
  return http.request({ method: 'POST', url: URL_OF_POST, arm, body }).catch((error: unknown) => {
    if (error instanceof HttpFailure) return error;
    throw error;
  });
}

/** An arm that ends after some milliseconds, and remembers when it was asked. */
function armFor(ms: number): Arm & { readonly asked: number[] } {
  const start = performance.now();
  const asked: number[] = [];
  return {
    id: 'arm',
    asked,
    check() {
      const elapsed = performance.now() - start;
      asked.push(elapsed);
      if (elapsed > ms) throw new ArmExpired('too late');
    },
  };
}

/** Accepts at once, but starts to speak TLS only after a while. Collects what arrives inside of it. */
async function lateTls(delayMs: number) {
  const { key, cert } = selfSigned();
  const received: string[] = [];
  const origin = await servers.tcp((socket) => {
    socket.pause();
    setTimeout(() => {
      const tls = new TLSSocket(socket, { isServer: true, key, cert });
      tls.on('error', () => undefined);
      tls.on('data', (data) => {
        received.push(data.toString());
        tls.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}');
      });
    }, delayMs);
  });
  return { url: origin.replace('http://127.0.0.1', 'https://localhost'), ca: cert, received };
}

describe('the arm of a request', () => {
  it('is asked after the TLS handshake, so that one which ended meanwhile sends nothing', async () => {
    const server = await lateTls(150);
    const arm = armFor(100);
    const result = await post(server.url, arm, undefined, { ca: server.ca });
    expect(result).toMatchObject({ name: 'HttpFailure', sent: false, reason: 'arm_expired' });
    expect(arm.asked).toHaveLength(1);
    await sleep(50);
    expect(server.received).toEqual([]);
  });

  it('lets a request leave after a slow handshake while it lasts', async () => {
    const server = await lateTls(150);
    const arm = armFor(5_000);
    expect(await post(server.url, arm, undefined, { ca: server.ca })).toMatchObject({ status: 200 });
    expect(arm.asked[0]).toBeGreaterThan(140);
    expect(server.received.join('')).toContain('POST /v1/feed');
  });

  it('is asked after the name lookup', async () => {
    const url = await servers.http((_request, response) => response.end());
    const lookup: LookupFunction = (_name, options, callback) => {
      setTimeout(() => {
        if (options.all === true) callback(null, [{ address: '127.0.0.1', family: 4 }]);
        else callback(null, '127.0.0.1', 4);
      }, 120);
    };
    const arm = armFor(100);
    const result = await post(url.replace('127.0.0.1', 'localhost'), arm, undefined, { lookup });
    expect(result).toMatchObject({ sent: false, reason: 'arm_expired' });
  });

  it('is asked in the very turn in which undici writes the head', async () => {
    const url = await servers.http((_request, response) => response.end());
    let sameTurn: boolean | undefined;
    let inTurn = false;
    const onHead = () => {
      sameTurn = inTurn;
    };
    diagnostics.subscribe('undici:client:sendHeaders', onHead);
    const check = () => {
      inTurn = true;
      queueMicrotask(() => {
        inTurn = false;
      });
    };
    await post(url, { id: 'arm', check });
    diagnostics.unsubscribe('undici:client:sendHeaders', onHead);
    expect(sameTurn).toBe(true);
  });

  it('is asked again before the first byte of a streamed body, because the head leaves with it', async () => {
    const received: string[] = [];
    const url = await servers.tcp((socket) => socket.on('data', (data) => received.push(data.toString())));
    const slowFile: HttpSource = {
      length: 3,
      async *open() {
        await sleep(120);
        yield Buffer.from('abc');
      },
    };
    const arm = armFor(100);
    const result = await post(url, arm, slowFile);
    expect(result).toMatchObject({ sent: false, reason: 'arm_expired' });
    expect(arm.asked).toHaveLength(2);
    expect(received).toEqual([]);
  });
});

describe('the connection of an armed request', () => {
  it('is not made a second time when the server closes it before anything was written', async () => {
    let connections = 0;
    const url = await servers.tcp((socket) => {
      connections += 1;
      socket.end();
    });
    const slowFile: HttpSource = {
      length: 3,
      async *open() {
        await sleep(100);
        yield Buffer.from('abc');
      },
    };
    expect(await post(url, armFor(5_000), slowFile)).toMatchObject({ sent: false, reason: 'reset' });
    expect(connections).toBe(1);
  });

  it('cannot be made a second time at all', async () => {
    let connections = 0;
    const url = await servers.http((request, response) => {
      connections += 1;
      response.end(request.url);
    });
    const dispatcher = singleClient(url, { connectTimeoutMs: 1_000 });
    const plan = {
      dispatcher,
      method: 'POST',
      url: new URL(`${url}/x`),
      headers: {},
      body: { kind: 'none' },
      arm: undefined,
      timeoutMs: 1_000,
      connectTimeoutMs: 1_000,
      maxAnswerBytes: 100,
      signal: undefined,
    } as const;
    expect(await exchange(plan)).toMatchObject({ ok: true, response: { text: '/x' } });
    expect(await exchange(plan)).toMatchObject({ ok: false, failure: { sent: false, reason: 'reset' } });
    expect(connections).toBe(1);
    await dispatcher.destroy();
  });
});
