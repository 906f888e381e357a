import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { factsOf } from '../../../test/support/platform-examples.ts';
import { holdArmed } from '../../../test/support/platform-faults.ts';
import { type PlatformWorld, platformWorld } from '../../../test/support/platform-kit.ts';
import { loseAnswer } from '../../../test/support/platform-lost.ts';
import {
  examplePost,
  type MediaStock,
  mediaStock,
  type OpenedExample,
  withText,
} from '../../../test/support/platform-media.ts';
import { target } from '../../../test/support/platform-target.ts';
import type { ConnectionRow } from '../../core/platform.ts';
import { Secret } from '../../core/secret.ts';
import { bluesky } from './index.ts';

const HOUR_MS = 3_600_000;
const [account] = factsOf('bluesky').accounts;
const text: OpenedExample['example'] = { name: 'text', kind: 'text', account, files: [] };
const image: OpenedExample['example'] = {
  ...text,
  kind: 'image',
  name: 'image',
  files: ['bakery-sourdough.jpg'],
};

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

const opened = (): OpenedExample => ({ example: text, post: examplePost('bluesky', text, []), media: [] });

/** The record as the server has it. */
async function recordOf(uri: string | undefined): Promise<Record<string, unknown>> {
  const query = new URLSearchParams({
    repo: account.id,
    collection: 'app.bsky.feed.post',
    rkey: uri?.split('/').at(-1) ?? '',
  });
  const answer = await fetch(`${world.simulated.base('bluesky')}/xrpc/com.atproto.repo.getRecord?${query}`);
  return ((await answer.json()) as { value: Record<string, unknown> }).value;
}

describe('a thread', () => {
  const long = Array.from(
    { length: 20 },
    (_, n) => `Sentence ${n} of a long story for @somebody.example.`,
  ).join(' ');
  const thread = (): OpenedExample => ({
    ...opened(),
    post: { ...withText(opened().post, long), options: { thread: true } },
  });

  it('goes out part by part, each naming the first one and the one before it', async () => {
    world = await platformWorld('bluesky');
    const post = target(world, thread());
    await post.prepare();
    const out: Record<string, string> = { post: (await post.settle(await post.send())).id };
    for (const { effect } of bluesky.followUps?.(post.post) ?? []) {
      const part = target(world, thread(), { effect, out: { ...out } });
      // What lies there is of the part before.
      part.store(post.stored());
      await part.prepare();
      out[effect] = (await part.settle(await part.send())).id;
    }
    const ids = Object.values(out);
    expect(ids).toHaveLength(4);
    expect(
      world
        .posts()
        .map(({ text: shown }) => shown)
        .join(' '),
    ).toBe(long);
    for (const [index, id] of ids.entries()) {
      const { reply } = (await recordOf(id)) as { reply?: Record<string, { uri: string }> };
      expect([reply?.['root']?.uri, reply?.['parent']?.uri]).toEqual(
        index === 0 ? [undefined, undefined] : [ids[0], ids[index - 1]],
      );
    }
  });

  it('waits for a part that the server does not show', async () => {
    world = await platformWorld('bluesky');
    const out = { post: `at://${account.id}/app.bsky.feed.post/3lbxyzabcde2f` };
    const part = target(world, thread(), { effect: 'part:2', out });
    expect(await world.failure(part.prepare())).toMatchObject({ kind: 'temporary', code: 'PARENT_UNKNOWN' });
  });

  it.each([
    ['characters', 'a'.repeat(300)],
    ['bytes', `${'👩‍👩‍👧'.repeat(166)}${'a'.repeat(12)}`],
  ])('is not made of a text that fits, by its %s', (_what, fitting) => {
    const asked = (words: string) => ({ ...withText(opened().post, words), options: { thread: true } });
    expect(bluesky.followUps?.(asked(fitting))).toEqual([]);
    expect(bluesky.followUps?.(asked(`${fitting} a`))).toHaveLength(1);
    expect(bluesky.problems(asked(`${fitting} ${'b'.repeat(301)}`))).toMatchObject([
      { code: 'THREAD_NOT_POSSIBLE' },
    ]);
  });
});

describe('the account', () => {
  const row = (pageId: string | null, metadata: Record<string, unknown>): ConnectionRow => ({
    id: 'd0000000-0000-4000-8000-000000000001',
    pageId,
    pageName: null,
    instagramId: null,
    linkedinId: null,
    organizationId: null,
    metadata,
  });

  it('is its DID, wherever it lives', () => {
    expect(bluesky.accountId(row(account.id, {}))).toBe(account.id);
    expect(bluesky.accountId(row(account.id, { pds_url: 'https://pds.example' }))).toBe(account.id);
    expect(bluesky.server?.(row(account.id, { pds_url: 'pds.example' }))).toBe('https://pds.example');
    expect(bluesky.server?.(row(account.id, {}))).toBeNull();
    expect(bluesky.accountId(row('raobakes.example', {}))).toBeNull();
  });

  it.each(['http://pds.example', 'https://192.168.1.9', 'https://localhost:2583'])(
    'is nobody at %s, so that its password does not go to another server instead',
    (pdsUrl) => {
      expect(bluesky.accountId(row(account.id, { pds_url: pdsUrl }))).toBeNull();
    },
  );
});

describe('a session', () => {
  const APP_PASSWORD = account.refreshToken ?? '';

  it('is made from the app password as it was first stored, which then makes the next ones', async () => {
    world = await platformWorld('bluesky');
    const first = { ...world.account(account), token: new Secret(APP_PASSWORD), refreshToken: null };
    const made = await bluesky.refresh(world.context, first);
    expect(made?.refreshToken?.reveal()).toBe(APP_PASSWORD);
    expect(made?.expiresAt).toEqual(new Date(world.context.now().getTime() + 2 * HOUR_MS));
    const then = { ...first, token: made?.token ?? first.token, refreshToken: made?.refreshToken ?? null };
    await bluesky.verify(world.context, then);
    world.pass(2 * HOUR_MS);
    expect(await world.failure(bluesky.verify(world.context, then))).toMatchObject({
      kind: 'auth',
      code: 'ExpiredToken',
    });
    const next = await bluesky.refresh(world.context, then);
    // NULL never overwrites: the password stays where it is.
    expect(next?.refreshToken).toBeNull();
    await bluesky.verify(world.context, { ...then, token: next?.token ?? then.token });
    expect(world.leaks()).toEqual([]);
  });

  it('is renewed from its refresh token, which changes, and survives a lost answer', async () => {
    world = await platformWorld('bluesky');
    const login = await fetch(`${world.simulated.base('bluesky')}/xrpc/com.atproto.server.createSession`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ identifier: account.id, password: APP_PASSWORD }),
    });
    const { accessJwt, refreshJwt } = (await login.json()) as Record<string, string>;
    const stored = {
      ...world.account(account),
      token: new Secret(accessJwt ?? ''),
      refreshToken: new Secret(refreshJwt ?? ''),
    };
    const one = await bluesky.refresh(world.context, stored);
    const again = await bluesky.refresh(world.context, stored);
    expect(one?.refreshToken?.reveal()).not.toBe(refreshJwt);
    expect(again?.refreshToken?.reveal()).toBe(one?.refreshToken?.reveal());
    await bluesky.verify(world.context, { ...stored, token: again?.token ?? stored.token });
    world.pass(3 * HOUR_MS);
    expect(await world.failure(bluesky.refresh(world.context, stored))).toMatchObject({ kind: 'auth' });
  });

  it('that came without anything to renew it is used as long as it lives', async () => {
    world = await platformWorld('bluesky');
    expect(
      await bluesky.refresh(world.context, { ...world.account(account), refreshToken: null }),
    ).toBeNull();
    expect(world.calls).toEqual([]);
  });

  it('is refused with a wrong app password, once', async () => {
    world = await platformWorld('bluesky');
    const wrong = { ...world.account(account), refreshToken: new Secret('wron-gpas-swor-dxxx') };
    expect(await world.failure(bluesky.refresh(world.context, wrong))).toMatchObject({
      kind: 'auth',
      code: 'AuthenticationRequired',
    });
    expect(world.calls).toHaveLength(1);
  });
});

describe('a record', () => {
  it('has links, tags and mentions by bytes, and its language', async () => {
    world = await platformWorld('bluesky');
    const words = '👩‍👩‍👧 @raobakes.example bakes #Brötchen: https://bakery.example/ä.';
    const post = { ...withText(opened().post, words), options: { language: 'de' } };
    const ours = target(world, opened(), { post });
    await ours.prepare();
    await ours.settle(await ours.send());
    const record = await recordOf(world.posts()[0]?.id);
    const covered = (record['facets'] as { index: { byteStart: number; byteEnd: number } }[]).map(
      ({ index }) => Buffer.from(words).subarray(index.byteStart, index.byteEnd).toString(),
    );
    expect(covered).toEqual(['@raobakes.example', '#Brötchen', 'https://bakery.example/ä']);
    expect(record).toMatchObject({ text: words, langs: ['de'], createdAt: '2026-11-21T10:00:00.000Z' });
  });

  it('has the shape and the description of its pictures', async () => {
    world = await platformWorld('bluesky');
    const stocked = await media.open('bluesky', image);
    const files = stocked.media.map((file) => ({ ...file, altText: 'A loaf' }));
    const ours = target(world, { ...stocked, media: files });
    await ours.prepare();
    await ours.send();
    const { width, height } = stocked.media[0]?.info ?? {};
    expect(await recordOf(world.posts()[0]?.id)).toMatchObject({
      embed: { images: [{ alt: 'A loaf', aspectRatio: { width, height } }] },
    });
  });

  it('has the time at which it was sent, not that at which it was first prepared', async () => {
    world = await platformWorld('bluesky');
    const ours = target(world, opened());
    await ours.prepare();
    world.pass(24 * HOUR_MS);
    await ours.prepare();
    await ours.send();
    expect(await recordOf(world.posts()[0]?.id)).toMatchObject({ createdAt: '2026-11-22T10:00:00.000Z' });
  });

  it('keeps its key once it may have been sent, however late the first request arrives', async () => {
    world = await platformWorld('bluesky');
    const stocked = await media.open('bluesky', image);
    const ours = target(world, stocked);
    await ours.prepare();
    const before = ours.stored();
    const late = holdArmed(world);
    await world.failure(ours.send());
    world.intercept(null);
    world.pass(HOUR_MS / 2);
    const found = await ours.find();
    expect(found).toMatchObject({ state: 'absent', proof: 'own-key' });
    if (found.state !== 'absent') return;
    ours.store(found.checkpoint);
    // The tick counts it as a first send again, and its files are old by now.
    world.pass(HOUR_MS);
    const prepared = await bluesky.prepare(ours.job({ sentBefore: false, armedAt: null }));
    expect(prepared.checkpoint).toMatchObject({ stamp: before?.['stamp'], draft: before?.['draft'] });
    ours.store(prepared.checkpoint);
    await ours.send();
    await late();
    expect(world.posts()).toHaveLength(1);
  });

  it('is uploaded for anew when the server has removed its files, and nothing is out', async () => {
    world = await platformWorld('bluesky');
    const stocked = await media.open('bluesky', image);
    const ours = target(world, stocked);
    await ours.prepare();
    world.pass(7 * HOUR_MS);
    expect(await world.failure(ours.send())).toMatchObject({ kind: 'temporary', code: 'BlobNotFound' });
    await ours.prepare();
    await ours.settle(await ours.send());
    expect(world.posts()).toHaveLength(1);
  });

  it('is not called absent when the files of a repeat are gone', async () => {
    world = await platformWorld('bluesky');
    const ours = await loseAnswer(target(world, await media.open('bluesky', image)), 'drop_before');
    world.pass(7 * HOUR_MS);
    expect(await world.failure(ours.send())).toMatchObject({ kind: 'unknown', code: 'BlobNotFound' });
  });

  it('is not begun with a file that the account’s own server is too small for', async () => {
    world = await platformWorld('bluesky');
    world.simulated.addAccounts('bluesky', [
      { ...account, extra: { ...account.extra, uploadLimit: '1000' } },
    ]);
    const ours = target(world, await media.open('bluesky', image));
    expect(await world.failure(ours.prepare())).toMatchObject({
      kind: 'rejected',
      code: 'MEDIA_TOO_LARGE',
      message: expect.stringMatching(/68820 bytes.*at most 1000/),
    });
  });
});

describe('a text', () => {
  const post = opened().post;

  it('of 300 characters is refused when its bytes are too many', () => {
    const fits = '👩‍👩‍👧'.repeat(166) + 'é'.repeat(6);
    expect(Buffer.byteLength(fits)).toBe(3_000);
    expect(bluesky.problems(withText(post, fits))).toEqual([]);
    expect(bluesky.problems(withText(post, `${fits}a`))).toMatchObject([
      { code: 'TEXT_TOO_LONG', message: expect.stringMatching(/3001 bytes.*at most 3000/) },
    ]);
  });

  it.each(['u\u0308', 'ü', 'ש', '🇩🇪', '👍🏽'])('of %s is counted as readers count', (grain) => {
    expect(bluesky.problems(withText(post, grain.repeat(300)))).toEqual([]);
    expect(bluesky.problems(withText(post, grain.repeat(301)))).toHaveLength(1);
  });
});
