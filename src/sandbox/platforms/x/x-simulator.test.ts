import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { mp4 } from '../../../../test/support/mp4.ts';
import { type Platforms, startPlatforms } from '../server.ts';
import type { SimAccount } from '../simulator.ts';
import { makeXSimulator } from './index.ts';

const USER: SimAccount = {
  id: '1445566778899001122',
  name: 'Rao Bakes',
  token: 'x-simulator-token',
  refreshToken: 'x-simulator-refresh',
  scopes: ['tweet.read', 'tweet.write', 'users.read', 'media.write'],
  extra: { clientSecret: 'secret' },
};
const OTHER: SimAccount = {
  ...USER,
  id: '77',
  name: 'Somebody',
  token: 'x-other-token',
  refreshToken: 'x-other',
};
const READER: SimAccount = {
  ...OTHER,
  id: '78',
  token: 'x-reader-token',
  refreshToken: 'x-reader',
  scopes: ['tweet.read', 'users.read'],
};
const INVALID = expect.stringMatching(/\/problems\/invalid-request$/);

let platforms: Platforms;
let clock: number;

beforeEach(async () => {
  clock = Date.parse('2026-11-21T10:00:00Z');
  platforms = await startPlatforms({
    makers: { x: makeXSimulator },
    accounts: { x: [USER, OTHER, READER] },
    processingMs: 1_000,
    now: () => new Date(clock),
  });
});
afterEach(() => platforms.stop());

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly json: unknown;
}

const Data = z.object({ data: z.looseObject({ id: z.string(), processing_info: z.unknown().optional() }) });
const List = z.object({
  data: z.array(
    z.looseObject({
      text: z.string(),
      entities: z.object({ urls: z.array(z.unknown()) }).optional(),
      note_post: z.object({ text: z.string() }).optional(),
    }),
  ),
  meta: z.looseObject({ next_token: z.string().optional() }),
  includes: z.object({ media: z.array(z.unknown()) }).optional(),
});
const dataOf = ({ json }: Pick<Answer, 'json'>) => Data.parse(json).data;
const listOf = ({ json }: Pick<Answer, 'json'>) => List.parse(json);

async function ask(method: string, path: string, body?: unknown, token = USER.token): Promise<Answer> {
  const multipart = body instanceof FormData;
  const sent = body === undefined ? {} : { body: multipart ? body : JSON.stringify(body) };
  const type = body === undefined || multipart ? {} : { 'content-type': 'application/json' };
  const headers = { authorization: `Bearer ${token}`, ...type };
  const response = await fetch(`${platforms.base('x')}${path}`, { method, headers, ...sent });
  return { status: response.status, headers: response.headers, json: JSON.parse(await response.text()) };
}

const tweet = (body: object, token = USER.token): Promise<Answer> => ask('POST', '/2/tweets', body, token);
const init = (bytes: number, type = 'image/png', category = 'tweet_image'): Promise<Answer> =>
  ask('POST', '/2/media/upload/initialize', {
    media_type: type,
    media_category: category,
    total_bytes: bytes,
  });

async function append(id: string, bytes: Buffer, index = 0): Promise<Answer> {
  const form = new FormData();
  form.append('segment_index', String(index));
  form.append('media', new Blob([new Uint8Array(bytes)]), 'segment');
  return ask('POST', `/2/media/upload/${id}/append`, form);
}

async function upload(
  bytes: Buffer,
  type = 'image/png',
  category = 'tweet_image',
): Promise<Answer & { id: string }> {
  const { json } = await init(bytes.length, type, category);
  await append(dataOf({ json }).id, bytes);
  return {
    ...(await ask('POST', `/2/media/upload/${dataOf({ json }).id}/finalize`)),
    id: dataOf({ json }).id,
  };
}

const picture = (format: 'png' | 'gif' = 'png'): Promise<Buffer> =>
  sharp({ create: { width: 40, height: 30, channels: 3, background: '#a50' } })
    .toFormat(format)
    .toBuffer();

describe('a token', () => {
  it.each([
    ['that is unknown', 'x-nobody', 401, 'Unauthorized'],
    ['without the scope', READER.token, 403, 'Forbidden'],
  ])('%s is refused', async (_what, token, status, title) => {
    expect(await tweet({ text: 'Hello' }, token)).toMatchObject({
      status,
      json: { title, type: 'about:blank' },
    });
    expect(platforms.posts()).toEqual([]);
  });

  it('is refreshed once with each refresh token, by Basic or in the form', async () => {
    const form = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: 'x-simulator-refresh' });
    const token = async (secret: string, refresh: string) => {
      form.set('refresh_token', refresh);
      const basic = Buffer.from(`client:${secret}`).toString('base64');
      const headers = { authorization: `Basic ${basic}` };
      const response = await fetch(`${platforms.base('x')}/2/oauth2/token`, {
        method: 'POST',
        headers,
        body: form,
      });
      return { status: response.status, json: (await response.json()) as Record<string, string> };
    };
    expect((await token('wrong', 'x-simulator-refresh')).status).toBe(401);
    const fresh = await token('secret', 'x-simulator-refresh');
    expect(fresh).toMatchObject({ status: 200, json: { expires_in: 7200, token_type: 'bearer' } });
    expect(await token('secret', 'x-simulator-refresh')).toMatchObject({
      status: 400,
      json: { error: 'invalid_request', error_description: 'Value passed for the token was invalid.' },
    });
    expect((await tweet({ text: 'Hello' })).status).toBe(401);
    expect((await tweet({ text: 'Hello' }, fresh.json['access_token'])).status).toBe(201);
    clock += 7_200_000;
    expect((await tweet({ text: 'Later' }, fresh.json['access_token'])).status).toBe(401);
  });
});

describe('a post is refused', () => {
  it.each([
    ['with an unknown key', { text: 'a', visibility: 'public' }, 400, INVALID],
    ['without text', { media: { media_ids: ['1'] } }, 400, INVALID],
    ['with nothing', { text: ' ' }, 400, INVALID],
    ['with five files', { text: 'a', media: { media_ids: ['1', '2', '3', '4', '5'] } }, 400, INVALID],
    ['with a file that is not there', { text: 'a', media: { media_ids: ['1'] } }, 400, INVALID],
    ['with a poll of one choice', { text: 'a', poll: { options: ['a'], duration_minutes: 5 } }, 400, INVALID],
    ['with other settings of who answers', { text: 'a', reply_settings: 'nobody' }, 400, INVALID],
    ['with 281 characters', { text: 'a'.repeat(281) }, 403, 'about:blank'],
    ['with 141 emoji', { text: '👍'.repeat(141) }, 403, 'about:blank'],
    ['with two cashtags', { text: '$ABC $XYZ' }, 403, 'about:blank'],
    ['as an answer to nothing', { text: 'a', reply: { in_reply_to_tweet_id: '1' } }, 403, 'about:blank'],
  ])('%s', async (_what, body, status, type) => {
    expect(await tweet(body)).toMatchObject({ status, json: { type } });
    expect(platforms.posts()).toEqual([]);
  });

  it('when it stands there already', async () => {
    expect((await tweet({ text: 'Hello' })).status).toBe(201);
    expect(await tweet({ text: 'Hello' })).toMatchObject({
      status: 403,
      json: { detail: expect.stringContaining('duplicate content') },
    });
    expect((await tweet({ text: 'Hello' }, OTHER.token)).status).toBe(201);
  });

  it('as an answer to a stranger who did not mention the account', async () => {
    const { json } = await tweet({ text: 'Mine' }, OTHER.token);
    const reply = { in_reply_to_tweet_id: dataOf({ json }).id };
    const refused = await tweet({ text: 'Answer', reply });
    expect(refused).toMatchObject({
      status: 403,
      json: { type: expect.stringMatching(/not-authorized-for-resource$/) },
    });
    const mention = await tweet({ text: 'Hello @raobakes' }, OTHER.token);
    expect(
      (await tweet({ text: 'Answer', reply: { in_reply_to_tweet_id: dataOf(mention).id } })).status,
    ).toBe(201);
  });
});

describe('a file', () => {
  it('goes out with a post once it is whole', async () => {
    const bytes = await picture();
    const { id, json, status } = await upload(bytes);
    expect([status, dataOf({ json }).processing_info]).toEqual([200, undefined]);
    expect((await tweet({ text: '', media: { media_ids: [id] } })).status).toBe(201);
    expect(platforms.posts()).toMatchObject([{ kind: 'image', text: '' }]);
  });

  it('that is a video with too many frames a second is refused while it is processed', async () => {
    const video = await upload(await mp4({ seconds: 1, framesPerSecond: 90 }), 'video/mp4', 'tweet_video');
    clock += 1_000;
    const { json } = await ask('GET', `/2/media/upload?command=STATUS&media_id=${video.id}`);
    expect(dataOf({ json }).processing_info).toMatchObject({
      state: 'failed',
      error: { name: 'InvalidMedia' },
    });
  });

  it.each(['gif', 'video'] as const)('that is a %s is processed first', async (what) => {
    const { id, json } =
      what === 'gif'
        ? await upload(await picture('gif'), 'image/gif', 'tweet_gif')
        : await upload(await mp4({ seconds: 2 }), 'video/mp4', 'tweet_video');
    expect(dataOf({ json }).processing_info).toMatchObject({ state: 'in_progress', check_after_secs: 1 });
    expect((await tweet({ text: 'a', media: { media_ids: [id] } })).status).toBe(400);
    clock += 1_000;
    const status = await ask('GET', `/2/media/upload?command=STATUS&media_id=${id}`);
    expect(dataOf(status).processing_info).toEqual({ state: 'succeeded' });
    expect((await tweet({ text: 'a', media: { media_ids: [id] } })).status).toBe(201);
  });

  it('that is none fails in its processing, or at once when it is a photo', async () => {
    const video = await upload(Buffer.from('no film'), 'video/mp4', 'tweet_video');
    clock += 1_000;
    const { json } = await ask('GET', `/2/media/upload?command=STATUS&media_id=${video.id}`);
    expect(dataOf({ json }).processing_info).toMatchObject({
      state: 'failed',
      error: { name: 'InvalidMedia' },
    });
    expect((await upload(Buffer.from('no photo'))).status).toBe(400);
    expect((await upload(await picture('gif'))).status).toBe(400);
  });

  it('is refused where its parts do not add up, its segment or its type is wrong', async () => {
    expect((await init(10, 'video/mp4')).status).toBe(400);
    expect((await init(10, 'image/bmp')).status).toBe(400);
    const { json } = await init(10);
    expect((await append(dataOf({ json }).id, Buffer.alloc(4), 1_000)).status).toBe(400);
    expect((await append(dataOf({ json }).id, Buffer.alloc(4))).status).toBe(200);
    expect((await ask('POST', `/2/media/upload/${dataOf({ json }).id}/finalize`)).status).toBe(400);
  });

  it('is forgotten after a day, and nobody else’s', async () => {
    const { id } = await upload(await picture());
    expect((await tweet({ text: 'a', media: { media_ids: [id] } }, OTHER.token)).status).toBe(400);
    clock += 86_400_000;
    expect((await tweet({ text: 'a', media: { media_ids: [id] } })).status).toBe(400);
  });
});

describe('a list', () => {
  const list = (query: string, token = USER.token): Promise<Answer> =>
    ask('GET', `/2/users/${USER.id}/tweets?${query}`, undefined, token);

  it('shortens addresses, escapes, and puts the files’ link at the end', async () => {
    const { id } = await upload(await picture());
    await tweet({ text: 'See https://example.com/a/ & <more>', media: { media_ids: [id] } });
    const { json } = await list('post.fields=entities,attachments&expansions=attachments.media_keys');
    expect(listOf({ json }).data[0]?.text).toMatch(
      /^See https:\/\/t\.co\/\w+ &amp; &lt;more&gt; https:\/\/t\.co\/\w+$/,
    );
    expect(listOf({ json }).data[0]?.entities?.urls).toMatchObject([
      { expanded_url: 'https://example.com/a' },
      { expanded_url: expect.stringMatching(/^https:\/\/x\.com\/raobakes\/status\/\d+\/photo\/1$/) },
    ]);
    expect(listOf({ json }).includes?.media).toEqual([{ media_key: `3_${id}`, type: 'photo' }]);
  });

  it('cuts a long post and shows it whole as a note', async () => {
    platforms.addAccounts('x', [{ ...USER, extra: { premium: true } }]);
    await tweet({ text: 'word '.repeat(100) });
    const { json } = await list('post.fields=note_post');
    expect([...(listOf({ json }).data[0]?.text ?? '')]).toHaveLength(280);
    expect(listOf({ json }).data[0]?.note_post?.text).toBe('word '.repeat(100));
  });

  it('has pages, newest first, from the moment that is asked for', async () => {
    for (let number = 0; number < 7; number += 1) {
      await tweet({ text: `Post ${number}` });
      clock += 1_000;
    }
    const first = await list('max_results=5&start_time=2026-11-21T10:00:01Z');
    expect(listOf(first).meta).toMatchObject({ result_count: 5, next_token: expect.any(String) });
    const next = await list(
      `max_results=5&start_time=2026-11-21T10:00:01Z&pagination_token=${listOf(first).meta.next_token}`,
    );
    expect([...listOf(first).data, ...listOf(next).data].map(({ text }) => text)).toEqual([
      'Post 6',
      'Post 5',
      'Post 4',
      'Post 3',
      'Post 2',
      'Post 1',
    ]);
    expect(listOf(next).meta.next_token).toBeUndefined();
  });

  it.each([
    'max_results=4',
    'max_results=101',
    'start_time=yesterday',
    'count=5',
    'tweet.fields=text',
    'post.fields=retweets',
  ])('with %s is refused', async (query) => {
    expect(await list(query)).toMatchObject({ status: 400, json: { type: INVALID } });
  });

  it('speaks the older names where the account does', async () => {
    platforms.addAccounts('x', [{ ...USER, extra: { naming: 'tweet' } }]);
    const { json } = await tweet({ text: 'Hello' });
    const answer = await tweet({ text: 'More', reply: { in_reply_to_tweet_id: dataOf({ json }).id } });
    expect((await list('post.fields=text')).status).toBe(400);
    const listed = await list('tweet.fields=referenced_tweets,public_metrics');
    expect(listOf(listed).data[0]).toMatchObject({
      id: dataOf(answer).id,
      referenced_tweets: [{ type: 'replied_to', id: dataOf({ json }).id }],
      public_metrics: { retweet_count: 0 },
    });
  });
});

it('answers too many requests with the headers that name the end', async () => {
  platforms.setFaults([{ platform: 'x', kind: 'rate_limit', times: 1 }]);
  const { status, headers } = await tweet({ text: 'Hello' });
  expect(status).toBe(429);
  expect(headers.get('x-rate-limit-remaining')).toBe('0');
  expect(Number(headers.get('x-rate-limit-reset'))).toBe(clock / 1000 + 900);
});
