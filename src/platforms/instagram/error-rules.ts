import type { ErrorRule } from '../../core/errors.ts';
import { TRANSIENT_KEY } from '../../http/graph.ts';

const HOUR_MS = 3_600_000;

const NOTHING_TO_DO = 'Nothing: it is tried again by itself.';
const RECONNECT = 'Connect the Instagram account again in the app.';
const LOOK_IN_APP =
  'Open Instagram, do what it asks for (it shows a notice at the start), then connect the account again.';

/**
 * Codes of https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/error-codes and
 * https://developers.facebook.com/docs/graph-api/guides/error-handling. '*' stands for any code: a container that
 * failed names the subcode alone.
 */
export const ERROR_RULES: readonly ErrorRule[] = [
  // The medium, while Instagram fetches it.
  {
    key: '*/2207003',
    kind: 'temporary',
    message: 'Instagram took too long to download the file.',
    hint: NOTHING_TO_DO,
  },
  {
    key: '*/2207020',
    kind: 'temporary',
    message: 'Instagram no longer had the prepared file.',
    hint: NOTHING_TO_DO,
  },
  {
    key: '*/2207052',
    kind: 'temporary',
    message: 'Instagram could not fetch the file from its address.',
    hint: 'If it happens again: open the address in a private browser window. It must show the file itself to everybody, without login, and robots.txt must admit facebookexternalhit.',
  },
  {
    key: '*/2207077',
    kind: 'temporary',
    message: 'Instagram could not download the video.',
    hint: 'If it happens again: check that the address of the video is public.',
  },
  {
    key: '*/2207082',
    kind: 'temporary',
    message: 'Instagram could not take the file in.',
    hint: NOTHING_TO_DO,
  },
  {
    key: '*/2207053',
    kind: 'temporary',
    message: 'The upload failed within Instagram.',
    hint: NOTHING_TO_DO,
  },
  { key: '*/2207001', kind: 'temporary', message: 'Instagram had a fault of its own.', hint: NOTHING_TO_DO },
  {
    key: '*/2207032',
    kind: 'temporary',
    message: 'Instagram could not prepare the post.',
    hint: NOTHING_TO_DO,
  },
  // The medium, as it is.
  {
    key: '*/2207004',
    kind: 'rejected',
    message: 'The image is larger than 8 MB.',
    hint: 'Use a smaller image and schedule the post again.',
  },
  {
    key: '*/2207005',
    kind: 'rejected',
    message: 'Instagram does not take this image format.',
    hint: 'Use a JPEG and schedule the post again.',
  },
  {
    key: '*/2207009',
    kind: 'rejected',
    message: 'The image is too tall or too wide for Instagram.',
    hint: 'Crop it to between 4:5 (upright) and 1.91:1 (across) and schedule the post again.',
  },
  {
    key: '*/2207026',
    kind: 'rejected',
    message: 'Instagram does not take this video format.',
    hint: 'Use MP4 with H.264 and AAC, 23 to 60 frames a second, at most 1920 pixels wide, and schedule the post again.',
  },
  {
    key: '*/2207057',
    kind: 'rejected',
    message: 'The cover frame lies outside the video.',
    hint: 'Set publish_options.thumb_offset to a moment within the video (milliseconds) and schedule the post again.',
  },
  // The post, as it is.
  {
    key: '*/2207010',
    kind: 'rejected',
    message: 'The caption is longer than 2200 characters.',
    hint: 'Shorten it and schedule the post again.',
  },
  {
    key: '*/2207028',
    kind: 'rejected',
    message: 'A carousel takes 2 to 10 files.',
    hint: 'Change the number of files and schedule the post again.',
  },
  {
    key: '*/2207040',
    kind: 'rejected',
    message: 'The caption mentions more than 20 accounts.',
    hint: 'Take some @ mentions out and schedule the post again.',
  },
  ...['2207023', '2207035', '2207036', '2207037'].map(
    (subcode): ErrorRule => ({
      key: `*/${subcode}`,
      kind: 'rejected',
      message: 'Instagram does not take this kind of post or one of its tags.',
      hint: 'Read what Instagram said, change the post and schedule it again.',
    }),
  ),
  // The container.
  {
    key: '*/2207027',
    kind: 'temporary',
    message: 'Instagram has not finished preparing the post.',
    hint: NOTHING_TO_DO,
    waitMs: 10_000,
  },
  {
    key: '*/2207006',
    kind: 'temporary',
    message: 'Instagram did not find the prepared post, or may not show it to us.',
    hint: 'If it happens again: connect the account again, with all permissions.',
    waitMs: 30_000,
  },
  {
    key: '*/2207008',
    kind: 'temporary',
    message: 'Instagram did not find the prepared post.',
    hint: NOTHING_TO_DO,
    waitMs: 30_000,
  },
  // Meta answers so for fresh objects that do exist, for days at a time (May 2026): no reason to give an account up.
  {
    key: '100/33',
    kind: 'temporary',
    message: 'Instagram says that the account or the prepared post does not exist or may not be seen by us.',
    hint: 'If it happens again: check that the account is still a professional account, linked to its Page, and connect it again.',
    waitMs: 60_000,
  },
  // Limits.
  {
    key: '*/2207051',
    kind: 'rate_limited',
    message: 'Instagram takes the posting for spam and has blocked it for a while.',
    hint: 'Post less often and with more varied texts; open Instagram and object if it is wrong.',
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
  // 80002 is Instagram's; https://developers.facebook.com/docs/graph-api/overview/rate-limiting has one per use case.
  ...Array.from({ length: 15 }, (_, index) => `${80_000 + index}`).map(
    (key): ErrorRule => ({
      key,
      kind: 'rate_limited',
      message: 'The account has made too many calls.',
      hint: NOTHING_TO_DO,
      scope: 'account',
      waitMs: HOUR_MS,
    }),
  ),
  ...['4', '341'].map(
    (key): ErrorRule => ({
      key,
      kind: 'rate_limited',
      message: 'The app has made too many calls.',
      hint: NOTHING_TO_DO,
      scope: 'app',
      waitMs: HOUR_MS,
    }),
  ),
  ...['17', '32', '613'].map(
    (key): ErrorRule => ({
      key,
      kind: 'rate_limited',
      message: 'Too many calls were made for this account.',
      hint: NOTHING_TO_DO,
      waitMs: HOUR_MS,
    }),
  ),
  // Account and token.
  { key: '*/2207050', kind: 'auth', message: 'Instagram has restricted the account.', hint: LOOK_IN_APP },
  { key: '190/458', kind: 'auth', message: 'The app was removed from the account.', hint: RECONNECT },
  {
    key: '190/459',
    kind: 'auth',
    message: 'The person must log in to Facebook and confirm something.',
    hint: LOOK_IN_APP,
  },
  { key: '190/460', kind: 'auth', message: 'The password was changed.', hint: RECONNECT },
  { key: '190/463', kind: 'auth', message: 'The access to the account has expired.', hint: RECONNECT },
  {
    key: '190/464',
    kind: 'auth',
    message: 'The person’s Facebook account is not confirmed.',
    hint: LOOK_IN_APP,
  },
  { key: '190/467', kind: 'auth', message: 'The access to the account is no longer valid.', hint: RECONNECT },
  ...['190', '102', '104'].map(
    (key): ErrorRule => ({
      key,
      kind: 'auth',
      message: 'Instagram does not accept the access token.',
      hint: RECONNECT,
    }),
  ),
  ...['3', '10', '200'].map(
    (key): ErrorRule => ({
      key,
      kind: 'auth',
      message: 'A permission is missing.',
      hint: 'Connect the account again and allow everything: publishing needs instagram_business_content_publish, or instagram_content_publish with pages_read_engagement.',
    }),
  ),
  // Everything else.
  {
    key: '2500',
    kind: 'config',
    message: 'The Graph API does not know this address.',
    hint: 'Check the API version in the settings of Instagram: it may have ended.',
    scope: 'platform',
  },
  {
    key: '100',
    kind: 'rejected',
    message: 'Instagram does not accept something about the post.',
    hint: 'Read what Instagram said, change the post and schedule it again.',
  },
  ...['1', '2', '-1', '-2', TRANSIENT_KEY].map(
    (key): ErrorRule => ({
      key,
      kind: 'temporary',
      message: 'Instagram had a fault of its own.',
      hint: NOTHING_TO_DO,
    }),
  ),
];

/** Before ERROR_RULES, for a comment. */
export const COMMENT_RULES: readonly ErrorRule[] = ['3', '10', '200'].map((key) => ({
  key,
  kind: 'rejected',
  message: 'The connection may publish on the account, but not comment there.',
  hint: 'Connect the account again and allow everything: comments need instagram_business_manage_comments, or instagram_manage_comments; "content-publisher retry" then sends the comment.',
}));
