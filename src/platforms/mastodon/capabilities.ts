import type { Capabilities, KindCapabilities, MediaRule } from '../../core/platform.ts';

// What a server takes by default; its own limits are read from its configuration (server-limits.ts).
// https://docs.joinmastodon.org/user/posting/#media
const IMAGE = {
  role: 'image',
  mimes: ['image/jpeg', 'image/png', 'image/gif', 'image/webp'],
} as const;
const VIDEO: MediaRule = {
  role: 'video',
  min: 1,
  max: 1,
  mimes: ['video/mp4', 'video/webm', 'video/quicktime'],
};

export const capabilities: Capabilities = {
  platform: 'mastodon',
  label: 'Mastodon',
  // There is no place that is everybody's.
  origins: [],
  uploadHosts: [],
  ownServers: true,
  kinds: {
    text: repeat([]),
    link: repeat([]),
    image: repeat([{ ...IMAGE, min: 1, max: 1 }]),
    carousel: repeat([{ ...IMAGE, min: 2, max: 4 }]),
    video: repeat([VIDEO]),
    reel: repeat([VIDEO]),
  },
  text: { max: 500, unit: 'characters', perServer: true },
  // 300 requests in 5 minutes and 30 uploads in 30 (docs.joinmastodon.org/api/rate-limits); statuses have no limit of
  // their own.
  writesPerHour: 60,
  // Tokens live until they are revoked.
  refreshBeforeMs: null,
};

function repeat(media: readonly MediaRule[]): KindCapabilities {
  return { findBy: 'repeat', media };
}
