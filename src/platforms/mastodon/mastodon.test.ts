import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { factsOf } from '../../../test/support/platform-examples.ts';
import { loseNth } from '../../../test/support/platform-faults.ts';
import { type PlatformWorld, platformWorld } from '../../../test/support/platform-kit.ts';
import { firstWord, loseAnswer } from '../../../test/support/platform-lost.ts';
import {
  examplePost,
  type MediaStock,
  mediaStock,
  type OpenedExample,
  withText,
} from '../../../test/support/platform-media.ts';
import { target } from '../../../test/support/platform-target.ts';
import type { HttpRequest } from '../../core/http.ts';
import type { ConnectionRow, PlatformContext } from '../../core/platform.ts';
import type { Post } from '../../core/post.ts';
import { Secret } from '../../core/secret.ts';
import { mastodon } from './index.ts';
import { heedLimits } from './server-limits.ts';

const MINUTE_MS = 60_000;
const [account] = factsOf('mastodon').accounts;
const text: OpenedExample['example'] = { name: 'text', kind: 'text', account, files: [] };

let world: PlatformWorld;
let media: MediaStock;

beforeAll(async () => {
  media = await mediaStock();
});
afterAll(async () => {
  await media.close();
});
afterEach(async () => {
  await world?.stop();
});

const opened = (change: Partial<Post> = {}): OpenedExample => ({
  example: text,
  post: { ...examplePost('mastodon', text, []), ...change },
  media: [],
});

/** Every request with what it carried. */
function listen(context: PlatformContext): { context: PlatformContext; asked: HttpRequest[] } {
  const asked: HttpRequest[] = [];
  const request: PlatformContext['http']['request'] = (one) => {
    asked.push(one);
    return context.http.request(one);
  };
  return { context: { ...context, http: { request } }, asked };
}

async function bodyOf({ body }: HttpRequest): Promise<unknown> {
  if (body === undefined || !('source' in body)) return undefined;
  const chunks: Uint8Array[] = [];
  for await (const chunk of body.source.open()) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString());
}

describe('a thread', () => {
  const long = Array.from({ length: 35 }, (_, n) => `Sentence ${n} of a long story.`).join(' ');
  const thread = (): OpenedExample => opened({ ...withText(opened().post, long), options });
  const options = { thread: true, content_warning: 'Bread', visibility: 'private', language: 'en' };

  it('goes out part by part under keys of their own, each below the one before and with the same warning', async () => {
    world = await platformWorld('mastodon');
    const { context, asked } = listen(world.context);
    const heard = { ...world, context };
    const post = target(heard, thread());
    await post.prepare();
    const out: Record<string, string> = { post: (await post.settle(await post.send())).id };
    for (const { effect } of mastodon.followUps?.(post.post) ?? []) {
      const part = target(heard, thread(), { effect, out: { ...out } });
      // What lies there is of the part before.
      part.store(post.stored());
      await part.prepare();
      out[effect] = (await part.settle(await part.send())).id;
    }
    const sent = asked.filter(({ arm }) => arm !== undefined);
    expect(sent).toHaveLength(3);
    expect(new Set(sent.map(({ headers }) => headers?.['idempotency-key'])).size).toBe(3);
    const bodies = await Promise.all(sent.map(bodyOf));
    const ids = Object.values(out);
    expect(bodies).toMatchObject(
      [undefined, ids[0], ids[1]].map((parent) => ({
        ...(parent === undefined ? {} : { in_reply_to_id: parent }),
        spoiler_text: 'Bread',
        visibility: 'private',
        language: 'en',
      })),
    );
    expect(
      world
        .posts()
        .map(({ text: shown }) => shown)
        .join(' '),
    ).toBe(long);
    expect(asked.filter(({ url }) => String(url).endsWith('/api/v2/instance'))).toHaveLength(1);
  });

  it('has parts of 500 characters, in which addresses count 23 and the warning counts too', () => {
    const asked = (words: string) => ({ ...withText(opened().post, words), options });
    const fitting = `${'a'.repeat(471)} https://bakery.example/${'b'.repeat(300)}`;
    expect(mastodon.followUps?.(asked(fitting))).toEqual([]);
    expect(mastodon.followUps?.(asked(`${fitting} a`))).toHaveLength(1);
    expect(mastodon.problems(asked('c'.repeat(501)))).toMatchObject([{ code: 'THREAD_NOT_POSSIBLE' }]);
  });

  it('is never begun in the middle', async () => {
    world = await platformWorld('mastodon');
    const part = target(world, thread(), { effect: 'part:3', out: { post: '115000000000000000' } });
    expect(await world.failure(part.prepare())).toMatchObject({ kind: 'temporary', code: 'PARENT_UNKNOWN' });
    expect(world.calls).toEqual([]);
  });
});

describe('the account', () => {
  const row = (pageId: string | null, instanceUrl: unknown): ConnectionRow => ({
    id: 'd0000000-0000-4000-8000-000000000001',
    pageId,
    pageName: null,
    instagramId: null,
    linkedinId: null,
    organizationId: null,
    metadata: { instance_url: instanceUrl },
  });

  it('is known by its number and its server together', () => {
    expect(mastodon.accountId(row('42', 'https://Mastodon.example/'))).toBe('42@mastodon.example');
    expect(mastodon.accountId(row('42', 'other.example'))).toBe('42@other.example');
    expect(mastodon.server?.(row('42', 'other.example'))).toBe('https://other.example');
  });

  it.each([
    undefined,
    '',
    7,
    'http://mastodon.example',
    'https://10.0.0.8',
    'https://localhost',
    'x.internal',
  ])('is nobody at %s', (instanceUrl) => {
    expect(mastodon.accountId(row('42', instanceUrl))).toBeNull();
  });

  it('is asked for where the row holds no number', async () => {
    world = await platformWorld('mastodon');
    const connection = row(null, 'https://mastodon.example');
    expect(mastodon.accountId(connection)).toBeNull();
    const token = new Secret(account.token);
    expect(await mastodon.lookUpAccountId?.(world.context, connection, token)).toBe(account.id);
  });

  it('shows its token to its own server only', async () => {
    world = await platformWorld('mastodon');
    const { context, asked } = listen(world.context);
    await mastodon.verify(context, world.account(account));
    expect(asked.map(({ url, server }) => [new URL(String(url)).origin, server])).toEqual([
      ['https://mastodon.example', 'https://mastodon.example'],
    ]);
  });
});

describe('the limits of the server', () => {
  const roomy = { ...account, extra: { ...account.extra, maxCharacters: '5000' } };

  it.each([
    ['exactly at the limit', 'a'.repeat(500), null],
    ['one over', 'a'.repeat(501), /501 characters; mastodon\.example takes at most 500/],
    ['emoji of several parts', '👩‍👩‍👧'.repeat(500), null],
    ['one emoji over', '👩‍👩‍👧'.repeat(501), /501/],
    ['decomposed letters', 'u\u0308'.repeat(500), null],
    ['right to left', 'ש'.repeat(501), /501/],
    ['an address longer than it counts', `${'a'.repeat(476)} https://a.example/${'b'.repeat(400)}`, null],
    ['an address shorter than it counts', `${'a'.repeat(477)} https://a.example`, /501/],
  ])('count a text as the server does: %s', async (_what, words, refusal) => {
    world = await platformWorld('mastodon');
    const post = withText(opened().post, words);
    const ours = target(world, opened(), { post });
    if (refusal === null) {
      await ours.prepare();
      await ours.settle(await ours.send());
      expect(world.posts()).toMatchObject([{ text: words }]);
      return;
    }
    expect(await world.failure(ours.prepare())).toMatchObject({
      kind: 'rejected',
      code: 'TEXT_TOO_LONG',
      message: expect.stringMatching(refusal),
    });
    // The simulator counts by itself.
    world.simulated.addAccounts('mastodon', [roomy]);
    await ours.prepare();
    world.simulated.addAccounts('mastodon', [account]);
    expect(await world.failure(ours.send())).toMatchObject({ kind: 'rejected', code: 'TOO_LONG' });
  });

  it.each([
    [{ options: ['a'.repeat(50), 'b'], duration_minutes: 5 }, null],
    [{ options: ['a'.repeat(51), 'b'], duration_minutes: 5 }, 'POLL_OPTION_LENGTH'],
    [{ options: ['a', 'b', 'c', 'd'], duration_minutes: 43_829 }, null],
    [{ options: ['a', 'b', 'c', 'd', 'e'], duration_minutes: 5 }, 'POLL_OPTIONS'],
  ])('are those of a poll: %j', async (poll, code) => {
    world = await platformWorld('mastodon');
    const ours = target(world, opened({ options: { poll } }));
    if (code === null) await ours.prepare();
    else expect(await world.failure(ours.prepare())).toMatchObject({ kind: 'rejected', code });
  });

  it.each([59, 61])('are those of how long a poll may last (%i minutes)', async (duration_minutes) => {
    world = await platformWorld('mastodon');
    const poll = { options: ['a', 'b'], duration_minutes };
    const statuses = { max_characters: 500, max_media_attachments: 4, characters_reserved_per_url: 23 };
    const polls = { min_expiration: 600, max_expiration: 3_600 };
    const heed = () =>
      heedLimits(target(world, opened({ options: { poll } })).job(), {
        statuses,
        media_attachments: {},
        polls,
      });
    if (duration_minutes > 60)
      expect(heed).toThrow('The poll lasts 61 minutes; the server of the account takes 10 to 60.');
    else expect(heed).not.toThrow();
  });

  it('are those of the account’s own server', async () => {
    world = await platformWorld('mastodon');
    world.simulated.addAccounts('mastodon', [roomy]);
    const ours = target(world, opened(), { post: withText(opened().post, 'a'.repeat(5_000)) });
    await ours.prepare();
    await ours.settle(await ours.send());
    expect(world.posts()).toHaveLength(1);
  });

  it('count the content warning too', async () => {
    world = await platformWorld('mastodon');
    const post = {
      ...withText(opened().post, 'a'.repeat(490)),
      options: { content_warning: 'Onion cutting' },
    };
    expect(await world.failure(target(world, opened(), { post }).prepare())).toMatchObject({
      message: expect.stringContaining('503'),
    });
  });
});

describe('a status', () => {
  it('carries what the options ask for, its key, and nothing else', async () => {
    world = await platformWorld('mastodon');
    const options = {
      visibility: 'unlisted',
      content_warning: 'Crumbs',
      sensitive: true,
      language: 'de',
    };
    const ours = target(world, opened({ options }));
    await ours.prepare();
    const { context, asked } = listen(world.context);
    const arm = { id: 'a', check: () => undefined };
    await mastodon.publish(ours.job({ http: context.http }), arm);
    expect(asked[0]?.headers).toMatchObject({ 'idempotency-key': expect.stringMatching(/^[0-9a-f-]{36}$/) });
    expect(asked[0] && (await bodyOf(asked[0]))).toEqual({
      status: ours.post.text,
      visibility: 'unlisted',
      spoiler_text: 'Crumbs',
      sensitive: true,
      language: 'de',
    });
  });

  it('has the address of its link once', async () => {
    world = await platformWorld('mastodon');
    const link = { url: 'https://bakery.example/menu' };
    const post = withText(opened({ kind: 'link', link }).post, `Look: ${link.url} !`);
    const ours = target(world, opened(), { post });
    await ours.prepare();
    await ours.send();
    expect(world.posts()[0]?.text).toBe(`Look: ${link.url} !`);
  });

  it('describes its pictures', async () => {
    world = await platformWorld('mastodon');
    const example = { name: 'image', kind: 'image', account, files: ['bakery-sourdough.jpg'] } as const;
    const stocked = await media.open('mastodon', example);
    const files = stocked.media.map((file) => ({ ...file, altText: 'A loaf' }));
    const { context, asked } = listen(world.context);
    const ours = target(world, { ...stocked, media: files });
    await mastodon.prepare(ours.job({ http: context.http }));
    const upload = asked.find(({ url }) => String(url).endsWith('/api/v2/media'))?.body;
    expect(upload).toMatchObject({ multipart: [{ name: 'description', value: 'A loaf' }, { name: 'file' }] });
  });
});

describe('a lost answer', () => {
  it('is not asked for again while the first request may be under way', async () => {
    world = await platformWorld('mastodon');
    const ours = await loseAnswer(target(world, opened()), 'drop_before');
    const found = await ours.find();
    expect(found).toMatchObject({ state: 'unknown', lookAt: expect.any(Date) });
    expect(await firstWord(ours)).toMatchObject({ state: 'absent', proof: 'repeat' });
  });

  it('is answered under the same key with the first one, though lists lag behind', async () => {
    world = await platformWorld('mastodon');
    const ours = await loseAnswer(target(world, opened()), 'drop_after');
    world.simulated.setFaults([{ platform: 'mastodon', kind: 'listing_lag', ms: 24 * 60 * MINUTE_MS }]);
    expect(await ours.finish()).toMatchObject({ state: 'published', id: world.posts()[0]?.id });
    expect(world.posts()).toHaveLength(1);
    expect(world.calls.filter(({ armed }) => armed)).toHaveLength(2);
  });

  it('is read from the list first: a server that died before it noted the key would make another one', async () => {
    world = await platformWorld('mastodon');
    const ours = await loseAnswer(target(world, opened()), 'drop_after');
    expect(await ours.finish()).toMatchObject({ state: 'published' });
    expect(world.calls.filter(({ armed }) => armed)).toHaveLength(1);
  });

  it('is a matter of the list alone after 50 minutes', async () => {
    world = await platformWorld('mastodon');
    const ours = await loseAnswer(target(world, opened()), 'drop_before');
    world.pass(51 * MINUTE_MS);
    expect(await ours.find()).toMatchObject({ state: 'absent', proof: 'listing' });
    loseNth(world, 1);
    expect(await ours.find()).toMatchObject({ state: 'unknown' });
  });

  it('is not taken for the same words with another content warning', async () => {
    world = await platformWorld('mastodon');
    const ours = await loseAnswer(target(world, opened()), 'drop_before');
    const other = target(world, opened({ options: { content_warning: 'Crumbs' } }));
    await other.prepare();
    await other.send();
    world.pass(51 * MINUTE_MS);
    expect(await ours.find()).toMatchObject({ state: 'unknown' });
  });
});
