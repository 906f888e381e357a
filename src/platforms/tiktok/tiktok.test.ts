import { afterEach, describe, expect, it } from 'vitest';
import { registeredApp } from '../../../test/support/registered-app.ts';
import {
  film,
  LIVE_ARM,
  mediaFile,
  PROCESSING_MS,
  SIM_ACCOUNT,
  type TiktokWorld,
  tiktokPost,
  tiktokWorld,
} from '../../../test/support/tiktok.ts';
import { PublishError } from '../../core/errors.ts';
import { type Http, HttpFailure, type HttpResponse } from '../../core/http.ts';
import type { Checkpoint, Found, Job } from '../../core/platform.ts';
import type { Post } from '../../core/post.ts';
import { readAnswer } from '../../http/read-answer.ts';
import { makeTiktokSimulatorWith } from '../../sandbox/platforms/tiktok/index.ts';
import { readCheckpoint, type VideoState } from './checkpoint.ts';
import { tiktok } from './index.ts';

const MB = 1024 * 1024;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const CREATOR = 'POST /v2/post/publish/creator_info/query/';
const INIT = 'POST /v2/post/publish/video/init/';
const DRAFT = 'POST /v2/post/publish/inbox/video/init/';
const PHOTOS = 'POST /v2/post/publish/content/init/';
const STATUS = 'POST /v2/post/publish/status/fetch/';
const LIST = 'POST /v2/video/list/';
const PUT = 'PUT /video/';

let world: TiktokWorld;
afterEach(() => world.stop());

async function open(options: Parameters<typeof tiktokWorld>[0] = {}): Promise<void> {
  world = await tiktokWorld(options);
}

async function prepared(over: Partial<Job> = {}): Promise<Checkpoint> {
  const answer = await tiktok.prepare(world.job(over));
  if (!answer.ready) throw new Error('not ready');
  return answer.checkpoint;
}

/** A job as it is once its visible request was armed. */
function armedJob(checkpoint: Checkpoint | null, over: Partial<Job> = {}): Job {
  const armedAt = world.context.now();
  return world.job({ checkpoint, armedAt, lastPossibleAt: armedAt, ...over });
}

/** Sent and accepted: the checkpoint to follow it with. */
async function sent(over: Partial<Job> = {}): Promise<Checkpoint> {
  const checkpoint = await prepared(over);
  const answer = await tiktok.publish(armedJob(checkpoint, { ...over, checkpoint }), LIVE_ARM);
  if (answer.state !== 'accepted') throw new Error('not accepted');
  return answer.checkpoint;
}

async function processed(over: Partial<Job> = {}): Promise<Found> {
  const checkpoint = await sent(over);
  world.pass(PROCESSING_MS);
  return await tiktok.find(armedJob(checkpoint, over));
}

async function failure(promise: Promise<unknown>): Promise<PublishError> {
  const error: unknown = await promise.then(
    () => new Error('nothing was thrown'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof PublishError)) throw error;
  return error;
}

/** TikTok's network, but these requests get this instead; each function may let them through. */
function answering(
  line: string,
  answer: (forward: () => Promise<HttpResponse>) => Promise<HttpResponse>,
): Http {
  return {
    request: (asked) => {
      const address = new URL(typeof asked.url === 'string' ? asked.url : asked.url.reveal());
      const path = address.pathname.replace(/^\/tiktok/, '');
      const forward = () => world.context.http.request(asked);
      return `${asked.method} ${path}` === line ? answer(forward) : forward();
    },
  };
}

const answer = (status: number, body: unknown = ''): HttpResponse =>
  readAnswer(status, {}, Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)));
const said = (data: object): HttpResponse =>
  answer(200, { data, error: { code: 'ok', message: '', log_id: '1' } });
const lost = async (): Promise<HttpResponse> => {
  throw new HttpFailure(true, 'reset', 'The connection broke.');
};
const lines = (): string[] => world.asked.map(({ line }) => line);
const ranges = (): string[] =>
  world.asked.flatMap(({ range, armed }) =>
    range === undefined ? [] : [`${armed ? 'armed ' : ''}${range}`],
  );
const videoState = (checkpoint: Checkpoint): VideoState => {
  const state = readCheckpoint(checkpoint);
  if (state === null || state === 'unreadable' || state.kind !== 'video') throw new Error('no upload');
  return state;
};

const PHOTO = mediaFile(
  'image',
  Buffer.from('a photo'),
  { bytes: 7, mime: 'image/jpeg', width: 1080, height: 1350 },
  'https://media.example/1.jpg',
);
const photoPost = (over: Partial<Post> = {}): Post => tiktokPost({ kind: 'image', ...over });

describe('a video', () => {
  it('is sent in whole chunks, the last of which alone is armed', async () => {
    await open();
    const total = 16 * MB + 123;
    const media = [film(total)];
    await sent({ media });
    expect(lines().slice(0, 3)).toEqual([CREATOR, INIT, PUT]);
    expect(world.asked[1]?.json).toMatchObject({
      source_info: { source: 'FILE_UPLOAD', video_size: total, chunk_size: 5 * MB, total_chunk_count: 3 },
    });
    expect(ranges()).toEqual([
      `bytes 0-${5 * MB - 1}/${total}`,
      `bytes ${5 * MB}-${10 * MB - 1}/${total}`,
      `armed bytes ${10 * MB}-${total - 1}/${total}`,
    ]);
  });

  it('of less than two chunks goes in the armed request alone', async () => {
    await open();
    const checkpoint = await prepared();
    expect(ranges()).toEqual([]);
    await tiktok.publish(armedJob(checkpoint), LIVE_ARM);
    expect(ranges()).toEqual([`armed bytes 0-${film().info.bytes - 1}/${film().info.bytes}`]);
  });

  it('has its publish id and address noted before its first byte, and sends no token to that address', async () => {
    await open();
    const noted = await failure(
      tiktok.prepare(
        world.job({
          media: [film(11 * MB)],
          http: answering(PUT, async () => answer(403)),
        }),
      ),
    );
    expect(noted).toMatchObject({ kind: 'temporary', code: 'UPLOAD_ADDRESS_GONE' });
    expect(world.saved[0]).toMatchObject({
      publishId: expect.stringMatching(/^v_pub_file/),
      uploadUrl: expect.stringContaining('upload_token='),
    });
    await sent();
    const puts = world.asked.filter(({ line }) => line === PUT);
    expect(puts.map(({ authorized }) => authorized)).toEqual([false]);
  });

  it('is accepted, then out under the 19 digits of its id, which no JavaScript number holds', async () => {
    await open();
    const checkpoint = await sent();
    expect(await tiktok.find(armedJob(checkpoint))).toMatchObject({ state: 'accepted' });
    expect(world.platforms.posts()).toEqual([]);
    world.pass(PROCESSING_MS);
    const found = await tiktok.find(armedJob(checkpoint));
    const [post, ...others] = world.platforms.posts();
    expect(others).toEqual([]);
    expect(post?.id).toMatch(/^7\d{18}$/);
    expect(found).toEqual({
      state: 'published',
      id: post?.id,
      idKind: 'post',
      url: `https://www.tiktok.com/@raobakes/video/${post?.id}`,
    });
    expect(post).toMatchObject({ text: tiktokPost().text, media: [film().sha256] });
  });

  it('stands under its publish id until TikTok’s moderation has passed it', async () => {
    await open({ extra: { moderationMs: '7200000' } });
    const checkpoint = await sent();
    world.pass(PROCESSING_MS);
    const { publishId } = videoState(checkpoint);
    expect(await tiktok.find(armedJob(checkpoint))).toEqual({
      state: 'published',
      id: publishId,
      idKind: 'container',
      url: null,
    });
    world.pass(2 * HOUR_MS);
    expect(await tiktok.find(armedJob(checkpoint))).toMatchObject({
      state: 'published',
      id: world.platforms.posts()[0]?.id,
      idKind: 'post',
    });
  });

  it('that TikTok gives up is refused with its reason', async () => {
    await open();
    const bytes = Buffer.from('this is no film');
    const media = [mediaFile('video', bytes, { bytes: bytes.length, mime: 'video/mp4' })];
    expect(await processed({ media })).toMatchObject({
      state: 'refused',
      problem: { kind: 'rejected', code: 'file_format_check_failed' },
    });
    expect(world.platforms.posts()).toEqual([]);
  });

  it('that TikTok gives up by a fault of its own is sent anew twice, and then refused', async () => {
    await open();
    const http = answering(STATUS, async () => said({ status: 'FAILED', fail_reason: 'internal' }));
    let checkpoint: Checkpoint | null = null;
    for (const failures of [1, 2]) {
      const found = await tiktok.find(armedJob(await sent({ checkpoint }), { http }));
      expect(found).toMatchObject({ state: 'absent', proof: 'own-key', checkpoint: { failures } });
      checkpoint = found.state === 'absent' ? found.checkpoint : null;
    }
    const last = await tiktok.find(armedJob(await sent({ checkpoint }), { http }));
    expect(last).toMatchObject({ state: 'refused', problem: { code: 'internal' } });
    const ids = world.saved.map((state) => videoState(state).publishId);
    expect(new Set(ids).size).toBe(3);
  });
});

describe('what the account may post', () => {
  it.each([
    [undefined, 'PUBLIC_TO_EVERYONE'],
    ['public', 'PUBLIC_TO_EVERYONE'],
    ['friends', 'MUTUAL_FOLLOW_FRIENDS'],
    ['private', 'SELF_ONLY'],
  ])('the audience %s becomes %s', async (privacy, level) => {
    await open();
    await prepared({ post: tiktokPost({ options: privacy === undefined ? {} : { privacy } }) });
    expect(world.asked.find(({ line }) => line === INIT)?.json).toMatchObject({
      post_info: { privacy_level: level },
    });
  });

  it('an audience that is not offered is refused before anything is sent, naming those that are', async () => {
    await open({ extra: { private: true } });
    const error = await failure(
      tiktok.prepare(world.job({ post: tiktokPost({ options: { privacy: 'public' } }) })),
    );
    expect(error).toMatchObject({ kind: 'rejected', code: 'PRIVACY_NOT_OFFERED' });
    expect(error.message).toContain('“followers”, “friends”, “private”');
    expect(lines()).toEqual([CREATOR]);
  });

  it('without a word of the post the widest is taken, and said when it is not everybody', async () => {
    await open({ extra: { private: true } });
    expect(await processed()).toMatchObject({
      state: 'published',
      warning: expect.stringContaining('followers only'),
    });
    expect(world.asked.find(({ line }) => line === INIT)?.json).toMatchObject({
      post_info: { privacy_level: 'FOLLOWER_OF_CREATOR' },
    });
  });

  it('an app without audit posts to private accounts for themselves alone, and says so', async () => {
    await open({ extra: { private: true, unaudited: true, privacyOptions: 'SELF_ONLY' } });
    const found = await processed();
    expect(found).toMatchObject({
      state: 'published',
      // It never gets a public one, so that none is looked for.
      idKind: 'publish',
      url: null,
      warning: expect.stringContaining('Only the account itself sees this post'),
    });
    expect(world.platforms.posts()).toHaveLength(1);
  });

  it('a post that asks to be private needs no warning', async () => {
    await open();
    const found = await processed({ post: tiktokPost({ options: { privacy: 'private' } }) });
    expect(found).not.toHaveProperty('warning');
    expect(found).toMatchObject({ state: 'published', idKind: 'publish' });
  });

  it('an app without audit is told so for a public account, before anything is sent', async () => {
    await open({ extra: { unaudited: true } });
    const error = await failure(tiktok.prepare(world.job()));
    expect(error).toMatchObject({
      kind: 'config',
      code: 'unaudited_client_can_only_post_to_private_accounts',
      scope: 'account',
    });
    expect(error.hint).toContain('Set the account to private');
  });

  it('what the account has switched off stays off, what the post switches off as well', async () => {
    await open({ extra: { duetDisabled: true } });
    await prepared({
      post: tiktokPost({ options: { disable_comment: true, thumb_offset: 1500, ai_generated: true } }),
    });
    expect(world.asked.find(({ line }) => line === INIT)?.json).toMatchObject({
      post_info: {
        title: tiktokPost().text,
        disable_duet: true,
        disable_comment: true,
        disable_stitch: false,
        video_cover_timestamp_ms: 1500,
        brand_content_toggle: false,
        brand_organic_toggle: false,
        is_aigc: true,
      },
    });
  });

  it('a video that is longer than the account may post is refused with both lengths', async () => {
    await open({ extra: { maxSeconds: '5' } });
    // 5.07 s: sound is padded to whole frames.
    await prepared();
    const long = { ...film(), info: { ...film().info, durationMs: 5_200 } };
    const error = await failure(tiktok.prepare(world.job({ media: [long] })));
    expect(error).toMatchObject({ kind: 'rejected', code: 'VIDEO_TOO_LONG_FOR_ACCOUNT' });
    expect(error.message).toMatch(/lasts 6 seconds.*at most 5/);
  });

  it('a limit of posts that comes with status 200 is heeded', async () => {
    await open({ make: makeTiktokSimulatorWith({ postsPerDay: 1 }) });
    await sent();
    expect(await failure(tiktok.prepare(world.job()))).toMatchObject({
      kind: 'rate_limited',
      code: 'spam_risk_too_many_posts',
      retryAt: new Date(world.context.now().getTime() + HOUR_MS),
    });
  });
});

describe('a draft', () => {
  it('of a video goes to the inbox with nothing but the film, and is said to wait there', async () => {
    await open();
    const post = tiktokPost({ options: { draft: true } });
    const found = await processed({ post });
    expect(lines().slice(0, 2)).toEqual([DRAFT, PUT]);
    expect(world.asked[0]?.json).toEqual({ source_info: expect.anything() });
    expect(found).toMatchObject({
      state: 'published',
      id: expect.stringMatching(/^v_inbox_file/),
      // Looked for during a day, in case its owner posts it.
      idKind: 'container',
      url: null,
      warning: expect.stringMatching(/waits in the inbox.*Its text did not go along/s),
    });
    expect(world.platforms.posts()).toEqual([]);
  });

  it('of pictures takes its text along', async () => {
    await open();
    const post = photoPost({ options: { draft: true, photo_title: 'Fresh' } });
    await sent({ post, media: [PHOTO] });
    expect(lines()).toEqual([PHOTOS]);
    expect(world.asked[0]?.json).toMatchObject({
      post_mode: 'MEDIA_UPLOAD',
      post_info: { title: 'Fresh', description: post.text },
    });
  });

  it('becomes a post with an id when its owner posts it', async () => {
    await open();
    const checkpoint = await sent({ post: tiktokPost({ options: { draft: true } }) });
    const http = answering(STATUS, async () =>
      said({ status: 'PUBLISH_COMPLETE', publicaly_available_post_id: ['7300000000000000001'] }),
    );
    expect(await tiktok.find(armedJob(checkpoint, { http }))).toMatchObject({
      state: 'published',
      id: '7300000000000000001',
      idKind: 'post',
      url: null,
    });
  });
});

describe('pictures', () => {
  it('are named by their addresses in the one armed request', async () => {
    await open();
    const media = [PHOTO, { ...PHOTO, publicUrl: async () => 'https://media.example/converted.jpg' }];
    const options = { photo_title: 'Fresh', photo_cover: 1, auto_add_music: true, brand_organic: true };
    const post = photoPost({ kind: 'carousel', options });
    await sent({ post, media });
    expect(lines()).toEqual([CREATOR, PHOTOS]);
    expect(world.asked.map(({ armed }) => armed)).toEqual([false, true]);
    expect(world.asked[1]?.json).toEqual({
      media_type: 'PHOTO',
      post_mode: 'DIRECT_POST',
      post_info: {
        title: 'Fresh',
        description: post.text,
        privacy_level: 'PUBLIC_TO_EVERYONE',
        disable_comment: false,
        auto_add_music: true,
        brand_content_toggle: false,
        brand_organic_toggle: true,
      },
      source_info: {
        source: 'PULL_FROM_URL',
        photo_images: ['https://media.example/1.jpg', 'https://media.example/converted.jpg'],
        photo_cover_index: 1,
      },
    });
  });

  it('that TikTok cannot fetch are refused with the reason', async () => {
    await open();
    expect(await processed({ post: photoPost(), media: [PHOTO] })).toMatchObject({
      state: 'refused',
      problem: { code: 'photo_pull_failed' },
    });
  });

  it('at an address that is not verified are the operator’s to mend, and hold up nothing else', async () => {
    await open({ extra: { verifiedPrefix: 'https://elsewhere.example/' } });
    const checkpoint = await prepared({ post: photoPost(), media: [PHOTO] });
    const error = await failure(
      tiktok.publish(armedJob(checkpoint, { post: photoPost(), media: [PHOTO] }), LIVE_ARM),
    );
    expect(error).toMatchObject({ kind: 'config', code: 'url_ownership_unverified', scope: 'account' });
    expect(error.hint).toContain('URL prefix');
  });

  it.each([{ privacy: 'private' }, { privacy: 'friends' }, { draft: true }])(
    'whose answer is lost are a person’s at once with %j: no list shows them',
    async (options) => {
      await open();
      const over = { post: photoPost({ options }), media: [PHOTO] };
      const checkpoint = await prepared(over);
      const lostOnes = { ...over, http: answering(PHOTOS, lost) };
      await expect(tiktok.publish(armedJob(checkpoint, lostOnes), LIVE_ARM)).rejects.toThrow(HttpFailure);
      const asked = world.asked.length;
      expect(await tiktok.find(armedJob(checkpoint, { ...over, sentBefore: true }))).toMatchObject({
        state: 'unknown',
        lookAt: null,
      });
      expect(world.asked.length).toBe(asked);
    },
  );

  it('whose answer was lost are never prepared a second time by themselves', async () => {
    await open();
    const over = { post: photoPost(), media: [PHOTO] };
    const checkpoint = await prepared(over);
    expect(await failure(tiktok.prepare(armedJob(checkpoint, { ...over, sentBefore: true })))).toMatchObject({
      kind: 'unknown',
      code: 'PHOTOS_UNCLEAR',
    });
  });
});

describe('an upload that breaks off', () => {
  const total = 21 * MB;
  const media = [film(total)];

  it('goes on with the chunk that TikTok has not got, when an answer is lost', async () => {
    await open();
    let puts = 0;
    const http = answering(PUT, async (forward) => {
      puts += 1;
      if (puts === 2) {
        await forward();
        return await lost();
      }
      return puts === 3 ? await lost() : await forward();
    });
    const checkpoint = await prepared({ media, http });
    await tiktok.publish(armedJob(checkpoint, { media }), LIVE_ARM);
    // The lost third one never left; each of the others arrived once.
    expect(ranges().map((range) => range.replace(/-.*/, ''))).toEqual([
      'bytes 0',
      `bytes ${5 * MB}`,
      `bytes ${10 * MB}`,
      `armed bytes ${15 * MB}`,
    ]);
    world.pass(PROCESSING_MS);
    expect(await tiktok.find(armedJob(checkpoint))).toMatchObject({ state: 'published' });
    expect(world.platforms.posts()).toMatchObject([{ media: [media[0]?.sha256] }]);
  });

  it('is resumed by the next tick where it stopped', async () => {
    await open();
    let puts = 0;
    const stopping = answering(PUT, async (forward) => {
      puts += 1;
      if (puts > 2) throw new Error('told to stop');
      return await forward();
    });
    await expect(tiktok.prepare(world.job({ media, http: stopping }))).rejects.toThrow('told to stop');
    const [saved] = world.saved;
    await prepared({ media, checkpoint: saved ?? null });
    expect(lines().filter((line) => line === INIT)).toHaveLength(1);
    expect(ranges().map((range) => range.replace(/-.*/, ''))).toEqual([
      'bytes 0',
      `bytes ${5 * MB}`,
      `bytes ${10 * MB}`,
    ]);
  });

  it('gives up after three attempts without progress, to be gone on with later', async () => {
    await open();
    const http = answering(PUT, async () => answer(503));
    expect(await failure(tiktok.prepare(world.job({ media, http })))).toMatchObject({
      kind: 'temporary',
      code: 'UPLOAD_STUCK',
    });
    expect(lines().filter((line) => line === STATUS)).toHaveLength(3);
  });

  it('begins anew when TikTok does not know it, or gave it up, before anything was armed', async () => {
    await open();
    const unknownId = answer(400, {
      data: {},
      error: { code: 'invalid_publish_id', message: '', log_id: '1' },
    });
    for (const status of [unknownId, said({ status: 'FAILED', fail_reason: 'internal' })]) {
      let puts = 0;
      const http: Http = {
        request: (asked) => {
          puts += asked.method === 'PUT' ? 1 : 0;
          if (asked.method === 'PUT' && puts === 1) return lost();
          return answering(STATUS, async () => status).request(asked);
        },
      };
      expect(await failure(tiktok.prepare(world.job({ media, http })))).toMatchObject({
        kind: 'temporary',
        code: 'UPLOAD_ADDRESS_GONE',
      });
      expect(world.saved.at(-1)).toMatchObject({ kind: 'nothing' });
      const opened = lines().filter((line) => line === INIT).length;
      await prepared({ media, checkpoint: world.saved.at(-1) ?? null });
      expect(lines().filter((line) => line === INIT)).toHaveLength(opened + 1);
    }
  });

  it('begins anew when its address has ended before anything was armed', async () => {
    await open();
    await prepared({ media });
    const [first] = world.saved;
    world.pass(51 * MINUTE_MS);
    const checkpoint = await prepared({ media, checkpoint: first ?? null });
    expect(videoState(checkpoint).publishId).not.toBe(videoState(first ?? {}).publishId);
  });

  it('begins anew with another file', async () => {
    await open();
    const first = await prepared();
    const second = await prepared({ checkpoint: first, media: [film(400_000)] });
    expect(videoState(second).publishId).not.toBe(videoState(first).publishId);
  });
});

describe('a last chunk whose answer was lost', () => {
  const lostOnes = (over: Partial<Job> = {}) => ({ sentBefore: true, ...over });

  it('is sent again to the same upload when TikTok has not got it', async () => {
    await open();
    const checkpoint = await prepared();
    await expect(
      tiktok.publish(armedJob(checkpoint, { http: answering(PUT, lost) }), LIVE_ARM),
    ).rejects.toThrow(HttpFailure);
    const found = await tiktok.find(armedJob(checkpoint, lostOnes()));
    expect(found).toMatchObject({ state: 'absent', proof: 'own-key', checkpoint });
    const again = await prepared({ ...lostOnes(), checkpoint, armedAt: world.context.now() });
    await tiktok.publish(armedJob(again, lostOnes()), LIVE_ARM);
    expect(lines().filter((line) => line === INIT)).toHaveLength(1);
  });

  it('is neither sent again nor given up while the address of its upload may just live', async () => {
    await open();
    const checkpoint = await prepared();
    const job = armedJob(checkpoint, lostOnes());
    world.pass(55 * MINUTE_MS);
    const openedAt = Date.parse(videoState(checkpoint).openedAt);
    expect(await tiktok.find(job)).toMatchObject({
      state: 'unknown',
      lookAt: new Date(openedAt + 70 * MINUTE_MS),
    });
    expect(await failure(tiktok.prepare(job))).toMatchObject({ kind: 'unknown' });
    world.pass(16 * MINUTE_MS);
    expect(await tiktok.find(job)).toMatchObject({ state: 'absent', checkpoint: { kind: 'nothing' } });
    const anew = await prepared({
      ...lostOnes(),
      armedAt: job.armedAt,
      checkpoint: { v: 1, kind: 'nothing', failures: 0 },
    });
    expect(videoState(anew).publishId).not.toBe(videoState(checkpoint).publishId);
  });

  it('is accepted as soon as TikTok says that it has every byte', async () => {
    await open();
    const checkpoint = await prepared();
    const { total } = videoState(checkpoint);
    const http = answering(STATUS, async () => said({ status: 'PROCESSING_UPLOAD', uploaded_bytes: total }));
    expect(await tiktok.find(armedJob(checkpoint, lostOnes({ http })))).toMatchObject({
      state: 'accepted',
      checkpoint: { sent: true },
    });
    expect(await failure(tiktok.prepare(armedJob(checkpoint, lostOnes({ http }))))).toMatchObject({
      kind: 'unknown',
    });
  });

  it.each([
    ['how much there is', { status: 'PROCESSING_UPLOAD' }],
    ['what it is', { status: 'SOMETHING_NEW' }],
  ])('stays unknown when TikTok does not say %s', async (_what, data) => {
    await open();
    const checkpoint = await prepared();
    const http = answering(STATUS, async () => said(data));
    expect(await tiktok.find(armedJob(checkpoint, lostOnes({ http })))).toMatchObject({
      state: 'unknown',
      lookAt: expect.any(Date),
    });
  });

  it('is sent anew when TikTok gave the upload up before it had all of it', async () => {
    await open();
    const checkpoint = await prepared();
    const failed = { status: 'FAILED', fail_reason: 'file_format_check_failed' };
    const half = answering(STATUS, async () => said({ ...failed, uploaded_bytes: 5 }));
    expect(await tiktok.find(armedJob(checkpoint, lostOnes({ http: half })))).toMatchObject({
      state: 'absent',
      proof: 'own-key',
      checkpoint: { kind: 'nothing', failures: 1 },
    });
    const { total } = videoState(checkpoint);
    const whole = answering(STATUS, async () => said({ ...failed, uploaded_bytes: total }));
    expect(await tiktok.find(armedJob(checkpoint, lostOnes({ http: whole })))).toMatchObject({
      state: 'refused',
    });
  });

  it('is looked for among the public posts once TikTok has forgotten its status', async () => {
    await open();
    const checkpoint = await sent();
    const job = armedJob(checkpoint, lostOnes());
    world.pass(25 * HOUR_MS);
    // Processed only now, when TikTok is asked for the first time: it may be seen as late as that.
    const found = await tiktok.find({ ...job, lastPossibleAt: world.context.now() });
    expect(found).toMatchObject({
      state: 'published',
      id: world.platforms.posts()[0]?.id,
      url: `https://www.tiktok.com/@raobakes/video/${world.platforms.posts()[0]?.id}`,
    });
  });
});

describe('the list of public posts', () => {
  const LONG = `${'Sourdough, rye and a word about the weather. '.repeat(6)}The end.`;
  const over = { post: photoPost({ text: LONG }), media: [PHOTO] };
  const item = (change: object = {}) => ({
    id: '7300000000000000001',
    create_time: Math.floor(world.context.now().getTime() / 1000),
    title: '',
    video_description: LONG.slice(0, 150),
    share_url: 'https://www.tiktok.com/@raobakes/photo/7300000000000000001?utm_campaign=x',
    duration: 0,
    ...change,
  });
  const lookAt = async (videos: readonly object[], more: Partial<Job> = {}): Promise<Found> => {
    const http = answering(LIST, async () => said({ videos, cursor: 0, has_more: false }));
    return await tiktok.find(armedJob(null, { ...over, http, sentBefore: true, ...more }));
  };

  it('shows a long text by its first 150 characters', async () => {
    await open();
    expect(await lookAt([item()])).toEqual({
      state: 'published',
      id: '7300000000000000001',
      idKind: 'post',
      url: 'https://www.tiktok.com/@raobakes/photo/7300000000000000001',
    });
    expect(await lookAt([item({ video_description: `${LONG.slice(0, 147)}…` })])).toMatchObject({
      state: 'published',
    });
  });

  it.each([
    ['another text', { video_description: 'Something else' }],
    ['no text', { video_description: '' }],
    ['only a few words of it', { video_description: LONG.slice(0, 40) }],
    ['a film', { duration: 12 }],
    ['an older post', { create_time: 1_700_000_000 }],
    ['a post of hours later', { create_time: 1_795_255_200 + 4 * 3600 }],
  ])('proves nothing with %s, and never that the post is not there', async (_what, change) => {
    await open();
    expect(await lookAt([item(change)])).toMatchObject({ state: 'unknown', lookAt: expect.any(Date) });
    expect(await lookAt([])).toMatchObject({ state: 'unknown', lookAt: expect.any(Date) });
  });

  it('leaves it to a person when two posts look like it, and takes none that belongs to another target', async () => {
    await open();
    const two = [item(), item({ id: '7300000000000000002' })];
    expect(await lookAt(two)).toMatchObject({ state: 'unknown', lookAt: null });
    const isKnownId = async (id: string) => id === '7300000000000000001';
    expect(await lookAt(two, { isKnownId })).toMatchObject({ id: '7300000000000000002' });
  });
});

describe('the account', () => {
  it('is refreshed with a refresh token that serves once, and keeps the next one', async () => {
    await open();
    const fresh = await tiktok.refresh(world.context, world.account);
    expect(fresh?.refreshToken?.reveal()).toMatch(/^rft\./);
    expect(fresh?.refreshToken?.reveal()).not.toBe(SIM_ACCOUNT.refreshToken);
    expect(fresh?.expiresAt).toEqual(new Date(world.context.now().getTime() + 2 * HOUR_MS));
    expect(await failure(tiktok.refresh(world.context, world.account))).toMatchObject({ kind: 'auth' });
    const next = { ...world.account, refreshToken: fresh?.refreshToken ?? null };
    expect(await tiktok.refresh(world.context, next)).not.toBeNull();
  });

  it('is not refreshed without a token or without our client key', async () => {
    await open();
    expect(await tiktok.refresh(world.context, { ...world.account, refreshToken: null })).toBeNull();
    const app = registeredApp();
    expect(await failure(tiktok.refresh({ ...world.context, app }, world.account))).toMatchObject({
      kind: 'config',
      code: 'TIKTOK_CLIENT_MISSING',
    });
  });

  it.each([
    ['_000testtesttesttesttest0001', '_000testtesttesttesttest0001'],
    ['723f24d7-e717-40f8-a2b6-cb8464cd23b4', '723f24d7-e717-40f8-a2b6-cb8464cd23b4'],
    ['rao.bakes', null],
    ['raobakes', null],
    ['', null],
    [null, null],
  ])('is known by the open_id in its row: %s', async (pageId, id) => {
    await open();
    const row = { id: '1', pageName: null, instagramId: null, linkedinId: null, organizationId: null };
    expect(tiktok.accountId({ ...row, pageId, metadata: {} })).toBe(id);
  });

  it('is asked for where the row does not tell', async () => {
    await open();
    const row = { id: '1', pageName: null, instagramId: null, linkedinId: null, organizationId: null };
    const { token } = world.account;
    expect(
      await tiktok.lookUpAccountId?.(world.context, { ...row, pageId: 'rao', metadata: {} }, token),
    ).toBe(SIM_ACCOUNT.id);
  });
});

describe('a post that a person names', () => {
  const reach = () => ({ context: world.context, account: world.account });

  it('that is not public rests on the person’s word, if its address has the account’s own name', async () => {
    await open();
    const own = 'https://www.tiktok.com/@raobakes/video/7300000000000000001';
    expect(await tiktok.identify(own, SIM_ACCOUNT.id, reach())).toMatchObject({ proof: 'person', url: own });
    const others = 'https://www.tiktok.com/@somebody/video/7300000000000000001';
    expect(await tiktok.identify(others, SIM_ACCOUNT.id, reach())).toHaveProperty('problem');
    expect(await tiktok.identify('7300000000000000001', SIM_ACCOUNT.id, reach())).toHaveProperty('problem');
  });

  it('by a short link has to be opened first', async () => {
    await open();
    const found = await tiktok.identify('https://vm.tiktok.com/ZMabc/', SIM_ACCOUNT.id, reach());
    expect(found).toMatchObject({ problem: expect.stringContaining('short link') });
  });
});
