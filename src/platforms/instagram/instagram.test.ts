import { afterEach, describe, expect, it } from 'vitest';
import {
  FACEBOOK_LOGIN,
  IG_ID,
  INSTAGRAM_LOGIN,
  type InstagramWorld,
  instagramPost,
  instagramWorld,
  jobOf,
  jpeg,
  LIVE_ARM,
  START,
  sha256,
} from '../../../test/support/instagram.ts';
import { mp4 } from '../../../test/support/mp4.ts';
import { ArmExpired, HttpFailure } from '../../core/http.ts';
import { Secret } from '../../core/secret.ts';
import type { SimAccount } from '../../sandbox/platforms/simulator.ts';
import { instagram } from './index.ts';

let world: InstagramWorld;
afterEach(() => world.stop());

async function start(account?: SimAccount): Promise<void> {
  world = await instagramWorld(account);
}

const PICTURE = await jpeg();
const HOUR_MS = 3_600_000;

describe('publishing', () => {
  it.each([
    ['Facebook Login', 'graph.facebook.com', FACEBOOK_LOGIN],
    ['Instagram Login', 'graph.instagram.com', INSTAGRAM_LOGIN],
  ])(
    'publishes an image through %s, with one armed request, to %s and nowhere else',
    async (_name, host, account) => {
      await start(account);
      const bytes = PICTURE;
      const job = jobOf('image', [world.file(bytes, 'image', 'A box of cakes')]);
      const published = await world.send(job, await world.prepared(job));

      const [post, ...others] = world.platforms.posts();
      expect(others).toEqual([]);
      expect(post).toMatchObject({
        account: IG_ID,
        kind: 'image',
        text: instagramPost().text,
        media: [sha256(bytes)],
      });
      expect(published).toEqual({ state: 'published', id: post?.id, idKind: 'media', url: post?.url });
      expect(world.asked.filter(({ armed }) => armed).map(({ line }) => line)).toEqual([
        `POST ${host}/v26.0/${IG_ID}/media_publish`,
      ]);
      expect(world.asked.every(({ line }) => line.includes(` ${host}/v26.0/`))).toBe(true);
    },
  );

  it('publishes a carousel of images and videos in their order', async () => {
    await start();
    const files = [await jpeg(1080, 1350), await mp4(), await jpeg(1080, 1080, 10)];
    const job = jobOf('carousel', [
      world.file(files[0] as Buffer, 'image', 'First'),
      world.file(files[1] as Buffer, 'video'),
      world.file(files[2] as Buffer),
    ]);
    const checkpoint = await world.prepared(job);
    const published = await world.send(job, checkpoint);
    expect(world.platforms.posts()).toMatchObject([
      { kind: 'carousel', id: published.id, media: files.map(sha256) },
    ]);
    const forms = world.asked.flatMap(({ line, form }) => (line.endsWith('/media') && form ? [form] : []));
    expect(forms).toEqual([
      { is_carousel_item: 'true', image_url: expect.any(Secret), alt_text: 'First' },
      { is_carousel_item: 'true', media_type: 'VIDEO', video_url: expect.any(Secret) },
      { is_carousel_item: 'true', image_url: expect.any(Secret) },
      {
        media_type: 'CAROUSEL',
        children: expect.stringMatching(/^\d+,\d+,\d+$/),
        caption: instagramPost().text,
      },
    ]);
  });

  it.each(['reel', 'video'] as const)('publishes a %s as a reel with its cover and options', async (kind) => {
    await start();
    const options = {
      share_to_feed: false,
      thumb_offset: 1500,
      collaborators: ['@cole'],
      location_id: '7640348500',
    };
    const job = jobOf(kind, [world.file(await mp4(), 'video'), world.file(PICTURE, 'cover')], {
      options,
    });
    const published = await world.send(job, await world.prepared(job));
    expect(world.platforms.posts()).toMatchObject([{ kind: 'reel', id: published.id }]);
    expect(published.url).toMatch(/^https:\/\/www\.instagram\.com\/reel\//);
    expect(world.asked.find(({ line }) => line.endsWith('/media'))?.form).toMatchObject({
      media_type: 'REELS',
      share_to_feed: 'false',
      thumb_offset: '1500',
      collaborators: '["cole"]',
      location_id: '7640348500',
      cover_url: expect.any(Secret),
    });
  });

  it.each(['image', 'video'] as const)(
    'publishes an %s as a story and says that its text is not shown',
    async (role) => {
      await start();
      const file = world.file(role === 'image' ? await jpeg(1080, 1920) : await mp4(), role);
      const job = jobOf('story', [file]);
      const published = await world.send(job, await world.prepared(job));
      expect(world.platforms.posts()).toMatchObject([{ kind: 'story', text: '', id: published.id }]);
      expect(published).toMatchObject({ warning: expect.stringContaining('not shown') });
    },
  );

  it('counts as published although its address cannot be read', async () => {
    await start();
    const job = jobOf('image', [world.file(PICTURE)]);
    const checkpoint = await world.prepared(job);
    world.platforms.setFaults([{ platform: 'instagram', match: '^GET ', kind: 'drop_before' }]);
    expect(await world.send(job, checkpoint)).toMatchObject({
      state: 'published',
      idKind: 'media',
      url: null,
    });
  });

  it('encodes addresses that are not ASCII, which the platform would refuse', async () => {
    await start();
    const file = world.file(PICTURE);
    const job = jobOf('image', [{ ...file, publicUrl: async () => `${await file.publicUrl()}?name=größe` }]);
    await instagram.prepare(world.job(job)).catch(() => undefined);
    const form = world.asked.find(({ line }) => line.endsWith('/media'))?.form;
    const url = form?.['image_url'];
    expect(url instanceof Secret ? url.reveal() : url).toMatch(/\?name=gr%C3%B6%C3%9Fe$/);
  });

  it('sends nothing when the arm has ended, and says so', async () => {
    await start();
    const job = jobOf('image', [world.file(PICTURE)]);
    const checkpoint = await world.prepared(job);
    const arm = {
      id: 'late',
      check: () => {
        throw new ArmExpired('too late');
      },
    };
    const failure = await instagram
      .publish(world.job({ ...job, checkpoint }), arm)
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(HttpFailure);
    expect(failure).toMatchObject({ sent: false, reason: 'arm_expired' });
    expect(world.platforms.posts()).toEqual([]);
  });

  it('sends nothing without a prepared container, nor with one that is too old', async () => {
    await start();
    const job = jobOf('image', [world.file(PICTURE)]);
    const checkpoint = await world.prepared(job);
    world.pass(20 * HOUR_MS);
    for (const old of [checkpoint, null, { odd: true }]) {
      const sent = instagram.publish(world.job({ ...job, checkpoint: old }), LIVE_ARM);
      await expect(sent).rejects.toMatchObject({ kind: 'temporary', code: 'NOTHING_PREPARED' });
    }
    expect(world.asked.filter(({ armed }) => armed)).toEqual([]);
  });

  it('is definite about a container that is not ready', async () => {
    await start();
    const job = jobOf('reel', [world.file(await mp4(), 'video')]);
    const first = await instagram.prepare(world.job(job));
    await expect(world.send(job, first.checkpoint)).rejects.toMatchObject({
      kind: 'temporary',
      platformCode: '9007/2207027',
      retryAt: new Date(START + 10_000),
    });
    expect(world.platforms.posts()).toEqual([]);
  });

  it.each([
    ['refuse', 'rejected'],
    ['rate_limit', 'rate_limited'],
    ['token_expired', 'auth'],
    ['server_error_before', 'unknown'],
    ['server_error_after', 'unknown'],
  ] as const)('answers the fault %s with an error of kind %s', async (kind, expected) => {
    await start();
    const job = jobOf('image', [world.file(PICTURE)]);
    const checkpoint = await world.prepared(job);
    world.platforms.setFaults([{ platform: 'instagram', match: 'media_publish$', kind }]);
    await expect(world.send(job, checkpoint)).rejects.toMatchObject({ kind: expected });
  });
});
