import type { ErrorRule } from '../../core/errors.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

const RECONNECT = 'Connect the YouTube channel again in the app.';
const CORRECT = 'Correct it in the post and schedule the post again.';

/**
 * By `error.errors[0].reason`, then by `error.status`, then OAuth's `error`.
 * https://developers.google.com/youtube/v3/docs/errors, https://developers.google.com/youtube/v3/docs/core_errors,
 * https://developers.google.com/identity/protocols/oauth2
 */
export const ERROR_RULES: readonly ErrorRule[] = [
  ...rules(
    ['authError', 'authorizationRequired', 'UNAUTHENTICATED'],
    'auth',
    'YouTube no longer accepts the access token.',
    RECONNECT,
  ),
  ...rules(
    ['youtubeSignupRequired'],
    'auth',
    'The Google account has no YouTube channel.',
    'Create a channel on youtube.com with that Google account, then connect it again in the app.',
  ),
  ...rules(
    ['insufficientPermissions', 'forbidden', 'PERMISSION_DENIED'],
    'auth',
    'The connection is not allowed to do this on the channel.',
    'Connect the YouTube channel again in the app and grant every permission it asks for.',
  ),
  ...rules(
    ['channelClosed', 'channelSuspended', 'accountClosed'],
    'auth',
    'The YouTube channel is closed or suspended.',
    'Look at the channel in YouTube Studio; when it is open again, connect it again in the app.',
  ),
  ...rules(
    ['accessNotConfigured', 'SERVICE_DISABLED'],
    'config',
    'The YouTube Data API is not switched on in the Google Cloud project.',
    'Enable “YouTube Data API v3” for the project of YOUTUBE_CLIENT_ID in the Google Cloud console.',
    { scope: 'app' },
  ),
  ...rules(
    ['quotaExceeded', 'dailyLimitExceeded'],
    'rate_limited',
    'The daily quota of our YouTube project is used up; it begins anew at midnight Pacific time.',
    'Nothing to do: the post goes out after that. Ask Google for a higher quota when this happens often.',
    { scope: 'app', waitMs: DAY_MS },
  ),
  ...rules(
    ['rateLimitExceeded'],
    'rate_limited',
    'Our YouTube project asks too often.',
    'Nothing to do: it is tried again in a few minutes.',
    { scope: 'app', waitMs: 2 * MINUTE_MS },
  ),
  ...rules(
    ['RESOURCE_EXHAUSTED', 'userRateLimitExceeded'],
    'rate_limited',
    'YouTube is asked too often for this channel.',
    'Nothing to do: it is tried again in a few minutes.',
    { scope: 'account', waitMs: 2 * MINUTE_MS },
  ),
  ...rules(
    ['uploadRateLimitExceeded'],
    'rate_limited',
    'The channel uploads too many videos in a short time.',
    'Nothing to do: it is tried again later.',
    { scope: 'account', waitMs: 15 * MINUTE_MS },
  ),
  ...rules(
    ['uploadLimitExceeded'],
    'rate_limited',
    'The channel has reached the number of videos it may upload in a day.',
    'Nothing to do: it is tried again after 24 hours. A verified phone number on the channel raises the limit.',
    { scope: 'account', waitMs: DAY_MS },
  ),
  ...rules(['invalidTitle'], 'rejected', 'YouTube refuses the title.', CORRECT),
  ...rules(
    ['invalidDescription'],
    'rejected',
    'YouTube refuses the text of the post as description.',
    CORRECT,
  ),
  ...rules(['invalidTags'], 'rejected', 'YouTube refuses the hashtags or tags.', CORRECT),
  ...rules(
    ['invalidCategoryId'],
    'rejected',
    'YouTube does not know the category.',
    "Correct or remove category_id in the post's publish_options and schedule it again.",
  ),
  ...rules(
    [
      'invalidPublishAt',
      'invalidRecordingDetails',
      'defaultLanguageNotSet',
      'invalidVideoMetadata',
      'invalidVideoGameRating',
    ],
    'rejected',
    'YouTube refuses the details of the video.',
    CORRECT,
  ),
  ...rules(
    ['invalidFilename', 'mediaBodyRequired'],
    'rejected',
    'YouTube did not accept the video file.',
    'Open the video, export it again as MP4 and attach the new file.',
  ),
  ...rules(
    ['forbiddenPrivacySetting'],
    'rejected',
    'The channel may not use this privacy setting.',
    "Change or remove privacy in the post's publish_options and schedule it again.",
  ),
  ...rules(
    ['forbiddenLicenseSetting', 'forbiddenEmbedSetting'],
    'rejected',
    'The channel may not use this setting for videos.',
    CORRECT,
  ),
  ...rules(
    ['badRequest', 'invalid', 'INVALID_ARGUMENT', 'unexpectedPart'],
    'rejected',
    'YouTube found the request faulty.',
    'Report this with the code: the request is made by this program.',
  ),
  ...rules(
    ['backendError', 'internalError', 'INTERNAL', 'UNAVAILABLE', 'processingFailure', 'SERVICE_UNAVAILABLE'],
    'temporary',
    'YouTube has a fault of its own.',
    'Nothing to do: it is tried again.',
  ),
];

/** Before ERROR_RULES, for a comment: https://developers.google.com/youtube/v3/docs/commentThreads/insert#errors */
export const COMMENT_RULES: readonly ErrorRule[] = [
  ...rules(
    ['insufficientPermissions', 'forbidden', 'PERMISSION_DENIED'],
    'rejected',
    'The connection may upload to the channel, but not comment there.',
    'Connect the YouTube channel again in the app with the permission youtube.force-ssl; "content-publisher retry" then sends the comment.',
  ),
  ...rules(
    ['commentsDisabled'],
    'rejected',
    'Comments are switched off below this video.',
    'Switch them on in YouTube Studio; "content-publisher retry" then sends the comment.',
  ),
  ...rules(
    ['commentTextTooLong', 'commentTextRequired', 'invalidCustomEmoji'],
    'rejected',
    'YouTube refuses the text of the comment.',
    'Write the comment by hand below the video.',
  ),
  ...rules(
    ['ineligibleAccount'],
    'rejected',
    'The Google account of the channel may not comment on YouTube.',
    'Log in to youtube.com with that account and follow what it asks for; "content-publisher retry" then sends the comment.',
  ),
];

/** Before ERROR_RULES: https://developers.google.com/youtube/v3/docs/playlistItems/insert#errors */
export const PLAYLIST_RULES: readonly ErrorRule[] = [
  ...rules(
    ['insufficientPermissions', 'PERMISSION_DENIED'],
    'rejected',
    'The connection may upload to the channel, but not change playlists.',
    'Connect the YouTube channel again in the app with the permission youtube.force-ssl; "content-publisher retry" then adds the video.',
  ),
  ...rules(
    ['playlistNotFound', 'playlistIdRequired', 'forbidden', 'playlistItemsNotAccessible'],
    'rejected',
    'The channel has no such playlist.',
    'Add the video to its playlist in YouTube Studio.',
  ),
  ...rules(
    [
      'playlistContainsMaximumNumberOfVideos',
      'videoAlreadyInAnotherSeriesPlaylist',
      'playlistOperationUnsupported',
      'manualSortRequired',
    ],
    'rejected',
    'YouTube does not take the video into the playlist.',
    'Look at the playlist in YouTube Studio and add the video there.',
  ),
];

/** Before ERROR_RULES: https://developers.google.com/youtube/v3/docs/thumbnails/set#errors */
export const THUMBNAIL_RULES: readonly ErrorRule[] = [
  ...rules(
    ['forbidden', 'insufficientPermissions', 'PERMISSION_DENIED'],
    'rejected',
    'The channel may not set thumbnails of its own.',
    'Verify a phone number at youtube.com/verify; "content-publisher retry" then sets the thumbnail.',
  ),
  ...rules(
    ['invalidImage', 'mediaBodyRequired'],
    'rejected',
    'YouTube does not accept the picture as thumbnail.',
    'Set a thumbnail in YouTube Studio, a JPEG or PNG of at most 2 MB.',
  ),
];

/** Behind those of the act itself. */
export const FOLLOW_UP_RULES: readonly ErrorRule[] = rules(
  ['videoNotFound', 'notFound'],
  'temporary',
  'YouTube does not find the video yet.',
  'Nothing to do: it is tried again.',
);

/** Of the token endpoint, https://developers.google.com/identity/protocols/oauth2/web-server#offline */
export const TOKEN_RULES: readonly ErrorRule[] = [
  ...rules(
    ['invalid_grant'],
    'auth',
    'Google no longer accepts the refresh token of this channel.',
    `${RECONNECT} When that is needed every 7 days, the Google project's consent screen is still in “Testing”: publish it, because testing ends every connection after 7 days.`,
  ),
  ...rules(
    ['invalid_client', 'unauthorized_client'],
    'config',
    'Google does not accept the client id and secret.',
    'Compare YOUTUBE_CLIENT_ID and YOUTUBE_CLIENT_SECRET with the Google Cloud console; they must be those that the channel was connected with.',
    { scope: 'app' },
  ),
  ...rules(
    ['invalid_request', 'unsupported_grant_type', 'invalid_scope'],
    'config',
    'Google found the request for a new token faulty.',
    'Check YOUTUBE_CLIENT_ID and YOUTUBE_CLIENT_SECRET for missing or extra characters.',
    { scope: 'app' },
  ),
  ...rules(
    ['internal_failure', 'temporarily_unavailable', 'backend_error'],
    'temporary',
    'Google has a fault of its own.',
    'Nothing to do: it is tried again.',
  ),
  ...rules(
    ['rate_limit_exceeded'],
    'rate_limited',
    'Google is asked for tokens too often.',
    'Nothing to do: it is tried again in a few minutes.',
    { scope: 'app', waitMs: 5 * MINUTE_MS },
  ),
];

function rules(
  keys: readonly string[],
  kind: ErrorRule['kind'],
  message: string,
  hint: string,
  wait: Pick<ErrorRule, 'scope' | 'waitMs'> = {},
): ErrorRule[] {
  return keys.map((key) => ({ key, kind, message, hint, ...wait }));
}
