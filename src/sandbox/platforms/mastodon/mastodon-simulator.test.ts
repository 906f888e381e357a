import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mp4 } from '../../../../test/support/mp4.ts';
import { type Platforms, startPlatforms } from '../server.ts';
import type { SimAccount } from '../simulator.ts';
import { FULL_SCOPES } from './gate.ts';
import { makeMastodonSimulator } from './index.ts';

const HOUR_MS = 3_600_000;
const account: SimAccount = {
  id: '1001@mastodon.example',
  name: 'Rao Bakes',
  token: 'sim-token',
  scopes: FULL_SCOPES,
};

let clock = Date.parse('2026-11-21T10:00:00Z');
let platforms: Platforms;

beforeEach(async () => {
  platforms = await startPlatforms({
    makers: { mastodon: makeMastodonSimulator },
    accounts: { mastodon: [account] },
    processingMs: 1_000,
    now: () => new Date(clock),
  });
});
afterEach(async () => {
  await platforms.stop();
});

async function ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const answer = await fetch(`${platforms.base('mastodon')}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${account.token}`,
      ...(body === undefined || body instanceof FormData ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: body instanceof FormData ? body : JSON.stringify(body) }),
  });
  return { status: answer.status, json: (await answer.json()) as Record<string, unknown> };
}

const post = (body: unknown, key?: string) =>
  ask('POST', '/api/v1/statuses', body, key === undefined ? {} : { 'idempotency-key': key });

async function upload(bytes: Buffer, type: string) {
  const form = new FormData();
  form.append('file', new Blob([new Uint8Array(bytes)], { type }), 'file');
  return ask('POST', '/api/v2/media', form);
}

describe('the simulated Mastodon', () => {
  it.each([
    [{}, /blank/],
    [{ status: '   ' }, /blank/],
    [{ status: 'a'.repeat(501) }, /limit of 500/],
    [{ status: 'a', media_ids: ['1'] }, /not found or already attached/],
    [{ status: 'a', media_ids: ['1', '2', '3', '4', '5'] }, /more than 4/],
    [{ status: 'a', sttaus: 'b' }, /no such parameter/],
    [{ status: 'a', visibility: 'everybody' }, /no such parameter/],
    [{ status: 'a', poll: { options: ['one'], expires_in: 300 } }, /more than one/],
    [{ status: 'a', poll: { options: ['1', '2', '3', '4', '5'], expires_in: 300 } }, /more than 4/],
    [{ status: 'a', poll: { options: ['a', 'b'.repeat(51)], expires_in: 300 } }, /longer than 50/],
    [{ status: 'a', poll: { options: ['a', 'a'], expires_in: 300 } }, /duplicate/],
    [{ status: 'a', poll: { options: ['a', 'b'], expires_in: 299 } }, /too soon/],
  ])('refuses %j', async (body, sentence) => {
    expect(await post(body)).toMatchObject({ status: 422, json: { error: expect.stringMatching(sentence) } });
    expect(platforms.posts()).toEqual([]);
  });

  it('wants a token that is good for it', async () => {
    const wrong = { authorization: 'Bearer nobody' };
    expect((await ask('GET', '/api/v1/accounts/verify_credentials', undefined, wrong)).status).toBe(401);
    platforms.addAccounts('mastodon', [{ ...account, scopes: ['read'] }]);
    expect((await ask('GET', '/api/v1/accounts/verify_credentials')).status).toBe(200);
    expect((await post({ status: 'a' })).status).toBe(403);
  });

  it('answers the same key with the same status for an hour, whatever is sent', async () => {
    const first = await post({ status: 'once' }, 'key');
    expect((await post({ status: 'something else' }, 'key')).json['id']).toBe(first.json['id']);
    expect((await post({ status: 'once' })).json['id']).not.toBe(first.json['id']);
    clock += HOUR_MS;
    expect((await post({ status: 'once' }, 'key')).json['id']).not.toBe(first.json['id']);
    expect(platforms.posts()).toHaveLength(3);
  });

  it('lists statuses in pages, each with the address of the next one', async () => {
    const ids: unknown[] = [];
    for (const status of ['one', 'two', 'three']) ids.unshift((await post({ status })).json['id']);
    const headers = { authorization: `Bearer ${account.token}` };
    const pages: unknown[] = [];
    let next: string | undefined = `${platforms.base('mastodon')}/api/v1/accounts/1001/statuses?limit=2`;
    while (next !== undefined) {
      const answer = await fetch(next, { headers });
      pages.push(((await answer.json()) as { id: string }[]).map(({ id }) => id));
      next = /<([^>]+)>; rel="next"/.exec(answer.headers.get('link') ?? '')?.[1];
    }
    expect(pages).toEqual([ids.slice(0, 2), ids.slice(2)]);
  });

  it('shows a text as HTML, and a poll with its options', async () => {
    const poll = { options: ['Rye', 'Spelt'], expires_in: 3600 };
    const { json } = await post({ status: `"A" & <b>\nc's\n\nd`, poll });
    expect(json).toMatchObject({
      content: '<p>&quot;A&quot; &amp; &lt;b&gt;<br />c&#39;s</p><p>d</p>',
      poll: { options: [{ title: 'Rye' }, { title: 'Spelt' }], expired: false },
    });
  });

  it('takes films later, and refuses them until then', async () => {
    const film = Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypisom'), Buffer.alloc(64)]);
    const { status, json } = await upload(film, 'video/mp4');
    expect({ status, url: json['url'] }).toEqual({ status: 202, url: null });
    const path = `/api/v1/media/${String(json['id'])}`;
    expect((await ask('GET', path)).status).toBe(206);
    const body = { status: 'film', media_ids: [json['id']] };
    expect((await post(body)).json['error']).toMatch(/not finished processing/);
    clock += 1_000;
    expect((await ask('GET', path)).status).toBe(200);
    expect((await post(body)).status).toBe(200);
    expect((await post(body)).json['error']).toMatch(/already attached/);
    expect((await ask('GET', path)).status).toBe(404);
  });

  it('looks at what a file is, not at what it is called', async () => {
    expect((await upload(Buffer.from('no picture at all'), 'image/jpeg')).status).toBe(422);
    expect((await upload(Buffer.from('no film, honestly'), 'video/mp4')).status).toBe(422);
    expect((await upload(Buffer.from('%PDF-1.7'), 'application/pdf')).status).toBe(422);
  });

  it.each([
    [{ width: 4000, height: 3000 }, /4000x3000 videos are not supported/],
    [{ framesPerSecond: 130 }, /130fps videos are not supported/],
  ])('refuses a film of %j', async (shape, sentence) => {
    const { status, json } = await upload(await mp4({ seconds: 1, ...shape }), 'video/mp4');
    expect({ status, error: json['error'] }).toEqual({ status: 422, error: expect.stringMatching(sentence) });
  });

  it('counts the characters of a description, as Ruby does', async () => {
    const png = Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGBgAAAABQABpfZFQAAAAABJRU5ErkJggg==',
      'base64',
    );
    const described = (description: string) => {
      const form = new FormData();
      form.append('file', new Blob([new Uint8Array(png)], { type: 'image/png' }), 'file');
      form.append('description', description);
      return ask('POST', '/api/v2/media', form);
    };
    expect((await described('🥖'.repeat(1500))).status).toBe(200);
    expect((await described('🥖'.repeat(1501))).status).toBe(422);
  });

  it('forgets files that nobody used within a day', async () => {
    const film = Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypisom'), Buffer.alloc(64)]);
    const { json } = await upload(film, 'video/mp4');
    clock += 25 * HOUR_MS;
    expect((await ask('GET', `/api/v1/media/${String(json['id'])}`)).status).toBe(404);
  });
});
