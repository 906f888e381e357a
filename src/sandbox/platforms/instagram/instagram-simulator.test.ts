import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  FACEBOOK_LOGIN,
  IG_ID,
  INSTAGRAM_LOGIN,
  type InstagramWorld,
  instagramWorld,
  jpeg,
  PAGE_ID,
  PROCESSING_MS,
} from '../../../../test/support/instagram.ts';
import { mp4 } from '../../../../test/support/mp4.ts';

const PICTURE = await jpeg();
const DAY_MS = 24 * 3_600_000;
let world: InstagramWorld;
let image: string;
beforeEach(async () => {
  world = await instagramWorld();
  image = await world.file(PICTURE).publicUrl();
});
afterEach(() => world.stop());

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
  headers: Record<string, string> = { authorization: `Bearer ${FACEBOOK_LOGIN.token}` },
): Promise<Reply> {
  const get = method === 'GET';
  const query = new URLSearchParams(values);
  const response = await fetch(`${world.platforms.base('instagram')}${path}${get ? `?${query}` : ''}`, {
    method,
    headers,
    ...(get ? {} : { body: query }),
  });
  const json = (await response.json()) as Record<string, unknown>;
  const error = json['error'] as { code: number; error_subcode?: number } | undefined;
  const subcode = error?.error_subcode === undefined ? '' : `/${error.error_subcode}`;
  return { status: response.status, json, code: error === undefined ? null : `${error.code}${subcode}` };
}

const create = (values: Record<string, string>): Promise<Reply> =>
  ask('POST', `/v26.0/${IG_ID}/media`, values);
const publish = (id: string): Promise<Reply> =>
  ask('POST', `/v26.0/${IG_ID}/media_publish`, { creation_id: id });

async function container(values: Record<string, string> = { image_url: image }): Promise<string> {
  const { json, code } = await create(values);
  expect(code).toBeNull();
  return String(json['id']);
}

async function statusOf(id: string): Promise<unknown> {
  return (await ask('GET', `/v26.0/${id}`, { fields: 'status_code,status' })).json;
}

describe('the gate', () => {
  const path = `/v26.0/${IG_ID}`;
  it.each([
    ['no token', {}, 400, '104'],
    ['another token', { authorization: 'Bearer EAAwrong' }, 400, '190'],
    ['another scheme', { authorization: `OAuth ${FACEBOOK_LOGIN.token}` }, 400, '190'],
  ])('refuses %s', async (_name, headers, status, code) => {
    expect(await ask('GET', path, {}, headers)).toMatchObject({ status, code });
  });

  it.each(['/v20.0', '/v27.0', '/26.0', ''])('refuses the version in %j', async (version) => {
    expect((await ask('GET', `${version}/${IG_ID}`)).code).toBe('2500');
  });

  it.each([
    ['POST', `/v26.0/17841400000000099/media`, '100/33'],
    ['POST', `/v26.0/${IG_ID}/feed`, '100/33'],
    ['DELETE', path, '100'],
    ['GET', `/v26.0/${IG_ID}/media/more`, '100/33'],
    ['GET', '/v26.0/123456', '100/33'],
  ])('refuses %s %s', async (method, refused, code) => {
    expect((await ask(method, refused, {})).code).toBe(code);
  });

  it('refuses an expired token', async () => {
    world.platforms.addAccounts('instagram', [{ ...FACEBOOK_LOGIN, tokenExpiresAt: world.now().getTime() }]);
    expect((await ask('GET', path)).code).toBe('190/463');
  });

  it.each([
    ['instagram_content_publish', FACEBOOK_LOGIN],
    ['pages_read_engagement', FACEBOOK_LOGIN],
    ['instagram_business_content_publish', INSTAGRAM_LOGIN],
  ])('refuses to publish without %s', async (scope, account) => {
    world.platforms.addAccounts('instagram', [
      { ...account, scopes: account.scopes.filter((one) => one !== scope) },
    ]);
    const headers = { authorization: `Bearer ${account.token}` };
    const reply = await ask('POST', `/v26.0/${IG_ID}/media`, { image_url: image }, headers);
    expect(reply).toMatchObject({ status: 403, code: '10' });
  });
});

describe('containers', () => {
  it.each([
    ['an unknown parameter', { published: 'true' }, '100'],
    ['a caption over 2200 characters', { caption: 'x'.repeat(2201) }, '36004/2207010'],
    ['more than 30 hashtags', { caption: '#a '.repeat(31) }, '100'],
    ['more than 20 mentions', { caption: '@a '.repeat(21) }, '100/2207040'],
    ['a fourth collaborator', { collaborators: '["a","b","c","d"]' }, '100'],
    ['collaborators that are no JSON list', { collaborators: 'a,b' }, '100'],
    ['a location that is no id', { location_id: 'Pune' }, '100'],
    ['alternative text over 1000 characters', { alt_text: 'x'.repeat(1001) }, '100'],
    ['a reel’s option on an image', { share_to_feed: 'true' }, '100'],
    ['a media type of its own', { media_type: 'IMAGE' }, '100/2207023'],
    ['a caption on an item', { is_carousel_item: 'true', caption: 'x' }, '100'],
    ['a caption on a story', { media_type: 'STORIES', caption: 'x' }, '100'],
    ['a reel without video', { media_type: 'REELS' }, '100'],
    ['a carousel without children', { media_type: 'CAROUSEL' }, '100'],
    ['an address with other than ASCII', { image_url: 'http://127.0.0.1/größe.jpg' }, '100'],
    ['an address that answers nothing', { image_url: 'http://127.0.0.1:9/1.jpg' }, '9004/2207052'],
    ['an address outside of this machine', { image_url: 'https://example.com/1.jpg' }, '9004/2207052'],
  ])('refuses %s', async (_name, values, code) => {
    expect(await create({ image_url: image, ...values })).toMatchObject({ status: 400, code });
  });

  it('refuses a video as a post of its own, and as a reel in a carousel', async () => {
    const video = await world.file(await mp4(), 'video').publicUrl();
    expect((await create({ media_type: 'VIDEO', video_url: video })).code).toBe('100/2207067');
    expect((await create({ media_type: 'REELS', video_url: video, is_carousel_item: 'true' })).code).toBe(
      '100',
    );
    expect((await create({ video_url: video })).code).toBe('100/2207023');
  });

  it.each([
    ['PNG by its bytes', () => Buffer.from('89504e470d0a1a0a', 'hex'), '36001/2207005'],
    ['a JPEG that only begins as one', () => Buffer.from('ffd8ffe000104a46', 'hex'), '36001/2207005'],
    ['more than 8 MiB', () => Buffer.concat([PICTURE, Buffer.alloc(8 * 1024 * 1024)]), '36000/2207004'],
    ['too upright', () => jpeg(1080, 1360), '36003/2207009'],
    ['too wide', () => jpeg(1080, 563), '36003/2207009'],
  ])('refuses an image that is %s', async (_name, bytes, code) => {
    const url = await world.file(await bytes()).publicUrl();
    expect((await create({ image_url: url })).code).toBe(code);
  });

  it.each([
    [1080, 1350],
    [1200, 628],
  ])('takes an image of %i × %i', async (width, height) => {
    await container({ image_url: await world.file(await jpeg(width, height)).publicUrl() });
  });

  it.each([
    ['shorter than 3 s', { seconds: 2 }],
    ['slower than 23 fps', { framesPerSecond: 20 }],
    ['faster than 60 fps', { framesPerSecond: 70 }],
    ['wider than 1920', { width: 2000 }],
    ['flatter than 10:1', { width: 1920, height: 180 }],
  ])('fails while processing a video %s', async (_name, shape) => {
    const video = await world.file(await mp4(shape), 'video').publicUrl();
    const id = await container({ media_type: 'REELS', video_url: video });
    expect(await statusOf(id)).toMatchObject({ status_code: 'IN_PROGRESS' });
    world.pass(PROCESSING_MS);
    const status = 'Error: Media upload has failed with error code 2207026';
    expect(await statusOf(id)).toEqual({ id, status_code: 'ERROR', status });
    expect((await publish(id)).code).toBe('24/2207008');
  });

  it('allows a story 60 seconds and a reel more', async () => {
    const long = await world.file(await mp4({ seconds: 61 }), 'video').publicUrl();
    const reel = await container({ media_type: 'REELS', video_url: long });
    const story = await container({ media_type: 'STORIES', video_url: long });
    world.pass(PROCESSING_MS);
    expect(await statusOf(reel)).toMatchObject({ status_code: 'FINISHED' });
    expect(await statusOf(story)).toMatchObject({ status_code: 'ERROR' });
  });

  it('expires after 24 hours', async () => {
    const id = await container();
    world.pass(DAY_MS - 1);
    expect(await statusOf(id)).toMatchObject({ status_code: 'FINISHED' });
    world.pass(1);
    expect(await statusOf(id)).toMatchObject({ status_code: 'EXPIRED' });
    expect((await publish(id)).code).toBe('24/2207008');
  });

  it('takes 2 to 10 finished items of the account for a carousel', async () => {
    const items: string[] = [];
    for (let count = 0; count < 11; count += 1)
      items.push(await container({ image_url: image, is_carousel_item: 'true' }));
    const carousel = async (children: readonly string[]): Promise<string | null> =>
      (await create({ media_type: 'CAROUSEL', children: children.join(',') })).code;
    expect(await carousel(items.slice(0, 2))).toBe('9007/2207027');
    world.pass(PROCESSING_MS);
    expect(await carousel(items.slice(0, 1))).toBe('100/2207028');
    expect(await carousel(items)).toBe('100/2207028');
    expect(await carousel(['170', '171'])).toBe('24/2207008');
    expect(await carousel([items[0] ?? '', items[0] ?? ''])).toBe('100');
    expect(await carousel([items[0] ?? '', await container()])).toBe('100');
    expect(await carousel(items.slice(0, 10))).toBeNull();
  });
});

describe('media_publish', () => {
  it('publishes once, and refuses the same container afterwards', async () => {
    const id = await container();
    expect((await publish(id)).code).toBe('9007/2207027');
    world.pass(PROCESSING_MS);
    const first = await publish(id);
    expect(first.json).toEqual({ id: expect.stringMatching(/^\d+$/) });
    expect(await statusOf(id)).toMatchObject({ status_code: 'PUBLISHED' });
    expect((await publish(id)).code).toBe('100');
    expect(world.platforms.posts()).toHaveLength(1);
  });

  it('refuses other parameters, a missing id, an item and a stranger’s container', async () => {
    const item = await container({ image_url: image, is_carousel_item: 'true' });
    world.pass(PROCESSING_MS);
    const path = `/v26.0/${IG_ID}/media_publish`;
    expect((await ask('POST', path, { creation_id: item, caption: 'x' })).code).toBe('100');
    expect((await ask('POST', path)).code).toBe('100');
    expect((await publish(item)).code).toBe('100');
    expect((await publish('17123')).code).toBe('24/2207008');
    expect(world.platforms.posts()).toEqual([]);
  });

  it('stops at the quota and says how much of it is used', async () => {
    world.platforms.addAccounts('instagram', [{ ...FACEBOOK_LOGIN, extra: { quotaTotal: '1' } }]);
    const ids = [await container(), await container()];
    world.pass(PROCESSING_MS);
    expect((await publish(ids[0] ?? '')).code).toBeNull();
    expect((await publish(ids[1] ?? '')).code).toBe('9/2207042');
    const limit = await ask('GET', `/v26.0/${IG_ID}/content_publishing_limit`, {
      fields: 'quota_usage,config',
    });
    expect(limit.json).toEqual({
      data: [{ quota_usage: 1, config: { quota_total: 1, quota_duration: 86_400 } }],
    });
  });
});

describe('reading', () => {
  it('lists newest first, in pages, stories apart, with the fields asked for', async () => {
    const first = await container({ image_url: image, caption: 'One' });
    const second = await container({ image_url: image, caption: 'Two' });
    const story = await container({ image_url: image, media_type: 'STORIES' });
    world.pass(PROCESSING_MS);
    for (const id of [first, second, story]) {
      await publish(id);
      world.pass(1_000);
    }
    const page = await ask('GET', `/v26.0/${IG_ID}/media`, { fields: 'id,caption,timestamp', limit: '1' });
    expect(page.json['data']).toEqual([
      { id: expect.any(String), caption: 'Two', timestamp: '2026-11-21T10:00:11+0000' },
    ]);
    const { cursors } = page.json['paging'] as { cursors: { after: string } };
    const rest = await ask('GET', `/v26.0/${IG_ID}/media`, { fields: 'caption', after: cursors.after });
    expect(rest.json['data']).toMatchObject([{ caption: 'One' }]);
    expect(rest.json['paging']).not.toHaveProperty('next');
    const stories = await ask('GET', `/v26.0/${IG_ID}/stories`, { fields: 'media_product_type' });
    expect(stories.json['data']).toMatchObject([{ media_product_type: 'STORY' }]);
    world.pass(DAY_MS);
    expect((await ask('GET', `/v26.0/${IG_ID}/stories`)).json['data']).toEqual([]);
  });

  it.each([
    ['a field that does not exist', { fields: 'id,views' }],
    ['a parameter that does not exist', { order: 'asc' }],
    ['a page of more than 100', { limit: '101' }],
    ['a cursor of its own', { after: 'abc' }],
  ])('refuses %s', async (_name, query) => {
    expect((await ask('GET', `/v26.0/${IG_ID}/media`, query)).code).toBe('100');
  });

  it('fails the whole call of insights for one metric that the product lacks', async () => {
    const id = await container();
    world.pass(PROCESSING_MS);
    const media = String((await publish(id)).json['id']);
    expect((await ask('GET', `/v26.0/${media}/insights`, { metric: 'reach,impressions' })).code).toBe('100');
    expect((await ask('GET', `/v26.0/${media}/insights`, { metric: 'reach' })).code).toBeNull();
  });

  it('tells a Page’s account, and whose token it is by user_id', async () => {
    const page = await ask('GET', `/v26.0/${PAGE_ID}`, { fields: 'instagram_business_account' });
    expect(page.json).toEqual({ id: PAGE_ID, instagram_business_account: { id: IG_ID } });
    world.platforms.addAccounts('instagram', [INSTAGRAM_LOGIN]);
    const headers = { authorization: `Bearer ${INSTAGRAM_LOGIN.token}` };
    const me = await ask('GET', '/v26.0/me', { fields: 'user_id,username' }, headers);
    expect(me.json).toMatchObject({ user_id: IG_ID, username: 'raobakes' });
    expect(me.json['id']).not.toBe(IG_ID);
  });

  it('renews a token in the query only, and forgets the old one', async () => {
    world.platforms.addAccounts('instagram', [INSTAGRAM_LOGIN]);
    const query = { grant_type: 'ig_refresh_token', access_token: INSTAGRAM_LOGIN.token };
    const headers = { authorization: `Bearer ${INSTAGRAM_LOGIN.token}` };
    const { access_token: _, ...withoutToken } = query;
    expect((await ask('GET', '/refresh_access_token', withoutToken, headers)).code).toBe('104');
    expect((await ask('GET', '/refresh_access_token', { ...query, grant_type: 'x' }, {})).code).toBe('100');
    const fresh = await ask('GET', '/refresh_access_token', query, {});
    expect(fresh.json).toMatchObject({ token_type: 'bearer', expires_in: 5_184_000 });
    expect((await ask('GET', '/refresh_access_token', query, {})).code).toBe('190');
  });
});
