import { afterEach, describe, expect, it } from 'vitest';
import { CHANNEL, SIM_ACCOUNT, videoBytes } from '../../../../test/support/youtube.ts';
import { type Platforms, startPlatforms } from '../server.ts';
import { makeYoutubeSimulator, makeYoutubeSimulatorWith } from './index.ts';

const UNIT = 256 * 1024;
const SNIPPET = { title: 'A ride', description: 'Downhill.', tags: ['bikes'], categoryId: '22' };
const STATUS = { privacyStatus: 'public', selfDeclaredMadeForKids: false };

let platforms: Platforms;
afterEach(() => platforms.stop());

async function start(make = makeYoutubeSimulator): Promise<void> {
  platforms = await startPlatforms({
    makers: { youtube: make },
    accounts: { youtube: [SIM_ACCOUNT] },
    processingMs: 0,
  });
}

interface Ask {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
}

function ask(path: string, { method = 'GET', headers = {}, body }: Ask = {}): Promise<Response> {
  const url = path.startsWith('http') ? path : `${platforms.base('youtube')}${path}`;
  return fetch(url, {
    method,
    redirect: 'manual',
    headers: { authorization: `Bearer ${SIM_ACCOUNT.token}`, ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : new Uint8Array(body) }),
  });
}

function insert(
  body: unknown,
  over: { query?: string; headers?: Record<string, string> } = {},
): Promise<Response> {
  return ask(`/upload/youtube/v3/videos?${over.query ?? 'uploadType=resumable&part=snippet,status'}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json; charset=UTF-8',
      'x-upload-content-length': String(2 * UNIT + 5),
      'x-upload-content-type': 'video/mp4',
      ...over.headers,
    },
    body: JSON.stringify(body),
  });
}

async function session(): Promise<string> {
  return (await insert({ snippet: SNIPPET, status: STATUS })).headers.get('location') ?? '';
}

const video = videoBytes(2 * UNIT + 5);

function put(url: string, from: number, to: number, headers: Record<string, string> = {}): Promise<Response> {
  return ask(url, {
    method: 'PUT',
    headers: {
      'content-type': 'video/mp4',
      'content-range': `bytes ${from}-${to - 1}/${video.length}`,
      ...headers,
    },
    body: video.subarray(from, to),
  });
}

async function reason(response: Response): Promise<string> {
  const body = (await response.json()) as { error: { errors: { reason: string }[] } };
  return `${response.status} ${body.error.errors[0]?.reason}`;
}

describe('a Google account without a channel', () => {
  it('uploads nothing', async () => {
    await start();
    platforms.addAccounts('youtube', [{ ...SIM_ACCOUNT, extra: { noChannel: true } }]);
    expect(await reason(await insert({ snippet: SNIPPET, status: STATUS }))).toBe(
      '401 youtubeSignupRequired',
    );
  });
});

describe('an upload in one request', () => {
  const whole = (parts: readonly string[], type = 'multipart/related; boundary=b'): Promise<Response> =>
    ask('/upload/youtube/v3/videos?uploadType=multipart&part=snippet,status', {
      method: 'POST',
      headers: { 'content-type': type },
      body: [...parts.map((part) => `--b\r\n${part}\r\n`), '--b--'].join(''),
    });
  const metadata = `Content-Type: application/json\r\n\r\n${JSON.stringify({ snippet: SNIPPET, status: STATUS })}`;
  const film = 'Content-Type: video/mp4\r\n\r\nno film';

  it('makes a video, whatever is in it', async () => {
    await start();
    const answer = (await (await whole([metadata, film])).json()) as object;
    expect(answer).toMatchObject({ snippet: { title: SNIPPET.title }, status: { uploadStatus: 'failed' } });
  });

  it.each([
    ['only one part', [metadata]],
    ['the parts in the wrong order', [film, metadata]],
    ['three parts', [metadata, film, film]],
    ['no film', [metadata, 'Content-Type: text/plain\r\n\r\nhello']],
    ['no JSON', ['Content-Type: application/json\r\n\r\n{', film]],
  ])('is refused with %s', async (_what, parts) => {
    await start();
    expect(await reason(await whole(parts))).toBe('400 badRequest');
  });

  it('is refused as a form', async () => {
    await start();
    expect(await reason(await whole([metadata, film], 'multipart/form-data; boundary=b'))).toBe(
      '400 badRequest',
    );
  });
});

describe('opening a session', () => {
  it.each([
    ['an unknown field', { snippet: { ...SNIPPET, foo: 1 }, status: STATUS }, '400 badRequest'],
    ['an unknown part', { snippet: SNIPPET, fileDetails: {} }, '400 badRequest'],
    ['a field of the wrong type', { snippet: { ...SNIPPET, tags: 'bikes' } }, '400 badRequest'],
    ['a number for a text', { snippet: { ...SNIPPET, categoryId: 22 } }, '400 badRequest'],
    [
      'a value outside the enum',
      { snippet: SNIPPET, status: { privacyStatus: 'friends' } },
      '400 badRequest',
    ],
    ['no title', { snippet: { description: '' } }, '400 invalidTitle'],
    ['a title of 101 characters', { snippet: { title: 'x'.repeat(101) } }, '400 invalidTitle'],
    ['a title with >', { snippet: { title: 'a > b' } }, '400 invalidTitle'],
    [
      'a description of 5001 bytes',
      { snippet: { ...SNIPPET, description: 'x'.repeat(5001) } },
      '400 invalidDescription',
    ],
    ['tags of 501 characters', { snippet: { ...SNIPPET, tags: ['x'.repeat(501)] } }, '400 invalidTags'],
    [
      'a category that does not exist',
      { snippet: { ...SNIPPET, categoryId: '999' } },
      '400 invalidCategoryId',
    ],
    [
      'publishAt on a public video',
      { snippet: SNIPPET, status: { ...STATUS, publishAt: '2027-01-01T00:00:00Z' } },
      '400 invalidPublishAt',
    ],
    [
      'publishAt that is no time',
      { snippet: SNIPPET, status: { privacyStatus: 'private', publishAt: 'tomorrow' } },
      '400 invalidPublishAt',
    ],
  ])('refuses %s', async (_what, body, expected) => {
    await start();
    expect(await reason(await insert(body))).toBe(expected);
  });

  it.each([
    ['no part', { query: 'uploadType=resumable' }, '400 missingRequiredParameter'],
    ['an unknown part', { query: 'uploadType=resumable&part=snippet,foo' }, '400 unknownPart'],
    ['a part that is not announced', { query: 'uploadType=resumable&part=snippet' }, '400 unexpectedPart'],
    [
      'a parameter that does not exist',
      { query: 'uploadType=resumable&part=snippet,status&notify=true' },
      '400 badRequest',
    ],
    [
      'a token in the URL',
      { query: 'uploadType=resumable&part=snippet,status&access_token=x' },
      '400 badRequest',
    ],
    ['another upload type', { query: 'uploadType=media&part=snippet,status' }, '400 badRequest'],
    ['no length', { headers: { 'x-upload-content-length': '' } }, '400 badRequest'],
    ['a picture', { headers: { 'x-upload-content-type': 'image/png' } }, '400 badRequest'],
    ['no token', { headers: { authorization: '' } }, '401 required'],
    ['another token', { headers: { authorization: 'Bearer other' } }, '401 authError'],
  ])('refuses %s', async (_what, over, expected) => {
    await start();
    expect(await reason(await insert({ snippet: SNIPPET, status: STATUS }, over))).toBe(expected);
  });

  it('costs one of the day’s uploads, refused ones too', async () => {
    await start(makeYoutubeSimulatorWith({ insertsPerDay: 2 }));
    await insert({});
    expect((await insert({ snippet: SNIPPET, status: STATUS })).status).toBe(200);
    expect(await reason(await insert({ snippet: SNIPPET, status: STATUS }))).toBe('403 quotaExceeded');
  });
});

describe('sending bytes', () => {
  it('answers 308 without Range, 308 with Range, and the video', async () => {
    await start();
    const url = await session();
    const query = (): Promise<Response> =>
      ask(url, { method: 'PUT', headers: { 'content-range': `bytes */${video.length}` }, body: '' });
    const empty = await query();
    expect([empty.status, empty.headers.get('range')]).toEqual([308, null]);
    const first = await put(url, 0, UNIT);
    expect([first.status, first.headers.get('range')]).toEqual([308, `bytes=0-${UNIT - 1}`]);
    await put(url, UNIT, 2 * UNIT);
    expect(platforms.posts()).toEqual([]);
    const done = await put(url, 2 * UNIT, video.length);
    expect(done.status).toBe(200);
    const resource: unknown = await done.json();
    expect(resource).toMatchObject({
      kind: 'youtube#video',
      id: expect.stringMatching(/^[\w-]{11}$/),
      snippet: { ...SNIPPET, channelId: CHANNEL },
      status: { privacyStatus: 'public' },
    });
    expect(await (await query()).json()).toMatchObject({ id: platforms.posts()[0]?.id });
  });

  it.each([
    ['a gap', UNIT, 2 * UNIT, {}],
    ['a range that is no multiple of 256 KiB', 0, UNIT + 1, {}],
    ['a range beyond the file', 0, UNIT, { 'content-range': `bytes 0-${UNIT - 1}/${UNIT}` }],
    [
      'a length that is not the range’s',
      0,
      UNIT,
      { 'content-range': `bytes 0-${2 * UNIT - 1}/${video.length}` },
    ],
    ['another type', 0, UNIT, { 'content-type': 'text/plain' }],
  ])('refuses %s', async (_what, from, to, headers) => {
    await start();
    expect((await put(await session(), from, to, headers)).status).toBe(400);
  });

  it('refuses ranges of different sizes', async () => {
    await start();
    const url = await session();
    await put(url, 0, UNIT);
    const total = { 'content-range': `bytes ${UNIT}-${2 * UNIT - 1}/${video.length}` };
    expect((await put(url, UNIT, 2 * UNIT, total)).status).toBe(308);
    const other = await session();
    await put(other, 0, 2 * UNIT);
    expect((await put(other, 2 * UNIT, video.length)).status).toBe(200);
    const third = await session();
    await put(third, 0, UNIT);
    expect((await put(third, 0, 2 * UNIT)).status).toBe(400);
  });

  it('does not know a session that was never opened', async () => {
    await start();
    expect((await put('/upload/youtube/v3/videos?uploadType=resumable&upload_id=none', 0, UNIT)).status).toBe(
      404,
    );
  });

  it('refuses a session request without the token', async () => {
    await start();
    expect(await reason(await put(await session(), 0, UNIT, { authorization: 'Bearer other' }))).toBe(
      '401 authError',
    );
  });
});

describe('reading', () => {
  it('answers only what a token’s scopes allow', async () => {
    await start();
    platforms.addAccounts('youtube', [{ ...SIM_ACCOUNT, scopes: ['youtube.upload'] }]);
    expect(await reason(await ask('/youtube/v3/channels?part=snippet&mine=true'))).toBe(
      '403 insufficientPermissions',
    );
  });

  it.each([
    ['/youtube/v3/channels?part=snippet', '400 missingRequiredParameter'],
    ['/youtube/v3/playlistItems?part=snippet&playlistId=UUother', '404 playlistNotFound'],
    [
      `/youtube/v3/playlistItems?part=snippet&playlistId=${CHANNEL.replace('UC', 'UU')}&maxResults=51`,
      '400 badRequest',
    ],
    [
      `/youtube/v3/playlistItems?part=snippet&playlistId=${CHANNEL.replace('UC', 'UU')}&pageToken=x`,
      '400 invalidPageToken',
    ],
    ['/youtube/v3/videos?part=status', '400 badRequest'],
  ])('refuses %s', async (path, expected) => {
    await start();
    expect(await reason(await ask(path))).toBe(expected);
  });

  it('hides in listings what the fault listing_lag holds back', async () => {
    await start();
    const url = await session();
    await put(url, 0, UNIT);
    await put(url, UNIT, 2 * UNIT);
    await put(url, 2 * UNIT, video.length);
    const list = async (): Promise<number> => {
      const answer = await ask(
        `/youtube/v3/playlistItems?part=snippet&playlistId=${CHANNEL.replace('UC', 'UU')}`,
      );
      return ((await answer.json()) as { items: unknown[] }).items.length;
    };
    platforms.setFaults([{ platform: 'youtube', kind: 'listing_lag', ms: 60_000, times: 1 }]);
    expect(await list()).toBe(0);
    expect(await list()).toBe(1);
  });

  it('has no other paths', async () => {
    await start();
    expect((await ask('/youtube/v2/channels?part=snippet&mine=true')).status).toBe(404);
    expect((await ask('/youtube/v3/channels?part=snippet&mine=true', { method: 'POST' })).status).toBe(404);
  });
});

describe('the token endpoint', () => {
  const form = (fields: Record<string, string>): Promise<Response> =>
    ask('/token', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(fields).toString(),
    });
  const good = {
    grant_type: 'refresh_token',
    client_id: 'a',
    client_secret: 'b',
    refresh_token: '1//0refresh',
  };

  it('gives a new token and lets the earlier one live to its end', async () => {
    await start();
    const answer = await form(good);
    expect(answer.status).toBe(200);
    const { access_token, ...rest } = (await answer.json()) as { access_token: string };
    expect(rest).toEqual({ expires_in: 3599, scope: SIM_ACCOUNT.scopes.join(' '), token_type: 'Bearer' });
    for (const token of [access_token, SIM_ACCOUNT.token]) {
      const headers = { authorization: `Bearer ${token}` };
      expect((await ask('/youtube/v3/channels?part=snippet&mine=true', { headers })).status).toBe(200);
    }
  });

  it.each([
    [{ ...good, refresh_token: 'other' }, 'invalid_grant'],
    [{ ...good, grant_type: 'password' }, 'unsupported_grant_type'],
    [{ ...good, client_secret: '' }, 'invalid_request'],
    [{ ...good, more: 'x' }, 'invalid_request'],
  ])('refuses %j', async (fields, error) => {
    await start();
    expect(await (await form(fields)).json()).toMatchObject({ error });
  });
});
