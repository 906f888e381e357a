import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Platforms, startPlatforms } from '../server.ts';
import type { SimAccount } from '../simulator.ts';
import { makeBlueskySimulator } from './index.ts';

const HOUR_MS = 3_600_000;
const account: SimAccount = {
  id: 'did:plc:ewvi7nxzyoun6zhxrhs64oiz',
  name: 'raobakes.example',
  token: 'sim-token',
  refreshToken: 'sims-imsi-msim-sims',
  scopes: [],
};
const RKEY = '3lbxyzabcde2f';
const createdAt = '2026-11-21T10:00:00.000Z';
const $type = 'app.bsky.feed.post';

let clock = Date.parse(createdAt);
let platforms: Platforms;

beforeEach(async () => {
  platforms = await startPlatforms({
    makers: { bluesky: makeBlueskySimulator },
    accounts: { bluesky: [account] },
    now: () => new Date(clock),
  });
});
afterEach(async () => {
  await platforms.stop();
});

async function call(method: string, body?: unknown, headers: Record<string, string> = {}) {
  const answer = await fetch(`${platforms.base('bluesky')}/xrpc/${method}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      authorization: `Bearer ${account.token}`,
      'content-type': body instanceof Uint8Array ? 'image/jpeg' : 'application/json',
      ...headers,
    },
    ...(body === undefined ? {} : { body: body instanceof Uint8Array ? body : JSON.stringify(body) }),
  });
  return { status: answer.status, json: (await answer.json()) as Record<string, unknown> };
}

const put = (record: unknown, rkey = RKEY) =>
  call('com.atproto.repo.putRecord', { repo: account.id, collection: $type, rkey, record });

const tagged = (tag: string) => ({
  $type,
  text: `#${tag}`,
  createdAt,
  facets: [
    {
      index: { byteStart: 0, byteEnd: Buffer.byteLength(tag) + 1 },
      features: [{ $type: 'app.bsky.richtext.facet#tag', tag }],
    },
  ],
});

describe('the simulated Bluesky', () => {
  it.each([
    [{ $type, text: 'a' }, /createdAt/],
    [{ $type, createdAt }, /text/],
    [{ $type, text: 'a', createdAt: 'yesterday' }, /createdAt/],
    [{ $type, text: 'a'.repeat(301), createdAt }, /300 graphemes/],
    [{ $type, text: '👩‍👩‍👧'.repeat(170), createdAt }, /3000/],
    [{ $type, text: 'a', createdAt, txet: 'b' }, /txet/],
    [{ $type, text: '', createdAt }, /empty/],
    [{ $type, text: 'a', createdAt, embed: { $type: 'app.bsky.embed.images', images: [] } }, /images/],
    [
      {
        $type,
        text: 'é #b',
        createdAt,
        facets: [
          {
            index: { byteStart: 2, byteEnd: 4 },
            features: [{ $type: 'app.bsky.richtext.facet#tag', tag: 'b' }],
          },
        ],
      },
      /covers/,
    ],
    [tagged('b'.repeat(65)), /64 graphemes/],
    [tagged('👩‍👩‍👧'.repeat(36)), /640/],
  ])('refuses %j', async (record, sentence) => {
    const { status, json } = await put(record);
    expect({ status, error: json['error'] }).toEqual({ status: 400, error: 'InvalidRequest' });
    expect(json['message']).toMatch(sentence);
    expect(platforms.posts()).toEqual([]);
  });

  it('takes no key that is no TID', async () => {
    expect((await put({ $type, text: 'a', createdAt }, 'my-own-key')).status).toBe(400);
  });

  it('changes nothing when the same is put again; createRecord calls a taken key its own fault', async () => {
    const record = { $type, text: 'once', createdAt };
    const first = await put(record);
    const again = await put(record);
    expect(again.json['cid']).toBe(first.json['cid']);
    expect(first.json).toHaveProperty('commit');
    expect(again.json).not.toHaveProperty('commit');
    expect((await put({ ...record, text: 'changed' })).json['cid']).not.toBe(first.json['cid']);
    expect(platforms.posts()).toHaveLength(1);
    const body = { repo: account.id, collection: $type, rkey: RKEY, record };
    expect(await call('com.atproto.repo.createRecord', body)).toMatchObject({
      status: 500,
      json: { error: 'InternalServerError' },
    });
  });

  it('says RecordNotFound with 400', async () => {
    const query = new URLSearchParams({ repo: account.id, collection: $type, rkey: RKEY });
    expect(await call(`com.atproto.repo.getRecord?${query}`)).toMatchObject({
      status: 400,
      json: { error: 'RecordNotFound' },
    });
  });

  it('removes files that no record names, and tells so only when one does', async () => {
    const { json } = await call('com.atproto.repo.uploadBlob', new Uint8Array([1, 2, 3]));
    const blob = json['blob'];
    const thumb = { uri: 'https://a.example', title: 'A', description: '', thumb: blob };
    const embed = { $type: 'app.bsky.embed.external', external: thumb };
    clock += 7 * HOUR_MS;
    expect((await put({ $type, text: 'a', createdAt, embed })).json['message']).toMatch(
      /^Could not find blob/,
    );
  });

  it('ends sessions with 400', async () => {
    platforms.addAccounts('bluesky', [{ ...account, tokenExpiresAt: 0 }]);
    expect(await call('com.atproto.server.getSession')).toMatchObject({
      status: 400,
      json: { error: 'ExpiredToken' },
    });
    const credentials = { identifier: account.name, password: 'wrong' };
    expect((await call('com.atproto.server.createSession', credentials)).status).toBe(401);
  });

  it('wants no body with a refresh', async () => {
    expect((await call('com.atproto.server.refreshSession', {})).json['message']).toMatch(/body/);
  });
});
