import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { testServers } from '../../../../test/support/http-servers.ts';
import { mp4 } from '../../../../test/support/mp4.ts';
import { type Platforms, startPlatforms } from '../server.ts';
import type { SimAccount } from '../simulator.ts';
import { makeFacebookSimulator } from './index.ts';

const PAGE: SimAccount = {
  id: '1001',
  name: 'Cole Cycles',
  token: 'EAAG-page-token-2',
  scopes: ['pages_manage_posts', 'pages_read_engagement'],
};
const OTHER: SimAccount = { ...PAGE, id: '1002', name: 'Other', token: 'EAAG-page-token-3' };
const PROCESSING_MS = 5_000;
const servers = testServers();

let clock = Date.parse('2026-11-21T10:00:00Z');
let platforms: Platforms;
beforeEach(async () => {
  platforms = await startPlatforms({
    makers: { facebook: makeFacebookSimulator },
    accounts: { facebook: [PAGE, OTHER] },
    processingMs: PROCESSING_MS,
    now: () => new Date(clock),
  });
});
afterEach(async () => {
  await platforms.stop();
  await servers.close();
});

interface Answer {
  readonly status: number;
  readonly json: Record<string, unknown>;
}

async function ask(path: string, init: RequestInit = {}): Promise<Answer> {
  const headers = new Headers(init.headers);
  if (!headers.has('authorization')) headers.set('authorization', `Bearer ${PAGE.token}`);
  const url = path.startsWith('http') ? path : `${platforms.base('facebook')}${path}`;
  const response = await fetch(url, { ...init, headers });
  return { status: response.status, json: (await response.json()) as Record<string, unknown> };
}

function post(
  edge: string,
  form: Record<string, string> | FormData,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const body = form instanceof FormData ? form : new URLSearchParams(form);
  return ask(`/v26.0/${PAGE.id}/${edge}`, { method: 'POST', body, headers });
}

function get(path: string, query: Record<string, string> = {}): Promise<Answer> {
  return ask(`/v26.0${path}?${new URLSearchParams(query)}`);
}

function fileForm(name: string, bytes: Buffer, type: string, fields: Record<string, string> = {}): FormData {
  const form = new FormData();
  for (const [key, value] of Object.entries(fields)) form.set(key, value);
  form.set(name, new Blob([new Uint8Array(bytes)], { type }), 'file');
  return form;
}

const picture = (format: 'png' | 'webp' = 'png'): Promise<Buffer> =>
  sharp({ create: { width: 40, height: 30, channels: 3, background: '#369' } })
    [format]()
    .toBuffer();

async function newPhoto(): Promise<string> {
  const { json } = await post(
    'photos',
    fileForm('source', await picture(), 'image/png', { published: 'false' }),
  );
  return String(json['id']);
}

function error(code: number, subcode?: number): object {
  return { json: { error: { code, ...(subcode === undefined ? {} : { error_subcode: subcode }) } } };
}

describe('the gate', () => {
  it.each([
    ['a version that has ended', '/v20.0/1001/feed', 2500],
    ['no version', '/1001/feed', 2500],
    ['another Page', '/v26.0/1002/feed', 100],
    ['an edge that does not exist', '/v26.0/1001/posts', 100],
  ])('refuses %s', async (_name, path, code) => {
    expect(await ask(path, { method: 'POST', body: new URLSearchParams({ message: 'x' }) })).toMatchObject(
      error(code),
    );
  });

  it.each([
    ['no token', '', 104],
    ['an unknown token', 'Bearer EAAx', 190],
    ['the word of the upload host', `OAuth ${PAGE.token}`, 190],
  ])('refuses %s', async (_name, authorization, code) => {
    const headers: Record<string, string> = authorization === '' ? {} : { authorization };
    const response = await fetch(`${platforms.base('facebook')}/v26.0/me`, { headers });
    expect({ json: await response.json() }).toMatchObject(error(code));
  });

  it('refuses an expired token, and one without the permission', async () => {
    platforms.addAccounts('facebook', [{ ...PAGE, tokenExpiresAt: clock }]);
    expect(await get('/me')).toMatchObject(error(190, 463));
    platforms.addAccounts('facebook', [{ ...PAGE, scopes: ['pages_read_engagement'] }]);
    expect(await post('feed', { message: 'x' })).toMatchObject(error(200));
    platforms.addAccounts('facebook', [{ ...PAGE, scopes: ['pages_manage_posts'] }]);
    expect(await get(`/${PAGE.id}/published_posts`)).toMatchObject(error(10));
    expect(platforms.posts()).toEqual([]);
  });
});

describe('a post', () => {
  it.each<[string, Record<string, string>, number, number?]>([
    ['nothing to show', {}, 100],
    ['white space', { message: ' \n' }, 100],
    ['an unknown parameter', { message: 'x', caption: 'y' }, 100],
    ['a text that is too long', { message: 'x'.repeat(63_207) }, 100],
    ['a link that is none', { link: 'example' }, 100],
    ['a link to Facebook', { link: 'https://www.facebook.com/x' }, 200, 1609008],
    ['photos that are no list', { attached_media: '{"media_fbid":"1"}' }, 100],
    ['photos that do not exist', { attached_media: '[{"media_fbid":"1"}]' }, 100],
    ['unknown keys in the list', { attached_media: '[{"media_fbid":"1","x":1}]' }, 100],
  ])('is refused with %s', async (_name, form, code, subcode) => {
    expect(await post('feed', form)).toMatchObject(error(code, subcode));
    expect(platforms.posts()).toEqual([]);
  });

  it('is refused as duplicate of the one just before only', async () => {
    expect((await post('feed', { message: 'One' })).status).toBe(200);
    expect(await post('feed', { message: 'One' })).toMatchObject(error(506, 1455006));
    expect((await post('feed', { message: 'Two' })).status).toBe(200);
    expect((await post('feed', { message: 'One' })).status).toBe(200);
  });

  it('takes a photo once', async () => {
    const attached_media = JSON.stringify([{ media_fbid: await newPhoto() }]);
    expect((await post('feed', { message: 'x', attached_media })).status).toBe(200);
    expect(await post('feed', { message: 'y', attached_media })).toMatchObject(error(100, 1366051));
  });

  it('does not find a photo after a day, nor that of another Page', async () => {
    const photo_id = await newPhoto();
    const headers = { authorization: `Bearer ${OTHER.token}` };
    const body = new URLSearchParams({ photo_id });
    expect(await ask(`/v26.0/${OTHER.id}/photo_stories`, { method: 'POST', body, headers })).toMatchObject(
      error(100),
    );
    clock += 24 * 3_600_000 + 1;
    expect(await post('photo_stories', { photo_id })).toMatchObject(error(100));
  });
});

describe('a body of JSON', () => {
  it('is as good as a form', async () => {
    const headers = { 'content-type': 'application/json' };
    const send = (body: object): Promise<Answer> =>
      ask(`/v26.0/${PAGE.id}/feed`, { method: 'POST', headers, body: JSON.stringify(body) });
    expect(await send({ message: 'Hello', published: true })).toMatchObject({ status: 200 });
    expect(await send({ message: 'Hello again', massage: 'x' })).toMatchObject(error(100));
    const attached_media = [{ media_fbid: await newPhoto() }];
    expect(await send({ message: 'A photo', attached_media })).toMatchObject({ status: 200 });
    expect(platforms.posts().map(({ kind }) => kind)).toEqual(['text', 'image']);
  });
});

describe('a file that Facebook fetches', () => {
  it('is taken from an address that it can reach, and from no other', async () => {
    const origin = await servers.http((_request, response) => {
      picture().then(
        (bytes) => response.setHeader('content-type', 'image/png').end(bytes),
        () => response.destroy(),
      );
    });
    expect(await post('photos', { url: `${origin}/a.png` })).toMatchObject({ status: 200 });
    expect(await post('photos', { url: 'https://media.example/a.png' })).toMatchObject(error(324));
    const both = fileForm('source', await picture(), 'image/png', { url: `${origin}/a.png` });
    expect(await post('photos', both)).toMatchObject(error(324));
    const { json } = await post('videos', { file_url: `${origin}/a.png`, description: 'No film' });
    clock += PROCESSING_MS;
    expect(await get(`/${String(json['id'])}`, { fields: 'status' })).toMatchObject({
      json: { status: { video_status: 'error' } },
    });
    expect(platforms.posts().map(({ kind }) => kind)).toEqual(['image']);
  });
});

describe('a photo', () => {
  it.each([
    ['WebP', async () => fileForm('source', await picture('webp'), 'image/webp'), 100],
    ['a truncated PNG', async () => fileForm('source', (await picture()).subarray(0, 90), 'image/png'), 100],
    ['no file', async () => fileForm('picture', await picture(), 'image/png'), 100],
    [
      'a file of more than 10 MB',
      async () => fileForm('source', Buffer.alloc(10 * 1024 * 1024 + 1), 'image/png'),
      100,
    ],
  ])('is refused: %s', async (_name, form, code) => {
    expect(await post('photos', await form())).toMatchObject(error(code));
  });

  it('that is not said to be unpublished is public at once', async () => {
    const { json } = await post(
      'photos',
      fileForm('source', await picture(), 'image/png', { message: 'Hello' }),
    );
    expect(platforms.posts()).toMatchObject([{ id: json['post_id'], kind: 'image', text: 'Hello' }]);
  });

  it('names its post once it has one', async () => {
    const id = await newPhoto();
    expect((await get(`/${id}`, { fields: 'page_story_id' })).json).toEqual({ id });
    const { json } = await post('feed', {
      message: 'x',
      attached_media: JSON.stringify([{ media_fbid: id }]),
    });
    expect((await get(`/${id}`, { fields: 'page_story_id' })).json).toEqual({
      id,
      page_story_id: json['id'],
    });
  });
});

describe('a video', () => {
  async function started(size: number): Promise<Record<string, unknown>> {
    return (await post('videos', { upload_phase: 'start', file_size: String(size) })).json;
  }

  it('wants its pieces in order and whole', async () => {
    const session = await started(100_000);
    expect(session).toMatchObject({ start_offset: '0', end_offset: '65536' });
    const fields = { upload_phase: 'transfer', upload_session_id: String(session['upload_session_id']) };
    const piece = (start: number, bytes: number): Promise<Answer> =>
      post(
        'videos',
        fileForm('video_file_chunk', Buffer.alloc(bytes), 'application/octet-stream', {
          ...fields,
          start_offset: String(start),
        }),
      );
    expect(await piece(5, 65_536)).toMatchObject({
      json: { error: { error_subcode: 1363037, error_data: { start_offset: 0, end_offset: 65_536 } } },
    });
    expect(await piece(0, 10)).toMatchObject(error(6001, 1363033));
    expect((await piece(0, 65_536)).json).toEqual({ start_offset: '65536', end_offset: '100000' });
    const finish = { upload_phase: 'finish', upload_session_id: String(session['upload_session_id']) };
    expect(await post('videos', finish)).toMatchObject(error(6000));
    expect((await piece(65_536, 34_464)).json).toEqual({ start_offset: '100000', end_offset: '100000' });
    expect((await post('videos', finish)).json).toEqual({ success: true });
  });

  it.each([
    [{ upload_phase: 'start', file_size: '1000' }, 6000],
    [{ upload_phase: 'start', file_size: 'many' }, 100],
    [{ upload_phase: 'start', file_size: '5000', title: 'x' }, 100],
    [{ upload_phase: 'finish', upload_session_id: '7' }, 6001],
    [{ upload_phase: 'begin' }, 100],
    [{ file_url: 'https://media.example/x.mp4' }, 389],
    [{ file_url: 'https://media.example/x.mp4', upload_phase: 'start' }, 100],
  ])('is refused with %j', async (form, code) => {
    expect(await post('videos', form)).toMatchObject(error(code));
  });
});

describe('a reel', () => {
  async function uploaded(bytes: Buffer, edge = 'video_reels'): Promise<string> {
    const { json } = await post(edge, { upload_phase: 'start' });
    const headers = { authorization: `OAuth ${PAGE.token}`, offset: '0', file_size: String(bytes.length) };
    const body = new Uint8Array(bytes);
    expect(await ask(String(json['upload_url']), { method: 'POST', headers, body })).toMatchObject({
      json: { success: true },
    });
    return String(json['video_id']);
  }
  const finish = (video_id: string): Promise<Answer> =>
    post('video_reels', { upload_phase: 'finish', video_id, video_state: 'PUBLISHED', description: 'Hi' });

  it.each([
    ['the wrong word before the token', { authorization: `Bearer ${PAGE.token}` }, 401, 'NotAuthorizedError'],
    ['no offset', { offset: '' }, 400, 'ParameterValidationError'],
    ['a wrong offset', { offset: '5' }, 412, 'OffsetInvalidError'],
    ['a wrong size', { file_size: '5000' }, 400, 'PartialRequestError'],
  ])('is not uploaded with %s', async (_name, wrong, status, type) => {
    const { json } = await post('video_reels', { upload_phase: 'start' });
    const headers = { authorization: `OAuth ${PAGE.token}`, offset: '0', file_size: '3', ...wrong };
    const answer = await ask(String(json['upload_url']), { method: 'POST', headers, body: 'abc' });
    expect(answer).toMatchObject({ status, json: { debug_info: { type } } });
  });

  it.each([
    ['too small', { width: 360, height: 640 }, 1363127],
    ['too wide', { width: 1920, height: 960 }, 1363040],
    ['too short', { seconds: 2 }, 1363128],
    ['too long', { seconds: 91, framesPerSecond: 24 }, 1363128],
    ['too slow', { framesPerSecond: 20 }, 1363129],
  ])('is refused when it is %s', async (_name, shape, subcode) => {
    expect(await finish(await uploaded(await mp4(shape)))).toMatchObject(error(100, subcode));
  });

  it('is refused when it is no video, or not there', async () => {
    expect(await finish(await uploaded(Buffer.from('not a video at all')))).toMatchObject(
      error(100, 1363024),
    );
    const { json } = await post('video_reels', { upload_phase: 'start' });
    expect(await finish(String(json['video_id']))).toMatchObject(error(6000));
    expect(await finish('7')).toMatchObject(error(100, 33));
  });

  it('is public after its processing, once, however often it is finished', async () => {
    const id = await uploaded(await mp4());
    expect((await finish(id)).json).toEqual({ success: true });
    await finish(id);
    const status = () => get(`/${id}`, { fields: 'status,published,post_id,permalink_url' });
    expect((await status()).json).toMatchObject({ published: false, status: { video_status: 'processing' } });
    expect(platforms.posts()).toEqual([]);
    clock += PROCESSING_MS;
    const { json } = await status();
    const [reel, ...others] = platforms.posts();
    expect(others).toEqual([]);
    expect(json).toMatchObject({
      published: true,
      permalink_url: `/reel/${id}/`,
      status: { video_status: 'ready' },
    });
    expect(`${PAGE.id}_${json['post_id']}`).toBe(reel?.id);
  });

  it('is refused as story when it is longer than a minute', async () => {
    const video_id = await uploaded(await mp4({ seconds: 61, framesPerSecond: 24 }), 'video_stories');
    expect(await post('video_stories', { upload_phase: 'finish', video_id })).toMatchObject(
      error(100, 1363128),
    );
  });
});

describe('reading', () => {
  it.each([
    [`/${PAGE.id}/published_posts`, { limit: '101' }],
    [`/${PAGE.id}/published_posts`, { since: '1' }],
    [`/${PAGE.id}/published_posts`, { fields: 'id,secret' }],
    [`/${PAGE.id}/published_posts`, { fields: 'id,attachments{target' }],
    ['/me', { fields: 'email' }],
  ])('refuses %s with %j', async (path, query) => {
    expect(await get(path, query)).toMatchObject(error(100));
  });

  it('lists posts newest first in pages, and stories by themselves', async () => {
    for (const message of ['One', 'Two', 'Three']) await post('feed', { message });
    const { json: story } = await post('photo_stories', { photo_id: await newPhoto() });
    const first = await get(`/${PAGE.id}/published_posts`, { fields: 'message', limit: '2' });
    expect(first.json['data']).toMatchObject([{ message: 'Three' }, { message: 'Two' }]);
    const { cursors, next } = first.json['paging'] as { cursors: { after: string }; next?: string };
    expect(next).toBeDefined();
    const second = await get(`/${PAGE.id}/published_posts`, {
      fields: 'message',
      limit: '2',
      after: cursors.after,
    });
    expect(second.json['data']).toMatchObject([{ message: 'One' }]);
    expect(second.json['paging']).not.toHaveProperty('next');
    const stories = await get(`/${PAGE.id}/stories`, { since: String(Math.floor(clock / 1000)) });
    expect(stories.json['data']).toMatchObject([
      { post_id: story['post_id'], status: 'published', media_type: 'photo' },
    ]);
  });
});
