import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  clip,
  type FacebookWorld,
  facebookPost,
  facebookWorld,
  jobOf,
  photo,
} from '../../../test/support/facebook.ts';

let world: FacebookWorld;
beforeEach(async () => {
  world = await facebookWorld();
});
afterEach(() => world.stop());

const HOUR_MS = 3_600_000;

describe('the list of posts', () => {
  it('is read back over several pages', async () => {
    const lost = await world.sendLost('drop_after', jobOf('text'));
    const [ours] = world.platforms.posts();
    const later = new Set<string>();
    for (let n = 0; n < 60; n += 1) {
      const other = await world.send(jobOf('text', [], { text: `Other ${n}` }));
      if (other.state === 'published') later.add(other.id);
    }
    const found = await world.find({ ...lost, isKnownId: async (id) => later.has(id) });
    expect(found).toMatchObject({ state: 'published', id: ours?.id });
  });

  it('proves nothing while a post in the window belongs to nobody', async () => {
    const lost = await world.sendLost('drop_before', jobOf('text'));
    const foreign = await world.send(jobOf('text', [], { text: 'Posted by hand' }));
    const id = foreign.state === 'published' ? foreign.id : '';
    expect(await world.find(lost)).toMatchObject({ state: 'unknown', reason: expect.stringContaining(id) });
    expect(await world.find({ ...lost, isKnownId: async (known) => known === id })).toMatchObject({
      state: 'absent',
    });
    world.pass(2 * HOUR_MS);
    expect(await world.find(lost)).toMatchObject({ state: 'unknown', lookAt: null });
  });

  it('places a video of ours that is stored under its video id', async () => {
    const lost = await world.sendLost('drop_before', jobOf('text'));
    const video = await world.send(jobOf('video', [clip()]));
    if (video.state !== 'accepted') throw new Error(video.state);
    world.pass(10_000);
    const { videoId } = video.checkpoint as { videoId: string };
    expect(await world.find({ ...lost, isKnownId: async (id) => id === videoId })).toMatchObject({
      state: 'absent',
    });
  });

  it('does not mind posts from long before or long after', async () => {
    await world.send(jobOf('text', [], { text: 'Yesterday' }));
    world.pass(24 * HOUR_MS);
    const lost = await world.sendLost('drop_before', jobOf('text'));
    world.pass(HOUR_MS);
    await world.send(jobOf('text', [], { text: 'An hour later' }));
    expect(await world.find(lost)).toMatchObject({ state: 'absent' });
  });

  it('never takes a post that belongs to another target, or another text, or another number of photos', async () => {
    await world.send(jobOf('image', [await photo()]));
    const others = world.platforms.posts().map(({ id }) => id);
    const text = await world.sendLost('drop_before', jobOf('text'));
    expect(await world.find(text)).toMatchObject({ state: 'unknown' });
    expect(await world.find({ ...text, isKnownId: async (id) => others.includes(id) })).toMatchObject({
      state: 'absent',
    });
    const two = await world.sendLost('drop_before', jobOf('carousel', [await photo(), await photo()]));
    expect(await world.find(two)).toMatchObject({ state: 'unknown' });
  });

  it('does not choose between two posts that look alike', async () => {
    const lost = await world.sendLost('drop_after', jobOf('text'));
    await world.send(jobOf('text', [], { text: 'Between' }));
    await world.send(jobOf('text'));
    expect(await world.find(lost)).toMatchObject({
      state: 'unknown',
      lookAt: null,
      reason: expect.stringContaining('2 posts'),
    });
  });

  it('finds a text whose white space came back otherwise', async () => {
    const lost = await world.sendLost('drop_after', jobOf('text'));
    const post = facebookPost({ text: facebookPost().text.replace('\n\n', ' \n') });
    expect(await world.find({ ...lost, post })).toMatchObject({ state: 'published' });
  });

  it('says nothing when nothing was sent', async () => {
    expect(await world.find({ ...jobOf('text'), checkpoint: { kind: 'feed', photos: [] } })).toMatchObject({
      state: 'unknown',
      lookAt: null,
    });
  });
});
