import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  clip,
  type FacebookWorld,
  facebookWorld,
  jobOf,
  mediaFile,
  photo,
} from '../../../test/support/facebook.ts';
import { HttpFailure } from '../../core/http.ts';
import { type Job, PROVISIONAL_ID } from '../../core/platform.ts';

let world: FacebookWorld;
beforeEach(async () => {
  world = await facebookWorld();
});
afterEach(() => world.stop());

const HOUR_MS = 3_600_000;
const LINK = { url: 'https://example.org/bread/' };

const KINDS: readonly (readonly [string, () => Promise<Partial<Job>>])[] = [
  ['text', async () => jobOf('text')],
  ['link', async () => jobOf('link', [], { link: LINK })],
  ['link without text', async () => jobOf('link', [], { link: LINK, text: '' })],
  ['photo', async () => jobOf('image', [await photo()])],
  ['photos', async () => jobOf('carousel', [await photo(), await photo()])],
  ['video', async () => jobOf('video', [clip()])],
  ['reel', async () => jobOf('reel', [clip()])],
  ['photo story', async () => jobOf('story', [await photo()])],
  ['video story', async () => jobOf('story', [clip()])],
];
const BY_LISTING = KINDS.filter(([name]) => !/video|reel/.test(name));
const BY_VIDEO = KINDS.filter(([name]) => /video|reel/.test(name));

describe('a send whose answer was lost', () => {
  it.each(KINDS)('finds the %s that went out, once', async (_name, make) => {
    const lost = await world.sendLost('drop_after', await make());
    const found = await world.found(lost);
    const [post, ...others] = world.platforms.posts();
    expect(others).toEqual([]);
    expect(found).toMatchObject({ state: 'published', id: post?.id, url: post?.url });
  });

  it.each(BY_LISTING)(
    'proves by a complete list that a %s did not go out, and sends what is prepared',
    async (_name, make) => {
      const lost = await world.sendLost('drop_before', await make());
      const found = await world.found(lost);
      expect(found).toMatchObject({ state: 'absent', proof: 'listing' });
      if (found.state !== 'absent') throw new Error(found.state);
      await world.send(lost, await world.prepared({ ...lost, checkpoint: found.checkpoint }));
      expect(world.platforms.posts()).toHaveLength(1);
      expect(world.asked.filter(({ line }) => line.endsWith('/photos')).length).toBe(lost.media?.length);
    },
  );

  it.each(BY_VIDEO)(
    'hears from the %s itself that it was not published, and finishes the same one',
    async (_name, make) => {
      const lost = await world.sendLost('drop_before', await make());
      const found = await world.found(lost);
      expect(found).toMatchObject({
        state: 'absent',
        proof: 'own-key',
        checkpoint: { videoId: lost.checkpoint?.['videoId'] },
      });
      if (found.state !== 'absent') throw new Error(found.state);
      const accepted = await world.send(
        lost,
        await world.prepared({ ...lost, checkpoint: found.checkpoint }),
      );
      if (accepted.state !== 'accepted') throw new Error(accepted.state);
      expect(await world.found({ ...lost, checkpoint: accepted.checkpoint })).toMatchObject({
        state: 'published',
      });
      expect(world.platforms.posts()).toHaveLength(1);
    },
  );

  it.each(BY_VIDEO)('uploads a %s anew when Facebook has thrown the upload away', async (_name, make) => {
    const lost = await world.sendLost('drop_before', await make());
    world.pass(25 * HOUR_MS);
    const expiresAt = new Date(world.now().getTime() + HOUR_MS).toISOString();
    const kept = { ...lost, checkpoint: { ...lost.checkpoint, expiresAt } };
    expect(await world.found(kept)).toEqual({ state: 'absent', proof: 'own-key', checkpoint: null });
    const accepted = await world.send(kept, await world.prepared(kept));
    if (accepted.state !== 'accepted') throw new Error(accepted.state);
    expect(await world.found({ ...lost, checkpoint: accepted.checkpoint })).toMatchObject({
      state: 'published',
    });
    expect(world.platforms.posts()).toHaveLength(1);
  });

  it.each(KINDS)('needs no file to find a %s', async (_name, make) => {
    const lost = await world.sendLost('drop_after', await make());
    expect(await world.found({ ...lost, media: [] })).toMatchObject({ state: 'published' });
  });

  it.each(BY_VIDEO)('never makes a second %s of a late finish', async (_name, make) => {
    const lost = await world.sendLost('drop_after', await make());
    await world.send(lost, lost.checkpoint ?? {});
    expect(await world.found(lost)).toMatchObject({ state: 'published' });
    expect(world.platforms.posts()).toHaveLength(1);
  });

  it.each(KINDS)('does not know about a %s while the Page cannot be read', async (_name, make) => {
    const lost = await world.sendLost('drop_after', await make());
    for (const kind of ['server_error_before', 'token_expired', 'rate_limit', 'refuse'] as const) {
      world.faults({ match: '^GET', kind });
      const found = await world.find(lost);
      expect(found).toMatchObject({ state: 'unknown', lookAt: new Date(world.now().getTime() + 60_000) });
    }
  });

  it.each(KINDS)('lets a connection that breaks while reading a %s through', async (_name, make) => {
    const lost = await world.sendLost('drop_after', await make());
    world.faults({ match: '^GET', kind: 'drop_before' });
    await expect(world.find(lost)).rejects.toBeInstanceOf(HttpFailure);
  });

  it.each(BY_LISTING)(
    'calls a %s absent while the list lags, which is why the tick waits and looks twice',
    async (_name, make) => {
      const lost = await world.sendLost('drop_after', await make());
      world.faults({ match: '^GET', kind: 'listing_lag', ms: 60_000 });
      expect(await world.find(lost)).toMatchObject({ state: 'absent', proof: 'listing' });
      world.pass(60_000);
      expect(await world.find(lost)).toMatchObject({ state: 'published' });
    },
  );
});

describe('what a person has to look at', () => {
  it.each([null, { kind: 'of another version' }])('a reel whose checkpoint is %j', async (checkpoint) => {
    const found = await world.find({ ...jobOf('reel', [clip()]), checkpoint, armedAt: world.now() });
    expect(found).toMatchObject({ state: 'unknown', lookAt: null });
  });

  it('a photo story that would have left the list of stories', async () => {
    const lost = await world.sendLost('drop_before', jobOf('story', [await photo()]));
    world.pass(23 * HOUR_MS);
    expect(await world.find(lost)).toMatchObject({ state: 'unknown', lookAt: null });
  });

  it('a video that Facebook does not show for a day', async () => {
    const lost = await world.sendLost('drop_after', jobOf('reel', [clip()]));
    const gone = { ...lost, checkpoint: { ...lost.checkpoint, videoId: '1' } };
    expect(await world.find(gone)).toMatchObject({ state: 'unknown', lookAt: expect.any(Date) });
    world.pass(25 * HOUR_MS);
    expect(await world.find(gone)).toMatchObject({ state: 'unknown', lookAt: null });
  });
});

it('a video story that is out while the list of stories does not show it has the video’s id until it does', async () => {
  const lost = await world.sendLost('drop_after', jobOf('story', [clip()]));
  world.faults({ match: '^GET', kind: 'listing_lag', ms: HOUR_MS });
  const found = await world.found(lost);
  const [post] = world.platforms.posts();
  expect(found).toMatchObject({
    state: 'published',
    id: lost.checkpoint?.['videoId'],
    idKind: PROVISIONAL_ID,
  });
  world.faults();
  expect(await world.find(lost)).toMatchObject({ state: 'published', id: post?.id, idKind: 'story' });
});

describe('a video on its way', () => {
  it('is looked at after 1, 2, 4 … seconds', async () => {
    const accepted = await world.send(jobOf('reel', [clip()]));
    if (accepted.state !== 'accepted') throw new Error(accepted.state);
    const waits = [accepted.lookAt.getTime() - world.now().getTime()];
    let { checkpoint } = accepted;
    for (let look = 0; look < 2; look += 1) {
      const found = await world.find({ ...jobOf('reel', [clip()]), checkpoint });
      if (found.state !== 'accepted') throw new Error(found.state);
      waits.push(found.lookAt.getTime() - world.now().getTime());
      ({ checkpoint } = found);
    }
    expect(waits).toEqual([1_000, 2_000, 4_000]);
  });

  it('that cannot be processed is a refusal with its reason', async () => {
    const broken = mediaFile(Buffer.alloc(5_000, 1), 'video/mp4', 'video');
    const accepted = await world.send(jobOf('video', [broken]));
    if (accepted.state !== 'accepted') throw new Error(accepted.state);
    const found = await world.found({ ...jobOf('video', [broken]), checkpoint: accepted.checkpoint });
    expect(found).toMatchObject({
      state: 'refused',
      problem: { kind: 'rejected', code: 'PROCESSING_FAILED' },
    });
    expect(found).toHaveProperty('problem.message', expect.stringContaining('could not be read'));
    expect(world.platforms.posts()).toEqual([]);
  });
});
