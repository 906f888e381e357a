import { afterEach, describe, expect, it } from 'vitest';
import {
  CHANNEL,
  LIVE_ARM,
  mediaFile,
  SIM_ACCOUNT,
  videoBytes,
  type WorldOptions,
  type YoutubeWorld,
  youtubePost,
  youtubeWorld,
} from '../../../test/support/youtube.ts';
import { PublishError } from '../../core/errors.ts';
import { type Arm, ArmExpired, HttpFailure } from '../../core/http.ts';
import type { Checkpoint, Job } from '../../core/platform.ts';
import { makeYoutubeSimulatorWith } from '../../sandbox/platforms/youtube/index.ts';
import { youtube } from './index.ts';
import { rangeSize } from './prepare.ts';

const UNIT = 256 * 1024;
const DAY_MS = 24 * 3_600_000;
const UPLOAD = '^PUT /upload/';

let world: YoutubeWorld;
afterEach(() => world.stop());

async function open(options: WorldOptions = {}): Promise<YoutubeWorld> {
  world = await youtubeWorld(options);
  return world;
}

async function prepared(over: Partial<Job> = {}): Promise<Checkpoint> {
  const answer = await youtube.prepare(world.job(over));
  if (!answer.ready) throw new Error('not ready');
  return answer.checkpoint;
}

/** A job as it is after its armed request. */
function armedJob(checkpoint: Checkpoint | null, over: Partial<Job> = {}): Job {
  const armedAt = world.context.now();
  return world.job({ checkpoint, armedAt, lastPossibleAt: armedAt, sentBefore: true, ...over });
}

async function publishAnother(title: string): Promise<string> {
  const post = youtubePost({ title });
  const checkpoint = await prepared({ post });
  const answer = await youtube.publish(world.job({ post, checkpoint }), LIVE_ARM);
  return answer.state === 'published' ? answer.id : '';
}

async function failure(promise: Promise<unknown>): Promise<PublishError> {
  const error: unknown = await promise.then(
    () => new Error('nothing was thrown'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof PublishError)) throw error;
  return error;
}

const dataPuts = (): string[] =>
  world.asked
    .filter(({ method }) => method === 'PUT')
    .map(({ range, armed }) => `${armed ? 'armed ' : ''}${range}`);

describe('publishing', () => {
  it('shows nothing before the last byte range, and one Short after it', async () => {
    await open();
    const bytes = videoBytes(3 * UNIT + 1000);
    const media = [mediaFile(bytes)];
    const checkpoint = await prepared({ media });
    expect(world.platforms.posts()).toEqual([]);

    const published = await youtube.publish(world.job({ media, checkpoint }), LIVE_ARM);

    const [post, ...others] = world.platforms.posts();
    expect(others).toEqual([]);
    expect(post).toMatchObject({
      account: CHANNEL,
      kind: 'short',
      text: youtubePost().text,
      media: [mediaFile(bytes).sha256],
    });
    expect(published).toEqual({
      state: 'published',
      id: post?.id,
      idKind: 'video',
      url: `https://www.youtube.com/shorts/${post?.id}`,
    });
  });

  it('gives a wide video its watch address', async () => {
    await open();
    const media = [mediaFile(videoBytes(5000, 'wide'), { width: 128, height: 72 })];
    const checkpoint = await prepared({ media });
    const published = await youtube.publish(world.job({ media, checkpoint }), LIVE_ARM);
    expect(published).toMatchObject({
      url: expect.stringMatching(/^https:\/\/www\.youtube\.com\/watch\?v=[\w-]{11}$/),
    });
    expect(world.platforms.posts()[0]?.kind).toBe('video');
  });

  it('arms the last range and no other request', async () => {
    await open();
    const total = 3 * UNIT + 1000;
    const media = [mediaFile(videoBytes(total))];
    const checkpoint = await prepared({ media });
    await youtube.publish(world.job({ media, checkpoint }), LIVE_ARM);
    expect(dataPuts()).toEqual([
      `bytes 0-${UNIT - 1}/${total}`,
      `bytes ${UNIT}-${2 * UNIT - 1}/${total}`,
      `bytes ${2 * UNIT}-${3 * UNIT - 1}/${total}`,
      `armed bytes ${3 * UNIT}-${total - 1}/${total}`,
    ]);
    expect(world.asked.filter(({ armed }) => armed)).toHaveLength(1);
  });

  it('sends a video that fits into one range in the armed request alone', async () => {
    await open();
    const checkpoint = await prepared();
    expect(dataPuts()).toEqual([]);
    await youtube.publish(world.job({ checkpoint }), LIVE_ARM);
    expect(dataPuts()).toEqual(['armed bytes 0-2999/3000']);
  });

  it('saves the session before the first byte of the video', async () => {
    await open();
    const job = world.job({
      media: [mediaFile(videoBytes(2 * UNIT))],
      save: async () => {
        expect(dataPuts()).toEqual([]);
        throw new Error('stopped here');
      },
    });
    await expect(youtube.prepare(job)).rejects.toThrow('stopped here');
  });

  it('sends title, text, tags and options as YouTube names them', async () => {
    await open();
    const post = youtubePost({
      options: {
        privacy: 'unlisted',
        made_for_kids: true,
        category_id: '2',
        notify_subscribers: false,
        tags: ['city bike'],
      },
    });
    const checkpoint = await prepared({ post });
    const published = await youtube.publish(world.job({ post, checkpoint }), LIVE_ARM);
    expect(published).not.toHaveProperty('warning');
    expect(world.asked[0]).toMatchObject({
      query: { uploadType: 'resumable', part: 'snippet,status', notifySubscribers: 'false' },
      json: {
        snippet: {
          title: 'Full tune-up',
          description: 'Complete service.\n\n#bikes #repair',
          tags: ['bikes', 'repair', 'city bike'],
          categoryId: '2',
        },
        status: { privacyStatus: 'unlisted', selfDeclaredMadeForKids: true },
      },
    });
  });

  it('lets YouTube make the video public at a later time, and is not surprised that it is private until then', async () => {
    await open();
    const post = youtubePost({ options: { publish_at: '2026-12-24T18:00:00+01:00' } });
    const checkpoint = await prepared({ post });
    const published = await youtube.publish(world.job({ post, checkpoint }), LIVE_ARM);
    expect(published).not.toHaveProperty('warning');
    expect(world.asked[0]?.json).toMatchObject({
      status: { privacyStatus: 'private', publishAt: '2026-12-24T17:00:00.000Z' },
    });
  });

  it('publishes nothing when the arm has expired', async () => {
    await open();
    const checkpoint = await prepared();
    const expired: Arm = {
      id: LIVE_ARM.id,
      check: () => {
        throw new ArmExpired('too late');
      },
    };
    const error = await youtube
      .publish(world.job({ checkpoint }), expired)
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'HttpFailure', sent: false, reason: 'arm_expired' });
    expect(world.platforms.posts()).toEqual([]);
  });

  it('refuses in publish what was never prepared', async () => {
    await open();
    expect(await failure(youtube.publish(world.job(), LIVE_ARM))).toMatchObject({
      kind: 'unknown',
      code: 'NOT_PREPARED',
    });
    expect(world.asked).toEqual([]);
  });
});

describe('the size of a byte range', () => {
  it.each([
    [1, UNIT],
    [64 * UNIT, UNIT],
    [64 * UNIT + 1, 2 * UNIT],
    [500 * 1024 * 1024, 8 * 1024 * 1024],
    [274_877_906_944, 8 * 1024 * 1024],
  ])('of %d bytes is %d', (total, size) => {
    expect(rangeSize(total)).toBe(size);
  });
});

describe('resuming an upload', () => {
  const total = 4 * UNIT;
  const media = [mediaFile(videoBytes(total))];

  it('goes on behind a range whose answer was lost', async () => {
    await open();
    world.platforms.setFaults([{ platform: 'youtube', match: UPLOAD, kind: 'drop_after', times: 1 }]);
    const checkpoint = await prepared({ media });
    expect(dataPuts()).toEqual([
      `bytes 0-${UNIT - 1}/${total}`,
      `bytes */${total}`,
      `bytes ${UNIT}-${2 * UNIT - 1}/${total}`,
      `bytes ${2 * UNIT}-${3 * UNIT - 1}/${total}`,
    ]);
    await youtube.publish(world.job({ media, checkpoint }), LIVE_ARM);
    expect(world.platforms.posts()[0]?.media).toEqual([media[0]?.sha256]);
  });

  it('sends a range again that a server fault swallowed', async () => {
    await open();
    world.platforms.setFaults([
      { platform: 'youtube', match: UPLOAD, kind: 'server_error_before', times: 1 },
    ]);
    const checkpoint = await prepared({ media });
    expect(dataPuts().slice(0, 3)).toEqual([
      `bytes 0-${UNIT - 1}/${total}`,
      `bytes */${total}`,
      `bytes 0-${UNIT - 1}/${total}`,
    ]);
    await youtube.publish(world.job({ media, checkpoint }), LIVE_ARM);
    expect(world.platforms.posts()).toHaveLength(1);
  });

  it('gives up for now when YouTube answers nothing, and goes on in the next attempt', async () => {
    await open();
    world.platforms.setFaults([{ platform: 'youtube', match: UPLOAD, kind: 'drop_before' }]);
    await expect(youtube.prepare(world.job({ media }))).rejects.toBeInstanceOf(HttpFailure);
    world.platforms.setFaults([]);
    const checkpoint = await prepared({ media, checkpoint: world.saved[0] ?? null });
    await youtube.publish(world.job({ media, checkpoint }), LIVE_ARM);
    expect(world.platforms.posts()).toHaveLength(1);
    expect(world.asked.filter(({ method }) => method === 'POST')).toHaveLength(1);
  });

  it('believes what YouTube stored, not what was sent', async () => {
    await open({ make: makeYoutubeSimulatorWith({ storesAtMost: UNIT }) });
    const large = [mediaFile(videoBytes(129 * UNIT))];
    const checkpoint = await prepared({ media: large });
    expect(dataPuts().slice(0, 2)).toEqual([
      `bytes 0-${3 * UNIT - 1}/${129 * UNIT}`,
      `bytes ${UNIT}-${4 * UNIT - 1}/${129 * UNIT}`,
    ]);
    // The armed range is stored in part only: no video, and the session says how far it is.
    const cut = await failure(youtube.publish(world.job({ media: large, checkpoint }), LIVE_ARM));
    expect(cut).toMatchObject({ kind: 'unknown', code: 'UPLOAD_INCOMPLETE' });
    expect(await youtube.find(armedJob(checkpoint))).toMatchObject({
      state: 'absent',
      proof: 'own-key',
      checkpoint: { stored: 127 * UNIT },
    });
  });

  it('stops between two ranges when the tick is told to stop', async () => {
    await open();
    const sleep = async (): Promise<void> => {
      if (dataPuts().length === 2) throw new Error('told to stop');
    };
    await expect(youtube.prepare(world.job({ media, sleep }))).rejects.toThrow('told to stop');
    expect(dataPuts()).toHaveLength(2);
  });

  it('gives up on a range that is never stored', async () => {
    await open({ make: makeYoutubeSimulatorWith({ storesAtMost: 0 }) });
    expect(await failure(youtube.prepare(world.job({ media })))).toMatchObject({
      kind: 'temporary',
      code: 'UPLOAD_STUCK',
    });
  });

  it.each([
    ['YouTube forgot it', (checkpoint: Checkpoint) => checkpoint, 7 * DAY_MS],
    ['it is for another file', (checkpoint: Checkpoint) => ({ ...checkpoint, sha256: 'other' }), 0],
    ['its checkpoint cannot be read', () => ({ v: 0 }), 0],
  ])('begins anew when the session was never armed and %s', async (_why, change, ms) => {
    await open();
    const first = await prepared({ media });
    world.pass(ms);
    const second = await prepared({ media, checkpoint: change(first) });
    expect(second['session']).not.toBe(first['session']);
  });

  it.each([
    ['YouTube forgot it', (checkpoint: Checkpoint) => checkpoint, 8 * DAY_MS],
    ['it is for another file', (checkpoint: Checkpoint) => ({ ...checkpoint, sha256: 'other' }), 0],
    ['its checkpoint cannot be read', () => ({ v: 0 }), 0],
  ])('never begins anew once the session was armed, even when %s', async (_why, change, ms) => {
    await open();
    const first = await prepared({ media });
    world.pass(ms);
    const error = await failure(youtube.prepare(armedJob(change(first), { media })));
    expect(error).toMatchObject({ kind: 'unknown', code: 'UPLOAD_UNCLEAR' });
    expect(world.asked.filter(({ method }) => method === 'POST')).toHaveLength(1);
  });
});

describe('a lost answer', () => {
  it.each(['drop_after', 'server_error_after'] as const)('is found by the session (%s)', async (kind) => {
    await open();
    const checkpoint = await prepared();
    world.platforms.setFaults([{ platform: 'youtube', match: UPLOAD, kind, times: 1 }]);
    const error = await youtube
      .publish(world.job({ checkpoint }), LIVE_ARM)
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject(
      kind === 'drop_after' ? { name: 'HttpFailure', sent: true } : { kind: 'unknown' },
    );
    const [post] = world.platforms.posts();
    expect(await youtube.find(armedJob(checkpoint))).toMatchObject({ state: 'published', id: post?.id });
  });

  it.each(['drop_before', 'server_error_before'] as const)(
    'of a request that did not arrive is absent by the session, which then completes (%s)',
    async (kind) => {
      await open();
      const checkpoint = await prepared();
      world.platforms.setFaults([{ platform: 'youtube', match: UPLOAD, kind, times: 1 }]);
      await expect(youtube.publish(world.job({ checkpoint }), LIVE_ARM)).rejects.toThrow();
      const found = await youtube.find(armedJob(checkpoint));
      expect(found).toMatchObject({ state: 'absent', proof: 'own-key' });
      const again = await prepared(armedJob(found.state === 'absent' ? found.checkpoint : null));
      await youtube.publish(armedJob(again), LIVE_ARM);
      expect(world.platforms.posts()).toHaveLength(1);
    },
  );

  it('makes no second video when the same last range arrives twice', async () => {
    await open();
    const checkpoint = await prepared();
    const first = await youtube.publish(world.job({ checkpoint }), LIVE_ARM);
    const zombie = await youtube.publish(world.job({ checkpoint }), LIVE_ARM);
    expect(zombie).toEqual(first);
    expect(world.platforms.posts()).toHaveLength(1);
  });

  it('is answered without sending a byte when a late request completed the video meanwhile', async () => {
    await open();
    const checkpoint = await prepared();
    const first = await youtube.publish(world.job({ checkpoint }), LIVE_ARM);
    const resumed = await prepared(armedJob(checkpoint));
    const second = await youtube.publish(armedJob(resumed), LIVE_ARM);
    expect(second).toEqual(first);
    expect(dataPuts().at(-1)).toBe('armed bytes */3000');
  });

  it.each(['server_error_before', 'token_expired'] as const)(
    'stays unknown while the session answers with an error (%s)',
    async (kind) => {
      await open();
      const checkpoint = await prepared();
      world.platforms.setFaults([{ platform: 'youtube', match: UPLOAD, kind, times: 1 }]);
      const found = await youtube.find(armedJob(checkpoint));
      expect(found).toMatchObject({
        state: 'unknown',
        lookAt: new Date(world.context.now().getTime() + 60_000),
      });
    },
  );
});

describe('a lost answer after the session has ended', () => {
  /** Armed just before YouTube forgets the session, which is asked a moment later. */
  async function endedSession(out: boolean): Promise<Job> {
    const checkpoint = await prepared();
    world.pass(7 * DAY_MS - 60_000);
    const armedAt = world.context.now();
    if (out) await youtube.publish(world.job({ checkpoint }), LIVE_ARM);
    world.pass(10 * 60_000);
    return world.job({ checkpoint, armedAt, lastPossibleAt: armedAt, sentBefore: true });
  }

  it('is found among the uploads by title and text', async () => {
    await open();
    const job = await endedSession(true);
    const [post] = world.platforms.posts();
    expect(await youtube.find(job)).toMatchObject({
      state: 'published',
      id: post?.id,
      url: `https://www.youtube.com/shorts/${post?.id}`,
    });
  });

  it('is absent when every upload since then belongs to another target', async () => {
    await open();
    const job = await endedSession(false);
    const other = await publishAnother('Another one');
    const known = { ...job, isKnownId: async (id: string) => id === other };
    expect(await youtube.find(known)).toEqual({ state: 'absent', proof: 'listing', checkpoint: null });
  });

  it('may be prepared anew after absence was proved', async () => {
    await open();
    const job = await endedSession(false);
    const found = await youtube.find(job);
    const checkpoint = await prepared(armedJob(found.state === 'absent' ? found.checkpoint : { v: 0 }));
    await youtube.publish(armedJob(checkpoint), LIVE_ARM);
    expect(world.platforms.posts()).toHaveLength(1);
  });

  it('is unknown while one upload cannot be attributed', async () => {
    await open();
    const job = await endedSession(false);
    await publishAnother('Uploaded by hand');
    expect(await youtube.find(job)).toMatchObject({ state: 'unknown', lookAt: expect.any(Date) });
  });

  it('is not mistaken for the same words of another target', async () => {
    await open();
    const job = await endedSession(false);
    const twin = await publishAnother('Full tune-up');
    expect(await youtube.find({ ...job, isKnownId: async (id) => id === twin })).toMatchObject({
      state: 'absent',
    });
  });

  it('is not mistaken for the same words uploaded long after the arm', async () => {
    await open();
    const job = await endedSession(false);
    world.pass(3_600_000);
    await publishAnother('Full tune-up');
    expect(await youtube.find(job)).toMatchObject({ state: 'unknown', lookAt: expect.any(Date) });
  });

  it('needs a person when two uploads match', async () => {
    await open();
    const job = await endedSession(true);
    await publishAnother('Full tune-up');
    expect(await youtube.find(job)).toMatchObject({ state: 'unknown', lookAt: null });
  });

  it('reads every page back to the arm', async () => {
    await open();
    const job = await endedSession(true);
    const [post] = world.platforms.posts();
    const others = new Set<string>();
    for (let index = 0; index < 51; index += 1) others.add(await publishAnother(`Later ${index}`));
    const found = await youtube.find({ ...job, isKnownId: async (id) => others.has(id) });
    expect(found).toMatchObject({ state: 'published', id: post?.id });
    expect(world.asked.filter(({ path }) => path.endsWith('/playlistItems'))).toHaveLength(2);
  });

  it.each(['^GET /youtube/v3/channels', '^GET /youtube/v3/playlistItems'])(
    'is unknown when %s cannot be read',
    async (match) => {
      await open();
      const job = await endedSession(false);
      world.platforms.setFaults([{ platform: 'youtube', match, kind: 'rate_limit', times: 1 }]);
      expect(await youtube.find(job)).toMatchObject({ state: 'unknown', lookAt: expect.any(Date) });
    },
  );

  it('is never absent when the checkpoint cannot be read', async () => {
    await open();
    await endedSession(false);
    expect(await youtube.find(armedJob({ v: 0 }))).toMatchObject({ state: 'unknown', lookAt: null });
  });
});

describe('refusals', () => {
  it.each([
    ['refuse', { kind: 'rejected', code: 'invalidVideoMetadata' }],
    ['token_expired', { kind: 'auth', code: 'authError' }],
    ['rate_limit', { kind: 'rate_limited', code: 'uploadRateLimitExceeded', scope: 'account' }],
  ] as const)('are told by their kind, before and after the arm (%s)', async (kind, expected) => {
    await open();
    world.platforms.setFaults([{ platform: 'youtube', kind, times: 1 }]);
    expect(await failure(youtube.prepare(world.job()))).toMatchObject(expected);
    const checkpoint = await prepared();
    world.platforms.setFaults([{ platform: 'youtube', kind, times: 1 }]);
    expect(await failure(youtube.publish(world.job({ checkpoint }), LIVE_ARM))).toMatchObject(expected);
    expect(world.platforms.posts()).toEqual([]);
  });

  it('hold everything of the project until midnight Pacific when its daily uploads are used up', async () => {
    await open({ make: makeYoutubeSimulatorWith({ insertsPerDay: 1 }) });
    await prepared();
    expect(await failure(youtube.prepare(world.job()))).toMatchObject({
      kind: 'rate_limited',
      code: 'quotaExceeded',
      scope: 'app',
      retryAt: new Date('2026-11-22T08:00:00Z'),
    });
    world.pass(Date.parse('2026-11-22T08:00:00Z') - world.context.now().getTime());
    await prepared();
  });

  it('hold the channel for a day when it may upload no more', async () => {
    await open({ make: makeYoutubeSimulatorWith({ uploadsPerChannelAndDay: 1 }) });
    await prepared();
    expect(await failure(youtube.prepare(world.job()))).toMatchObject({
      kind: 'rate_limited',
      code: 'uploadLimitExceeded',
      scope: 'account',
      retryAt: new Date(world.context.now().getTime() + DAY_MS),
    });
  });

  it('name a missing permission', async () => {
    await open({ account: { scopes: ['https://www.googleapis.com/auth/youtube.readonly'] } });
    expect(await failure(youtube.prepare(world.job()))).toMatchObject({
      kind: 'auth',
      code: 'insufficientPermissions',
    });
  });
});

describe('what a person should know of a published video', () => {
  it('is that an unaudited project made it private', async () => {
    await open({ account: { extra: { unaudited: true } } });
    const checkpoint = await prepared();
    const published = await youtube.publish(world.job({ checkpoint }), LIVE_ARM);
    expect(published).toMatchObject({
      state: 'published',
      warning: expect.stringContaining('private instead of public'),
    });
  });

  it('is that YouTube could not process it', async () => {
    await open({ processingMs: 0 });
    const media = [mediaFile(Buffer.alloc(3000))];
    const checkpoint = await prepared({ media });
    const published = await youtube.publish(world.job({ media, checkpoint }), LIVE_ARM);
    expect(published).toMatchObject({ state: 'published', warning: expect.stringContaining('invalidFile') });
  });

  it('never costs the outcome: without the right to read, the upload answer counts', async () => {
    await open({ account: { scopes: ['https://www.googleapis.com/auth/youtube.upload'] } });
    const checkpoint = await prepared();
    expect(await youtube.publish(world.job({ checkpoint }), LIVE_ARM)).toMatchObject({ state: 'published' });
    expect(world.asked.at(-1)).toMatchObject({ method: 'GET', status: 403 });
  });
});

describe('the account', () => {
  const connection = {
    id: 'c',
    pageName: null,
    instagramId: null,
    linkedinId: null,
    organizationId: null,
    metadata: {},
  };

  it.each([
    [CHANNEL, CHANNEL],
    [` ${CHANNEL} `, CHANNEL],
    ['cole@example.com', null],
    [null, null],
  ])('of page_id %j is %j', async (pageId, id) => {
    await open();
    expect(youtube.accountId({ ...connection, pageId })).toBe(id);
  });

  it('is asked from YouTube where the row does not name it', async () => {
    await open();
    const row = { ...connection, pageId: null };
    expect(await youtube.lookUpAccountId?.(world.context, row, world.account.token)).toBe(CHANNEL);
  });

  it('is verified with its name', async () => {
    await open();
    expect(await youtube.verify(world.context, world.account)).toEqual({
      id: CHANNEL,
      name: 'Cole Cycles TV',
    });
  });

  it.each([
    ['NO_CHANNEL', { extra: { noChannel: true } }],
    ['OTHER_CHANNEL', { id: 'UCzyxwvutsrqponmlkjihgfe' }],
  ])('is refused with %s', async (code, account) => {
    await open({ account });
    const wanted = { ...world.account, id: CHANNEL };
    expect(await failure(youtube.verify(world.context, wanted))).toMatchObject({ kind: 'auth', code });
  });

  it('has the figures that YouTube shows', async () => {
    await open();
    const id = await publishAnother('Figures');
    expect(await youtube.metrics(world.context, world.account, id)).toEqual({
      views: 0,
      likes: 0,
      comments: 0,
    });
    expect(await failure(youtube.metrics(world.context, world.account, 'nothing'))).toMatchObject({
      code: 'VIDEO_NOT_FOUND',
    });
  });
});

describe('refreshing the token', () => {
  it('gives a token for an hour and leaves the refresh token as it is', async () => {
    await open({ account: { tokenExpiresAt: Date.parse('2026-11-21T14:00:00Z') } });
    expect(await failure(youtube.prepare(world.job()))).toMatchObject({ kind: 'auth' });
    const refreshed = await youtube.refresh(world.context, world.account);
    expect(refreshed).toMatchObject({ refreshToken: null, expiresAt: new Date('2026-11-21T15:59:59Z') });
    const account = { ...world.account, token: refreshed?.token ?? world.account.token };
    expect(await youtube.verify(world.context, account)).toMatchObject({ id: CHANNEL });
    world.pass(3_600_000);
    expect(await failure(youtube.verify(world.context, account))).toMatchObject({ kind: 'auth' });
  });

  it('says that a dead refresh token may come from a project in testing', async () => {
    await open({ account: { refreshToken: 'another' } });
    const error = await failure(youtube.refresh(world.context, world.account));
    expect(error).toMatchObject({
      kind: 'auth',
      code: 'invalid_grant',
      hint: expect.stringContaining('7 days'),
    });
  });

  it('blames the configuration for a wrong client secret', async () => {
    await open({ account: { extra: { clientSecret: 'GOCSPX-other' } } });
    const error = await failure(youtube.refresh(world.context, world.account));
    expect(error).toMatchObject({ kind: 'config', code: 'invalid_client' });
  });

  it.each(['clientId', 'clientSecret'] as const)('needs %s of the configuration', async (key) => {
    await open();
    const known = await world.context.app();
    const context = { ...world.context, app: async () => ({ ...known, [key]: undefined }) };
    expect(await failure(youtube.refresh(context, world.account))).toMatchObject({ kind: 'config' });
    expect(world.asked).toEqual([]);
  });

  it.each(['drop_before', 'server_error_before'] as const)('is tried again after %s', async (kind) => {
    await open();
    world.platforms.setFaults([{ platform: 'youtube', match: '/token', kind, times: 1 }]);
    expect(await failure(youtube.refresh(world.context, world.account))).toMatchObject({ kind: 'temporary' });
  });

  it('is not possible without a refresh token', async () => {
    await open({ account: { refreshToken: SIM_ACCOUNT.refreshToken ?? '' } });
    expect(await youtube.refresh(world.context, { ...world.account, refreshToken: null })).toBeNull();
  });
});
