import type { Capabilities, KindCapabilities, MediaRule } from '../../core/platform.ts';

const DAY_MS = 86_400_000;

// https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/images-api: fewer than 36,152,320
// pixels; no limit of bytes is documented.
const IMAGE = {
  role: 'image',
  mimes: ['image/jpeg', 'image/png', 'image/gif'],
  maxPixels: 36_152_319,
  convertToJpeg: ['image/webp'],
} as const;

// https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/videos-api
const VIDEO: MediaRule = {
  role: 'video',
  min: 1,
  max: 1,
  mimes: ['video/mp4'],
  minBytes: 75_000,
  maxBytes: 500 * 1024 * 1024,
  minDurationMs: 3_000,
  maxDurationMs: 30 * 60_000,
  minRatio: 1 / 2.4,
  maxRatio: 2.4,
};

// https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/documents-api
const DOCUMENT: MediaRule = {
  role: 'document',
  min: 1,
  max: 1,
  mimes: [
    'application/pdf',
    'application/msword',
    'application/vnd.ms-powerpoint',
    'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
    'application/vnd.openxmlformats-officedocument.presentationml.presentation',
  ],
  maxBytes: 100 * 1024 * 1024,
};

export const capabilities: Capabilities = {
  platform: 'linkedin',
  label: 'LinkedIn',
  // www: OAuth tokens.
  origins: ['https://api.linkedin.com', 'https://www.linkedin.com'],
  uploadHosts: ['.linkedin.com'],
  // Members cannot list their own posts; an organization's are listed as well (find.ts).
  kinds: {
    text: repeat([]),
    // LinkedIn fetches nothing from the linked page: a preview picture is uploaded like an image.
    link: repeat([{ ...IMAGE, role: 'cover', min: 0, max: 1 }]),
    image: repeat([{ ...IMAGE, min: 1, max: 1 }]),
    carousel: repeat([{ ...IMAGE, min: 2, max: 20 }]),
    video: repeat([VIDEO]),
    reel: repeat([VIDEO]),
    document: repeat([DOCUMENT]),
  },
  text: { max: 3000, unit: 'characters' },
  // None is documented per hour; 150 calls a member and day are (Share on LinkedIn).
  writesPerHour: 60,
  // Access tokens live 60 days; only approved partners have refresh tokens.
  refreshBeforeMs: DAY_MS,
  accessTrap:
    'Tokens live for 60 days; only approved partners are given refresh tokens, for all others somebody connects again. Connecting with other permissions ends the earlier tokens of the person.',
};

function repeat(media: readonly MediaRule[]): KindCapabilities {
  return { findBy: 'repeat', media };
}
