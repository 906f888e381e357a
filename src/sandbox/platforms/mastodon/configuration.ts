import type { SimAccount } from '../simulator.ts';

/** The defaults of Mastodon 4.5. `extra.maxCharacters` and `extra.perUrl` of an account: its server counts otherwise. */
export const LIMITS = {
  maxMedia: 4,
  perUrl: 23,
  description: 1500,
  imageBytes: 16_777_216,
  imagePixels: 33_177_600,
  videoBytes: 103_809_024,
  videoPixels: 8_294_400,
  frameRate: 120,
} as const;

export const POLL = {
  minOptions: 2,
  maxOptions: 4,
  optionLength: 50,
  minSeconds: 300,
  maxSeconds: 2_629_746,
} as const;

export const IMAGE_TYPES = ['image/jpeg', 'image/png', 'image/gif', 'image/heic', 'image/webp', 'image/avif'];
export const VIDEO_TYPES = ['video/webm', 'video/mp4', 'video/quicktime'];

export function maxCharacters(account: SimAccount | undefined): number {
  return Number(account?.extra?.['maxCharacters'] ?? 500);
}

export function perUrl(account: SimAccount | undefined): number {
  return Number(account?.extra?.['perUrl'] ?? LIMITS.perUrl);
}

/** GET /api/v2/instance, as far as it is of use. */
export function instance(account: SimAccount | undefined): object {
  const domain = account?.id.split('@')[1] ?? 'mastodon.example';
  return {
    domain,
    title: 'Sandbox',
    version: '4.5.2',
    source_url: 'https://github.com/mastodon/mastodon',
    description: 'A simulated server',
    usage: { users: { active_month: 1 } },
    thumbnail: { url: `https://${domain}/thumbnail.png` },
    icon: [],
    languages: ['en'],
    registrations: { enabled: false, approval_required: true, message: null },
    contact: { email: 'owner@example.test', account: null },
    rules: [],
    api_versions: { mastodon: 7 },
    configuration: {
      urls: { streaming: `wss://${domain}` },
      accounts: { max_featured_tags: 10, max_pinned_statuses: 5 },
      translation: { enabled: false },
      statuses: {
        max_characters: maxCharacters(account),
        max_media_attachments: LIMITS.maxMedia,
        characters_reserved_per_url: perUrl(account),
      },
      polls: {
        max_options: POLL.maxOptions,
        max_characters_per_option: POLL.optionLength,
        min_expiration: POLL.minSeconds,
        max_expiration: POLL.maxSeconds,
      },
      media_attachments: {
        supported_mime_types: [...IMAGE_TYPES, ...VIDEO_TYPES],
        description_limit: LIMITS.description,
        image_size_limit: LIMITS.imageBytes,
        image_matrix_limit: LIMITS.imagePixels,
        video_size_limit: LIMITS.videoBytes,
        video_frame_rate_limit: LIMITS.frameRate,
        video_matrix_limit: LIMITS.videoPixels,
      },
    },
  };
}
