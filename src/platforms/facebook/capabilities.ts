import type { Capabilities, MediaRule } from '../../core/platform.ts';

const MB = 1024 * 1024;

// https://developers.facebook.com/docs/page-stories-api: 10 MB; https://developers.facebook.com/docs/graph-api/reference/page/photos
const PHOTO = {
  role: 'image',
  mimes: ['image/jpeg', 'image/png', 'image/gif', 'image/bmp', 'image/tiff'],
  maxBytes: 10 * MB,
  convertToJpeg: ['image/webp'],
} as const;

const VIDEO_MIMES = ['video/mp4', 'video/quicktime'];

// https://developers.facebook.com/docs/graph-api/video-uploads (10 GB, 4 hours), 1 KB and 1 s: video-api/reference/error-codes.
const FEED_VIDEO: MediaRule = {
  role: 'video',
  min: 1,
  max: 1,
  mimes: [...VIDEO_MIMES, 'video/webm', 'video/x-matroska', 'video/x-msvideo', 'video/mpeg', 'video/3gpp'],
  minBytes: 1024,
  maxBytes: 10 * 1024 * MB,
  minDurationMs: 1_000,
  maxDurationMs: 4 * 3_600_000,
};

// https://developers.facebook.com/docs/video-api/guides/reels-publishing. Its error 1363040 asks for a ratio "between
// 16x9 and 9x16", and film at 23.976 and video at 59.94 frames count as 24 and 60, so each limit has a hair of room.
const VERTICAL_VIDEO = {
  role: 'video',
  max: 1,
  mimes: VIDEO_MIMES,
  minBytes: 1024,
  minWidth: 540,
  minHeight: 960,
  minRatio: 0.56,
  maxRatio: 1.78,
  minFrameRate: 23.9,
  maxFrameRate: 60.1,
  minDurationMs: 3_000,
} as const;

export const capabilities: Capabilities = {
  platform: 'facebook',
  label: 'Facebook',
  origins: ['https://graph.facebook.com', 'https://graph-video.facebook.com', 'https://rupload.facebook.com'],
  uploadHosts: [],
  kinds: {
    text: { findBy: 'listing', media: [] },
    link: { findBy: 'listing', media: [] },
    image: { findBy: 'listing', media: [{ ...PHOTO, min: 1, max: 1 }] },
    // Meta documents no maximum; 10 is what other tools use.
    carousel: { findBy: 'listing', media: [{ ...PHOTO, min: 2, max: 10 }] },
    video: { findBy: 'own-key', media: [FEED_VIDEO] },
    reel: { findBy: 'own-key', media: [{ ...VERTICAL_VIDEO, min: 1, maxDurationMs: 90_000 }] },
    // One of the two; problems.ts refuses none and both.
    story: {
      findBy: 'own-key',
      media: [
        { ...PHOTO, min: 0, max: 1 },
        { ...VERTICAL_VIDEO, min: 0, maxDurationMs: 60_000 },
      ],
    },
  },
  // Not in Meta's documentation; known since 2011 and still answered with code 100 beyond it.
  text: { max: 63_206, unit: 'characters' },
  // Only reels have a documented number (30 in 24 hours, refused by Facebook itself).
  writesPerHour: 60,
  // A token that we have not seen yet may be a person's; Pages' tokens have no end.
  refreshBeforeMs: 7 * 24 * 3_600_000,
  accessTrap:
    'A changed password, a removed role on the Page and 90 days in which the person does not use the app end its access without notice.',
};
