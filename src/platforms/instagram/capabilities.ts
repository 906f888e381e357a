import type { Capabilities, MediaRule } from '../../core/platform.ts';

const DAY_MS = 24 * 3_600_000;

/** Ticks renew 60-day tokens in their last week. */
export const RENEWED_BEFORE_MS = 7 * DAY_MS;

// https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/media#image-specifications
// Only JPEG is taken. No width is refused: the platform scales below 320 and above 1440 pixels itself.
const storyImage: MediaRule = {
  role: 'image',
  min: 0,
  max: 1,
  mimes: ['image/jpeg', 'image/png', 'image/webp'],
  convertToJpeg: ['image/png', 'image/webp'],
  maxBytes: 8 * 1024 * 1024,
};
const image: MediaRule = { ...storyImage, min: 1, minRatio: 4 / 5, maxRatio: 1.91 };

// The same page, "Reel Specifications" and "Story Video Specifications".
const video: MediaRule = {
  role: 'video',
  min: 1,
  max: 1,
  mimes: ['video/mp4', 'video/quicktime'],
  maxBytes: 300_000_000,
  minDurationMs: 3_000,
  maxDurationMs: 15 * 60_000,
  minFrameRate: 23,
  maxFrameRate: 60,
  maxWidth: 1920,
  minRatio: 0.01,
  maxRatio: 10,
};
const storyVideo: MediaRule = {
  ...video,
  min: 0,
  maxBytes: 100_000_000,
  maxDurationMs: 60_000,
  minRatio: 0.1,
};

// The same page: "specifications for a Reels cover photo"; the platform crops it.
const cover: MediaRule = { ...storyImage, role: 'cover' };

export const CAROUSEL_MIN = 2;
export const CAROUSEL_MAX = 10;

export const capabilities: Capabilities = {
  platform: 'instagram',
  label: 'Instagram',
  // Facebook Login and Instagram Login; the token says which of the two it belongs to.
  origins: ['https://graph.facebook.com', 'https://graph.instagram.com', 'https://api.instagram.com'],
  // Instagram fetches media from public URLs; nothing is uploaded.
  uploadHosts: [],
  kinds: {
    image: { findBy: 'own-key', media: [image] },
    carousel: {
      findBy: 'own-key',
      // How many there are together is judged in problems.ts.
      media: [
        { ...image, min: 0, max: CAROUSEL_MAX },
        { ...video, min: 0, max: CAROUSEL_MAX },
      ],
    },
    video: { findBy: 'own-key', media: [video, cover] },
    reel: { findBy: 'own-key', media: [video, cover] },
    story: { findBy: 'own-key', media: [storyImage, storyVideo] },
  },
  // https://developers.facebook.com/docs/instagram-platform/content-publishing
  text: { max: 2200, unit: 'characters' },
  // 100 posts in 24 hours may all fall into one; what is left of them is read before each post.
  writesPerHour: 100,
  // Instagram Login tokens live for 60 days and cannot be renewed once they have ended.
  refreshBeforeMs: RENEWED_BEFORE_MS,
  accessTrap:
    'Through Facebook: a changed password, a removed role on the Page and 90 days in which the person does not use the app end its access without notice. Through the Instagram login: 60 days after its last renewal, which a tick brings about in the last week.',
};
