import type { ErrorRule } from '../../core/errors.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const RECONNECT = 'Connect the TikTok account again in the app.';
const AGAIN = 'Nothing to do: it is tried again.';
const REPORT = 'Report this with the code: the request is made by this program.';
const BETTER_FILE = 'Export the video again as MP4 (H.264, 30 frames a second) and attach the new file.';

/** What both the API and the fate of an accepted post may name. */
const SPAM_RULES: readonly ErrorRule[] = [
  ...rules(
    ['spam_risk_user_banned_from_posting'],
    'rejected',
    'TikTok has banned the account from posting.',
    'Sign in to TikTok and see what it says about the account, then schedule the post again.',
  ),
  ...rules(
    ['spam_risk_text'],
    'rejected',
    'TikTok finds the text of the post risky.',
    'Change the text and schedule the post again.',
  ),
  ...rules(
    ['spam_risk'],
    'rejected',
    'TikTok finds the post risky.',
    'Sign in to TikTok and see what it says about the account, change the post and schedule it again.',
  ),
];

/**
 * By `error.code`. Limits of a sliding day are tried again each hour, because they end bit by bit.
 * https://developers.tiktok.com/doc/tiktok-api-v2-error-handling,
 * https://developers.tiktok.com/doc/content-posting-api-reference-direct-post
 */
export const ERROR_RULES: readonly ErrorRule[] = [
  ...rules(['access_token_invalid'], 'auth', 'TikTok no longer accepts the access token.', RECONNECT),
  ...rules(
    ['scope_not_authorized', 'scope_permission_missed'],
    'auth',
    'The connection may not do this on TikTok: a permission is missing.',
    `${RECONNECT} Grant every permission it asks for (user.info.basic, video.publish, video.upload, video.list).`,
  ),
  ...rules(
    ['rate_limit_exceeded'],
    'rate_limited',
    'TikTok is asked too often for this account.',
    'Nothing to do: it is tried again in a minute.',
    { scope: 'account', waitMs: MINUTE_MS },
  ),
  ...rules(
    ['spam_risk_too_many_posts'],
    'rate_limited',
    'The account has reached the number of posts that programs may make on it in 24 hours.',
    'Nothing to do: it is tried again each hour.',
    { scope: 'account', waitMs: HOUR_MS },
  ),
  ...rules(
    ['spam_risk_too_many_pending_share'],
    'rate_limited',
    'Five drafts of the last 24 hours wait in the TikTok inbox of the account, and TikTok takes no more.',
    'Finish or discard them in the TikTok app; it is tried again each hour.',
    { scope: 'account', waitMs: HOUR_MS },
  ),
  ...rules(
    ['reached_active_user_cap'],
    'rate_limited',
    'Our TikTok app has reached the number of accounts it may post to in a day.',
    'Nothing to do: it is tried again later. Ask TikTok to audit the app, or for a higher limit, when this happens often.',
    { scope: 'app', waitMs: 3 * HOUR_MS },
  ),
  ...SPAM_RULES,
  ...rules(
    ['unaudited_client_can_only_post_to_private_accounts'],
    'config',
    'Our TikTok app has not passed its audit, and until then it may post only to accounts that are set to private.',
    'Set the account to private in the TikTok app (Settings, Privacy), or have the app audited at developers.tiktok.com.',
  ),
  ...rules(
    ['url_ownership_unverified'],
    'config',
    'TikTok fetches pictures only from addresses that are verified for our app, and this one is not.',
    'Verify the address of the storage (https://<project ref>.supabase.co/storage/) as a URL prefix of the app at developers.tiktok.com.',
  ),
  ...rules(
    ['privacy_level_option_mismatch'],
    'rejected',
    'TikTok does not offer this account the audience of the post.',
    "Change or remove privacy in the post's publish_options and schedule it again.",
  ),
  ...rules(
    ['invalid_file_upload'],
    'rejected',
    'TikTok does not accept the file.',
    `${BETTER_FILE} Then schedule the post again.`,
  ),
  ...rules(
    ['invalid_publish_id', 'token_not_authorized_for_specified_publish_id'],
    'rejected',
    'TikTok does not know the post under the id it gave us.',
    'Look at the TikTok account whether the post is there.',
  ),
  ...rules(
    ['app_version_check_failed'],
    'rejected',
    'The TikTok app on the phone of the account is too old for drafts from other programs.',
    'Update the TikTok app there and schedule the post again.',
  ),
  ...rules(['invalid_param', 'invalid_params'], 'rejected', 'TikTok found the request faulty.', REPORT),
  ...rules(['internal_error'], 'temporary', 'TikTok has a fault of its own.', AGAIN),
];

/** By `fail_reason`: TikTok had the post and could not publish it. */
export const FAIL_RULES: readonly ErrorRule[] = [
  ...rules(
    ['file_format_check_failed'],
    'rejected',
    'TikTok could not use the file: its format or codec is not one it takes.',
    `${BETTER_FILE} Then schedule the post again.`,
  ),
  ...rules(
    ['duration_check_failed'],
    'rejected',
    'TikTok finds the video too short or too long.',
    'Cut the video and schedule the post again.',
  ),
  ...rules(
    ['frame_rate_check_failed'],
    'rejected',
    'TikTok takes 23 to 60 frames a second.',
    `${BETTER_FILE} Then schedule the post again.`,
  ),
  ...rules(
    ['picture_size_check_failed'],
    'rejected',
    'TikTok does not take the width or height of the video or of a picture.',
    'Scale it (videos 360 to 4096 pixels a side, pictures at most 1080 × 1920) and schedule the post again.',
  ),
  ...rules(
    ['video_pull_failed', 'photo_pull_failed'],
    'rejected',
    'TikTok could not fetch a file of the post.',
    'See whether its address opens without signing in and without being led elsewhere, then schedule the post again.',
  ),
  ...rules(
    ['publish_cancelled'],
    'rejected',
    'The post was cancelled on TikTok.',
    'If it should go out, schedule it again.',
  ),
  ...rules(
    ['auth_removed'],
    'auth',
    'The connection was withdrawn on TikTok while the post was being processed.',
    RECONNECT,
  ),
  ...rules(
    ['spam_risk_too_many_posts', 'spam_risk_too_many_pending_share'],
    'rejected',
    'The account has reached what programs may post on it in 24 hours.',
    'Schedule the post again for another day.',
  ),
  ...SPAM_RULES,
  ...rules(
    ['internal'],
    'temporary',
    'TikTok failed with a fault of its own.',
    'Schedule the post again; if it fails again, try it in the TikTok app.',
  ),
];

/** Of the token endpoint. https://developers.tiktok.com/doc/oauth-error-handling */
export const TOKEN_RULES: readonly ErrorRule[] = [
  ...rules(
    ['invalid_grant', 'access_denied', 'refresh token'],
    'auth',
    'TikTok no longer accepts the refresh token of this account.',
    RECONNECT,
  ),
  ...rules(
    ['invalid_client', 'unauthorized_client'],
    'config',
    'TikTok does not accept the client key and secret.',
    'Compare TIKTOK_CLIENT_KEY and TIKTOK_CLIENT_SECRET with developers.tiktok.com/apps; they must be those that the account was connected with.',
    { scope: 'app' },
  ),
  ...rules(
    ['invalid_request', 'unsupported_grant_type', 'invalid_scope', 'unsupported_response_type'],
    'config',
    'TikTok found the request for a new token faulty.',
    'Check TIKTOK_CLIENT_KEY and TIKTOK_CLIENT_SECRET for missing or extra characters.',
    { scope: 'app' },
  ),
  ...rules(['server_error', 'temporarily_unavailable'], 'temporary', 'TikTok has a fault of its own.', AGAIN),
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
