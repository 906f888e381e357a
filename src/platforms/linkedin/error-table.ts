import type { ErrorRule } from '../../core/errors.ts';

const RECONNECT = 'Connect the LinkedIn account again in the app.';
const AGAIN = 'Nothing to do: it is tried again.';
const CORRECT = 'Correct it in the post and schedule the post again.';
const REPORT = 'Report this with the code: the request is made by this program.';

/**
 * By `errorDetails.inputErrors[].code`, `code`, `serviceErrorCode`, the scope of a throttle, then the HTTP status that
 * the body repeats. Read together with
 * https://learn.microsoft.com/en-us/linkedin/shared/api-guide/concepts/error-handling and …/concepts/rate-limits
 */
export const ERROR_RULES: readonly ErrorRule[] = [
  ...rules(
    ['EXPIRED_ACCESS_TOKEN', '65602'],
    'auth',
    'The access token of the LinkedIn account has expired.',
    RECONNECT,
  ),
  ...rules(
    ['REVOKED_ACCESS_TOKEN', '65601'],
    'auth',
    'The LinkedIn account has withdrawn its permission.',
    RECONNECT,
  ),
  ...rules(
    ['INVALID_ACCESS_TOKEN', 'EMPTY_ACCESS_TOKEN', '65600', '401'],
    'auth',
    'LinkedIn does not accept the access token.',
    RECONNECT,
  ),
  ...rules(
    ['ACCESS_DENIED', '403'],
    'auth',
    'The connection may not do this on LinkedIn: a permission or a role on the page is missing.',
    `${RECONNECT} Grant every permission it asks for; for a page, with a member who is its administrator.`,
  ),
  ...rules(
    ['NONEXISTENT_VERSION', 'VERSION_MISSING', '426'],
    'config',
    'LinkedIn no longer serves the API version that is set.',
    'Set LINKEDIN_API_VERSION to a current version (YYYYMM, see learn.microsoft.com/linkedin/marketing/versioning) and run again.',
    { scope: 'platform' },
  ),
  ...rules(
    ['throttle/APPLICATION'],
    'rate_limited',
    'Our LinkedIn app has used up its calls of the day; the count begins anew at midnight UTC.',
    'Nothing to do: the post goes out after that.',
    { scope: 'app' },
  ),
  ...rules(
    ['throttle/MEMBER', 'TOO_MANY_REQUESTS', '101', '429'],
    'rate_limited',
    'The LinkedIn account has used up its calls of the day; the count begins anew at midnight UTC.',
    'Nothing to do: the post goes out after that.',
    { scope: 'account' },
  ),
  ...rules(
    ['DUPLICATE_POST'],
    'rejected',
    'The same text is already on the account.',
    'If it should go out again, change the text and schedule the post again.',
  ),
  ...rules(
    ['FIELD_LENGTH_TOO_LONG'],
    'rejected',
    'LinkedIn finds a text of the post too long.',
    'Shorten the text and schedule the post again.',
  ),
  ...rules(
    ['MISSING_FIELD', 'INVALID_VALUE_FOR_FIELD', 'INVALID_VALUE_BLANK_FIELD', 'INVALID_URL'],
    'rejected',
    'LinkedIn refuses a value of the post.',
    CORRECT,
  ),
  ...rules(
    ['INVALID_URN'],
    'rejected',
    'LinkedIn refuses the author or a file of the post.',
    `${CORRECT} If it happens again, connect the account again in the app.`,
  ),
  ...rules(
    ['INVALID_IMAGE_ID', 'INVALID_VIDEO_ID', 'INVALID_DOCUMENT_ID'],
    'temporary',
    'LinkedIn does not find a file that was uploaded.',
    'Nothing to do: it is uploaded and tried again.',
  ),
  ...rules(
    ['EXPIRED_UPLOAD_URL', 'MEDIA_ASSET_PROCESSING_FAILED', 'UPDATING_ASSET_FAILED'],
    'temporary',
    'LinkedIn could not process a file.',
    'Nothing to do: it is uploaded and tried again. If it fails again, export the file anew and attach that.',
  ),
  ...rules(
    ['MEDIA_ASSET_WAITING_UPLOAD', 'MEDIA_ASSET_PROCESSING'],
    'temporary',
    'LinkedIn still processes a file of the post.',
    AGAIN,
  ),
  ...rules(
    ['413'],
    'rejected',
    'LinkedIn finds a file too large.',
    'Attach a smaller file and schedule the post again.',
  ),
  ...rules(
    ['415'],
    'rejected',
    'LinkedIn does not take files of this type.',
    'Attach pictures as JPEG, PNG or GIF, videos as MP4, documents as PDF, and schedule the post again.',
  ),
  ...rules(['unrecognized field'], 'rejected', 'LinkedIn found the request faulty.', REPORT),
  ...rules(['CONFLICT', '409'], 'temporary', 'LinkedIn was changing the same thing at that moment.', AGAIN),
  ...rules(
    ['INTERNAL_SERVER_ERROR', 'SERVICE_UNAVAILABLE', 'GATEWAY_TIMEOUT', '500', '502', '503', '504'],
    'temporary',
    'LinkedIn has a fault of its own.',
    AGAIN,
  ),
];

/** Before ERROR_RULES, for a comment. */
export const COMMENT_RULES: readonly ErrorRule[] = [
  ...rules(
    ['ACCESS_DENIED', '403'],
    'rejected',
    'The connection may post on LinkedIn, but not comment there.',
    'Connect the account again in the app with the permission w_member_social_feed, a page with w_organization_social_feed; "content-publisher retry" then sends the comment.',
  ),
  ...rules(['NOT_FOUND', '404'], 'temporary', 'LinkedIn does not find the post to comment on yet.', AGAIN),
];

/** https://learn.microsoft.com/en-us/linkedin/shared/authentication/programmatic-refresh-tokens */
export const TOKEN_RULES: readonly ErrorRule[] = [
  ...rules(
    ['invalid_grant', 'refresh token'],
    'auth',
    'LinkedIn no longer accepts the refresh token of this account.',
    RECONNECT,
  ),
  ...rules(
    ['invalid_client', 'invalid_client_id', 'unauthorized_client', 'invalid_request'],
    'config',
    'LinkedIn does not accept the client id and secret.',
    'Compare LINKEDIN_CLIENT_ID and LINKEDIN_CLIENT_SECRET with the app on linkedin.com/developers.',
    { scope: 'app' },
  ),
  ...rules(
    ['temporarily_unavailable', 'server_error'],
    'temporary',
    'LinkedIn has a fault of its own.',
    AGAIN,
  ),
];

function rules(
  keys: readonly string[],
  kind: ErrorRule['kind'],
  message: string,
  hint: string,
  more: Pick<ErrorRule, 'scope'> = {},
): ErrorRule[] {
  return keys.map((key) => ({ key, kind, message, hint, ...more }));
}
