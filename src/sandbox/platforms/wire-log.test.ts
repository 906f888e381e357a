import { mkdtempSync, rmSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, describe, expect, it } from 'vitest';
import { spoolBody } from './body.ts';
import type { SimRequest } from './simulator.ts';
import { wireLine } from './wire-log.ts';

const directory = mkdtempSync(join(tmpdir(), 'wire-'));
afterAll(() => rmSync(directory, { recursive: true }));

const AT = new Date('2026-11-21T10:00:00Z');

async function request(type: string, body: Uint8Array, extra: Partial<SimRequest> = {}): Promise<SimRequest> {
  const incoming = Object.assign(Readable.from([body]), { headers: { 'content-type': type } });
  return {
    method: 'POST',
    path: '/v1/posts',
    query: new URLSearchParams(),
    headers: { 'content-type': type },
    body: await spoolBody(incoming as unknown as IncomingMessage, directory),
    ...extra,
  };
}

async function lineOf(sim: SimRequest, secrets: readonly string[] = []): Promise<Record<string, unknown>> {
  const entry = { at: AT, platform: 'p', request: sim, response: { status: 200, json: { id: '1' } } };
  return JSON.parse(wireLine(entry, new Set(secrets))) as Record<string, unknown>;
}

describe('a line of the wire log', () => {
  it('has the promised keys, with JSON bodies as objects', async () => {
    const sim = await request('application/json', Buffer.from('{"text":"hi"}'));
    expect(await lineOf(sim)).toEqual({
      at: '2026-11-21T10:00:00.000Z',
      platform: 'p',
      method: 'POST',
      path: '/v1/posts',
      query: {},
      headers: { 'content-type': 'application/json' },
      body: { text: 'hi' },
      status: 200,
      answer: { id: '1' },
    });
  });

  it('shows parameters as they were meant', async () => {
    const query = new URLSearchParams({ q: 'a b&c=ü+%', action: 'x' });
    const sim = await request('application/json', Buffer.from('{}'), { query });
    expect((await lineOf(sim))['query']).toEqual({ q: 'a b&c=ü+%', action: 'x' });
  });

  it('shows form bodies as objects', async () => {
    const sim = await request(
      'application/x-www-form-urlencoded',
      Buffer.from('message=a+b&published=false'),
    );
    expect((await lineOf(sim))['body']).toEqual({ message: 'a b', published: 'false' });
  });

  it('shows other bodies as length, type and hash', async () => {
    const sim = await request('image/png', Buffer.from('abc'));
    expect((await lineOf(sim))['body']).toEqual({
      bytes: 3,
      type: 'image/png',
      sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    });
  });

  it('shows JSON that is none as length, type and hash', async () => {
    const sim = await request('application/json', Buffer.from('{"text":'));
    expect((await lineOf(sim))['body']).toMatchObject({ bytes: 8, type: 'application/json' });
  });

  it('masks secrets by name, and known tokens by value wherever they stand', async () => {
    const sim = await request(
      'application/json',
      Buffer.from('{"note":"tok/en-7 here","client_secret":"hush"}'),
      {
        path: '/v1/tok%2Fen-7',
        query: new URLSearchParams({ access_token: 'whatever', ut: 'whatever', q: 'tok/en-7' }),
        headers: { authorization: 'Bearer tok/en-7', 'content-type': 'application/json' },
      },
    );
    const text = JSON.stringify(await lineOf(sim, ['tok/en-7']));
    expect(text).not.toMatch(/tok(\/|%2F)en-7|hush|whatever/);
    expect(text).toContain('[secret] here');
  });

  it('has no status and no answer when the connection was cut', async () => {
    const sim = await request('application/json', Buffer.from('{}'));
    const line = JSON.parse(
      wireLine({ at: AT, platform: 'p', request: sim, response: null }, new Set()),
    ) as object;
    expect(line).toMatchObject({ status: null, answer: null });
  });
});
