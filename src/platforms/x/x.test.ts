import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Example, facts } from '../../../test/support/platform-examples.ts';
import { answerArmed, faultOnArmed, json } from '../../../test/support/platform-faults.ts';
import { type PlatformWorld, platformWorld } from '../../../test/support/platform-kit.ts';
import {
  examplePost,
  type MediaStock,
  mediaStock,
  type OpenedExample,
  withText,
} from '../../../test/support/platform-media.ts';
import { type Target, target } from '../../../test/support/platform-target.ts';
import { registeredApp } from '../../../test/support/registered-app.ts';
import type { Arm } from '../../core/http.ts';
import { MAIN_EFFECT, type MediaFile } from '../../core/platform.ts';
import type { Post } from '../../core/post.ts';
import type { SimAccount } from '../../sandbox/platforms/simulator.ts';
import { followUps } from './content.ts';

const ARM: Arm = { id: '00000000-0000-4000-8000-00000000000a', check: () => undefined };
const INVALID = 'https://api.x.com/2/problems/invalid-request';
const [USER, OLD_NAMES] = facts.x.accounts;
const TEXT: Example = { name: 'a text', kind: 'text', account: USER, files: [] };
const PICTURE: Example = { ...TEXT, name: 'a picture', kind: 'image', files: ['bakery-sourdough.jpg'] };
const FILM: Example = { ...TEXT, name: 'a film', kind: 'video', files: ['cycling-film.mp4'] };
const LONG = Array.from({ length: 60 }, (_, index) => `Sentence number ${index} of a long story.`).join(' ');

let media: MediaStock;
let world: PlatformWorld;
beforeAll(async () => {
  media = await mediaStock();
});
afterAll(async () => {
  await media.close();
});
afterEach(async () => {
  expect(world.leaks()).toEqual([]);
  await world.stop();
});

interface Change {
  readonly example?: Example;
  readonly account?: Partial<SimAccount>;
  readonly post?: (post: Post) => Post;
  readonly media?: (files: readonly MediaFile[]) => readonly MediaFile[];
}

async function start(change: Change = {}): Promise<Target> {
  const { example = TEXT } = change;
  const account = { ...example.account, ...change.account };
  const opened = await media.open('x', example);
  world = await platformWorld('x');
  world.simulated.addAccounts('x', [account]);
  const post = change.post?.(opened.post) ?? opened.post;
  const changed: OpenedExample = {
    example: { ...example, account },
    post,
    media: change.media?.(opened.media) ?? opened.media,
  };
  return target(world, changed);
}

async function published(ours: Target): Promise<string> {
  await ours.prepare();
  return (await ours.settle(await ours.send())).id;
}

const withOptions = (options: Post['options']) => (post: Post) => ({ ...post, options });
const bodies = (path: string) => world.calls.filter(({ url }) => url.includes(path));

describe('a thread', () => {
  const thread = (post: Post): Post => ({ ...withText(post, LONG), options: { thread: true } });

  it('is made only where the post asks for it', async () => {
    await start();
    const post = withText(examplePost('x', TEXT, []), LONG);
    expect(followUps(post)).toEqual([]);
    expect(followUps({ ...post, options: { thread: false } })).toEqual([]);
    expect(followUps(withText({ ...post, options: { thread: true } }, 'Short.'))).toEqual([]);
    const parts = followUps({ ...post, options: { thread: true } });
    expect(parts[0]).toMatchObject({ effect: 'part:2', label: `part 2 of ${parts.length + 1}` });
  });

  it('goes out part by part, each as an answer to the one before; no word is lost', async () => {
    const ours = await start({ post: thread });
    const out: Record<string, string> = { [MAIN_EFFECT]: await published(ours) };
    for (const { effect } of followUps(ours.post)) {
      const job = ours.job({ effect, out: { ...out }, armedAt: null, lastPossibleAt: null });
      expect(await world.platform.prepare(job)).toMatchObject({ ready: true });
      const sent = await world.platform.publish(job, ARM);
      if (sent.state !== 'published') throw new Error(sent.state);
      out[effect] = sent.id;
    }
    const posts = world.posts();
    expect(posts.length).toBeGreaterThan(5);
    expect(posts.map(({ text }) => text).join(' ')).toBe(LONG);
    expect(posts.map(({ id }) => id)).toEqual(Object.values(out));
    expect(new Set(posts.slice(1).map(({ kind }) => kind))).toEqual(new Set(['reply']));
  });

  it.each([
    ['in the new names', USER],
    ['in the old names', OLD_NAMES],
  ])(
    'has each lost part found again, and proven absent when it was not sent (%s)',
    async (_names, account) => {
      const ours = await start({ post: thread, example: { ...TEXT, account } });
      const first = await published(ours);
      const now = world.context.now();
      const looked = {
        effect: 'part:2',
        out: { [MAIN_EFFECT]: first },
        armedAt: now,
        lastPossibleAt: now,
        sentBefore: true,
        isKnownId: async (id: string) => id === first,
      };
      expect(await ours.find(looked)).toMatchObject({ state: 'absent', proof: 'listing' });
      const sent = await world.platform.publish(ours.job({ ...looked, sentBefore: false }), ARM);
      if (sent.state !== 'published') throw new Error(sent.state);
      expect(await ours.find(looked)).toMatchObject({ state: 'published', id: sent.id });
      expect(await world.platform.publish(ours.job(looked), ARM)).toMatchObject({ id: sent.id });
      expect(world.posts()).toHaveLength(2);
    },
  );

  it('waits for a parent that X does not show yet', async () => {
    const ours = await start({ post: thread });
    const out = { [MAIN_EFFECT]: '1990000000000000000' };
    const attempt = world.platform.publish(ours.job({ effect: 'part:2', out }), ARM);
    expect(await world.failure(attempt)).toMatchObject({ kind: 'temporary', code: 'parent-hidden' });
  });

  it('is never begun in the middle', async () => {
    const ours = await start({ post: thread });
    const attempt = world.platform.publish(ours.job({ effect: 'part:3', out: { [MAIN_EFFECT]: '1' } }), ARM);
    expect(await world.failure(attempt)).toMatchObject({ code: 'NOT_PREPARED' });
    expect(world.calls).toEqual([]);
  });
});

describe('a post', () => {
  it('may have a poll, and limits who answers', async () => {
    const poll = { options: ['Rye', 'Wheat'], duration_minutes: 60 };
    await published(await start({ post: withOptions({ poll, reply_settings: 'following' }) }));
    expect(world.posts()).toMatchObject([{ kind: 'text' }]);
  });

  it('of a Premium account may be long, and is found by its whole text', async () => {
    const ours = await start({
      account: { extra: { premium: true } },
      post: (post) => ({ ...withText(post, `${LONG} https://bakery.example/a`), options: { premium: true } }),
    });
    await ours.prepare();
    faultOnArmed(world, 'drop_after');
    await world.failure(ours.send());
    world.intercept(null);
    expect(await ours.find()).toMatchObject({ state: 'published', id: world.posts()[0]?.id });
  });

  it('is refused for good when it stands there already, with its address', async () => {
    const first = await start();
    const id = await published(first);
    const second = target(world, { example: TEXT, post: first.post, media: [] });
    await second.prepare();
    expect(await world.failure(second.send())).toMatchObject({
      kind: 'rejected',
      code: 'duplicate',
      message: `The same text is already on the account: https://x.com/i/web/status/${id}.`,
    });
  });

  it('that X calls a duplicate after a lost answer is the first one, once the list shows it', async () => {
    const ours = await start();
    await ours.prepare();
    faultOnArmed(world, 'drop_after');
    await world.failure(ours.send());
    world.intercept(null);
    world.simulated.setFaults([{ platform: 'x', kind: 'listing_lag', ms: 3_600_000, times: 1 }]);
    // The first list lacks it, so the repeat leaves, is called a duplicate, and the second list shows it.
    expect(await ours.send()).toMatchObject({ state: 'published', id: world.posts()[0]?.id });
    expect(world.posts()).toHaveLength(1);
  });

  it('that X calls a duplicate, but never shows, stays unclear', async () => {
    const ours = await start();
    await ours.prepare();
    faultOnArmed(world, 'drop_after');
    await world.failure(ours.send());
    world.intercept(null);
    world.simulated.setFaults([{ platform: 'x', kind: 'listing_lag', ms: 3_600_000 }]);
    expect(await world.failure(ours.send())).toMatchObject({ kind: 'unknown', code: 'duplicate' });
  });

  it('waits for the operator when the credits are used up', async () => {
    const ours = await start({ account: { extra: { noCredits: true } } });
    await ours.prepare();
    expect(await world.failure(ours.send())).toMatchObject({ kind: 'config', scope: 'app' });
  });

  it('stays unknown while the credits do not even let X be read', async () => {
    const ours = await start();
    await ours.prepare();
    faultOnArmed(world, 'drop_before');
    await world.failure(ours.send());
    world.intercept(null);
    world.simulated.addAccounts('x', [{ ...USER, extra: { noCredits: true } }]);
    expect(await ours.find()).toMatchObject({
      state: 'unknown',
      reason: expect.stringContaining('credits'),
      lookAt: expect.any(Date),
    });
  });

  it('is not taken for absent while X shows less than it counts', async () => {
    const ours = await start();
    await ours.prepare();
    faultOnArmed(world, 'drop_before');
    await world.failure(ours.send());
    world.intercept(async () => json(200, { meta: { result_count: 1 } }));
    expect(await ours.find()).toMatchObject({ state: 'unknown' });
    world.intercept(async () => json(200, { meta: { result_count: 0 }, errors: [{ title: 'Partial' }] }));
    expect(await ours.find()).toMatchObject({ state: 'unknown' });
    world.intercept(async () => json(200, { meta: { result_count: 0, next_token: 'again' } }));
    expect(await ours.find()).toMatchObject({ state: 'unknown' });
    world.intercept(async () => json(200, { meta: { result_count: 0 } }));
    expect(await ours.find()).toMatchObject({ state: 'absent' });
  });

  it('is out with its id although X adds partial errors', async () => {
    const ours = await start();
    await ours.prepare();
    answerArmed(world, true, (real) =>
      json(201, { ...(real?.json as object), errors: [{ title: 'Partial', type: 'about:blank' }] }),
    );
    expect(await ours.send()).toMatchObject({ state: 'published', id: world.posts()[0]?.id });
  });
});

describe('files', () => {
  const described = (files: readonly MediaFile[]) => files.map((file) => ({ ...file, altText: 'A loaf.' }));

  it('get their alt text, once', async () => {
    const ours = await start({ example: PICTURE, media: described });
    await ours.prepare();
    await ours.prepare();
    expect(bodies('/media/metadata')).toHaveLength(1);
    await ours.settle(await ours.send());
    expect(world.posts()).toMatchObject([{ kind: 'image' }]);
  });

  it('are GIFs where they are, and are waited for', async () => {
    const gif = await sharp({ create: { width: 40, height: 30, channels: 3, background: '#a50' } })
      .gif()
      .toBuffer();
    const ours = await start({
      example: PICTURE,
      media: ([file]) => (file === undefined ? [] : [ofBytes(file, gif, 'image/gif')]),
    });
    await ours.prepare();
    expect(bodies('command=STATUS').length + bodies('/2/media/upload?').length).toBeGreaterThan(0);
    expect(ours.stored()).toMatchObject({ uploads: [{ mediaKey: expect.stringMatching(/^16_/) }] });
    await ours.settle(await ours.send());
    expect(world.posts()).toHaveLength(1);
  });

  it('are uploaded in segments of 4 MB, and go on behind the last one that arrived', async () => {
    const film = await media.open('x', FILM);
    const [file] = film.media;
    if (file === undefined) throw new Error('no film');
    const bytes = await padded(file, 9 * 1024 * 1024);
    const ours = await start({
      example: FILM,
      media: () => [ofBytes(file, bytes, 'video/mp4')],
    });
    let appended = 0;
    world.intercept(async (call, forward) => {
      if (!call.url.endsWith('/append')) return forward();
      appended += 1;
      return appended === 2
        ? json(503, { title: 'Service Unavailable', detail: '', type: 'about:blank', status: 503 })
        : forward();
    });
    expect(await world.failure(ours.prepare())).toMatchObject({ kind: 'temporary' });
    world.intercept(null);
    await ours.prepare();
    await ours.settle(await ours.send());
    expect(world.posts()).toMatchObject([{ kind: 'video' }]);
    expect(bodies('/append')).toHaveLength(4);
    expect(bodies('/initialize')).toHaveLength(1);
  });

  it('that X cannot process are refused with its reason, and uploaded anew when the post is tried again', async () => {
    const ours = await start({
      example: FILM,
      media: ([file]) => (file === undefined ? [] : [ofBytes(file, Buffer.from('no film'), 'video/mp4')]),
    });
    expect(await world.failure(ours.prepare())).toMatchObject({
      kind: 'rejected',
      message: expect.stringContaining('(Unsupported)'),
    });
    expect(ours.stored()).toMatchObject({ uploads: [] });
  });

  it('whose upload was interrupted are uploaded anew where X does not go on with it', async () => {
    const ours = await start({ example: PICTURE });
    world.intercept(async (call, forward) => {
      if (!call.url.endsWith('/finalize')) return forward();
      await forward();
      ours.kill();
      return forward();
    });
    await ours.prepare().catch(() => undefined);
    ours.revive();
    world.intercept(async (call, forward) =>
      call.url.endsWith('/finalize')
        ? json(400, { title: 'Invalid Request', detail: 'Already finalized.', type: INVALID, status: 400 })
        : forward(),
    );
    expect(await world.failure(ours.prepare())).toMatchObject({
      kind: 'temporary',
      code: 'UPLOAD_INTERRUPTED',
    });
    world.intercept(null);
    await published(ours);
    expect(bodies('/initialize')).toHaveLength(2);
  });

  it('that X has forgotten before the post are uploaded anew', async () => {
    const ours = await start({ example: PICTURE });
    await ours.prepare();
    const { uploads } = ours.stored() as { uploads: { id: string }[] };
    ours.store({ v: 1, uploads: uploads.map((upload) => ({ ...upload, id: '1234567890' })) });
    expect(await world.failure(ours.send())).toMatchObject({ kind: 'temporary', code: 'media-lost' });
    await published(ours);
    expect(world.posts()).toMatchObject([{ kind: 'image' }]);
  });
});

describe('tokens', () => {
  it('are refreshed as a confidential client, and each refresh token serves once', async () => {
    await start();
    const account = world.account(USER);
    const fresh = await world.platform.refresh(world.context, account);
    expect(fresh?.refreshToken?.reveal()).toMatch(/^x-refresh-/);
    expect(fresh?.expiresAt?.getTime()).toBe(world.context.now().getTime() + 7_200_000);
    const again = world.platform.refresh(world.context, account);
    expect(await world.failure(again)).toMatchObject({ kind: 'auth' });
    const { token = account.token, refreshToken = null } = fresh ?? {};
    expect(await world.platform.refresh(world.context, { ...account, token, refreshToken })).not.toBeNull();
  });

  it('are refreshed as a public client without a secret', async () => {
    await start();
    const { clientId } = await world.context.app();
    const app = registeredApp(clientId);
    const fresh = await world.platform.refresh({ ...world.context, app }, world.account(USER));
    expect(fresh?.refreshToken).not.toBeNull();
  });

  it('wait for the operator when the client is not configured, and for nobody when there is no refresh token', async () => {
    await start();
    const app = registeredApp();
    const account = world.account(USER);
    const attempt = world.platform.refresh({ ...world.context, app }, account);
    expect(await world.failure(attempt)).toMatchObject({ kind: 'config', code: 'X_CLIENT_MISSING' });
    expect(await world.platform.refresh(world.context, { ...account, refreshToken: null })).toBeNull();
  });

  it('of another account are told by verify', async () => {
    await start();
    const account = { ...world.account(USER), id: '42' };
    expect(await world.failure(world.platform.verify(world.context, account))).toMatchObject({
      kind: 'auth',
      code: 'OTHER_ACCOUNT',
    });
  });

  it('name the account of a row that only has its @name', async () => {
    await start();
    const row = {
      id: '1',
      pageId: '@raobakes',
      pageName: null,
      instagramId: null,
      linkedinId: null,
      organizationId: null,
      metadata: {},
    };
    expect(world.platform.accountId(row)).toBeNull();
    expect(await world.platform.lookUpAccountId?.(world.context, row, world.account(USER).token)).toBe(
      USER.id,
    );
  });
});

function ofBytes(file: MediaFile, bytes: Buffer, mime: string): MediaFile {
  return {
    ...file,
    info: { ...file.info, mime, bytes: bytes.length },
    sha256: `of ${bytes.length} bytes`,
    source: (from = 0, to = bytes.length) => ({
      length: to - from,
      async *open() {
        yield bytes.subarray(from, to);
      },
    }),
  };
}

/** The same film with a `free` box at its end, which every reader skips. */
async function padded(file: MediaFile, size: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of file.source().open()) chunks.push(chunk);
  const start = Buffer.concat(chunks);
  const free = Buffer.alloc(size - start.length);
  free.writeUInt32BE(free.length, 0);
  free.write('free', 4, 'latin1');
  return Buffer.concat([start, free]);
}
