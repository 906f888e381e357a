import type { Capabilities, KindCapabilities, MediaRule } from '../../core/platform.ts';

const DAY_MS = 24 * 3_600_000;

/** Ticks renew 60-day tokens in their last week. */
export const RENEWED_BEFORE_MS = 7 * DAY_MS;

// https://developers.facebook.com/docs/threads/overview#media-specifications. No width of a picture is refused: below 320
// and above 1440 pixels the platform scales itself.
const image: MediaRule = {
  role: 'image',
  min: 1,
  max: 1,
  mimes: ['image/jpeg', 'image/png', 'image/webp'],
  convertToJpeg: ['image/webp'],
  maxBytes: 8 * 1024 * 1024,
  minRatio: 0.1,
  maxRatio: 10,
};
const video: MediaRule = {
  role: 'video',
  min: 1,
  max: 1,
  mimes: ['video/mp4', 'video/quicktime'],
  maxBytes: 1_000_000_000,
  maxDurationMs: 5 * 60_000,
  minFrameRate: 23,
  maxFrameRate: 60,
  maxWidth: 1920,
  minRatio: 0.01,
  maxRatio: 10,
};

export const CAROUSEL_MIN = 2;
export const CAROUSEL_MAX = 20;

export const capabilities: Capabilities = {
  platform: 'threads',
  label: 'Threads',
  origins: ['https://graph.threads.net'],
  // Files are fetched from public addresses; nothing is uploaded.
  uploadHosts: [],
  kinds: {
    text: byContainer([]),
    // The card comes from the linked page; no picture is taken for it.
    link: byContainer([]),
    image: byContainer([image]),
    // How many there are together is judged in problems.ts.
    carousel: byContainer([
      { ...image, min: 0, max: CAROUSEL_MAX },
      { ...video, min: 0, max: CAROUSEL_MAX },
    ]),
    video: byContainer([video]),
    // There are no reels: a short video is a video.
    reel: byContainer([video]),
  },
  // As Threads counts them, see count.ts.
  text: { max: 500, unit: 'characters' },
  // 250 posts in 24 hours may all fall into one; what is left of them is read before each post.
  writesPerHour: 250,
  // Tokens live for 60 days and cannot be renewed once they have ended.
  refreshBeforeMs: RENEWED_BEFORE_MS,
  accessTrap: 'Its tokens end 60 days after their last renewal, which a tick brings about in the last week.',
};

function byContainer(media: readonly MediaRule[]): KindCapabilities {
  return { findBy: 'own-key', media };
}
