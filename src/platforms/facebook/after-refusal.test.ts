import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  clip,
  type FacebookWorld,
  facebookWorld,
  jobOf,
  LIVE_ARM,
  PAGE,
  photo,
} from '../../../test/support/facebook.ts';
import { PublishError } from '../../core/errors.ts';
import type { Job } from '../../core/platform.ts';
import { facebook } from './index.ts';

let world: FacebookWorld;
beforeEach(async () => {
  world = await facebookWorld();
});
afterEach(() => world.stop());

const HOUR_MS = 3_600_000;

describe('a repeat that is refused', () => {
  async function repeat(lost: Partial<Job>): Promise<unknown> {
    return facebook.publish(world.job(lost), LIVE_ARM).catch((error: unknown) => error);
  }

  it('as duplicate adopts the first post', async () => {
    const lost = await world.sendLost('drop_after', jobOf('text'));
    expect(await repeat(lost)).toMatchObject({ state: 'published', id: world.platforms.posts()[0]?.id });
    expect(world.platforms.posts()).toHaveLength(1);
  });

  it('as duplicate stays unknown while the Page cannot be read', async () => {
    const lost = await world.sendLost('drop_after', jobOf('text'));
    world.faults({ match: '^GET', kind: 'server_error_before' });
    expect(await repeat(lost)).toMatchObject({ name: 'PublishError', kind: 'unknown', code: '506/1455006' });
  });

  it('because the photo has been used stays unknown while the list of stories lags', async () => {
    const lost = await world.sendLost('drop_after', jobOf('story', [await photo()]));
    world.faults({ match: '^GET', kind: 'listing_lag', ms: HOUR_MS });
    expect(await repeat(lost)).toMatchObject({ kind: 'unknown' });
    world.faults();
    expect(await repeat(lost)).toMatchObject({ state: 'published', id: world.platforms.posts()[0]?.id });
    expect(world.platforms.posts()).toHaveLength(1);
  });

  it('while the first finish is being processed waits for it', async () => {
    const lost = await world.sendLost('drop_after', jobOf('reel', [clip()]));
    world.faults({ match: 'POST .*/video_reels$', kind: 'refuse' });
    expect(await repeat(lost)).toMatchObject({ state: 'accepted', checkpoint: { finished: true } });
  });

  it('stands where the video says that it is not published', async () => {
    const lost = await world.sendLost('drop_before', jobOf('reel', [clip()]));
    world.faults({ match: 'POST .*/video_reels$', kind: 'refuse' });
    const error = await repeat(lost);
    expect(error).toBeInstanceOf(PublishError);
    expect(error).toMatchObject({ kind: 'rejected' });
  });

  it('stands for a post that was proven absent', async () => {
    const lost = await world.sendLost('drop_before', jobOf('text'));
    world.faults({ match: `POST .*/${PAGE.id}/feed$`, kind: 'refuse' });
    expect(await repeat(lost)).toMatchObject({ kind: 'rejected' });
  });
});
