import { afterEach, describe, expect, it } from 'vitest';
import {
  containerOf,
  FACEBOOK_LOGIN,
  IG_ID,
  type InstagramWorld,
  instagramWorld,
  jobOf,
  jpeg,
  PROCESSING_MS,
} from '../../../test/support/instagram.ts';
import { mp4 } from '../../../test/support/mp4.ts';
import type { Checkpoint } from '../../core/platform.ts';
import type { SimAccount } from '../../sandbox/platforms/simulator.ts';
import { instagram } from './index.ts';

let world: InstagramWorld;
afterEach(() => world.stop());

async function start(account?: SimAccount): Promise<void> {
  world = await instagramWorld(account);
}

const PICTURE = await jpeg();
const HOUR_MS = 3_600_000;

describe('preparing', () => {
  it('looks soon at first, then less and less often, and never builds twice', async () => {
    await start();
    const job = jobOf('reel', [world.file(await mp4(), 'video')]);
    const waits: number[] = [];
    let checkpoint: Checkpoint | null = null;
    for (;;) {
      const result = await instagram.prepare(world.job({ ...job, checkpoint }));
      checkpoint = result.checkpoint;
      if (result.ready) break;
      waits.push(result.lookAt.getTime() - world.now().getTime());
      world.pass(result.lookAt.getTime() - world.now().getTime());
    }
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000]);
    expect(world.asked.filter(({ line }) => line.endsWith('/media'))).toHaveLength(1);
    expect(world.platforms.posts()).toEqual([]);
  });

  it('goes on after a crash with the containers that were saved', async () => {
    await start();
    const job = jobOf('carousel', [world.file(PICTURE), world.file(PICTURE), world.file(PICTURE)]);
    world.platforms.setFaults([]);
    await instagram.prepare(world.job(job));
    const afterTwo = world.saved[1] as Checkpoint;
    world.asked.length = 0;
    const published = await world.send(job, await world.prepared({ ...job, checkpoint: afterTwo }));
    // One child and the carousel.
    expect(world.asked.filter(({ line }) => line.endsWith('/media'))).toHaveLength(2);
    expect(published.state).toBe('published');
  });

  it('builds everything anew after 20 hours', async () => {
    await start();
    const job = jobOf('image', [world.file(PICTURE)]);
    const old = await world.prepared(job);
    world.pass(20 * HOUR_MS - PROCESSING_MS);
    expect(containerOf(await world.prepared({ ...job, checkpoint: old }))).toBe(containerOf(old));
    world.pass(PROCESSING_MS);
    const fresh = await world.prepared({ ...job, checkpoint: old });
    expect(containerOf(fresh)).not.toBe(containerOf(old));
    expect((await world.send(job, fresh)).state).toBe('published');
  });

  it('holds the post while the quota of 24 hours is used up, before any container is built', async () => {
    await start({ ...FACEBOOK_LOGIN, extra: { quotaTotal: '1' } });
    const job = jobOf('image', [world.file(PICTURE)]);
    await world.send(job, await world.prepared(job));
    world.asked.length = 0;
    const another = instagram.prepare(world.job(job));
    await expect(another).rejects.toMatchObject({
      kind: 'rate_limited',
      code: 'QUOTA_USED_UP',
      scope: 'account',
      retryAt: new Date(world.now().getTime() + HOUR_MS),
    });
    expect(world.asked.map(({ line }) => line)).toEqual([
      `GET graph.facebook.com/v26.0/${IG_ID}/content_publishing_limit`,
    ]);
    world.pass(24 * HOUR_MS);
    expect((await instagram.prepare(world.job(job))).ready).toBe(false);
  });

  it('refuses an image of the wrong shape with the reason', async () => {
    await start();
    const job = jobOf('image', [world.file(await jpeg(400, 1200))]);
    await expect(instagram.prepare(world.job(job))).rejects.toMatchObject({
      kind: 'rejected',
      platformCode: '36003/2207009',
    });
  });

  it('tries a file again that could not be fetched', async () => {
    await start();
    const job = jobOf('image', [world.missingFile()]);
    await expect(instagram.prepare(world.job(job))).rejects.toMatchObject({ kind: 'temporary' });
  });

  it('forgets a container that failed before it says why, so that the next attempt builds another one', async () => {
    await start();
    const short = jobOf('reel', [world.file(await mp4({ seconds: 1 }), 'video')]);
    await expect(world.prepared(short)).rejects.toMatchObject({ kind: 'rejected', code: '2207026' });
    expect(world.saved.at(-1)).toMatchObject({ container: null });
  });

  it('forgets only the item of a carousel that failed', async () => {
    await start();
    const good = world.file(PICTURE);
    const bad = world.file(await mp4({ framesPerSecond: 5 }), 'video');
    await expect(world.prepared(jobOf('carousel', [good, bad]))).rejects.toMatchObject({ kind: 'rejected' });
    expect(world.saved.at(-1)).toMatchObject({ children: [{ ready: true }, null], container: null });
  });

  it('gives a container up that is processed for ever, as an attempt that failed', async () => {
    await start();
    const job = jobOf('reel', [world.file(await mp4(), 'video')]);
    const first = await instagram.prepare(world.job(job));
    const tired = { ...first.checkpoint, looks: 30 };
    await expect(instagram.prepare(world.job({ ...job, checkpoint: tired }))).rejects.toMatchObject({
      kind: 'temporary',
      code: 'PROCESSING_TOO_LONG',
    });
    expect(world.saved.at(-1)).toMatchObject({ container: null, looks: 0 });
  });

  it('takes an unreadable checkpoint for nothing, unless something was armed with it', async () => {
    await start();
    const job = jobOf('image', [world.file(PICTURE)]);
    const checkpoint = { version: 7 };
    expect((await instagram.prepare(world.job({ ...job, checkpoint }))).checkpoint).toMatchObject({
      version: 1,
    });
    const armed = instagram.prepare(world.job({ ...job, checkpoint, armedAt: world.now() }));
    await expect(armed).rejects.toMatchObject({ kind: 'unknown', code: 'CONTAINER_UNSETTLED' });
  });

  it.each([
    ['the service stumbles', 'server_error_before', 'temporary'],
    ['the token has ended', 'token_expired', 'auth'],
    ['calls are limited', 'rate_limit', 'rate_limited'],
  ] as const)('says of what kind it is when %s', async (_name, kind, expected) => {
    await start();
    world.platforms.setFaults([{ platform: 'instagram', kind }]);
    const job = jobOf('image', [world.file(PICTURE)]);
    await expect(instagram.prepare(world.job(job))).rejects.toMatchObject({ kind: expected });
  });
});
