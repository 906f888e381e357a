import { expect } from 'vitest';
import type { Published } from '../../src/core/platform.ts';
import { factsOf } from './platform-examples.ts';
import type { PlatformWorld } from './platform-kit.ts';
import { type OpenedExample, seedSha256 } from './platform-media.ts';

/** Exactly this post is public, word for word and byte for byte, and nothing beside it. */
export function expectOnePost(world: PlatformWorld, { example, post, media }: OpenedExample): void {
  const { shownKind, shownText, showsCover } = factsOf(world.name);
  const shown = media.filter(({ role }) => role !== 'cover' || showsCover === true);
  expect(world.posts()).toMatchObject([
    {
      platform: world.name,
      account: example.account.id,
      kind: shownKind?.(post) ?? post.kind,
      text: shownText?.(post) ?? post.text,
      // What a platform takes as it is, is the very file; the rest is the JPEG that was made of it.
      media: shown.map(({ url, info, sha256 }) => (isConverted(url, info.mime) ? sha256 : seedSha256(url))),
    },
  ]);
}

/** The id that a result must have: that of the only public post. */
export function idOf(world: PlatformWorld, { id, idKind }: Published): string | undefined {
  // What stands for the public id until it is known is a container of ours.
  return idKind === 'container' ? id : world.posts()[0]?.id;
}

function isConverted(url: string, mime: string): boolean {
  return mime === 'image/jpeg' && !url.endsWith('.jpg');
}
