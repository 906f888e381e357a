import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Example, facts } from '../../../test/support/platform-examples.ts';
import { answerArmed, faultOnArmed, json } from '../../../test/support/platform-faults.ts';
import { type PlatformWorld, platformWorld } from '../../../test/support/platform-kit.ts';
import { type MediaStock, mediaStock, withText } from '../../../test/support/platform-media.ts';
import { type Target, target } from '../../../test/support/platform-target.ts';
import type { Arm } from '../../core/http.ts';
import { type Checkpoint, type Job, MAIN_EFFECT } from '../../core/platform.ts';
import type { Post } from '../../core/post.ts';
import { Secret } from '../../core/secret.ts';
import type { SimAccount } from '../../sandbox/platforms/simulator.ts';
import { followUps } from './content.ts';

const ARM: Arm = { id: '00000000-0000-4000-8000-00000000000a', check: () => undefined };
const [ACCOUNT] = facts.threads.accounts;
const TEXT: Example = { name: 'a text', kind: 'text', account: ACCOUNT, files: [] };
const PICTURE: Example = { ...TEXT, name: 'a picture', kind: 'image', files: ['bakery-sourdough.jpg'] };
const CAROUSEL: Example = {
  ...TEXT,
  name: 'three files',
  kind: 'carousel',
  files: ['bakery-sourdough.jpg', 'bakery-reel.mp4', 'bakery-croissant.png'],
};
const LONG = Array.from({ length: 50 }, (_, index) => `Sentence number ${index} of a long story.`).join(' ');
const DAY_MS = 24 * 3_600_000;

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
}

async function start(change: Change = {}): Promise<Target> {
  const { example = TEXT } = change;
  const account = { ...example.account, ...change.account };
  const opened = await media.open('threads', example);
  world = await platformWorld('threads');
  world.simulated.addAccounts('threads', [account]);
  const post = change.post?.(opened.post) ?? opened.post;
  const described = opened.media.map((file, index) => ({ ...file, ...post.media[index] }));
  return target(world, { example: { ...example, account }, post, media: described });
}

/** Every form that was sent to make a container, secrets opened. */
function forms(ours: Target): Record<string, string>[] {
  const { http } = world.context;
  const seen: Record<string, string>[] = [];
  Object.assign(world.context, {
    http: {
      request: (asked: Parameters<typeof http.request>[0]) => {
        const body = asked.body !== undefined && 'form' in asked.body ? asked.body.form : null;
        const open = Object.entries(body ?? {}).map(([name, value]) => [
          name,
          value instanceof Secret ? value.reveal() : value,
        ]);
        if (body !== null) seen.push(Object.fromEntries(open));
        return http.request(asked);
      },
    },
  });
  expect(ours.world).toBe(world);
  return seen;
}

async function published(ours: Target): Promise<string> {
  await ours.prepare();
  return (await ours.settle(await ours.send())).id;
}

describe('a thread', () => {
  const thread = (post: Post): Post => ({ ...withText(post, LONG), options: { thread: true } });

  /** One part, from nothing to its id. */
  async function sendPart(ours: Target, over: Partial<Job>): Promise<string> {
    const fresh = { armedAt: null, lastPossibleAt: null, sentBefore: false, ...over };
    const prepared = await world.platform.prepare(ours.job(fresh));
    expect(prepared.ready).toBe(true);
    const sent = await world.platform.publish(ours.job({ ...fresh, checkpoint: prepared.checkpoint }), ARM);
    if (sent.state !== 'published') throw new Error(sent.state);
    return sent.id;
  }

  it('goes out part by part, each as an answer to the one before; no word is lost', async () => {
    const ours = await start({ post: thread });
    const out: Record<string, string> = { [MAIN_EFFECT]: await published(ours) };
    for (const { effect } of followUps(ours.post))
      out[effect] = await sendPart(ours, { effect, out: { ...out }, checkpoint: ours.stored() });
    const posts = world.posts();
    expect(posts.length).toBe(4);
    expect(posts.map(({ text }) => text).join(' ')).toBe(LONG);
    expect(posts.map(({ id }) => id)).toEqual(Object.values(out));
    expect(posts.map(({ kind }) => kind)).toEqual(['text', 'reply', 'reply', 'reply']);
  });

  it('has its files with the first part', async () => {
    const ours = await start({ example: CAROUSEL, post: thread });
    const out = { [MAIN_EFFECT]: await published(ours) };
    await sendPart(ours, { effect: 'part:2', out, checkpoint: ours.stored() });
    expect(world.posts().map(({ media: files }) => files.length)).toEqual([3, 0]);
  });

  it('asks each lost part’s own container, and sends that one again', async () => {
    const ours = await start({ post: thread });
    const first = await published(ours);
    const part = { effect: 'part:2', out: { [MAIN_EFFECT]: first } };
    const { checkpoint } = await world.platform.prepare(ours.job({ ...part, checkpoint: ours.stored() }));
    const now = world.context.now();
    const lost: Partial<Job> = {
      ...part,
      checkpoint,
      armedAt: now,
      lastPossibleAt: now,
      sentBefore: true,
      isKnownId: async (id) => id === first,
    };
    expect(await ours.find(lost)).toEqual({ state: 'absent', proof: 'own-key', checkpoint });
    expect(await world.platform.prepare(ours.job(lost))).toEqual({ ready: true, checkpoint });
    const sent = await world.platform.publish(ours.job(lost), ARM);
    expect(await ours.find(lost)).toMatchObject({ state: 'published', id: world.posts()[1]?.id });
    expect(sent).toMatchObject({ id: world.posts()[1]?.id });
    // What was prepared for another part says nothing of this one.
    expect(await ours.find({ ...lost, effect: 'part:3' })).toMatchObject({ state: 'unknown' });
    expect(world.posts()).toHaveLength(2);
  });

  it('waits for the public id of a part: the next one has to name it', async () => {
    const ours = await start({ post: thread });
    const part = { effect: 'part:2', out: { [MAIN_EFFECT]: await published(ours) } };
    const { checkpoint } = await world.platform.prepare(ours.job({ ...part, checkpoint: ours.stored() }));
    const now = world.context.now();
    await world.platform.publish(ours.job({ ...part, checkpoint }), ARM);
    world.simulated.setFaults([{ platform: 'threads', kind: 'listing_lag', ms: DAY_MS }]);
    const lost = { ...part, checkpoint, armedAt: now, lastPossibleAt: now, sentBefore: true };
    expect(await ours.find(lost)).toMatchObject({ state: 'accepted', checkpoint });
    world.simulated.setFaults([]);
    expect(await ours.find(lost)).toMatchObject({ state: 'published', id: world.posts()[1]?.id });
  });

  it('does not take another answer of the same words for its own', async () => {
    const ours = await start({
      post: (post) => ({ ...thread(post), text: `${'a'.repeat(499)} `.repeat(3) }),
    });
    const first = await published(ours);
    const second = await sendPart(ours, { effect: 'part:2', out: { [MAIN_EFFECT]: first } });
    const now = world.context.now();
    const lost = {
      effect: 'part:3',
      out: { [MAIN_EFFECT]: first, 'part:2': second },
      armedAt: now,
      lastPossibleAt: now,
      sentBefore: true,
    };
    expect((await ours.find(lost)).state).toBe('unknown');
  });

  it('is never begun in the middle', async () => {
    const ours = await start({ post: thread });
    const job = ours.job({ effect: 'part:3', out: { [MAIN_EFFECT]: '18000' } });
    expect(await world.failure(world.platform.prepare(job))).toMatchObject({
      kind: 'temporary',
      code: 'PARENT_UNKNOWN',
    });
    expect(world.posts()).toEqual([]);
  });

  it('does not begin where there is no room for all of its answers, and goes on once there is', async () => {
    const ours = await start({ post: thread, account: { extra: { replyTotal: '2' } } });
    expect(await world.failure(ours.prepare())).toMatchObject({
      kind: 'rate_limited',
      code: 'QUOTA_USED_UP',
      retryAt: new Date(world.context.now().getTime() + 3_600_000),
      message:
        'The account has sent 0 replies within 24 hours; Threads allows 2, and this thread needs 3 more.',
    });
    world.simulated.addAccounts('threads', [{ ...ACCOUNT, extra: { replyTotal: '3' } }]);
    await published(ours);
    expect(world.posts()).toHaveLength(1);
  });

  it('needs the permission to answer, of which a plain post knows nothing', async () => {
    const scopes = ['threads_basic', 'threads_content_publish'];
    const plain = await start({ account: { scopes } });
    await published(plain);
    const ours = target(world, { example: TEXT, post: thread(plain.post), media: [] });
    expect(await world.failure(ours.prepare())).toMatchObject({
      kind: 'auth',
      hint: expect.stringContaining('threads_manage_replies'),
    });
  });
});

describe('a post', () => {
  it('carries its options and descriptions', async () => {
    const ours = await start({
      example: CAROUSEL,
      post: (post) => ({
        ...post,
        media: post.media.map((file, index) => ({ ...file, altText: `File ${index}` })),
        options: { reply_control: 'mentioned_only', topic_tag: '#Bread' },
      }),
    });
    const seen = forms(ours);
    await published(ours);
    const children = seen.slice(0, 3).map(({ image_url, video_url, ...form }) => form);
    expect(children).toEqual([
      { media_type: 'IMAGE', is_carousel_item: 'true', alt_text: 'File 0' },
      { media_type: 'VIDEO', is_carousel_item: 'true', alt_text: 'File 1' },
      { media_type: 'IMAGE', is_carousel_item: 'true', alt_text: 'File 2' },
    ]);
    expect(seen[3]).toMatchObject({
      media_type: 'CAROUSEL',
      text: ours.post.text,
      reply_control: 'mentioned_only',
      topic_tag: 'Bread',
    });
  });

  it('of a link alone has it as its text, and its card once', async () => {
    const url = 'https://bakery.example/menu';
    const ours = await start({
      post: (post) => ({ ...withText(post, ''), kind: 'link', link: { url } }),
    });
    const seen = forms(ours);
    await published(ours);
    expect(seen[0]).toEqual({ media_type: 'TEXT', text: url, link_attachment: url });
    expect(world.posts()).toMatchObject([{ kind: 'link', text: url }]);
  });

  it('never asks to be published in one call: the answer would hold its only key', async () => {
    const seen = forms(await start());
    await published(await Promise.resolve(target(world, await media.open('threads', TEXT))));
    expect(seen).toHaveLength(2);
    for (const form of seen) expect(form).not.toHaveProperty('auto_publish_text');
  });

  it('is held when the account’s posts of a day are used up', async () => {
    const ours = await start({ account: { extra: { quotaTotal: '1' } } });
    await published(ours);
    const second = target(world, await media.open('threads', TEXT));
    expect(await world.failure(second.prepare())).toMatchObject({
      kind: 'rate_limited',
      code: 'QUOTA_USED_UP',
      message: 'The account has published 1 posts within 24 hours; Threads allows 1.',
      retryAt: new Date(world.context.now().getTime() + 3_600_000),
    });
    world.pass(DAY_MS + 1);
    await published(second);
    expect(world.posts()).toHaveLength(2);
  });

  it('whose container is “not found” right after it was finished is looked for, and the same one sent again', async () => {
    const ours = await start();
    await ours.prepare();
    const before = ours.stored();
    answerArmed(world, false, () =>
      json(400, { error: { code: 24, error_subcode: 4279009, message: 'No' } }),
    );
    expect(await world.failure(ours.send())).toMatchObject({ kind: 'unknown', code: '24/4279009' });
    world.intercept(null);
    expect(await ours.finish()).toMatchObject({ state: 'published', id: world.posts()[0]?.id });
    expect(ours.stored()).toEqual(before);
  });

  it('is told by the list when its container is no longer shown as one', async () => {
    const ours = await start({ example: PICTURE });
    await ours.prepare();
    faultOnArmed(world, 'drop_after');
    await world.failure(ours.send());
    const container = (ours.stored() as { container: { id: string } }).container.id;
    world.intercept(async ({ url }, forward) =>
      url.includes(`/${container}?`)
        ? json(400, { error: { code: 100, message: 'Tried accessing nonexisting field (status)' } })
        : forward(),
    );
    world.pass(60_000);
    expect(await ours.find()).toMatchObject({ state: 'published', id: world.posts()[0]?.id });
  });

  it.each([
    ['nothing else was posted', () => true, { state: 'absent', proof: 'listing' }],
    ['somebody posted beside it', () => false, { state: 'unknown' }],
  ])('gets another container only once that expired and %s', async (_what, known, found) => {
    const ours = await start();
    const beside = target(world, { example: TEXT, post: withText(ours.post, 'Another.'), media: [] });
    await ours.prepare();
    faultOnArmed(world, 'drop_before');
    await world.failure(ours.send());
    world.intercept(null);
    await published(beside);
    world.pass(2 * DAY_MS);
    const seen = await ours.find({ isKnownId: async () => known() });
    expect(seen).toMatchObject(found);
  });

  it('whose hashtag became its topic is still found', async () => {
    const ours = await start({ post: (post) => withText(post, 'Fresh #bread today') });
    await ours.prepare();
    faultOnArmed(world, 'drop_after');
    await world.failure(ours.send());
    world.intercept(async ({ url }, forward) => {
      const answer = await forward();
      if (!url.includes('/threads?')) return answer;
      return json(200, JSON.parse(answer.text.replaceAll('#bread', 'bread')));
    });
    world.pass(60_000);
    expect(await ours.find()).toMatchObject({ state: 'published', id: world.posts()[0]?.id });
  });

  it('is not taken for a repost, which is none of ours', async () => {
    const ours = await start();
    await ours.prepare();
    faultOnArmed(world, 'drop_before');
    await world.failure(ours.send());
    const repost = {
      id: '18999',
      text: ours.post.text,
      timestamp: '2026-11-21T10:00:10+0000',
      media_type: 'REPOST_FACADE',
    };
    world.intercept(async ({ url }, forward) =>
      url.includes('/threads?') ? json(200, { data: [repost] }) : forward(),
    );
    world.pass(60_000);
    expect(await ours.find()).toMatchObject({ state: 'absent', proof: 'own-key' });
  });

  it('whose video cannot be used says why', async () => {
    const ours = await start({
      example: { ...TEXT, name: 'film', kind: 'video', files: ['cycling-film.mp4'] },
    });
    world.intercept(async ({ url, method }, forward) =>
      method === 'GET' && url.includes('error_message')
        ? json(200, { id: '1', status: 'ERROR', error_message: 'INVALID_DURATION' })
        : forward(),
    );
    expect(await world.failure(ours.prepare())).toMatchObject({
      kind: 'rejected',
      code: 'INVALID_DURATION',
      hint: expect.stringContaining('Cut it'),
    });
    expect((ours.stored() as Checkpoint)['container']).toBeNull();
  });
});

describe('an account', () => {
  it.each([
    ['25000000000000001', '25000000000000001'],
    [' 25000000000000001 ', '25000000000000001'],
    ['raobakes', null],
    ['', null],
    [null, null],
  ])('with the page_id %j is %j', async (pageId, id) => {
    await start();
    const row = { id: 'c', pageName: null, instagramId: null, linkedinId: null, organizationId: null };
    expect(world.platform.accountId({ ...row, pageId, metadata: {} })).toBe(id);
  });

  it('is asked for its id where the row does not say it', async () => {
    await start();
    const row = { id: 'c', pageName: null, instagramId: null, linkedinId: null, organizationId: null };
    const asked = world.platform.lookUpAccountId?.(
      world.context,
      { ...row, pageId: null, metadata: {} },
      new Secret(ACCOUNT.token),
    );
    expect(await asked).toBe(ACCOUNT.id);
  });

  it('gets a token of sixty days, and no other within a day', async () => {
    await start();
    const fresh = await world.platform.refresh(world.context, world.account(ACCOUNT));
    expect(fresh?.refreshToken).toBeNull();
    expect(fresh?.expiresAt).toEqual(new Date(world.context.now().getTime() + 60 * DAY_MS));
    const again = { ...world.account(ACCOUNT), token: fresh?.token ?? new Secret('') };
    expect(await world.failure(world.platform.refresh(world.context, again))).toMatchObject({
      name: 'PublishError',
    });
    world.pass(DAY_MS);
    expect(await world.platform.refresh(world.context, again)).not.toBeNull();
  });
});
