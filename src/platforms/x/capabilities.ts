import type { Capabilities, KindCapabilities, MediaRule } from '../../core/platform.ts';

const MB = 1024 * 1024;

// https://docs.x.com/x-api/media/quickstart/best-practices. 15 MB is the limit of a GIF; of photos see problems.ts.
const IMAGE = {
  role: 'image',
  mimes: ['image/jpeg', 'image/png', 'image/webp', 'image/gif'],
  maxBytes: 15 * MB,
} as const;

// Of an ordinary account; Premium ones may post longer films, and X itself says so when it refuses one.
const VIDEO: MediaRule = {
  role: 'video',
  min: 1,
  max: 1,
  mimes: ['video/mp4', 'video/quicktime'],
  maxBytes: 8 * 1024 * MB,
  maxDurationMs: 20 * 60_000,
  minDurationMs: 500,
  minWidth: 32,
  minHeight: 32,
  minRatio: 1 / 3,
  maxRatio: 3,
  maxFrameRate: 60,
};

export const capabilities: Capabilities = {
  platform: 'x',
  label: 'X',
  origins: ['https://api.x.com'],
  uploadHosts: [],
  kinds: {
    text: listed([]),
    // The card comes from the linked page; X takes no picture for it.
    link: listed([]),
    image: listed([{ ...IMAGE, min: 1, max: 1 }]),
    carousel: listed([{ ...IMAGE, min: 2, max: 4 }]),
    video: listed([VIDEO]),
    // X has no reels: a short video is a video.
    reel: listed([VIDEO]),
  },
  // As X counts them, see weight.ts.
  text: { max: 280, unit: 'characters' },
  // 100 in 15 minutes a user (docs.x.com/x-api/fundamentals/rate-limits), and 10,000 a day for the whole app.
  writesPerHour: 400,
  // Access tokens live 2 hours.
  refreshBeforeMs: 10 * 60_000,
  accessTrap:
    'Its refresh tokens serve once: a program that renews them beside this one ends the access. Without offline.access there is none, and the access ends after two hours.',
};

function listed(media: readonly MediaRule[]): KindCapabilities {
  return { findBy: 'listing', media };
}
