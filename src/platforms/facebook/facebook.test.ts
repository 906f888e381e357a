import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  CLIP,
  clip,
  type FacebookWorld,
  facebookPost,
  facebookWorld,
  jobOf,
  LIVE_ARM,
  PAGE,
  padded,
  photo,
  refusal,
  sha256,
} from '../../../test/support/facebook.ts';
import { mp4 } from '../../../test/support/mp4.ts';
import { ArmExpired, HttpFailure } from '../../core/http.ts';
import { facebook } from './index.ts';

let world: FacebookWorld;
beforeEach(async () => {
  world = await facebookWorld();
});
afterEach(() => world.stop());

const HOUR_MS = 3_600_000;

describe('publishing', () => {
  it('publishes a text with one request, which is the armed one', async () => {
    const published = await world.send(jobOf('text'));
    const [post, ...others] = world.platforms.posts();
    expect(others).toEqual([]);
    expect(post).toMatchObject({ account: PAGE.id, kind: 'text', text: facebookPost().text, media: [] });
    expect(published).toMatchObject({
      state: 'published',
      id: post?.id,
      idKind: 'post',
      url: `https://www.facebook.com/${post?.id}`,
    });
    expect(world.asked).toEqual([
      { line: `POST graph.facebook.com/v26.0/${PAGE.id}/feed`, armed: true, status: 200 },
    ]);
  });

  it('publishes a link as a card beside its text', async () => {
    await world.send(jobOf('link', [], { link: { url: 'https://example.org/bread' } }));
    expect(world.platforms.posts()).toMatchObject([{ kind: 'link', text: facebookPost().text }]);
  });

  it.each([1, 2, 10])(
    'publishes %i photo(s) as unpublished photos first, then one post in their order',
    async (count) => {
      const files = await Promise.all(Array.from({ length: count }, () => photo()));
      const published = await world.send(jobOf(count === 1 ? 'image' : 'carousel', files));
      const [post, ...others] = world.platforms.posts();
      expect(others).toEqual([]);
      expect(post?.media).toEqual(files.map((file) => file.sha256));
      expect(published).toMatchObject({ state: 'published', id: post?.id });
      expect(world.asked.map(({ line, armed }) => [line.split('/').at(-1), armed])).toEqual([
        ...files.map(() => ['photos', false]),
        ['feed', true],
      ]);
    },
  );

  it('takes the same picture twice in one post', async () => {
    const file = await photo();
    await world.send(jobOf('carousel', [file, file]));
    expect(world.platforms.posts()[0]?.media).toEqual([file.sha256, file.sha256]);
  });

  it('sends a video in the pieces that Facebook asks for, and is public once it is processed', async () => {
    const bytes = padded(CLIP, 300_000);
    const job = jobOf('video', [clip(bytes)]);
    const accepted = await world.send(job);
    expect(world.platforms.posts()).toEqual([]);
    if (accepted.state !== 'accepted') throw new Error(accepted.state);
    expect(world.asked.filter(({ line }) => line.endsWith('/videos')).length).toBeGreaterThan(3);
    expect(world.asked.every(({ line }) => line.startsWith('POST graph-video.facebook.com/v26.0/'))).toBe(
      true,
    );
    expect(world.asked.filter(({ armed }) => armed)).toHaveLength(1);

    const found = await world.found({ ...job, checkpoint: accepted.checkpoint });
    const [post, ...others] = world.platforms.posts();
    expect(others).toEqual([]);
    expect(post).toMatchObject({ kind: 'video', text: facebookPost().text, media: [sha256(bytes)] });
    expect(found).toEqual({ state: 'published', id: post?.id, idKind: 'post', url: post?.url });
  });

  it('publishes a reel under its video id, and learns post id and address when it is processed', async () => {
    const job = jobOf('reel', [clip()]);
    const accepted = await world.send(job);
    if (accepted.state !== 'accepted') throw new Error(accepted.state);
    expect(world.asked.map(({ line, armed }) => [line.split(/[ /]/)[1], armed])).toEqual([
      ['graph.facebook.com', false],
      [new URL(world.platforms.url).host, false],
      ['graph.facebook.com', false],
      ['graph.facebook.com', true],
    ]);
    const found = await world.found({ ...job, checkpoint: accepted.checkpoint });
    const [post] = world.platforms.posts();
    expect(post).toMatchObject({ kind: 'reel', text: facebookPost().text, media: [sha256(CLIP)] });
    expect(found).toEqual({ state: 'published', id: post?.id, idKind: 'post', url: post?.url });
  });

  it('publishes a photo story and says that its text was left out', async () => {
    const file = await photo('image/jpeg');
    const published = await world.send(jobOf('story', [file]));
    const [post] = world.platforms.posts();
    expect(post).toMatchObject({ kind: 'story', text: '', media: [file.sha256] });
    expect(published).toMatchObject({ state: 'published', id: post?.id, idKind: 'story', url: null });
    expect(published).toHaveProperty(
      'warning',
      expect.stringContaining('text of the post was not published'),
    );
  });

  it('publishes a video story and takes its address from the list of stories', async () => {
    const job = jobOf('story', [clip()], { text: '' });
    const accepted = await world.send(job);
    if (accepted.state !== 'accepted') throw new Error(accepted.state);
    const found = await world.found({ ...job, checkpoint: accepted.checkpoint, armedAt: world.now() });
    const [post] = world.platforms.posts();
    expect(post).toMatchObject({ kind: 'story', media: [sha256(CLIP)] });
    expect(found).toEqual({ state: 'published', id: post?.id, idKind: 'story', url: post?.url });
  });

  it('asks the version that is configured', async () => {
    const settings = { ...world.context.settings, version: 'v25.0' };
    await world.send({ ...jobOf('text'), settings });
    expect(world.asked[0]?.line).toContain('/v25.0/');
  });

  it('sends nothing when the arm has expired', async () => {
    const checkpoint = await world.prepared(jobOf('text'));
    const arm = {
      id: LIVE_ARM.id,
      check() {
        throw new ArmExpired('late');
      },
    };
    const error = await facebook
      .publish(world.job({ ...jobOf('text'), checkpoint }), arm)
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(HttpFailure);
    expect(error).toMatchObject({ sent: false, reason: 'arm_expired' });
    expect(world.platforms.posts()).toEqual([]);
  });

  it('never publishes fewer photos than the post has: expired ones are uploaded anew', async () => {
    const job = jobOf('carousel', [await photo(), await photo()]);
    const checkpoint = await world.prepared(job);
    world.pass(20 * HOUR_MS + 1);
    expect(await refusal(world.send(job, checkpoint))).toMatchObject({
      kind: 'temporary',
      code: 'NOT_PREPARED',
    });
    expect(world.platforms.posts()).toEqual([]);
    await world.send(job, await world.prepared({ ...job, checkpoint }));
    expect(world.platforms.posts()[0]?.media).toHaveLength(2);
  });
});

describe('refusals after the arm', () => {
  it.each([
    ['a refusal', 'refuse', 'rejected'],
    ['a rate limit', 'rate_limit', 'rate_limited'],
    ['an expired token', 'token_expired', 'auth'],
    ['a fault of Facebook', 'server_error_before', 'unknown'],
    ['a fault of Facebook after it went out', 'server_error_after', 'unknown'],
  ] as const)('takes %s as %s → %s', async (_name, fault, kind) => {
    const checkpoint = await world.prepared(jobOf('text'));
    world.faults({ kind: fault });
    expect(await refusal(world.send(jobOf('text'), checkpoint))).toMatchObject({ kind });
  });

  it('lets a lost answer through as it is', async () => {
    world.faults({ match: '/feed$', kind: 'drop_after' });
    await expect(world.send(jobOf('text'))).rejects.toMatchObject({ name: 'HttpFailure', sent: true });
  });

  it('refuses the same text twice in a row, naming the post that has it', async () => {
    await world.send(jobOf('text'));
    const error = await refusal(world.send(jobOf('text')));
    const [post, ...others] = world.platforms.posts();
    expect(others).toEqual([]);
    expect(error.kind).toBe('rejected');
    expect(error.message).toContain(`The same text is already on the account: ${post?.url}`);
  });

  it('refuses a token that may not publish', async () => {
    await world.stop();
    world = await facebookWorld({ ...PAGE, scopes: ['pages_read_engagement'] });
    expect(await refusal(world.send(jobOf('text')))).toMatchObject({ kind: 'auth', code: '200' });
  });

  it('refuses a reel that is too small, in Facebook’s words', async () => {
    const job = jobOf('reel', [clip(await mp4({ width: 270, height: 480 }))]);
    expect(await refusal(world.send(job))).toMatchObject({ kind: 'rejected', code: '100/1363127' });
  });
});
