import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  CLIP,
  clip,
  type FacebookWorld,
  facebookWorld,
  jobOf,
  padded,
  photo,
  refusal,
  sha256,
} from '../../../test/support/facebook.ts';
import { HttpFailure } from '../../core/http.ts';
import { facebook } from './index.ts';

let world: FacebookWorld;
beforeEach(async () => {
  world = await facebookWorld();
});
afterEach(() => world.stop());

describe('preparing', () => {
  it('is ready at once for texts and links', async () => {
    expect(await facebook.prepare(world.job(jobOf('text')))).toMatchObject({ ready: true });
    expect(world.asked).toEqual([]);
  });

  it('goes on after an interruption with the photos it has', async () => {
    const files = [await photo(), await photo(), await photo()];
    // Slow by nothing: counts two requests before the third is lost.
    world.faults(
      { match: 'POST .*/photos$', kind: 'slow', times: 2 },
      { match: 'POST .*/photos$', kind: 'drop_before', times: 1 },
    );
    await expect(facebook.prepare(world.job(jobOf('carousel', files)))).rejects.toBeInstanceOf(HttpFailure);
    const saved = world.saved.at(-1) ?? null;
    world.asked.length = 0;
    await world.send(
      jobOf('carousel', files),
      await world.prepared({ ...jobOf('carousel', files), checkpoint: saved }),
    );
    expect(world.asked.filter(({ line }) => line.endsWith('/photos'))).toHaveLength(1);
    expect(world.platforms.posts()[0]?.media).toEqual(files.map((file) => file.sha256));
  });

  it('sends the alt text of a photo', async () => {
    const file = await photo('image/jpeg', 'Three loaves');
    const { photos } = await world.prepared(jobOf('image', [file]));
    const [{ id }] = photos as [{ id: string }];
    const seen = await world.read(`/${id}`, { fields: 'alt_text_custom' });
    expect(seen).toEqual({ id, alt_text_custom: 'Three loaves' });
  });

  it('goes on with a video where Facebook has stopped, also when that is not where we think', async () => {
    const bytes = padded(CLIP, 300_000);
    const job = jobOf('video', [clip(bytes)]);
    // The second piece arrives, its answer does not.
    world.faults(
      { match: 'POST .*/videos$', kind: 'slow', times: 2 },
      { match: 'POST .*/videos$', kind: 'drop_after', times: 1 },
    );
    await expect(facebook.prepare(world.job(job))).rejects.toBeInstanceOf(HttpFailure);
    const accepted = await world.send(
      job,
      await world.prepared({ ...job, checkpoint: world.saved.at(-1) ?? null }),
    );
    expect(world.asked.filter(({ status }) => status === 400)).toHaveLength(1);
    if (accepted.state !== 'accepted') throw new Error(accepted.state);
    await world.found({ ...job, checkpoint: accepted.checkpoint });
    expect(world.platforms.posts()).toMatchObject([{ media: [sha256(bytes)] }]);
  });

  it('begins anew when the upload session of a video is over', async () => {
    const job = jobOf('video', [clip(padded(CLIP, 100_000))]);
    const [first] = [await world.prepared(job), world.saved[0]];
    const checkpoint = { ...world.saved[0], ...first, sessionId: '1', uploaded: false };
    expect(await world.prepared({ ...job, checkpoint })).not.toMatchObject({ sessionId: '1' });
  });

  it('does not send a reel again whose bytes have arrived although the answer was lost', async () => {
    const job = jobOf('reel', [clip()]);
    world.faults({ match: 'POST /video-upload', kind: 'drop_after', times: 1 });
    await expect(facebook.prepare(world.job(job))).rejects.toBeInstanceOf(HttpFailure);
    world.asked.length = 0;
    await world.prepared({ ...job, checkpoint: world.saved.at(-1) ?? null });
    expect(world.asked.map(({ line }) => line.split(' ')[0])).toEqual(['GET']);
  });

  it('starts afresh with another file', async () => {
    const checkpoint = await world.prepared(jobOf('reel', [clip()]));
    const other = jobOf('reel', [clip(padded(CLIP, 20_000))]);
    expect(await world.prepared({ ...other, checkpoint })).not.toMatchObject({
      videoId: checkpoint['videoId'],
    });
  });

  it('starts afresh from a checkpoint it cannot read, but only while nothing was ever sent', async () => {
    const checkpoint = { kind: 'of another version' };
    expect(await world.prepared({ ...jobOf('text'), checkpoint })).toEqual({ kind: 'feed', photos: [] });
    const armed = facebook.prepare(world.job({ ...jobOf('text'), checkpoint, armedAt: world.now() }));
    expect(await refusal(armed)).toMatchObject({ kind: 'unknown', code: 'CHECKPOINT_UNREADABLE' });
  });

  it.each([
    ['a rate limit', 'rate_limit', 'rate_limited'],
    ['an expired token', 'token_expired', 'auth'],
    ['a fault of Facebook', 'server_error_before', 'temporary'],
    ['a refusal', 'refuse', 'rejected'],
  ] as const)('says what %s means', async (_name, fault, kind) => {
    world.faults({ kind: fault });
    expect(await refusal(facebook.prepare(world.job(jobOf('image', [await photo()]))))).toMatchObject({
      kind,
    });
  });

  it('names the time after which Facebook allows calls again', async () => {
    world.faults({ kind: 'rate_limit' });
    const error = await refusal(facebook.prepare(world.job(jobOf('image', [await photo()]))));
    expect(error.retryAt).toEqual(new Date(world.now().getTime() + 60_000));
    expect(error.traceId).toMatch(/^Sim/);
  });
});
