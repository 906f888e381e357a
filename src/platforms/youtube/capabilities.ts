import type { Capabilities, KindCapabilities } from '../../core/platform.ts';

// https://developers.google.com/youtube/v3/docs/videos/insert: any video type, 256 GiB;
// 12 hours is the longest video of a verified account (support.google.com/youtube/answer/71673).
const VIDEO: KindCapabilities = {
  findBy: 'own-key',
  media: [
    {
      role: 'video',
      min: 1,
      max: 1,
      mimes: [
        'video/mp4',
        'video/quicktime',
        'video/webm',
        'video/x-matroska',
        'video/mpeg',
        'video/x-msvideo',
        'video/3gpp',
      ],
      minBytes: 1,
      maxBytes: 274_877_906_944,
      maxDurationMs: 12 * 3_600_000,
    },
    // https://developers.google.com/youtube/v3/docs/thumbnails/set
    {
      role: 'cover',
      onlyWith: 'thumbnail',
      min: 0,
      max: 1,
      mimes: ['image/jpeg', 'image/png'],
      convertToJpeg: ['image/webp'],
      maxBytes: 2_097_152,
    },
  ],
};

export const capabilities: Capabilities = {
  platform: 'youtube',
  label: 'YouTube',
  origins: ['https://www.googleapis.com', 'https://youtube.googleapis.com', 'https://oauth2.googleapis.com'],
  uploadHosts: [],
  // A Short is an ordinary upload; YouTube decides by shape and length.
  kinds: { video: VIDEO, reel: VIDEO },
  // The description; the title is a field of its own (resource.ts).
  text: { max: 5000, unit: 'bytes' },
  // A project's whole daily bucket of uploads (developers.google.com/youtube/data/determine_quota_cost).
  writesPerHour: 100,
  refreshBeforeMs: 5 * 60_000,
  accessTrap:
    'While the consent screen of the Google project is in testing, an access ends seven days after it was connected, without notice. Six months without use and a changed password end it too.',
};
