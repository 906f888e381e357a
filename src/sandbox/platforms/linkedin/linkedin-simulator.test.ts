import { afterEach, describe, expect, it } from 'vitest';
import { MEMBER, ORGANIZATION, picture, START, video } from '../../../../test/support/linkedin.ts';
import { type Platforms, startPlatforms } from '../server.ts';
import { makeLinkedinSimulator } from './index.ts';
import { renderLittleText } from './little.ts';

const MB = 1024 * 1024;
const HEADERS = { 'linkedin-version': '202609', 'x-restli-protocol-version': '2.0.0' };

let running: Platforms | undefined;
let clock = START;
afterEach(async () => {
  await running?.stop();
  running = undefined;
  clock = START;
});

async function start(): Promise<Platforms> {
  running = await startPlatforms({
    makers: { linkedin: makeLinkedinSimulator },
    accounts: { linkedin: [MEMBER, ORGANIZATION] },
    processingMs: 1000,
    now: () => new Date(clock),
  });
  return running;
}

interface Ask {
  readonly token?: string | null;
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

async function ask(
  method: string,
  path: string,
  body?: unknown,
  { token = MEMBER.token, headers = {} }: Ask = {},
) {
  const all: Record<string, string | undefined> = {
    ...HEADERS,
    ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    ...(body === undefined || Buffer.isBuffer(body) ? {} : { 'content-type': 'application/json' }),
    ...headers,
  };
  const present = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const url = path.startsWith('http') ? path : `${running?.base('linkedin')}${path}`;
  const sent = Buffer.isBuffer(body) ? { body } : body === undefined ? {} : { body: JSON.stringify(body) };
  const response = await fetch(url, { method, headers: Object.fromEntries(present), ...sent });
  const text = await response.text();
  const json = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
  return { status: response.status, headers: response.headers, json };
}

function post(over: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    author: MEMBER.id,
    commentary: 'Fresh bread',
    visibility: 'PUBLIC',
    distribution: { feedDistribution: 'MAIN_FEED', targetEntities: [], thirdPartyDistributionChannels: [] },
    lifecycleState: 'PUBLISHED',
    isReshareDisabledByAuthor: false,
    ...over,
  };
}

async function uploadImage(
  owner = MEMBER,
  bytes?: Buffer,
): Promise<{ urn: string; status: number; url: string }> {
  const body = { initializeUploadRequest: { owner: owner.id } };
  const { json } = await ask('POST', '/rest/images?action=initializeUpload', body, { token: owner.token });
  const { image, uploadUrl } = json['value'] as { image: string; uploadUrl: string };
  const { status } = await ask('PUT', uploadUrl, bytes ?? (await picture()), { token: owner.token });
  return { urn: image, status, url: uploadUrl };
}

const WITHOUT_VISIBILITY = post();
delete WITHOUT_VISIBILITY['visibility'];

describe('the simulated LinkedIn refuses', () => {
  it.each([
    ['no token', post(), { token: null }, 401, 'EMPTY_ACCESS_TOKEN'],
    ['another token', post(), { token: 'AQV-nobody' }, 401, 'INVALID_ACCESS_TOKEN'],
    ['no version', post(), { headers: { 'linkedin-version': undefined } }, 400, 'VERSION_MISSING'],
    ['a sunset version', post(), { headers: { 'linkedin-version': '202511' } }, 426, 'NONEXISTENT_VERSION'],
    [
      'a version that is none',
      post(),
      { headers: { 'linkedin-version': '202613' } },
      426,
      'NONEXISTENT_VERSION',
    ],
    [
      'Rest.li 1',
      post(),
      { headers: { 'x-restli-protocol-version': '1.0.0' } },
      400,
      'INVALID_VALUE_FOR_FIELD',
    ],
    ['a body that is not JSON', post(), { headers: { 'content-type': 'text/plain' } }, 415, undefined],
    ['a missing field', WITHOUT_VISIBILITY, {}, 400, 'MISSING_FIELD'],
    ['an unknown field', post({ scheduledAt: 1 }), {}, 422, undefined],
    ['another type', post({ isReshareDisabledByAuthor: 'false' }), {}, 400, 'INVALID_VALUE_FOR_FIELD'],
    ['another visibility', post({ visibility: 'public' }), {}, 400, 'INVALID_VALUE_FOR_FIELD'],
    ['a draft', post({ lifecycleState: 'DRAFT' }), {}, 400, 'INVALID_VALUE_FOR_FIELD'],
    ['a foreign author', post({ author: ORGANIZATION.id }), {}, 403, 'ACCESS_DENIED'],
    ['an unescaped parenthesis', post({ commentary: 'Bread (fresh)' }), {}, 400, 'INVALID_VALUE_FOR_FIELD'],
    ['3001 characters', post({ commentary: 'a'.repeat(3001) }), {}, 400, 'FIELD_LENGTH_TOO_LONG'],
    ['nothing at all', post({ commentary: ' ' }), {}, 400, 'INVALID_VALUE_BLANK_FIELD'],
    [
      'a link without title',
      post({ content: { article: { source: 'https://a.example' } } }),
      {},
      400,
      'INVALID_VALUE_FOR_FIELD',
    ],
    [
      'one image as several',
      post({ content: { multiImage: { images: [{ id: 'urn:li:image:1' }] } } }),
      {},
      400,
      'INVALID_VALUE_FOR_FIELD',
    ],
    [
      'a title over its limit, in UTF-16 code units',
      post({ content: { article: { source: 'https://a.example', title: '🥖'.repeat(201) } } }),
      {},
      400,
      'INVALID_VALUE_FOR_FIELD',
    ],
    [
      'an alternative text over its limit, in UTF-16 code units',
      post({ content: { media: { id: 'urn:li:image:1', altText: '🥖'.repeat(2044) } } }),
      {},
      400,
      'INVALID_VALUE_FOR_FIELD',
    ],
    ['an unknown image', post({ content: { media: { id: 'urn:li:image:1' } } }), {}, 400, 'INVALID_IMAGE_ID'],
    ['what is no file', post({ content: { media: { id: 'urn:li:share:1' } } }), {}, 400, 'INVALID_URN_TYPE'],
  ])('%s', async (_what, body, options, status, code) => {
    const server = await start();
    const answer = await ask('POST', '/rest/posts', body, options);
    expect(answer.status).toBe(status);
    expect(answer.json['code']).toBe(code);
    expect(answer.json['status']).toBe(status);
    expect(answer.headers.get('x-li-uuid')).not.toBeNull();
    expect(server.posts()).toEqual([]);
  });

  it('a path that it does not have', async () => {
    await start();
    expect((await ask('POST', '/v2/ugcPosts', post())).status).toBe(404);
    expect((await ask('PUT', '/rest/posts', post())).status).toBe(404);
  });

  it('the same post within ten minutes, naming the first, and takes it afterwards or changed by a space', async () => {
    await start();
    const first = await ask('POST', '/rest/posts', post());
    expect(first.status).toBe(201);
    const urn = first.headers.get('x-restli-id');
    expect(urn).toMatch(/^urn:li:share:\d{19}$/);
    clock += 9 * 60_000;
    const second = await ask('POST', '/rest/posts', post());
    expect(second.status).toBe(422);
    expect(second.json['message']).toContain(`duplicate of ${urn}`);
    expect((await ask('POST', '/rest/posts', post({ commentary: 'Fresh bread ' }))).status).toBe(201);
    clock += 60_001;
    expect((await ask('POST', '/rest/posts', post())).status).toBe(201);
  });

  it('a member who wants to see own posts or images', async () => {
    await start();
    const list = `/rest/posts?q=author&author=${encodeURIComponent(MEMBER.id)}`;
    expect((await ask('GET', list)).json).toMatchObject({ status: 403, code: 'ACCESS_DENIED' });
    const { urn } = await uploadImage();
    expect((await ask('GET', `/rest/images/${encodeURIComponent(urn)}`)).status).toBe(403);
  });

  it('an image that is none, comes without token or too late', async () => {
    await start();
    expect((await uploadImage(MEMBER, Buffer.from('<html>'))).status).toBe(415);
    const { url } = await uploadImage();
    expect((await ask('PUT', url, await picture(), { token: null })).status).toBe(401);
    clock += 3_600_000;
    expect((await ask('PUT', url, await picture())).json['code']).toBe('EXPIRED_UPLOAD_URL');
  });

  it('an image of another owner', async () => {
    await start();
    const { urn } = await uploadImage(ORGANIZATION);
    const answer = await ask('POST', '/rest/posts', post({ content: { media: { id: urn } } }));
    expect(answer.status).toBe(403);
  });

  it('a document without a title', async () => {
    await start();
    const body = { initializeUploadRequest: { owner: MEMBER.id } };
    const { json } = await ask('POST', '/rest/documents?action=initializeUpload', body);
    const { document, uploadUrl } = json['value'] as { document: string; uploadUrl: string };
    expect((await ask('PUT', uploadUrl, Buffer.from('%PDF-1.7 …'))).status).toBe(201);
    const answer = await ask('POST', '/rest/posts', post({ content: { media: { id: document } } }));
    expect(answer.json['code']).toBe('MISSING_FIELD');
  });
});

describe('a video at the simulated LinkedIn', () => {
  const init = (fileSizeBytes: number) => ({
    initializeUploadRequest: {
      owner: MEMBER.id,
      fileSizeBytes,
      uploadCaptions: false,
      uploadThumbnail: false,
    },
  });
  const octets = { headers: { 'content-type': 'application/octet-stream' }, token: null };
  interface Started {
    readonly video: string;
    readonly uploadToken: string;
    readonly uploadInstructions: readonly { uploadUrl: string; firstByte: number; lastByte: number }[];
  }

  async function begin(size: number): Promise<Started> {
    const { json } = await ask('POST', '/rest/videos?action=initializeUpload', init(size));
    return json['value'] as Started;
  }

  it('is cut into parts of 4 MiB, put together in order, and processed', async () => {
    const server = await start();
    const bytes = await video(5 * MB);
    const { video: urn, uploadToken, uploadInstructions } = await begin(bytes.length);
    expect(uploadInstructions.map(({ firstByte, lastByte }) => [firstByte, lastByte])).toEqual([
      [0, 4 * MB - 1],
      [4 * MB, 5 * MB - 1],
    ]);
    const etags: string[] = [];
    for (const { uploadUrl, firstByte, lastByte } of uploadInstructions) {
      const { headers } = await ask('PUT', uploadUrl, bytes.subarray(firstByte, lastByte + 1), octets);
      etags.push(headers.get('etag') ?? '');
    }
    const finish = async (uploadedPartIds: string[], token = uploadToken) =>
      await ask('POST', '/rest/videos?action=finalizeUpload', {
        finalizeUploadRequest: { video: urn, uploadToken: token, uploadedPartIds },
      });
    expect((await finish([...etags].reverse())).status).toBe(400);
    expect((await finish(etags, 'another')).status).toBe(400);
    expect((await finish(etags)).status).toBe(200);

    const status = async () => (await ask('GET', `/rest/videos/${encodeURIComponent(urn)}`)).json['status'];
    const body = post({ content: { media: { id: urn } } });
    expect(await status()).toBe('PROCESSING');
    expect((await ask('POST', '/rest/posts', body)).json['code']).toBe('MEDIA_ASSET_WAITING_UPLOAD');
    clock += 1000;
    expect(await status()).toBe('AVAILABLE');
    expect((await ask('POST', '/rest/posts', body)).headers.get('x-restli-id')).toMatch(/^urn:li:ugcPost:/);
    expect(server.posts()).toMatchObject([{ kind: 'video', account: MEMBER.id }]);
  });

  it('refuses parts with a token, of another length, and an end without them', async () => {
    await start();
    const bytes = await video(100_000);
    const { video: urn, uploadInstructions, uploadToken } = await begin(bytes.length);
    const url = uploadInstructions[0]?.uploadUrl ?? '';
    expect((await ask('PUT', url, bytes, { ...octets, token: MEMBER.token })).status).toBe(400);
    expect((await ask('PUT', url, bytes.subarray(1), octets)).status).toBe(400);
    const finalizeUploadRequest = { video: urn, uploadToken, uploadedPartIds: [] };
    const early = await ask('POST', '/rest/videos?action=finalizeUpload', { finalizeUploadRequest });
    expect(early.json['code']).toBe('MEDIA_ASSET_WAITING_UPLOAD');
  });

  it.each([
    ['too short', async () => await video(100_000, 2), 'INVALID_DURATION'],
    ['no video', async () => Buffer.alloc(100_000, 1), 'UNSUPPORTED_FORMAT'],
  ])('fails in processing when it is %s', async (_what, make, reason) => {
    await start();
    const bytes = await make();
    const { video: urn, uploadInstructions, uploadToken } = await begin(bytes.length);
    const { headers } = await ask('PUT', uploadInstructions[0]?.uploadUrl ?? '', bytes, octets);
    const finalizeUploadRequest = { video: urn, uploadToken, uploadedPartIds: [headers.get('etag')] };
    await ask('POST', '/rest/videos?action=finalizeUpload', { finalizeUploadRequest });
    clock += 1000;
    const { json } = await ask('GET', `/rest/videos/${encodeURIComponent(urn)}`);
    expect(json).toMatchObject({ status: 'PROCESSING_FAILED', processingFailureReason: reason });
    const answer = await ask('POST', '/rest/posts', post({ content: { media: { id: urn } } }));
    expect(answer.json['code']).toBe('MEDIA_ASSET_PROCESSING_FAILED');
  });

  it.each([74_999, 500 * MB + 1])('of %i bytes is not begun', async (size) => {
    await start();
    expect((await ask('POST', '/rest/videos?action=initializeUpload', init(size))).status).toBe(400);
  });
});

describe('the list of an organization’s posts', () => {
  it('is newest first, in pages, with commentary as it was sent', async () => {
    await start();
    for (const commentary of ['one', 'two \\(2\\)', '{hashtag|\\#|three}']) {
      clock += 1000;
      await ask('POST', '/rest/posts', post({ author: ORGANIZATION.id, commentary }), {
        token: ORGANIZATION.token,
      });
    }
    const author = encodeURIComponent(ORGANIZATION.id);
    const list = async (rest: string) => {
      const path = `/rest/posts?q=author&author=${author}${rest}`;
      const { json } = await ask('GET', path, undefined, { token: ORGANIZATION.token });
      return (json['elements'] as { commentary: string; createdAt: number }[]).map(
        ({ commentary }) => commentary,
      );
    };
    expect(await list('&count=2&sortBy=CREATED')).toEqual(['{hashtag|\\#|three}', 'two \\(2\\)']);
    expect(await list('&count=2&start=2&sortBy=CREATED')).toEqual(['one']);
  });
});

describe('little text as the simulated LinkedIn reads it', () => {
  it.each([
    ['a \\(b\\) \\\\ \\_', 'a (b) \\ _'],
    ['#plain and {hashtag|\\#|made\\_up}', '#plain and #made_up'],
    ['@[Acme](urn:li:organization:12) says', 'Acme says'],
    ['＃全角', '＃全角'],
    ['an (aside)', null],
    ['# alone', null],
    ['{hashtag|\\#|}', null],
    ['ends with \\', null],
    ['a\\b', null],
  ])('%j is %j', (little, shown) => {
    expect(renderLittleText(little)).toBe(shown);
  });
});
