import type { ErrorRule } from '../../core/errors.ts';
import { TRANSIENT_KEY } from '../../http/graph.ts';

const HOUR_MS = 3_600_000;

const NOTHING_TO_DO = 'Nothing: it is tried again by itself.';
const RECONNECT = 'Connect the Threads account again in the app.';
const LOOK_IN_APP =
  'Open Threads, do what it asks for (it shows a notice at the start), then connect the account again.';
const ANOTHER_FILE = 'Export it anew as MP4 with H.264 and AAC and schedule the post again.';
const CHECK_ADDRESS =
  'If it happens again: open the address in a private browser window. It must show the file itself to everybody, without login, and robots.txt must admit facebookexternalhit.';

function each(keys: readonly string[], rule: Omit<ErrorRule, 'key'>): ErrorRule[] {
  return keys.map((key) => ({ key, ...rule }));
}

function range(from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, index) => `${from + index}`);
}

/**
 * The codes of https://developers.facebook.com/docs/graph-api/guides/error-handling, and those that have been seen of
 * Threads itself: it documents no list. '*' stands for any code.
 */
export const ERROR_RULES: readonly ErrorRule[] = [
  // The post, as it is.
  {
    // https://developers.facebook.com/docs/threads/posts#links, since 2025-12-22
    key: 'THREADS_API__LINK_LIMIT_EXCEEDED',
    kind: 'rejected',
    message: 'The post has more than 5 links.',
    hint: 'Take some of them out and schedule the post again.',
  },
  // The file, while Threads fetches it; seen with code 1 (github.com/gitroomhq/postiz-app/issues/1364).
  {
    key: '*/2207052',
    kind: 'temporary',
    message: 'Threads could not fetch the file from its address.',
    hint: CHECK_ADDRESS,
  },
  // The container. Right after it was FINISHED it may still be "not found": github.com/gitroomhq/postiz-app/pull/2047.
  ...each(['*/4279009', '*/2207006', '*/2207008', '24'], {
    kind: 'temporary',
    message: 'Threads did not find the prepared post.',
    hint: NOTHING_TO_DO,
    waitMs: 30_000,
  }),
  ...each(['*/2207027', '9007'], {
    kind: 'temporary',
    message: 'Threads has not finished preparing the post.',
    hint: NOTHING_TO_DO,
    waitMs: 10_000,
  }),
  // Meta answers so for fresh objects that do exist: no reason to give an account up.
  {
    key: '100/33',
    kind: 'temporary',
    message: 'Threads says that the account or the prepared post does not exist or may not be seen by us.',
    hint: 'If it happens again: check that the account still exists, and connect it again.',
    waitMs: 60_000,
  },
  // Limits.
  {
    key: '*/2207051',
    kind: 'rate_limited',
    message: 'Threads takes the posting for spam and has blocked it for a while.',
    hint: 'Post less often and with more varied texts; open Threads and object if it is wrong.',
    waitMs: 6 * HOUR_MS,
  },
  {
    key: '*/2207042',
    kind: 'rate_limited',
    message: 'The account has used up its posts of the last 24 hours.',
    hint: 'Nothing: it goes out when the oldest of them is a day old.',
    waitMs: HOUR_MS,
  },
  {
    key: '368',
    kind: 'rate_limited',
    message: 'Meta has blocked the account’s actions for a while because of its policies.',
    hint: LOOK_IN_APP,
    waitMs: 6 * HOUR_MS,
  },
  ...each(['17', '32', '613', ...range(80_000, 80_014)], {
    kind: 'rate_limited',
    message: 'Too many calls were made for this account.',
    hint: NOTHING_TO_DO,
    scope: 'account',
    waitMs: HOUR_MS,
  }),
  ...each(['4', '341'], {
    kind: 'rate_limited',
    message: 'The app has made too many calls.',
    hint: NOTHING_TO_DO,
    scope: 'app',
    waitMs: HOUR_MS,
  }),
  // Account and token.
  { key: '190/458', kind: 'auth', message: 'The app was removed from the account.', hint: RECONNECT },
  {
    key: '190/459',
    kind: 'auth',
    message: 'The person must log in and confirm something.',
    hint: LOOK_IN_APP,
  },
  { key: '190/460', kind: 'auth', message: 'The password was changed.', hint: RECONNECT },
  { key: '190/463', kind: 'auth', message: 'The access to the account has expired.', hint: RECONNECT },
  { key: '190/464', kind: 'auth', message: 'The person’s account is not confirmed.', hint: LOOK_IN_APP },
  { key: '190/467', kind: 'auth', message: 'The access to the account is no longer valid.', hint: RECONNECT },
  ...each(['190', '102', '104'], {
    kind: 'auth',
    message: 'Threads does not accept the access token.',
    hint: RECONNECT,
  }),
  ...each(['3', '10', ...range(200, 299)], {
    kind: 'auth',
    message: 'A permission is missing.',
    hint: 'Connect the account again and allow everything: publishing needs threads_basic and threads_content_publish, a thread threads_manage_replies and threads_read_replies too.',
  }),
  // Everything else.
  {
    key: '2500',
    kind: 'config',
    message: 'The Threads API does not know this address.',
    hint: 'Check THREADS_API_VERSION: the version may have ended.',
    scope: 'platform',
  },
  {
    key: '100',
    kind: 'rejected',
    message: 'Threads does not accept something about the post.',
    hint: 'Read what Threads said, change the post and schedule it again.',
  },
  ...each(['1', '2', TRANSIENT_KEY], {
    kind: 'temporary',
    message: 'Threads had a fault of its own.',
    hint: NOTHING_TO_DO,
  }),
];

/** What a container that is in ERROR says: https://developers.facebook.com/docs/threads/troubleshooting, spelled so. */
export const CONTAINER_RULES: readonly ErrorRule[] = [
  {
    key: 'FAILED_DOWNLOADING_VIDEO',
    kind: 'temporary',
    message: 'Threads could not fetch the video from its address.',
    hint: CHECK_ADDRESS,
  },
  ...each(['FAILED_PROCESSING_AUDIO', 'FAILED_PROCESSING_VIDEO'], {
    kind: 'temporary',
    message: 'Threads could not process the video.',
    hint: `If it happens again: ${ANOTHER_FILE.charAt(0).toLowerCase()}${ANOTHER_FILE.slice(1)}`,
  }),
  {
    key: 'INVALID_ASPEC_RATIO',
    kind: 'rejected',
    message: 'The file is too tall or too wide for Threads.',
    hint: 'Crop it to a ratio between 1:10 and 10:1 and schedule the post again.',
  },
  {
    key: 'INVALID_BIT_RATE',
    kind: 'rejected',
    message: 'The bit rate of the video is too high for Threads, which takes at most 100 Mbit/s.',
    hint: ANOTHER_FILE,
  },
  {
    key: 'INVALID_DURATION',
    kind: 'rejected',
    message: 'The video is too long or too short for Threads, which takes at most 5 minutes.',
    hint: 'Cut it and schedule the post again.',
  },
  {
    key: 'INVALID_FRAME_RATE',
    kind: 'rejected',
    message: 'The video does not have 23 to 60 frames a second.',
    hint: ANOTHER_FILE,
  },
  ...each(['INVALID_AUDIO_CHANNELS', 'INVALID_AUDIO_CHANNEL_LAYOUT'], {
    kind: 'rejected',
    message: 'Threads takes only one or two channels of sound.',
    hint: ANOTHER_FILE,
  }),
  {
    key: 'UNKNOWN',
    kind: 'temporary',
    message: 'Threads could not prepare the file and does not say why.',
    hint: 'If it happens again: try another file, a JPEG or an MP4 with H.264 and AAC.',
  },
];
