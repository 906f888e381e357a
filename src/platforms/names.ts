import type { PlatformName } from '../core/platform-name.ts';

/** Names of the modules in index.ts, for the configuration check, which must not load them. A test keeps both equal. */
export const PUBLISHABLE = [
  'bluesky',
  'facebook',
  'instagram',
  'linkedin',
  'mastodon',
  'threads',
  'tiktok',
  'youtube',
  'x',
] as const satisfies readonly PlatformName[];
