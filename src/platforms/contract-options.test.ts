/** The contract suite: the README's table of options says for which posts each is, and what is sent says so too. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  type Example,
  examplesOf,
  factsOf,
  type RegisteredPlatform,
} from '../../test/support/platform-examples.ts';
import { type PlatformWorld, platformWorld } from '../../test/support/platform-kit.ts';
import { type MediaStock, mediaStock } from '../../test/support/platform-media.ts';
import { target } from '../../test/support/platform-target.ts';
import { asObject } from '../core/json-value.ts';
import type { Platform } from '../core/platform.ts';
import type { Post } from '../core/post.ts';
import type { OptionShape } from '../core/post-options.ts';
import { platforms } from './index.ts';

/**
 * A link makes the kind of the post; three go by its text, or change how much it may say; the place of a picture is as
 * long as that of another.
 */
const ELSEWHERE = ['link', 'mentions', 'premium', 'thread', 'photo_cover'];

const CASES = (Object.keys(platforms) as RegisteredPlatform[]).flatMap((name) =>
  Object.entries<OptionShape>(platforms[name].options)
    .filter(([key]) => !ELSEWHERE.includes(key))
    .map(([key, { kinds }]) => ({ name, key, kinds })),
);

let media: MediaStock;
let world: PlatformWorld;
beforeAll(async () => {
  media = await mediaStock();
});
afterAll(async () => {
  await media.close();
});
afterEach(async () => {
  await world?.stop();
});

/** One plain post of each kind. */
const plain = (name: RegisteredPlatform): readonly Example[] =>
  examplesOf(name)
    .filter(({ name: called, kind, options }) => options === undefined && called === `a post of kind ${kind}`)
    // It is looked at only where an option asks for it.
    .map((example) => (name === 'youtube' ? { ...example, cover: 'bakery-croissant.png' } : example));

/** All that was asked while it was published, and what would follow it; null: it is refused. */
async function sent(name: RegisteredPlatform, example: Example, options: Post['options']) {
  const opened = await media.open(name, example);
  const altText = options['alt_text'];
  const post: Post = {
    ...opened.post,
    options,
    media: opened.post.media.map((file) => (typeof altText === 'string' ? { ...file, altText } : file)),
  };
  const module: Platform = platforms[name];
  if (module.problems(post).length > 0) return null;
  world = await platformWorld(name);
  const files = opened.media.map((file, index) => ({ ...file, ...post.media[index] }));
  const ours = target(world, { ...opened, post, media: files });
  await ours.prepare();
  await ours.settle(await ours.send());
  const calls = world.calls.map(({ method, url, bytes }) => `${method} ${withoutIds(url)} ${bytes}`);
  await world.stop();
  return [...calls, ...(module.followUps?.(post) ?? []).map(({ effect }) => effect)].join('\n');
}

const withoutIds = (text: string) =>
  text.replace(/127\.0\.0\.1(:|%3A)\d+/g, '…').replace(/\but=\d+|[\w-]{16,}/g, '…');

describe.each(CASES)('$name: the option $key', ({ name, key, kinds }) => {
  it('changes what is sent on the posts that it is for, and on no others', async () => {
    const sample = asObject(factsOf(name).samples)?.[key];
    expect(sample, 'a value for it stands in test/support/platform-examples.ts').toBeDefined();
    let changed = 0;
    for (const example of plain(name)) {
      const before = await sent(name, example, {});
      const after = await sent(name, example, { [key]: sample } as Post['options']);
      const isFor = kinds === undefined || kinds.includes(example.kind);
      if (after === null) continue;
      expect(after === before, `on ${example.kind}`).toBe(!isFor);
      if (isFor) changed += 1;
    }
    expect(changed).toBeGreaterThan(0);
  });
});
