import type { Platform } from '../core/platform.ts';
import type { PlatformName } from '../core/platform-name.ts';
import { bluesky } from './bluesky/index.ts';
import { facebook } from './facebook/index.ts';
import { instagram } from './instagram/index.ts';
import { linkedin } from './linkedin/index.ts';
import { mastodon } from './mastodon/index.ts';
import { threads } from './threads/index.ts';
import { tiktok } from './tiktok/index.ts';
import { x } from './x/index.ts';
import { youtube } from './youtube/index.ts';

/** Add a platform here; the contract suite beside this file then runs over it. */
export const platforms = {
  bluesky,
  facebook,
  instagram,
  linkedin,
  mastodon,
  threads,
  tiktok,
  youtube,
  x,
} satisfies Record<PlatformName, Platform>;
