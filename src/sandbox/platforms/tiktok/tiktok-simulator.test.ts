import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { film } from '../../../../test/support/tiktok.ts';
import { type Platforms, startPlatforms } from '../server.ts';
import type { SimAccount } from '../simulator.ts';
import { FULL_SCOPES } from './gate.ts';
import { makeTiktokSimulatorWith } from './index.ts';

const MB = 1024 * 1024;
const DAY_MS = 24 * 3_600_000;
const USER: SimAccount = {
  id: '_000simulatorsimulatorsimulator',
  name: 'Rao Bakes',
  token: 'act.simulator',
  refreshToken: 'rft.simulator',
  scopes: FULL_SCOPES,
  extra: { clientSecret: 'secret', duetDisabled: true },
};
const other = (name: string, more: Partial<SimAccount>): SimAccount => ({
  ...USER,
  id: `_000${name}${name}${name}${name}`,
  token: `act.${name}`,
  refreshToken: `rft.${name}`,
  ...more,
});
const READER = other('reader', { scopes: ['user.info.basic'] });
const UNAUDITED = other('unaudited', { extra: { unaudited: true } });
const PRIVATE = other('private', { extra: { unaudited: true, private: true } });
const BANNED = other('banned', { extra: { banned: true } });
const VERIFIED = other('verified', { extra: { verifiedPrefix: 'https://media.example/' } });

let platforms: Platforms;
let clock: number;

beforeEach(async () => {
  clock = Date.parse('2026-11-21T10:00:00Z');
  platforms = await startPlatforms({
    makers: { tiktok: makeTiktokSimulatorWith({}) },
    accounts: { tiktok: [USER, READER, UNAUDITED, PRIVATE, BANNED, VERIFIED] },
    processingMs: 1_000,
    now: () => new Date(clock),
  });
});
afterEach(() => platforms.stop());

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly code: string;
  readonly data: Readonly<Record<string, unknown>>;
}

const Envelope = z.object({
  data: z.record(z.string(), z.unknown()),
  error: z.object({ code: z.string(), message: z.string(), log_id: z.string() }),
});

async function ask(
  path: string,
  body: unknown,
  { token }: Pick<SimAccount, 'token'> = USER,
): Promise<Answer> {
  return await raw('POST', path, {
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json; charset=UTF-8' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

async function raw(method: string, path: string, init: RequestInit): Promise<Answer> {
  const address = path.startsWith('http') ? path : `${platforms.base('tiktok')}${path}`;
  const response = await fetch(address, { method, ...init });
  const text = await response.text();
  const parsed = text === '' ? undefined : Envelope.safeParse(JSON.parse(text));
  const { data = {}, error } = parsed?.data ?? {};
  return { status: response.status, headers: response.headers, text, code: error?.code ?? '', data };
}

const creatorInfo = (as = USER) => ask('/v2/post/publish/creator_info/query/', undefined, as);
const source = (total: number, chunk = total, count = 1) => ({
  source: 'FILE_UPLOAD',
  video_size: total,
  chunk_size: chunk,
  total_chunk_count: count,
});
const info = (more: object = {}) => ({ privacy_level: 'PUBLIC_TO_EVERYONE', title: 'Hello', ...more });
const init = (source_info: object, post_info: object = info(), as = USER) =>
  ask('/v2/post/publish/video/init/', { post_info, source_info }, as);
const status = (publish_id: unknown, as = USER) => ask('/v2/post/publish/status/fetch/', { publish_id }, as);
const photos = (urls: readonly string[], post_info: object = {}, as = USER, more: object = {}) =>
  ask(
    '/v2/post/publish/content/init/',
    {
      media_type: 'PHOTO',
      post_mode: 'DIRECT_POST',
      post_info: { privacy_level: 'PUBLIC_TO_EVERYONE', description: 'Hello', ...post_info },
      source_info: { source: 'PULL_FROM_URL', photo_images: urls, photo_cover_index: 0 },
      ...more,
    },
    as,
  );

async function put(url: unknown, range: string, bytes: Uint8Array, type = 'video/mp4'): Promise<Answer> {
  const headers = { 'content-range': range, 'content-type': type };
  return await raw('PUT', String(url), { headers, body: Buffer.from(bytes) });
}

async function bytesOf(size?: number): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of film(size).source().open()) parts.push(part);
  return Buffer.concat(parts);
}

async function posted(as = USER, post_info: object = info()): Promise<Answer> {
  const bytes = await bytesOf();
  await creatorInfo(as);
  const opened = await init(source(bytes.length), post_info, as);
  await put(opened.data['upload_url'], `bytes 0-${bytes.length - 1}/${bytes.length}`, bytes);
  clock += 1_000;
  return await status(opened.data['publish_id'], as);
}

describe('who may', () => {
  it('is told by the token and its scopes', async () => {
    expect(await creatorInfo({ ...USER, token: 'act.nobody' })).toMatchObject({
      status: 401,
      code: 'access_token_invalid',
    });
    expect(await creatorInfo(READER)).toMatchObject({ status: 401, code: 'scope_not_authorized' });
    expect(await status('x', READER)).toMatchObject({ status: 401, code: 'scope_not_authorized' });
    const user = await raw('GET', '/v2/user/info/?fields=open_id,display_name', {
      headers: { authorization: `Bearer ${READER.token}` },
    });
    expect(user.data).toEqual({ user: { open_id: READER.id, display_name: READER.name } });
  });

  it('an unaudited app only for private accounts and for nobody else', async () => {
    const refused = { status: 403, code: 'unaudited_client_can_only_post_to_private_accounts' };
    await creatorInfo(UNAUDITED);
    const self = info({ privacy_level: 'SELF_ONLY' });
    expect(await init(source(9), self, UNAUDITED)).toMatchObject(refused);
    await creatorInfo(PRIVATE);
    expect(await init(source(9), info({ privacy_level: 'FOLLOWER_OF_CREATOR' }), PRIVATE)).toMatchObject(
      refused,
    );
    expect(await init(source(9), self, PRIVATE)).toMatchObject({ status: 200, code: 'ok' });
  });

  it('not a banned account', async () => {
    await creatorInfo(BANNED);
    expect(await init(source(9), info(), BANNED)).toMatchObject({
      status: 403,
      code: 'spam_risk_user_banned_from_posting',
    });
  });
});

describe('a direct post', () => {
  it('needs creator_info before each', async () => {
    expect(await init(source(9))).toMatchObject({ status: 400, code: 'invalid_params' });
    expect((await creatorInfo()).data).toMatchObject({
      creator_username: 'raobakes',
      privacy_level_options: ['PUBLIC_TO_EVERYONE', 'MUTUAL_FOLLOW_FRIENDS', 'SELF_ONLY'],
      duet_disabled: true,
      max_video_post_duration_sec: 600,
    });
    expect(await init(source(9))).toMatchObject({ status: 200, code: 'ok' });
    expect(await init(source(9))).toMatchObject({ status: 400, code: 'invalid_params' });
  });

  it('takes only an audience that was offered', async () => {
    await creatorInfo();
    expect(await init(source(9), info({ privacy_level: 'FOLLOWER_OF_CREATOR' }))).toMatchObject({
      status: 403,
      code: 'privacy_level_option_mismatch',
    });
  });

  it.each([
    ['a field that nobody knows', info({ caption: 'x' })],
    ['no audience', { title: 'x' }],
    ['a title of 2,201 UTF-16 code units', info({ title: `${'👍'.repeat(1100)}a` })],
    ['a cover before the beginning', info({ video_cover_timestamp_ms: -1 })],
  ])('is refused with %s', async (_what, post_info) => {
    await creatorInfo();
    expect(await init(source(9), post_info)).toMatchObject({ status: 400, code: 'invalid_params' });
    expect(await init(source(9), info({ title: '👍'.repeat(1100) }))).toMatchObject({ code: 'ok' });
  });

  it('is refused with another content type', async () => {
    const headers = { authorization: `Bearer ${USER.token}`, 'content-type': 'application/json' };
    const answer = await raw('POST', '/v2/post/publish/creator_info/query/', { headers });
    expect(answer).toMatchObject({ status: 400, code: 'invalid_params' });
  });

  it('stops at 15 in 24 hours, which creator_info says with 200', async () => {
    await platforms.stop();
    platforms = await startPlatforms({
      makers: { tiktok: makeTiktokSimulatorWith({ postsPerDay: 1 }) },
      accounts: { tiktok: [USER] },
      processingMs: 1_000,
      now: () => new Date(clock),
    });
    expect((await posted()).data).toMatchObject({ status: 'PUBLISH_COMPLETE' });
    expect(await creatorInfo()).toMatchObject({ status: 200, code: 'spam_risk_too_many_posts' });
    clock += DAY_MS;
    expect(await creatorInfo()).toMatchObject({ code: 'ok' });
  });

  it('stops at 6 a minute', async () => {
    for (let turn = 0; turn < 6; turn += 1) {
      await creatorInfo();
      expect(await init(source(9))).toMatchObject({ code: 'ok' });
    }
    expect(await init(source(9))).toMatchObject({ status: 429, code: 'rate_limit_exceeded' });
    clock += 60_000;
    await creatorInfo();
    expect(await init(source(9))).toMatchObject({ code: 'ok' });
  });
});

describe('the chunks', () => {
  it.each([
    ['rounded up', 11 * MB, 5 * MB, 3],
    ['one too few', 11 * MB, 5 * MB, 1],
    ['below 5 MB', 11 * MB, 4 * MB, 2],
    ['a small file in two', 4 * MB, 2 * MB, 2],
    ['over 64 MB', 130 * MB, 65 * MB, 2],
    ['a large file in one', 65 * MB, 65 * MB, 1],
    ['more than 4 GB', 4096 * MB + 1, 64 * MB, 64],
  ])('%s are refused', async (_what, total, chunk, count) => {
    await creatorInfo();
    expect(await init(source(total, chunk, count))).toMatchObject({ status: 400, code: 'invalid_params' });
  });

  it.each([
    [5 * MB - 1, 5 * MB - 1, 1],
    [5 * MB, 5 * MB, 1],
    [64 * MB, 64 * MB, 1],
    [64 * MB + 1, 5 * MB, 12],
    [1024 * MB, 64 * MB, 16],
  ])('of %d bytes in %d are taken', async (total, chunk, count) => {
    await creatorInfo();
    expect(await init(source(total, chunk, count))).toMatchObject({ code: 'ok' });
  });

  it('arrive whole, in order and once', async () => {
    const total = 11 * MB;
    const bytes = await bytesOf(total);
    await creatorInfo();
    const { data } = await init(source(total, 5 * MB, 2));
    const url = data['upload_url'];
    const first = `bytes 0-${5 * MB - 1}/${total}`;
    const last = `bytes ${5 * MB}-${total - 1}/${total}`;
    expect((await put(url, last, bytes.subarray(5 * MB))).status).toBe(416);
    expect((await put(url, first, bytes.subarray(0, 4 * MB))).status).toBe(416);
    expect((await put(url, first, bytes.subarray(0, 5 * MB), 'application/octet-stream')).status).toBe(400);
    const stored = await put(url, first, bytes.subarray(0, 5 * MB));
    expect(stored.status).toBe(206);
    expect(stored.headers.get('content-range')).toBe(first);
    expect((await put(url, first, bytes.subarray(0, 5 * MB))).status).toBe(416);
    expect((await put(url, last, bytes.subarray(5 * MB), 'video/webm')).status).toBe(400);
    expect((await status(data['publish_id'])).data).toMatchObject({
      status: 'PROCESSING_UPLOAD',
      uploaded_bytes: 5 * MB,
    });
    clock += 2_000;
    expect(platforms.posts()).toEqual([]);
    expect((await put(url, last, bytes.subarray(5 * MB))).status).toBe(201);
    expect((await put(url, last, bytes.subarray(5 * MB))).status).toBe(416);
    clock += 1_000;
    await status(data['publish_id']);
    expect(platforms.posts()).toMatchObject([{ kind: 'video', text: 'Hello', media: [film(total).sha256] }]);
  });

  it('go to an address that lives an hour', async () => {
    await creatorInfo();
    const { data } = await init(source(9));
    const address = String(data['upload_url']);
    expect((await put(`${address}0`, 'bytes 0-8/9', Buffer.alloc(9))).status).toBe(404);
    clock += 3_600_000;
    expect((await put(address, 'bytes 0-8/9', Buffer.alloc(9))).status).toBe(403);
  });
});

describe('what becomes of it', () => {
  it('is told by its publish id, with 64-bit numbers as they are', async () => {
    const { text, data } = await posted();
    expect(data).toMatchObject({ status: 'PUBLISH_COMPLETE' });
    expect(text).toMatch(/"publicaly_available_post_id":\[7\d{18}\]/);
    expect(text).toContain(platforms.posts()[0]?.id);
  });

  it('has no public id for who is not public, and is in no list', async () => {
    const { text } = await posted(USER, info({ privacy_level: 'SELF_ONLY' }));
    expect(text).toContain('"publicaly_available_post_id":[]');
    const listed = await ask('/v2/video/list/?fields=id', { max_count: 20 });
    expect(listed.data).toMatchObject({ videos: [], has_more: false });
  });

  it('fails with the reason of a file that is none', async () => {
    await creatorInfo();
    const { data } = await init(source(9));
    await put(data['upload_url'], 'bytes 0-8/9', Buffer.alloc(9));
    clock += 1_000;
    expect((await status(data['publish_id'])).data).toMatchObject({
      status: 'FAILED',
      fail_reason: 'file_format_check_failed',
    });
    expect(platforms.posts()).toEqual([]);
  });

  it('is nobody else’s to ask, and forgotten after a day', async () => {
    await creatorInfo();
    const { data } = await init(source(9));
    const id = data['publish_id'];
    expect(await status(id, PRIVATE)).toMatchObject({
      code: 'token_not_authorized_for_specified_publish_id',
    });
    expect(await status('v_pub_file~v2-1.0')).toMatchObject({ status: 400, code: 'invalid_publish_id' });
    clock += DAY_MS + 1;
    expect(await status(id)).toMatchObject({ status: 400, code: 'invalid_publish_id' });
  });

  it('waits in the inbox as a draft, of which there are at most five a day', async () => {
    const bytes = await bytesOf();
    const draft = () => ask('/v2/post/publish/inbox/video/init/', { source_info: source(bytes.length) });
    const { data } = await draft();
    await put(data['upload_url'], `bytes 0-${bytes.length - 1}/${bytes.length}`, bytes);
    clock += 1_000;
    expect((await status(data['publish_id'])).data).toMatchObject({ status: 'SEND_TO_USER_INBOX' });
    expect(platforms.posts()).toEqual([]);
    for (let turn = 0; turn < 4; turn += 1) expect(await draft()).toMatchObject({ code: 'ok' });
    clock += 60_000;
    expect(await draft()).toMatchObject({ status: 403, code: 'spam_risk_too_many_pending_share' });
  });
});

describe('pictures', () => {
  it.each([
    ['a title of 91', { title: 'a'.repeat(91) }, {}],
    ['a text of 4,001', { description: 'a'.repeat(4001) }, {}],
    ['a duet', { disable_duet: true }, {}],
    ['no mode', {}, { post_mode: 'PUBLISH' }],
    ['a film', {}, { media_type: 'VIDEO' }],
    [
      'a cover that is none of them',
      {},
      {
        source_info: { source: 'PULL_FROM_URL', photo_images: ['https://a.example/1'], photo_cover_index: 1 },
      },
    ],
    [
      '36 of them',
      {},
      {
        source_info: {
          source: 'PULL_FROM_URL',
          photo_images: Array.from({ length: 36 }, () => 'https://a.example/1'),
          photo_cover_index: 0,
        },
      },
    ],
  ])('are refused with %s', async (_what, post_info, more) => {
    await creatorInfo();
    expect(await photos(['https://a.example/1'], post_info, USER, more)).toMatchObject({
      status: 400,
      code: 'invalid_params',
    });
  });

  it('are fetched from addresses that are verified, else refused', async () => {
    await creatorInfo(VERIFIED);
    expect(await photos(['https://a.example/1'], {}, VERIFIED)).toMatchObject({
      status: 403,
      code: 'url_ownership_unverified',
    });
  });

  it('that cannot be fetched fail', async () => {
    await creatorInfo();
    const { data } = await photos(['https://a.example/1']);
    expect((await status(data['publish_id'])).data).toMatchObject({ status: 'PROCESSING_DOWNLOAD' });
    clock += 1_000;
    expect((await status(data['publish_id'])).data).toMatchObject({
      status: 'FAILED',
      fail_reason: 'photo_pull_failed',
    });
  });
});

describe('the lists', () => {
  it('show what is public, newest first, page by page, with texts cut at 150', async () => {
    for (let turn = 0; turn < 3; turn += 1) {
      clock += 60_000;
      await posted(USER, info({ title: `${turn}${'a'.repeat(200)}` }));
    }
    const fields = 'id,create_time,title,share_url';
    const first = await ask(`/v2/video/list/?fields=${fields}`, { max_count: 2 });
    const [newest, next] = z.array(z.record(z.string(), z.unknown())).parse(first.data['videos']);
    expect(newest?.['title']).toBe(`2${'a'.repeat(149)}`);
    expect(next?.['title']).toMatch(/^1/);
    expect(Object.keys(newest ?? {})).toEqual(fields.split(','));
    expect(first.data['has_more']).toBe(true);
    const second = await ask(`/v2/video/list/?fields=${fields}`, { cursor: first.data['cursor'] });
    expect(second.data).toMatchObject({ videos: [{ title: expect.stringMatching(/^0/) }], has_more: false });
    const query = await ask('/v2/video/query/?fields=id,like_count', {
      filters: { video_ids: [newest?.['id'], '7300000000000000000'] },
    });
    expect(query.data).toEqual({ videos: [{ id: newest?.['id'], like_count: 3 }] });
  });

  it('want fields, and only those that there are', async () => {
    for (const path of ['/v2/video/list/', '/v2/video/list/?fields=id,caption'])
      expect(await ask(path, {})).toMatchObject({ status: 400, code: 'invalid_params' });
    expect(await ask('/v2/video/list/?fields=id', { max_count: 21 })).toMatchObject({
      code: 'invalid_params',
    });
  });
});

describe('the token service', () => {
  const exchange = async (
    change: Readonly<Record<string, string>> = {},
  ): Promise<Record<string, unknown>> => {
    const form = {
      client_key: 'key',
      client_secret: 'secret',
      grant_type: 'refresh_token',
      refresh_token: USER.refreshToken ?? '',
      ...change,
    };
    const address = `${platforms.base('tiktok')}/v2/oauth/token/`;
    const response = await fetch(address, { method: 'POST', body: new URLSearchParams(form) });
    return z.record(z.string(), z.unknown()).parse(await response.json());
  };

  it('gives a new pair, after which the old one is dead', async () => {
    const fresh = await exchange();
    expect(fresh).toMatchObject({ expires_in: 7200, open_id: USER.id, refresh_expires_in: 15_552_000 });
    expect(await exchange()).toMatchObject({ error: 'invalid_grant' });
    expect(await creatorInfo()).toMatchObject({ code: 'access_token_invalid' });
    const token = String(fresh['access_token']);
    expect(await creatorInfo({ ...USER, token })).toMatchObject({ code: 'ok' });
    clock += 7_200_000;
    expect(await creatorInfo({ ...USER, token })).toMatchObject({ code: 'access_token_invalid' });
  });

  it.each([
    [{ client_secret: 'wrong' }, 'invalid_client'],
    [{ client_key: '' }, 'invalid_request'],
    [{ grant_type: 'code' }, 'unsupported_grant_type'],
    [{ client_id: 'x' }, 'invalid_request'],
  ])('refuses %j with %s', async (change, error) => {
    expect(await exchange(change)).toMatchObject({ error });
  });
});
