import { z } from 'zod';
import { clip } from '../../core/clip.ts';
import { classify, type ErrorRule, type PlatformAnswer, PublishError } from '../../core/errors.ts';
import type { HttpResponse } from '../../core/http.ts';
import { redactText } from '../../core/redact-text.ts';

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
    { scope: 'platform' },
  ),
  ...rules(
    ['temporarily_unavailable', 'server_error'],
    'temporary',
    'LinkedIn has a fault of its own.',
    AGAIN,
  ),
];

/** After these nothing was published, and the post itself may be sent again once its files are there. */
export const FILES_NOT_READY: readonly string[] = ['MEDIA_ASSET_WAITING_UPLOAD', 'MEDIA_ASSET_PROCESSING'];
/** After these nothing was published, and the files have to be uploaded anew. */
export const FILES_LOST: readonly string[] = [
  'INVALID_IMAGE_ID',
  'INVALID_VIDEO_ID',
  'INVALID_DOCUMENT_ID',
  'EXPIRED_UPLOAD_URL',
  'MEDIA_ASSET_PROCESSING_FAILED',
  'UPDATING_ASSET_FAILED',
];

const apiBody = z.object({
  status: z.number(),
  code: z.string().optional().catch(undefined),
  message: z.string().catch(''),
  serviceErrorCode: z.number().optional().catch(undefined),
  errorDetails: z
    .object({ inputErrors: z.array(z.object({ code: z.string() })) })
    .optional()
    .catch(undefined),
});
const oauthBody = z.object({ error: z.string(), error_description: z.string().catch('') });

/** An answer in LinkedIn's own error shape, or null: HTML, a proxy's page, a success. */
export function linkedinAnswer(response: HttpResponse, now: Date): PlatformAnswer | null {
  const traceId = traceIdOf(response);
  const oauth = oauthBody.safeParse(response.json);
  if (oauth.success) {
    const { error, error_description } = oauth.data;
    const refused = /refresh token|grant/i.test(error_description) ? ['refresh token'] : [];
    return {
      keys: [...refused, error],
      platformCode: error,
      platformMessage: harmless(error_description),
      traceId,
    };
  }
  const api = apiBody.safeParse(response.json);
  if (!api.success || api.data.status !== response.status || response.status < 400) return null;
  const { code, message, serviceErrorCode, errorDetails, status } = api.data;
  const codes = [
    ...(errorDetails?.inputErrors.map((input) => input.code) ?? []),
    ...(code === undefined ? [] : [code]),
    // Older answers carry it in the message only.
    ...(/duplicate of urn:li:/i.test(message) ? ['DUPLICATE_POST'] : []),
  ];
  const throttle = /throttle (APPLICATION|MEMBER)/.exec(message)?.[1];
  const specific = [
    ...(throttle === undefined ? [] : [`throttle/${throttle}`]),
    ...codes,
    // INVALID_URN_TYPE, INVALID_URN_ID and whatever else is wrong with one.
    ...(codes.some((known) => known.startsWith('INVALID_URN_')) ? ['INVALID_URN'] : []),
    ...(/unrecognized field/.test(message) ? ['unrecognized field'] : []),
    ...(serviceErrorCode === undefined ? [] : [`${serviceErrorCode}`]),
  ];
  return {
    keys: [...specific, `${status}`],
    platformCode: codes[0] ?? (serviceErrorCode === undefined ? `HTTP_${status}` : `${serviceErrorCode}`),
    platformMessage: harmless(message),
    traceId,
    retryAt:
      status === 429 ? (retryAfter(response.headers['retry-after'], now) ?? nextUtcMidnight(now)) : undefined,
  };
}

/**
 * The error that an answer other than the expected one stands for.
 *
 * `armed`: only a known refusal is definite; 'temporary' codes, 408, 5xx and whatever is not LinkedIn's shape are
 * `unknown`, except that LinkedIn says in so many words that a file is missing: then nothing was published.
 * Not armed: nothing became visible, so what we do not know is `temporary` and is tried again.
 */
export function linkedinError(
  response: HttpResponse,
  now: Date,
  moment: 'armed' | 'not armed',
  table: readonly ErrorRule[] = ERROR_RULES,
): PublishError {
  const answer = linkedinAnswer(response, now);
  const error = answer === null ? notTheirs(response) : classify(table, answer, now);
  if (moment === 'not armed') return error.kind === 'unknown' ? withKind(error, 'temporary') : error;
  const aboutFiles = response.status === 400 && [...FILES_NOT_READY, ...FILES_LOST].includes(error.code);
  const indefinite =
    (error.kind === 'temporary' && !aboutFiles) || response.status >= 500 || response.status === 408;
  return indefinite ? withKind(error, 'unknown') : error;
}

/** What LinkedIn's support asks for. */
export function traceIdOf(response: HttpResponse): string | undefined {
  return response.headers['x-li-uuid'] ?? response.headers['x-li-request-id'];
}

function notTheirs(response: HttpResponse): PublishError {
  return new PublishError({
    kind: 'unknown',
    code: `HTTP_${response.status}`,
    message: `The answer (HTTP ${response.status}) is not one that LinkedIn's documentation describes.`,
    hint: 'If it happens again, look for a proxy in between.',
    traceId: traceIdOf(response),
  });
}

function withKind(error: PublishError, kind: PublishError['kind']): PublishError {
  return new PublishError({
    kind,
    code: error.code,
    message: error.message,
    hint: error.hint,
    platformCode: error.platformCode,
    traceId: error.traceId,
    retryAt: error.retryAt,
    scope: error.scope,
    cause: error.cause,
  });
}

function rules(
  keys: readonly string[],
  kind: ErrorRule['kind'],
  message: string,
  hint: string,
  more: Pick<ErrorRule, 'scope'> = {},
): ErrorRule[] {
  return keys.map((key) => ({ key, kind, message, hint, ...more }));
}

function harmless(message: string): string {
  return clip(redactText(message.trim()), 500);
}

function nextUtcMidnight(now: Date): Date {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + 1));
}

/** Not documented for LinkedIn; when it is there it is more exact than midnight. Seconds only. */
function retryAfter(value: string | undefined, now: Date): Date | undefined {
  if (value === undefined || !/^\d+$/.test(value)) return undefined;
  return new Date(now.getTime() + Number(value) * 1000);
}
