import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { testServers } from '../../../../test/support/http-servers.ts';
import { mp4 } from '../../../../test/support/mp4.ts';
import { type Platforms, startPlatforms } from '../server.ts';
import type { SimAccount } from '../simulator.ts';
import { FULL_SCOPES } from './gate.ts';
import { makeThreadsSimulator } from './index.ts';

const ACCOUNT: SimAccount = {
  id: '25000000000000001',
  name: 'raobakes',
  token: 'THAA-1',
  scopes: FULL_SCOPES,
};
const OTHER: SimAccount = { ...ACCOUNT, id: '25000000000000002', name: 'colecycles', token: 'THAA-2' };
const DAY_MS = 24 * 3_600_000;
const PROCESSING_MS = 10_000;
const PICTURE = await picture(1080, 1080);

let platforms: Platforms;
let clock: number;
let storage: string;
const files = new Map<string, Buffer>();
const servers = testServers();
beforeEach(async () => {
  clock = Date.parse('2026-11-21T10:00:00Z');
  storage = await servers.http((request, response) => {
    const bytes = files.get(request.url ?? '');
    response.writeHead(bytes === undefined ? 404 : 200).end(bytes);
  });
  platforms = await startPlatforms({
    makers: { threads: makeThreadsSimulator },
    accounts: { threads: [ACCOUNT, OTHER] },
    processingMs: PROCESSING_MS,
    now: () => new Date(clock),
  });
});
afterEach(async () => {
  await platforms.stop();
  await servers.close();
});

async function picture(width: number, height: number, format: 'jpeg' | 'png' | 'webp' = 'jpeg') {
  return sharp({ create: { width, height, channels: 3, background: { r: 200, g: 90, b: 40 } } })
    .toFormat(format)
    .toBuffer();
}

function file(bytes: Buffer): string {
  files.set(`/${files.size}`, bytes);
  return `${storage}/${files.size - 1}`;
}

interface Reply {
  readonly status: number;
  readonly json: Record<string, unknown>;
  /** 'code/subcode' or 'code' of a refusal. */
  readonly code: string | null;
}

async function ask(
  method: string,
  path: string,
  values: Record<string, string> = {},
  { token }: Pick<SimAccount, 'token'> = ACCOUNT,
): Promise<Reply> {
  const get = method === 'GET';
  const query = new URLSearchParams(values);
  const response = await fetch(`${platforms.base('threads')}${path}${get ? `?${query}` : ''}`, {
    method,
    headers: { authorization: `Bearer ${token}` },
    ...(get ? {} : { body: query }),
  });
  const json = (await response.json()) as Record<string, unknown>;
  const error = json['error'] as { code: number; error_subcode?: number } | undefined;
  const subcode = error?.error_subcode === undefined ? '' : `/${error.error_subcode}`;
  return { status: response.status, json, code: error === undefined ? null : `${error.code}${subcode}` };
}

const TEXT = { media_type: 'TEXT', text: 'Hello' };
const create = (values: Record<string, string>, as = ACCOUNT) =>
  ask('POST', `/v1.0/${as.id}/threads`, values, as);
const publish = (id: string, as = ACCOUNT) =>
  ask('POST', `/v1.0/${as.id}/threads_publish`, { creation_id: id }, as);
const statusOf = async (id: string) =>
  (await ask('GET', `/v1.0/${id}`, { fields: 'status,error_message' })).json;
const list = async (edge: string, values: Record<string, string> = {}) =>
  (await ask('GET', `/v1.0/me/${edge}`, values)).json as {
    data: Record<string, unknown>[];
    paging?: unknown;
  };

async function container(values: Record<string, string> = TEXT, as = ACCOUNT): Promise<string> {
  const { json, code } = await create(values, as);
  expect(code).toBeNull();
  return String(json['id']);
}

async function post(values: Record<string, string> = TEXT, as = ACCOUNT): Promise<string> {
  const made = await container(values, as);
  clock += PROCESSING_MS;
  const { json, code } = await publish(made, as);
  expect(code).toBeNull();
  return String(json['id']);
}

describe('the gate', () => {
  it.each([
    ['GET', '/v1.0/me', 'nonsense', '190'],
    ['GET', '/v2.0/me', ACCOUNT.token, '2500'],
    ['GET', '/', ACCOUNT.token, '2500'],
    ['DELETE', '/v1.0/me', ACCOUNT.token, '100'],
    ['POST', `/v1.0/${OTHER.id}/threads`, ACCOUNT.token, '100/33'],
    ['POST', '/v1.0/me/media', ACCOUNT.token, '100/33'],
    ['GET', '/v1.0/me/stories', ACCOUNT.token, '100/33'],
    ['GET', '/v1.0/123456', ACCOUNT.token, '100/33'],
    ['GET', '/v1.0/me/threads/more', ACCOUNT.token, '100/33'],
  ])('refuses %s %s with the token %s', async (method, path, token, code) => {
    expect((await ask(method, path, {}, { token })).code).toBe(code);
  });

  it('answers with and without a version', async () => {
    for (const path of ['/v1.0/me', '/me', `/v1.0/${ACCOUNT.id}`])
      expect((await ask('GET', path, { fields: 'id,username' })).json).toEqual({
        id: ACCOUNT.id,
        username: 'raobakes',
      });
  });

  it.each([
    ['threads_basic', 'GET', '/v1.0/me', {}],
    ['threads_content_publish', 'POST', '/v1.0/me/threads', TEXT],
    ['threads_manage_replies', 'POST', '/v1.0/me/threads', { ...TEXT, reply_to_id: '1' }],
    ['threads_manage_replies', 'GET', '/v1.0/me/threads_publishing_limit', { fields: 'reply_quota_usage' }],
    ['threads_read_replies', 'GET', '/v1.0/me/replies', {}],
    ['threads_manage_insights', 'GET', '/v1.0/1/insights', { metric: 'views' }],
  ])('refuses without %s: %s %s', async (scope, method, path, values) => {
    platforms.addAccounts('threads', [{ ...ACCOUNT, scopes: ACCOUNT.scopes.filter((one) => one !== scope) }]);
    expect(await ask(method, path, values)).toMatchObject({ status: 403, code: '10' });
  });

  it('refuses a token that has ended, and renews one that is a day old', async () => {
    const renew = (token: string) =>
      ask('GET', '/refresh_access_token', { grant_type: 'th_refresh_token', access_token: token }, { token });
    const fresh = await renew(ACCOUNT.token);
    expect(fresh.json).toMatchObject({ token_type: 'bearer', expires_in: 60 * 86_400 });
    const token = String(fresh.json['access_token']);
    expect((await ask('GET', '/v1.0/me')).code).toBe('190');
    expect((await renew(token)).code).toBe('100');
    clock += 61 * DAY_MS;
    expect((await renew(token)).code).toBe('190/463');
  });
});

describe('a container', () => {
  it.each([
    ['no type', { text: 'Hello' }],
    ['an unknown type', { ...TEXT, media_type: 'STORIES' }],
    ['an unknown parameter', { ...TEXT, caption: 'x' }],
    ['publishing in one call', { ...TEXT, auto_publish_text: 'true' }],
    ['no text', { media_type: 'TEXT' }],
    ['no address of a picture', { media_type: 'IMAGE', text: 'x' }],
    ['no address of a video', { media_type: 'VIDEO', text: 'x' }],
    ['an address that is none', { media_type: 'IMAGE', image_url: 'ftp://a/b' }],
    ['an address outside of ASCII', { media_type: 'IMAGE', image_url: 'https://a.example/é' }],
    [
      'a card beside a picture',
      { media_type: 'IMAGE', image_url: 'https://a.example/1', link_attachment: 'https://a.example' },
    ],
    ['a description of a text', { ...TEXT, alt_text: 'x' }],
    ['a topic with a dot', { ...TEXT, topic_tag: 'a.b' }],
    ['a topic of 51', { ...TEXT, topic_tag: 'a'.repeat(51) }],
    ['an audience that is none', { ...TEXT, reply_control: 'friends' }],
    ['a text of a carousel item', { media_type: 'TEXT', text: 'x', is_carousel_item: 'true' }],
    ['501 characters', { ...TEXT, text: 'a'.repeat(501) }],
    ['126 emojis', { ...TEXT, text: '👍'.repeat(126) }],
    ['six links', { ...TEXT, text: [1, 2, 3, 4, 5, 6].map((n) => `https://a.example/${n}`).join(' ') }],
  ])('is refused for %s', async (_what, values) => {
    expect((await create(values as Record<string, string>)).code).toBe('100');
  });

  it.each([
    ['500 characters', { ...TEXT, text: 'a'.repeat(500) }],
    ['125 emojis', { ...TEXT, text: '👍'.repeat(125) }],
    [
      'five links, one of them the card',
      {
        ...TEXT,
        text: [1, 2, 3, 4, 5].map((n) => `https://a.example/${n}`).join(' '),
        link_attachment: 'https://a.example/5',
      },
    ],
    [
      'everything',
      { ...TEXT, topic_tag: 'Bread & Butter'.replace(' &', ''), reply_control: 'followers_only' },
    ],
  ])('is made of %s', async (_what, values) => {
    expect((await create(values)).code).toBeNull();
  });

  it('answers to a post that is there', async () => {
    expect((await create({ ...TEXT, reply_to_id: '18000' })).code).toBe('100/33');
    const theirs = await post(TEXT, OTHER);
    expect((await create({ ...TEXT, reply_to_id: theirs })).code).toBeNull();
  });

  it.each([
    ['JPEG', async () => PICTURE, null],
    ['PNG', () => picture(320, 320, 'png'), null],
    ['WebP', () => picture(320, 320, 'webp'), '100'],
    ['1 to 10', () => picture(40, 400), null],
    ['more than 1 to 10', () => picture(40, 404), '100'],
    ['no picture', async () => Buffer.from('<html>'), '100'],
  ])('takes pictures as the documentation says: %s', async (_what, make, code) => {
    const url = file(await make());
    expect((await create({ media_type: 'IMAGE', image_url: url })).code).toBe(code);
  });

  it('says that it could not fetch a picture at once, a video later', async () => {
    const missing = `${storage}/missing`;
    expect((await create({ media_type: 'IMAGE', image_url: missing })).code).toBe('1/2207052');
    const video = await container({ media_type: 'VIDEO', video_url: missing });
    clock += PROCESSING_MS;
    expect(await statusOf(video)).toMatchObject({
      status: 'ERROR',
      error_message: 'FAILED_DOWNLOADING_VIDEO',
    });
  });

  it('of a file that is no video ends in ERROR, and cannot be published', async () => {
    const broken = await container({ media_type: 'VIDEO', video_url: file(PICTURE) });
    expect(await statusOf(broken)).toMatchObject({ status: 'IN_PROGRESS' });
    clock += PROCESSING_MS;
    expect(await statusOf(broken)).toMatchObject({ error_message: 'FAILED_PROCESSING_VIDEO' });
    expect((await publish(broken)).code).toBe('24/4279009');
  });

  it('expires after a day, is published once, and is nobody else’s', async () => {
    const old = await container();
    clock += DAY_MS;
    expect(await statusOf(old)).toMatchObject({ status: 'EXPIRED' });
    expect((await publish(old)).code).toBe('24/4279009');
    const made = await container();
    expect((await publish(made, OTHER)).code).toBe('24/4279009');
    expect(await statusOf(made)).toMatchObject({ status: 'FINISHED' });
    expect((await publish(made)).code).toBeNull();
    expect(await statusOf(made)).toMatchObject({ status: 'PUBLISHED' });
    expect((await publish(made)).code).toBe('100');
    expect(platforms.posts()).toHaveLength(1);
  });
});

describe('a carousel', () => {
  const item = (values: Record<string, string>) => container({ is_carousel_item: 'true', ...values });
  const image = () => item({ media_type: 'IMAGE', image_url: file(PICTURE) });

  it('holds pictures and videos in their order', async () => {
    const film = await mp4();
    const children = [await image(), await item({ media_type: 'VIDEO', video_url: file(film) })];
    clock += PROCESSING_MS;
    await post({ media_type: 'CAROUSEL', children: children.join(','), text: 'Two' });
    expect(platforms.posts()).toMatchObject([{ kind: 'carousel', text: 'Two' }]);
    expect(platforms.posts()[0]?.media).toHaveLength(2);
    const { data } = await list('threads', { fields: 'media_type,children' });
    expect(data).toMatchObject([{ media_type: 'CAROUSEL_ALBUM', children: { data: [{}, {}] } }]);
  });

  it.each([
    [1, '100'],
    [2, null],
    [20, null],
    [21, '100'],
  ])('of %i files: %s', async (many, code) => {
    const children: string[] = [];
    for (let n = 0; n < many; n += 1) children.push(await image());
    clock += PROCESSING_MS;
    expect((await create({ media_type: 'CAROUSEL', children: children.join(',') })).code).toBe(code);
  });

  it('is not made of items that are in progress, twice the same, or posts of their own', async () => {
    const [first, second, alone] = [
      await image(),
      await image(),
      await container({ media_type: 'IMAGE', image_url: file(PICTURE) }),
    ];
    const of = async (...children: string[]) =>
      (await create({ media_type: 'CAROUSEL', children: children.join(',') })).code;
    expect(await of(first, second)).toBe('24/4279009');
    clock += PROCESSING_MS;
    expect(await of(first, first)).toBe('100');
    expect(await of(first, alone)).toBe('100');
    expect(await of(first, '17000')).toBe('24/4279009');
    expect(await of(first, second)).toBeNull();
    expect((await publish(first)).code).toBe('100');
  });
});

describe('what is public', () => {
  it('is listed newest first, answers by themselves and with what they answer to', async () => {
    const first = await post();
    const second = await post({ ...TEXT, text: 'More', reply_to_id: first });
    const third = await post({ ...TEXT, text: 'Most', reply_to_id: second });
    const other = await post({ ...TEXT, text: 'Other', link_attachment: 'https://a.example' });
    const fields = 'id,text,media_type,timestamp,permalink,shortcode';
    expect((await list('threads', { fields })).data).toMatchObject([
      { id: other, text: 'Other', media_type: 'TEXT_POST' },
      { id: first, timestamp: expect.stringMatching(/^2026-11-21T10:\d\d:\d\d\+0000$/) },
    ]);
    expect((await list('replies', { fields: 'replied_to,root_post' })).data).toEqual([
      { id: third, replied_to: { id: second }, root_post: { id: first } },
      { id: second, replied_to: { id: first }, root_post: { id: first } },
    ]);
    expect(platforms.posts().map(({ kind }) => kind)).toEqual(['text', 'reply', 'reply', 'link']);
  });

  it('is listed page by page', async () => {
    const ids = [await post(), await post(), await post()].reverse();
    const page = (await list('threads', { limit: '2' })) as {
      data: { id: string }[];
      paging: { cursors: { after: string }; next?: string };
    };
    expect(page.data.map(({ id }) => id)).toEqual(ids.slice(0, 2));
    expect(page.paging.next).toEqual(expect.any(String));
    const rest = await list('threads', { limit: '2', after: page.paging.cursors.after });
    expect(rest.data.map(({ id }) => id)).toEqual(ids.slice(2));
    expect((await ask('GET', '/v1.0/me/threads', { after: 'nonsense' })).code).toBe('100');
    expect((await ask('GET', '/v1.0/me/threads', { fields: 'caption' })).code).toBe('100');
  });

  it('is shown one by one, with its figures', async () => {
    const id = await post();
    const shown = await ask('GET', `/v1.0/${id}`, { fields: 'permalink,shortcode' });
    expect(shown.json['permalink']).toBe(`https://www.threads.com/@raobakes/post/${shown.json['shortcode']}`);
    expect((await ask('GET', `/v1.0/${id}`, { fields: 'status' })).code).toBe('100');
    expect((await ask('GET', `/v1.0/${id}`, {}, OTHER)).code).toBe('100/33');
    const figures = await ask('GET', `/v1.0/${id}/insights`, { metric: 'views,likes' });
    expect(figures.json['data']).toMatchObject([{ name: 'views' }, { name: 'likes' }]);
    expect((await ask('GET', `/v1.0/${id}/insights`, { metric: 'impressions' })).code).toBe('100');
  });

  it('is limited within a day, posts and answers by themselves', async () => {
    platforms.addAccounts('threads', [{ ...ACCOUNT, extra: { quotaTotal: '1', replyTotal: '1' } }]);
    const first = await post();
    const quotas = async () =>
      (
        await ask('GET', '/v1.0/me/threads_publishing_limit', {
          fields: 'quota_usage,config,reply_quota_usage,reply_config',
        })
      ).json;
    const config = { quota_total: 1, quota_duration: 86_400 };
    expect(await quotas()).toEqual({
      data: [{ quota_usage: 1, config, reply_quota_usage: 0, reply_config: config }],
    });
    expect((await publish(await container())).code).toBe('9/2207042');
    await post({ ...TEXT, reply_to_id: first });
    expect((await publish(await container({ ...TEXT, reply_to_id: first }))).code).toBe('9/2207042');
    clock += DAY_MS;
    await post();
  });
});
