import type { Capabilities, KindCapabilities, MediaRule } from '../../core/platform.ts';

const MINUTE_MS = 60_000;

/** Where accounts are at home that name no server of their own. */
export const ENTRYWAY = 'https://bsky.social';

// lexicons/app/bsky/embed/images.json: image/*, 2,000,000 bytes. GIFs would stand still.
const IMAGE = {
  role: 'image',
  mimes: ['image/jpeg', 'image/png', 'image/webp'],
  maxBytes: 2_000_000,
} as const;
// lexicons/app/bsky/embed/video.json; what the account's server takes is asked (prepare.ts).
const VIDEO: MediaRule = { role: 'video', min: 1, max: 1, mimes: ['video/mp4'], maxBytes: 300_000_000 };

export const capabilities: Capabilities = {
  platform: 'bluesky',
  label: 'Bluesky',
  origins: [ENTRYWAY],
  uploadHosts: [],
  ownServers: true,
  kinds: {
    text: ownKey([]),
    // lexicons/app/bsky/embed/external.json: nothing is fetched from the linked page.
    link: ownKey([{ ...IMAGE, role: 'cover', min: 0, max: 1, maxBytes: 1_000_000 }]),
    image: ownKey([{ ...IMAGE, min: 1, max: 1 }]),
    carousel: ownKey([{ ...IMAGE, min: 2, max: 4 }]),
    video: ownKey([VIDEO]),
    reel: ownKey([VIDEO]),
  },
  text: { max: 300, unit: 'characters' },
  // docs.bsky.app/docs/advanced-guides/rate-limits: 5,000 points an hour, 3 a new record.
  writesPerHour: 1_600,
  // Sessions live for two hours.
  refreshBeforeMs: 10 * MINUTE_MS,
};

function ownKey(media: readonly MediaRule[]): KindCapabilities {
  return { findBy: 'own-key', media };
}
