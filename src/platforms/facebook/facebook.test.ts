import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type FacebookWorld,
  facebookPost,
  facebookWorld,
  jobOf,
  LIVE_ARM,
  mediaFile,
  PAGE,
  padded,
  photo,
  sha256,
} from '../../../test/support/facebook.ts';
import { mp4 } from '../../../test/support/mp4.ts';
import { PublishError } from '../../core/errors.ts';
import { ArmExpired, HttpFailure } from '../../core/http.ts';
import { Secret } from '../../core/secret.ts';
import { facebook } from './index.ts';

let world: FacebookWorld;
beforeEach(async () => {
  world = await facebookWorld();
});
afterEach(() => world.stop());

const CLIP = await mp4();
const HOUR_MS = 3_600_000;

function clip(bytes = CLIP): ReturnType<typeof mediaFile> {
  return mediaFile(bytes, 'video/mp4', 'video');
}

async function refusal(promise: Promise<unknown>): Promise<PublishError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(PublishError);
  return error as PublishError;
}

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

describe('account', () => {
  it('verifies with the name of the Page', async () => {
    expect(await facebook.verify(world.context, world.account)).toEqual({ id: PAGE.id, name: PAGE.name });
  });

  it('refuses a token of somebody else', async () => {
    const account = { ...world.account, id: '1', name: 'Other' };
    expect(await refusal(facebook.verify(world.context, account))).toMatchObject({
      kind: 'auth',
      code: 'TOKEN_OF_ANOTHER',
    });
  });

  it('says that a token is not accepted', async () => {
    const account = { ...world.account, token: new Secret('EAABsomethingelse') };
    expect(await refusal(facebook.verify(world.context, account))).toMatchObject({
      kind: 'auth',
      code: '190',
    });
  });

  it('does not refresh: Page tokens do not expire', async () => {
    expect(await facebook.refresh(world.context, world.account)).toBeNull();
  });

  it('takes the Page id from the connection', () => {
    const row = {
      id: '1',
      pageName: null,
      instagramId: null,
      linkedinId: null,
      organizationId: null,
      metadata: {},
    };
    expect(facebook.accountId({ ...row, pageId: ' 102030405060708 ' })).toBe(PAGE.id);
    expect(facebook.accountId({ ...row, pageId: null })).toBeNull();
    expect(facebook.accountId({ ...row, pageId: '' })).toBeNull();
  });

  it('counts likes, comments, shares, views and reach', async () => {
    const published = await world.send(jobOf('text'));
    const id = published.state === 'published' ? published.id : '';
    const counts = { likes: 0, comments: 0, shares: 0, views: 0, reach: 0 };
    expect(await facebook.metrics(world.context, world.account, id)).toEqual(counts);
    world.faults({ match: '/insights$', kind: 'refuse' });
    const { views: _views, reach: _reach, ...withoutInsights } = counts;
    expect(await facebook.metrics(world.context, world.account, id)).toEqual(withoutInsights);
  });

  it('puts no secret into any address', async () => {
    await world.send(jobOf('story', [clip()]));
    expect(world.asked.filter(({ line }) => line.includes(PAGE.token))).toEqual([]);
  });
});
