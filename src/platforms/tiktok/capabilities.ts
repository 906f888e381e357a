import type { Capabilities, KindCapabilities, MediaRule } from '../../core/platform.ts';

// https://developers.tiktok.com/doc/content-posting-api-media-transfer-guide
const MB = 1024 * 1024;

// How long a video may really be the account says (creator.ts); codecs and the longer side: problems.ts.
const VIDEO: KindCapabilities = {
  findBy: 'own-key',
  media: [
    {
      role: 'video',
      min: 1,
      max: 1,
      mimes: ['video/mp4', 'video/quicktime', 'video/webm'],
      minBytes: 1,
      maxBytes: 4096 * MB,
      minWidth: 360,
      maxWidth: 4096,
      minHeight: 360,
      maxDurationMs: 10 * 60_000,
      minFrameRate: 23,
      maxFrameRate: 60,
    },
  ],
};

const PHOTO = {
  role: 'image',
  mimes: ['image/jpeg', 'image/webp'],
  convertToJpeg: ['image/png'],
  maxBytes: 20 * MB,
} as const satisfies Partial<MediaRule>;

/** TikTok counts UTF-16 code units. */
export const MAX_VIDEO_TITLE = 2200;
export const MAX_PHOTO_TEXT = 4000;

export const capabilities: Capabilities = {
  platform: 'tiktok',
  label: 'TikTok',
  origins: ['https://open.tiktokapis.com'],
  // 'open-upload.tiktokapis.com', 'upload.us.tiktokapis.com': they differ by region.
  uploadHosts: ['.tiktokapis.com'],
  kinds: {
    // TikTok fetches pictures itself as soon as it is told of them: nothing names a post whose answer is lost.
    image: { findBy: 'person', maxText: MAX_PHOTO_TEXT, media: [{ ...PHOTO, min: 1, max: 1 }] },
    carousel: { findBy: 'person', maxText: MAX_PHOTO_TEXT, media: [{ ...PHOTO, min: 2, max: 35 }] },
    video: VIDEO,
    reel: VIDEO,
  },
  text: { max: MAX_VIDEO_TITLE, unit: 'characters' },
  // About 15 in 24 hours (developers.tiktok.com/doc/content-sharing-guidelines); more TikTok itself refuses.
  writesPerHour: 15,
  // Access tokens live 2 hours.
  refreshBeforeMs: 10 * 60_000,
  accessTrap: 'Its refresh tokens serve once: a program that renews them beside this one ends the access.',
};
