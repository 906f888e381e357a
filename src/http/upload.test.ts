import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { testServers } from '../../test/support/http-servers.ts';
import type { HttpBody, HttpSource } from '../core/http.ts';
import { createHttp, type HttpClient } from './client.ts';

const servers = testServers();
let http: HttpClient | undefined;

afterEach(async () => {
  await http?.close();
  await servers.close();
});

function upload(apiUrl: string, body: HttpBody, timeoutMs = 5_000) {
  http = createHttp({
    origins: ['https://graph.example.com'],
    uploadHosts: [],
    apiUrl,
    timeoutMs,
    connectTimeoutMs: 5_000,
    userAgent: 'test/1',
  });
  return http.request({ method: 'PUT', url: 'https://graph.example.com/upload', body });
}

const CHUNK = Buffer.alloc(64 * 1024, 7);
let closed = 0;
beforeEach(() => {
  closed = 0;
});

function chunks(count: number, pauseMs = 0): HttpSource {
  return {
    length: count * CHUNK.length,
    async *open() {
      try {
        for (let sent = 0; sent < count; sent += 1) {
          if (pauseMs > 0) await sleep(pauseMs);
          yield CHUNK;
        }
      } finally {
        closed += 1;
      }
    },
  };
}

function counting() {
  return servers.http((request, response) => {
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
    });
    request.on('end', () => response.end(JSON.stringify({ bytes, headers: request.headers })));
  });
}

describe('a streamed body', () => {
  it('of 200 MB arrives whole without growing the memory', async () => {
    const url = await counting();
    const before = process.memoryUsage().rss;
    let peak = before;
    const timer = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage().rss);
    }, 5);
    const answer = await upload(url, { source: chunks(3_200), type: 'video/mp4' }, 60_000);
    clearInterval(timer);
    expect(answer.json).toMatchObject({
      bytes: 3_200 * CHUNK.length,
      headers: { 'content-length': String(3_200 * CHUNK.length), 'content-type': 'video/mp4' },
    });
    expect(peak - before).toBeLessThan(100 * 1024 * 1024);
    expect(closed).toBe(1);
  });

  it('may take longer than the time-out as long as it moves', async () => {
    const url = await counting();
    const answer = await upload(url, { source: chunks(12, 100), type: 'video/mp4' }, 1_000);
    expect(answer.json).toMatchObject({ bytes: 12 * CHUNK.length });
  });

  it('that the server stops reading is given up as sent, and its file is closed', async () => {
    const url = await servers.tcp((socket) => socket.pause());
    const promise = upload(url, { source: chunks(1_000), type: 'video/mp4' }, 200);
    await expect(promise).rejects.toMatchObject({ sent: true, reason: 'timeout' });
    expect(closed).toBe(1);
  });

  it('without an answer in time after the last byte is given up as sent', async () => {
    const url = await servers.http((request) => request.resume());
    const promise = upload(url, { source: chunks(2), type: 'video/mp4' }, 200);
    await expect(promise).rejects.toMatchObject({ sent: true, reason: 'timeout' });
  });

  it('that is answered before its end yields that answer, and its file is closed', async () => {
    const url = await servers.http((request, response) => {
      request.once('data', () => response.writeHead(413).end('too large'));
    });
    const answer = await upload(url, { source: chunks(1_000, 1), type: 'video/mp4' });
    expect(answer).toMatchObject({ status: 413, text: 'too large' });
    await expect.poll(() => closed).toBe(1);
  });

  it('that cannot be read was not sent', async () => {
    const url = await counting();
    const source: HttpSource = {
      length: 10,
      // biome-ignore lint/correctness/useYield: it fails before it yields
      async *open() {
        throw new Error('EIO');
      },
    };
    await expect(upload(url, { source, type: 'video/mp4' })).rejects.toMatchObject({
      sent: false,
      reason: 'aborted',
    });
  });

  it.each([
    { announced: 2 * CHUNK.length + 1, name: 'shorter' },
    { announced: 2 * CHUNK.length - 1, name: 'longer' },
  ])('$name than announced is given up', async ({ announced }) => {
    const url = await counting();
    const source: HttpSource = { length: announced, open: () => chunks(2).open() };
    await expect(upload(url, { source, type: 'video/mp4' })).rejects.toMatchObject({
      sent: true,
      reason: 'aborted',
    });
  });

  it('of no bytes has a content-length of 0', async () => {
    const url = await counting();
    const answer = await upload(url, { source: chunks(0), type: 'video/mp4' });
    expect(answer.json).toMatchObject({ bytes: 0, headers: { 'content-length': '0' } });
  });
});

describe('a multipart body', () => {
  it('arrives as the fields and files it was made of, with an exact length', async () => {
    let seen: unknown;
    const url = await servers.http(async (request, response) => {
      const body: Buffer[] = [];
      for await (const chunk of request) body.push(chunk as Buffer);
      const type = String(request.headers['content-type']);
      const form = await new Response(Buffer.concat(body), { headers: { 'content-type': type } }).formData();
      const file = form.get('source') as File;
      seen = {
        length: Number(request.headers['content-length']) === Buffer.concat(body).length,
        chunked: request.headers['transfer-encoding'],
        title: form.get('title'),
        quoted: form.get('a"b'),
        file: [file.name, file.type, file.size],
      };
      response.end();
    });
    await upload(url, {
      multipart: [
        { name: 'title', value: 'Grüße\r\nzweite Zeile' },
        { name: 'a"b', value: '1' },
        { name: 'source', value: { file: chunks(2), filename: 'clip.mp4', type: 'video/mp4' } },
      ],
    });
    expect(seen).toEqual({
      length: true,
      chunked: undefined,
      title: 'Grüße\r\nzweite Zeile',
      quoted: '1',
      file: ['clip.mp4', 'video/mp4', 2 * CHUNK.length],
    });
  });
});
