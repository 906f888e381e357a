import { afterEach, describe, expect, it } from 'vitest';
import {
  containerOf,
  type InstagramWorld,
  instagramPost,
  instagramWorld,
  jobOf,
  jpeg,
  START,
} from '../../../test/support/instagram.ts';
import { mp4 } from '../../../test/support/mp4.ts';
import type { Checkpoint, Job } from '../../core/platform.ts';
import type { SimAccount } from '../../sandbox/platforms/simulator.ts';
import { instagram } from './index.ts';

let world: InstagramWorld;
afterEach(() => world.stop());

async function start(account?: SimAccount): Promise<void> {
  world = await instagramWorld(account);
}

const PICTURE = await jpeg();
const HOUR_MS = 3_600_000;

describe('finding', () => {
  async function imageJob(): Promise<{ job: Partial<Job>; checkpoint: Checkpoint }> {
    await start();
    const job = jobOf('image', [world.file(PICTURE)]);
    return { job, checkpoint: await world.prepared(job) };
  }
  const find = (job: Partial<Job>) => instagram.find(world.job(job));

  it('finds the post whose answer was lost, with its public id and address', async () => {
    const { job, checkpoint } = await imageJob();
    const after = await world.sendLost('drop_after', job, checkpoint);
    const [post] = world.platforms.posts();
    expect(await find(after)).toEqual({ state: 'published', id: post?.id, idKind: 'media', url: post?.url });
  });

  it('stands in with the container’s id while the list does not show the post yet', async () => {
    const { job, checkpoint } = await imageJob();
    const after = await world.sendLost('drop_after', job, checkpoint);
    const [post] = world.platforms.posts();
    world.platforms.setFaults([{ platform: 'instagram', match: '/media$', kind: 'listing_lag', ms: 5_000 }]);
    const byContainer = {
      state: 'published',
      id: containerOf(checkpoint),
      idKind: 'container',
      url: null,
    };
    expect(await find(after)).toEqual(byContainer);
    world.pass(10_000);
    expect(await find(after)).toMatchObject({ id: post?.id, idKind: 'media' });
    world.platforms.setFaults([{ platform: 'instagram', match: '/media$', kind: 'rate_limit' }]);
    expect(await find(after)).toEqual(byContainer);
  });

  it('knows that a request which never arrived did not publish, and publishes the same container', async () => {
    const { job, checkpoint } = await imageJob();
    const after = await world.sendLost('drop_before', job, checkpoint);
    expect(await find(after)).toEqual({ state: 'absent', proof: 'own-key', checkpoint });
    const again = await instagram.prepare(world.job(after));
    expect(containerOf(again.checkpoint)).toBe(containerOf(checkpoint));
    expect((await world.send(after, again.checkpoint)).state).toBe('published');
    expect(world.platforms.posts()).toHaveLength(1);
  });

  it('does not believe "not published" while the request may still be on its way', async () => {
    const { job, checkpoint } = await imageJob();
    const lastPossibleAt = new Date(world.now().getTime() + 30_000);
    const after = { ...job, checkpoint, armedAt: world.now(), lastPossibleAt, sentBefore: true };
    expect(await find(after)).toMatchObject({ state: 'unknown', lookAt: lastPossibleAt });
    world.pass(30_000);
    expect(await find(after)).toMatchObject({ state: 'absent', proof: 'own-key' });
  });

  it('never sends again what is out: neither prepare nor publish doubles a published container', async () => {
    const { job, checkpoint } = await imageJob();
    const after = await world.sendLost('drop_after', job, checkpoint);
    await expect(instagram.prepare(world.job(after))).rejects.toMatchObject({ kind: 'unknown' });
    await expect(world.send(after, checkpoint)).rejects.toMatchObject({ kind: 'unknown' });
    expect(world.platforms.posts()).toHaveLength(1);
  });

  it('believes the list before a lagging FINISHED', async () => {
    const { job, checkpoint } = await imageJob();
    // Another container with the same content stands for a status that lags behind.
    const other = await world.prepared(job);
    const after = await world.sendLost('drop_after', job, other);
    expect(await find({ ...after, checkpoint })).toMatchObject({ state: 'published', idKind: 'media' });
  });

  it('asks again while the platform works on it', async () => {
    await start();
    const job = jobOf('reel', [world.file(await mp4(), 'video')]);
    const { checkpoint } = await instagram.prepare(world.job(job));
    const found = await find({ ...job, checkpoint, armedAt: world.now(), lastPossibleAt: world.now() });
    expect(found).toMatchObject({ state: 'unknown', lookAt: new Date(START + 5_000) });
  });

  it('finds a story by its kind alone only when the container says it is out and one story is left over', async () => {
    await start();
    const job = jobOf('story', [world.file(PICTURE)]);
    const first = await world.send(job, await world.prepared(job));
    const second = await world.prepared(job);
    const after = await world.sendLost('drop_after', job, second);
    expect(await find(after)).toMatchObject({
      state: 'published',
      id: containerOf(second),
      idKind: 'container',
    });
    const isKnownId = async (id: string) => id === first.id;
    expect(await find({ ...after, isKnownId })).toMatchObject({ state: 'published', idKind: 'media' });
  });

  it('does not take another story for ours when ours is not out', async () => {
    await start();
    const job = jobOf('story', [world.file(PICTURE)]);
    const checkpoint = await world.prepared(job);
    await world.send(job, await world.prepared(job));
    const after = await world.sendLost('drop_before', job, checkpoint);
    expect(await find(after)).toMatchObject({ state: 'absent', proof: 'own-key' });
  });

  describe('when the container has expired', () => {
    async function lost(): Promise<Partial<Job>> {
      await start();
      const job = jobOf('image', [world.file(PICTURE)]);
      const checkpoint = await world.prepared(job);
      const after = await world.sendLost('drop_before', job, checkpoint);
      return after;
    }
    const expire = () => world.pass(25 * HOUR_MS);
    async function another(text: string): Promise<string> {
      const job = jobOf('image', [world.file(PICTURE)], { text });
      return (await world.send(job, await world.prepared(job))).id;
    }

    it('is absent when the list holds nothing since the arm, and a new container may be built', async () => {
      const after = await lost();
      expire();
      expect(await find(after)).toEqual({ state: 'absent', proof: 'listing', checkpoint: null });
      const fresh = await world.prepared({ ...after, checkpoint: null });
      expect((await world.send(after, fresh)).state).toBe('published');
      expect(world.platforms.posts()).toHaveLength(1);
    });

    it('is not built again by prepare as long as nobody has proved that it is absent', async () => {
      const after = await lost();
      expire();
      await expect(instagram.prepare(world.job(after))).rejects.toMatchObject({ kind: 'unknown' });
    });

    it('is unknown while one post cannot be attributed, and absent when all can', async () => {
      const after = await lost();
      const id = await another('By hand');
      expire();
      expect(await find(after)).toMatchObject({ state: 'unknown' });
      expect(await find({ ...after, isKnownId: async (known) => known === id })).toMatchObject({
        state: 'absent',
      });
    });

    it('is the one post that looks like it, however its white space came back', async () => {
      const after = await lost();
      const id = await another(instagramPost().text.replaceAll('\n', ' '));
      await another('By hand');
      expire();
      expect(await find(after)).toMatchObject({ state: 'published', id });
    });

    it('is unknown when two posts look like it', async () => {
      const after = await lost();
      await another(instagramPost().text);
      await another(instagramPost().text);
      expire();
      expect(await find(after)).toMatchObject({ state: 'unknown', lookAt: null });
    });

    it('reads every page back to the arm', async () => {
      const after = await lost();
      const id = await another(instagramPost().text);
      for (let count = 0; count < 55; count += 1) {
        world.pass(1_000);
        await another(`Post ${count}`);
      }
      expire();
      const others = new Set(world.platforms.posts().map((post) => post.id));
      others.delete(id);
      expect(await find({ ...after, isKnownId: async (known) => others.has(known) })).toMatchObject({ id });
    });

    it('is not mistaken for the same words published long after the arm', async () => {
      const after = await lost();
      expire();
      await another(instagramPost().text);
      expect(await find(after)).toMatchObject({ state: 'unknown', lookAt: expect.any(Date) });
    });

    it('proves nothing about a reel outside of the feed', async () => {
      await start();
      const job = jobOf('reel', [world.file(await mp4(), 'video')], { options: { share_to_feed: false } });
      const checkpoint = await world.prepared(job);
      const armedAt = world.now();
      world.pass(25 * HOUR_MS);
      expect(await find({ ...job, checkpoint, armedAt, lastPossibleAt: armedAt })).toMatchObject({
        state: 'unknown',
      });
    });

    it('proves nothing about a story that would have left the list by now', async () => {
      await start();
      const job = jobOf('story', [world.file(PICTURE)]);
      const checkpoint = await world.prepared(job);
      const armedAt = world.now();
      world.pass(25 * HOUR_MS);
      expect(await find({ ...job, checkpoint, armedAt, lastPossibleAt: armedAt })).toMatchObject({
        state: 'unknown',
      });
    });
  });

  it.each(['refuse', 'rate_limit', 'server_error_before', 'token_expired', 'drop_before'] as const)(
    'knows nothing when reading meets %s',
    async (kind) => {
      const { job, checkpoint } = await imageJob();
      const after = await world.sendLost('drop_after', job, checkpoint);
      world.platforms.setFaults([{ platform: 'instagram', kind }]);
      const found = await find(after);
      expect(found.state).toBe('unknown');
      expect(found.state === 'unknown' && found.lookAt !== null && found.lookAt > world.now()).toBe(true);
    },
  );

  it('finds a post by the list when nothing is known of its container', async () => {
    const { job, checkpoint } = await imageJob();
    const after = await world.sendLost('drop_after', job, checkpoint);
    for (const lost of [null, { version: 7 }]) {
      expect(await find({ ...after, checkpoint: lost })).toMatchObject({
        state: 'published',
        idKind: 'media',
      });
    }
  });

  it('leaves it to a person when what was prepared can no longer be read and nothing is found', async () => {
    const { job } = await imageJob();
    const after = { ...job, checkpoint: { version: 7 }, armedAt: world.now(), lastPossibleAt: world.now() };
    expect(await find(after)).toMatchObject({ state: 'unknown', lookAt: null });
  });

  it('uses the list when the platform does not show a container that exists', async () => {
    const { job, checkpoint } = await imageJob();
    const hidden = { ...checkpoint, container: { ...(checkpoint['container'] as object), id: '17000' } };
    const before = { ...job, checkpoint: hidden, armedAt: world.now(), lastPossibleAt: world.now() };
    expect(await find(before)).toMatchObject({
      state: 'unknown',
      reason: expect.stringContaining('does not show'),
    });
    await world.send(job, checkpoint);
    expect(await find(before)).toMatchObject({ state: 'published', idKind: 'media' });
  });
});
