import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { inspect } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { testServers } from '../../test/support/http-servers.ts';
import { Secret } from '../core/secret.ts';
import { StoreError } from '../core/store.ts';
import { connect, createRpc } from './rpc.ts';

const KEY = 'sb_secret_of-this-test';
const servers = testServers();
afterEach(() => servers.close());

interface Asked {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}
type Answer = (response: ServerResponse) => void;

const json =
  (status: number, body: unknown): Answer =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
const raw =
  (status: number, body: string): Answer =>
  (response) => {
    response.writeHead(status, { 'content-type': 'text/html' }).end(body);
  };
/** The database has done it, and nobody hears of it. */
const dropped: Answer = (response) => response.socket?.destroy();
const silence: Answer = () => {};
const good = json(200, { ok: true });

/** A Data API that gives these answers one after the other, the last one for ever. */
async function database(
  answers: readonly Answer[],
  pauses: readonly number[] = [1, 1, 1],
  timeoutMs = 5_000,
) {
  const asked: Asked[] = [];
  const url = await servers.http(async (request, response) => {
    const { method, url, headers } = request;
    asked.push({ method, url, headers, body: await text(request) });
    (answers[asked.length - 1] ?? answers.at(-1))?.(response);
  });
  return { asked, rpc: createRpc(connect({ url, serviceRoleKey: new Secret(KEY), timeoutMs }), pauses) };
}
const failureOf = (asking: Promise<unknown>) =>
  asking.then(
    () => null,
    (error: unknown) => (error instanceof StoreError ? error : null),
  );

const ARGS = {
  p: { call: 'c1', at: new Date('2026-11-21T12:00:00Z'), text: 'ünï “x” 🎉', none: null, list: [1] },
};

describe('a function of the database', () => {
  it('is called by POST with the key, and its answer comes back as it is', async () => {
    const { asked, rpc } = await database([json(200, [{ a: 1 }, null])]);
    await expect(rpc('publisher_claim', ARGS)).resolves.toEqual([{ a: 1 }, null]);
    const [call] = asked;
    expect(call).toMatchObject({ method: 'POST', url: '/rest/v1/rpc/publisher_claim' });
    expect(call?.headers).toMatchObject({ apikey: KEY, authorization: `Bearer ${KEY}` });
    expect(JSON.parse(call?.body ?? '')).toEqual({ p: { ...ARGS.p, at: '2026-11-21T12:00:00.000Z' } });
  });

  it('may answer nothing', async () => {
    const { rpc } = await database([(response) => response.writeHead(204).end()]);
    await expect(rpc('publisher_renew', {})).resolves.toBeNull();
  });
});

describe('a lost answer', () => {
  it.each([
    ['the connection was cut', dropped],
    ['a gateway without a database', json(503, { code: 'PGRST001', message: 'Database client error' })],
    ['a gateway’s page', raw(502, '<html>Bad Gateway</html>')],
    ['half an answer', raw(200, '{"ok":')],
    ['a deadlock', json(500, { code: '40P01', message: 'deadlock detected' })],
  ])('is asked for again with the very same arguments: %s', async (_name, answer) => {
    const { asked, rpc } = await database([answer, answer, good]);
    await expect(rpc('publisher_arm', ARGS)).resolves.toEqual({ ok: true });
    expect(asked).toHaveLength(3);
    expect(new Set(asked.map(({ body }) => body)).size).toBe(1);
  });

  it('is asked for again when nobody answers in time', async () => {
    const { asked, rpc } = await database([silence, good], [1], 200);
    await expect(rpc('publisher_arm', ARGS)).resolves.toEqual({ ok: true });
    expect(asked).toHaveLength(2);
  });

  // Node 20 forgets a time-out that nothing but a combined signal refers to as soon as it collects garbage.
  it('is asked for again when nobody answers in time, whatever is collected meanwhile', async () => {
    setFlagsFromString('--expose-gc');
    const collect: unknown = runInNewContext('gc');
    const garbageCollection: Answer = () => typeof collect === 'function' && collect();
    const { asked, rpc } = await database([garbageCollection, good], [1], 500);
    await expect(rpc('publisher_arm', ARGS)).resolves.toEqual({ ok: true });
    expect(asked).toHaveLength(2);
  });

  it('is given up after its time also when its connection is gone and nobody ever says so', async () => {
    // As a fetch does whose connection dies unnoticed; only the time-out keeps the process from running empty.
    vi.stubGlobal('fetch', () => new Promise(() => {}));
    try {
      const { rpc } = await database([good], [], 50);
      await expect(rpc('publisher_sweep', {})).rejects.toMatchObject({ kind: 'unreachable' });
    } finally {
      vi.unstubAllGlobals();
    }
  });

  it('is asked for as often as there are pauses, and then the database is out of reach', async () => {
    const { asked, rpc } = await database([dropped], [1, 1]);
    const failure = await failureOf(rpc('publisher_arm', ARGS));
    expect(failure).toMatchObject({ kind: 'unreachable' });
    expect(failure?.message).toContain('publisher_arm');
    expect(asked).toHaveLength(3);
  });

  it('the pauses are kept', async () => {
    const { rpc } = await database([dropped, dropped, good], [40, 60]);
    const before = performance.now();
    await rpc('publisher_arm', {});
    expect(performance.now() - before).toBeGreaterThanOrEqual(98);
  });

  it('a host without anybody at the port is out of reach', async () => {
    const url = await servers.http(() => {});
    await servers.close();
    const rpc = createRpc(connect({ url, serviceRoleKey: new Secret(KEY), timeoutMs: 1_000 }), [1]);
    await expect(failureOf(rpc('publisher_sweep', {}))).resolves.toMatchObject({ kind: 'unreachable' });
  });
});

describe('a definite answer is not asked for again', () => {
  it.each([
    ['config', json(404, { code: 'PGRST202', message: 'Could not find the function' })],
    ['config', json(401, { code: 'PGRST301', message: 'JWT expired' })],
    ['config', json(400, { code: 'CPVER', message: 'The schema is older.', hint: 'Migrate.' })],
    ['lost', json(400, { code: 'CPLST', message: 'The claim was lost.' })],
    ['fault', json(400, { code: '22P02', message: 'invalid input syntax for type uuid' })],
  ])('%s', async (kind, answer) => {
    const { asked, rpc } = await database([answer, good]);
    await expect(failureOf(rpc('publisher_claim', ARGS))).resolves.toMatchObject({ kind });
    expect(asked).toHaveLength(1);
  });

  it('also when it comes after a lost one', async () => {
    const { asked, rpc } = await database([
      dropped,
      json(400, { code: 'CPLST', message: 'The claim was lost.' }),
    ]);
    await expect(failureOf(rpc('publisher_settle', ARGS))).resolves.toMatchObject({ kind: 'lost' });
    expect(asked).toHaveLength(2);
  });
});

it('no failure shows the key', async () => {
  for (const answer of [dropped, json(401, { message: 'Invalid API key' }), raw(500, 'oops')]) {
    const { rpc } = await database([answer], []);
    const failure = await failureOf(rpc('publisher_claim', ARGS));
    expect(failure).not.toBeNull();
    expect(inspect(failure, { depth: 10 })).not.toContain(KEY);
  }
});

it('a client that is dumped, alone or within something, shows no key', () => {
  const client = connect({ url: 'http://127.0.0.1:9', serviceRoleKey: new Secret(KEY), timeoutMs: 1_000 });
  expect(inspect({ client }, { depth: 20, showHidden: true })).not.toContain(KEY);
  expect(JSON.stringify({ client })).toBe('{"client":"SupabaseClient(http://127.0.0.1:9)"}');
});
