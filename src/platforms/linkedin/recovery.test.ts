import { afterEach, describe, expect, it } from 'vitest';
import {
  jobOf,
  type LinkedinWorld,
  linkedinPost,
  linkedinWorld,
  MEMBER,
  mediaFile,
  ORGANIZATION,
  picture,
} from '../../../test/support/linkedin.ts';
import type { HttpRequest, HttpResponse } from '../../core/http.ts';
import type { Job } from '../../core/platform.ts';
import type { SimAccount } from '../../sandbox/platforms/simulator.ts';
import { linkedin } from './index.ts';

const MINUTE_MS = 60_000;

let world: LinkedinWorld;
afterEach(() => world.stop());

async function start(account: SimAccount = MEMBER): Promise<void> {
  world = await linkedinWorld(account);
}

function only<T>(items: readonly T[]): T {
  expect(items).toHaveLength(1);
  return items[0] as T;
}

function armed(): number {
  return world.asked.filter(({ armed: yes }) => yes).length;
}

/** As the tick: find, and when nothing is proven to be out, send again. */
async function recover(lost: Partial<Job>) {
  const found = await linkedin.find(world.job(lost));
  if (found.state !== 'absent') return found;
  const { checkpoint } = found;
  const prepared = await linkedin.prepare(world.job({ ...lost, checkpoint }));
  if (!prepared.ready) throw new Error('All files are there already.');
  return await world.send(lost, prepared.checkpoint);
}

/** An answer of LinkedIn's to the visible request that the simulator would not give. */
function answering(answer: Partial<HttpResponse>): Partial<Job> {
  const { http } = world.context;
  const whole: HttpResponse = { status: 201, headers: {}, text: '', json: undefined, ...answer };
  return {
    http: {
      request: async (request: HttpRequest) =>
        request.arm === undefined ? await http.request(request) : whole,
    },
  };
}

describe('after a send whose answer was lost', () => {
  it.each([
    ['a member', MEMBER],
    ['an organization', { ...ORGANIZATION, scopes: ['w_organization_social'] }],
  ])('the repeat names the first one of %s', async (_who, account) => {
    await start(account);
    const lost = await world.sendLost('drop_after', {});
    world.pass(6 * MINUTE_MS);
    expect(await linkedin.find(world.job(lost))).toMatchObject({ state: 'absent', proof: 'repeat' });
    const recovered = await recover(lost);
    const post = only(world.platforms.posts());
    expect(recovered).toEqual({ state: 'published', id: post.id, idKind: 'share', url: post.url });
  });

  it('the repeat publishes what had not arrived, once', async () => {
    await start();
    const lost = await world.sendLost('drop_before', {});
    expect(world.platforms.posts()).toEqual([]);
    const recovered = await recover(lost);
    expect(recovered).toMatchObject({ state: 'published', id: only(world.platforms.posts()).id });
  });

  it('the repeat is the same byte for byte, with the same uploads', async () => {
    await start();
    const files = [await picture(10), await picture(120)].map((bytes) =>
      mediaFile(bytes, 'image', 'image/jpeg'),
    );
    const lost = await world.sendLost('drop_after', jobOf('carousel', files));
    const uploads = world.asked.filter(({ line }) => line.startsWith('PUT')).length;
    // Edited meanwhile, and with another file under the address of the second.
    const media = [...files.slice(0, 1), mediaFile(await picture(240), 'image', 'image/jpeg')];
    const edited = { ...lost, media, post: linkedinPost({ text: 'Something else', kind: 'carousel' }) };
    const recovered = await recover(edited);
    expect(recovered).toMatchObject({ state: 'published', id: only(world.platforms.posts()).id });
    expect(world.asked.filter(({ line }) => line.startsWith('PUT'))).toHaveLength(uploads);
  });

  it('a 5xx after LinkedIn took it is unknown, and the repeat finds it', async () => {
    await start();
    const checkpoint = await world.prepared();
    const armedAt = world.now();
    world.platforms.setFaults([{ platform: 'linkedin', kind: 'server_error_after', times: 1 }]);
    await expect(world.send({}, checkpoint)).rejects.toMatchObject({ kind: 'unknown' });
    const recovered = await recover({ checkpoint, armedAt, lastPossibleAt: armedAt, sentBefore: true });
    expect(recovered).toMatchObject({ state: 'published', id: only(world.platforms.posts()).id });
  });

  it('only a person can tell of a member’s post after 7 minutes', async () => {
    await start();
    const lost = await world.sendLost('drop_after', {});
    world.pass(7 * MINUTE_MS + 1);
    expect(await linkedin.find(world.job(lost))).toMatchObject({ state: 'unknown', lookAt: null });
  });

  it('nothing is sent when the repeat comes too late to be a question', async () => {
    await start();
    const lost = await world.sendLost('drop_after', {});
    // Found absent inside the window, and then the tick was held up.
    world.pass(12 * MINUTE_MS);
    const before = armed();
    const prepared = await linkedin.prepare(world.job(lost));
    await expect(world.send(lost, prepared.checkpoint)).rejects.toMatchObject({
      kind: 'unknown',
      code: 'REPEAT_TOO_LATE',
    });
    expect(armed()).toBe(before);
    expect(world.platforms.posts()).toHaveLength(1);
  });

  it('nothing else is sent for a member when the sent bytes are no longer known', async () => {
    await start();
    const lost = { ...(await world.sendLost('drop_after', {})), checkpoint: { v: 99 } };
    expect(await linkedin.find(world.job(lost))).toMatchObject({ state: 'unknown', lookAt: null });
    const before = armed();
    const prepared = await linkedin.prepare(world.job(lost));
    expect(prepared.ready).toBe(true);
    await expect(world.send(lost, prepared.checkpoint)).rejects.toMatchObject({ kind: 'unknown' });
    expect(armed()).toBe(before);
  });

  it('files that were lost on the way do not lead to another post than the first', async () => {
    await start();
    const lost = await world.sendLost('drop_before', {});
    const body = { status: 400, code: 'INVALID_IMAGE_ID', message: 'This image ID is invalid' };
    const job = { ...lost, ...answering({ status: 400, json: body, text: JSON.stringify(body) }) };
    const saved = world.saved.length;
    await expect(world.send(job, lost.checkpoint ?? {})).rejects.toMatchObject({ kind: 'unknown' });
    expect(world.saved).toHaveLength(saved);
  });
});

describe('an answer that the same post exists', () => {
  it('refuses a first send, with the link of the one that is there', async () => {
    await start();
    const first = await world.send({}, await world.prepared());
    await expect(world.send({}, await world.prepared())).rejects.toMatchObject({
      kind: 'rejected',
      code: 'DUPLICATE_POST',
      message: `The same text is already on the account: ${first.url}`,
    });
    expect(world.platforms.posts()).toHaveLength(1);
  });

  it('is no evidence for a post that is older than the first arm', async () => {
    await start();
    await world.send({}, await world.prepared());
    world.pass(2 * MINUTE_MS);
    const lost = await world.sendLost('drop_before', {});
    await expect(recover(lost)).rejects.toMatchObject({ kind: 'rejected', code: 'DUPLICATE_POST' });
  });

  it('is no evidence when the post belongs to another target', async () => {
    await start();
    const lost = await world.sendLost('drop_after', {});
    const other = only(world.platforms.posts()).id;
    await expect(recover({ ...lost, isKnownId: async (id) => id === other })).rejects.toMatchObject({
      kind: 'rejected',
    });
  });

  it('is unknown when it does not say which one', async () => {
    await start();
    const lost = await world.sendLost('drop_before', {});
    const body = { status: 422, message: 'Content is a duplicate of urn:li:person:782bbtaQ' };
    const job = { ...lost, ...answering({ status: 422, json: body, text: JSON.stringify(body) }) };
    await expect(world.send(job, lost.checkpoint ?? {})).rejects.toMatchObject({ kind: 'unknown' });
  });
});

describe('an answer to the visible request', () => {
  it.each([
    ['201 without an id', {}],
    ['201 with something that is no post', { headers: { 'x-restli-id': 'urn:li:person:1' } }],
    ['200', { status: 200, headers: { 'x-restli-id': 'urn:li:share:7141138937766391808' } }],
    ['a redirect', { status: 302 }],
    ['a page of a proxy', { status: 403, text: '<html>' }],
    ['a time-out of the gateway', { status: 504, json: { status: 504, message: 'Gateway Timeout' } }],
    ['a conflict', { status: 409, json: { status: 409, code: 'CONFLICT', message: '' } }],
    ['an unknown code', { status: 400, json: { status: 400, code: 'NEW_CODE', message: '' } }],
    ['a body that speaks of another status', { status: 400, json: { status: 401, code: 'MISSING_FIELD' } }],
  ])('is unclear when it is %s', async (_what, answer) => {
    await start();
    const checkpoint = await world.prepared();
    await expect(world.send(answering(answer), checkpoint)).rejects.toMatchObject({ kind: 'unknown' });
  });

  it('is understood when the id is percent-encoded', async () => {
    await start();
    const job = answering({ headers: { 'x-restli-id': 'urn%3Ali%3AugcPost%3A7141138937766391808' } });
    expect(await world.send(job, await world.prepared())).toMatchObject({
      id: 'urn:li:ugcPost:7141138937766391808',
      idKind: 'ugcPost',
    });
  });

  it('is no doubt when LinkedIn says that a file is not there yet: the same is tried again', async () => {
    await start();
    const body = {
      status: 400,
      code: 'MEDIA_ASSET_WAITING_UPLOAD',
      message: 'Media asset is waiting upload',
    };
    const checkpoint = await world.prepared();
    await expect(world.send(answering({ status: 400, json: body }), checkpoint)).rejects.toMatchObject({
      kind: 'temporary',
    });
    expect(world.saved).toEqual([]);
  });

  it('is no doubt when LinkedIn has lost a file: it is uploaded anew', async () => {
    await start();
    const body = { status: 400, code: 'INVALID_IMAGE_ID', message: 'This image ID is invalid' };
    const checkpoint = await world.prepared();
    await expect(world.send(answering({ status: 400, json: body }), checkpoint)).rejects.toMatchObject({
      kind: 'temporary',
    });
    expect(world.saved.at(-1)).toMatchObject({ uploads: [], body: null });
  });
});

describe('the list of an organization’s posts', () => {
  it('shows a post at any time later', async () => {
    await start(ORGANIZATION);
    const files = [mediaFile(await picture(), 'image', 'image/jpeg')];
    const lost = await world.sendLost('drop_after', jobOf('image', files));
    world.pass(45 * MINUTE_MS);
    const found = await linkedin.find(world.job(lost));
    expect(found).toMatchObject({ state: 'published', id: only(world.platforms.posts()).id });
    expect(armed()).toBe(1);
  });

  it('proves absence when every post of that time belongs to another target', async () => {
    await start(ORGANIZATION);
    const other = await world.send({}, await world.prepared());
    const job = { post: linkedinPost({ text: 'Another text' }) };
    const lost = await world.sendLost('drop_before', job);
    world.pass(8 * MINUTE_MS);
    const isKnownId = async (id: string) => id === other.id;
    const late = { ...lost, isKnownId };
    expect(await linkedin.find(world.job(late))).toMatchObject({ state: 'absent', proof: 'listing' });
    await recover(late);
    expect(world.platforms.posts().map(({ text }) => text)).toEqual([linkedinPost().text, 'Another text']);
  });

  it('proves nothing as long as one post of that time belongs to nobody', async () => {
    await start(ORGANIZATION);
    await world.send({}, await world.prepared());
    const lost = await world.sendLost('drop_before', { post: linkedinPost({ text: 'Another text' }) });
    world.pass(8 * MINUTE_MS);
    const found = await linkedin.find(world.job(lost));
    expect(found).toMatchObject({ state: 'unknown', lookAt: new Date(world.now().getTime() + MINUTE_MS) });
    world.pass(2 * 60 * MINUTE_MS);
    expect(await linkedin.find(world.job(lost))).toMatchObject({ state: 'unknown', lookAt: null });
  });

  it('does not take a post of another kind with the same text for ours', async () => {
    await start(ORGANIZATION);
    const files = [mediaFile(await picture(), 'image', 'image/jpeg')];
    await world.send(jobOf('image', files), await world.prepared(jobOf('image', files)));
    const lost = await world.sendLost('drop_before', {});
    world.pass(8 * MINUTE_MS);
    expect(await linkedin.find(world.job(lost))).toMatchObject({ state: 'unknown' });
  });

  it('is read past its first page', async () => {
    await start(ORGANIZATION);
    for (let count = 0; count < 55; count += 1) {
      const post = linkedinPost({ text: `Post ${count}` });
      await world.send({ post }, await world.prepared({ post }));
    }
    world.pass(30 * MINUTE_MS);
    const lost = await world.sendLost('drop_before', {});
    world.pass(8 * MINUTE_MS);
    expect(await linkedin.find(world.job({ ...lost, armedAt: new Date(0) }))).toMatchObject({
      state: 'unknown',
    });
    expect(
      await linkedin.find(world.job({ ...lost, isKnownId: async () => true, armedAt: new Date(0) })),
    ).toMatchObject({ state: 'absent', proof: 'listing' });
    expect(world.asked.filter(({ line }) => line === 'GET /rest/posts').length).toBeGreaterThanOrEqual(6);
  });

  it('that lags behind does not make a post go out twice', async () => {
    await start(ORGANIZATION);
    const lost = await world.sendLost('drop_after', {});
    world.platforms.setFaults([{ platform: 'linkedin', kind: 'listing_lag', ms: 60 * MINUTE_MS }]);
    const recovered = await recover(lost);
    expect(recovered).toMatchObject({ state: 'published', id: only(world.platforms.posts()).id });
  });

  it('is a person’s to read when the token may not', async () => {
    await start({ ...ORGANIZATION, scopes: ['w_organization_social'] });
    const lost = await world.sendLost('drop_after', {});
    world.pass(8 * MINUTE_MS);
    expect(await linkedin.find(world.job(lost))).toMatchObject({ state: 'unknown', lookAt: null });
  });

  it.each(['rate_limit', 'server_error_before', 'drop_before', 'token_expired'] as const)(
    'is asked for again after %s',
    async (kind) => {
      await start(ORGANIZATION);
      const lost = await world.sendLost('drop_after', {});
      world.pass(8 * MINUTE_MS);
      world.platforms.setFaults([{ platform: 'linkedin', kind }]);
      expect(await linkedin.find(world.job(lost))).toMatchObject({
        state: 'unknown',
        lookAt: new Date(world.now().getTime() + MINUTE_MS),
      });
    },
  );

  it('is read once more before a late send, which it stops', async () => {
    await start(ORGANIZATION);
    const lost = await world.sendLost('drop_after', {});
    world.pass(20 * MINUTE_MS);
    const before = armed();
    const prepared = await linkedin.prepare(world.job(lost));
    expect(await world.send(lost, prepared.checkpoint)).toMatchObject({
      state: 'published',
      id: only(world.platforms.posts()).id,
    });
    expect(armed()).toBe(before);
  });

  it('lets an edited post be built anew only when the old one is proven not to be there', async () => {
    await start(ORGANIZATION);
    const lost = await world.sendLost('drop_before', {});
    const edited = { ...lost, post: linkedinPost({ text: 'Corrected' }), checkpoint: null };
    const prepared = await linkedin.prepare(world.job(edited));
    await world.send(edited, prepared.checkpoint);
    expect(world.platforms.posts().map(({ text }) => text)).toEqual(['Corrected']);
  });

  it('stops an edited post while the old one may be there', async () => {
    await start(ORGANIZATION);
    const lost = await world.sendLost('drop_after', {});
    const edited = { ...lost, post: linkedinPost({ text: 'Corrected' }), checkpoint: null };
    const prepared = await linkedin.prepare(world.job(edited));
    await expect(world.send(edited, prepared.checkpoint)).rejects.toMatchObject({ kind: 'unknown' });
    expect(only(world.platforms.posts()).text).toBe(linkedinPost().text);
  });

  it('lets the post as it is now go out with the uploads of the one that is not there', async () => {
    await start(ORGANIZATION);
    const files = [mediaFile(await picture(), 'image', 'image/jpeg')];
    const lost = await world.sendLost('drop_before', jobOf('image', files));
    world.pass(8 * MINUTE_MS);
    const edited = { ...lost, ...jobOf('image', files, { text: 'Corrected' }) };
    expect(await recover(edited)).toMatchObject({ state: 'published' });
    expect(only(world.platforms.posts())).toMatchObject({ kind: 'image', text: 'Corrected' });
    expect(world.asked.filter(({ line }) => line.startsWith('PUT'))).toHaveLength(1);
  });
});
