import { z } from 'zod';
import { aroundArm, type Moment, notDescribed } from '../../core/answer-errors.ts';
import { clip } from '../../core/clip.ts';
import { classify, type ErrorRule, type PlatformAnswer, type PublishError } from '../../core/errors.ts';
import type { HttpResponse } from '../../core/http.ts';
import { redactText } from '../../core/redact-text.ts';
import { COMMENT_RULES, ERROR_RULES } from './error-table.ts';

/** After these nothing was published, and the post itself may be sent again once its files are there. */
const FILES_NOT_READY: readonly string[] = ['MEDIA_ASSET_WAITING_UPLOAD', 'MEDIA_ASSET_PROCESSING'];
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
  moment: Moment,
  table: readonly ErrorRule[] = ERROR_RULES,
): PublishError {
  const answer = linkedinAnswer(response, now);
  const error = answer === null ? notTheirs(response) : classify(table, answer, now);
  return aroundArm(
    error,
    response,
    moment,
    response.status === 400 ? [...FILES_NOT_READY, ...FILES_LOST] : [],
  );
}

/**
 * Of the request that makes a comment. What it lacks is no reason to give the account up; and a post that LinkedIn does
 * not find yet (github.com/gitroomhq/postiz-app/issues/408) has surely got no comment.
 */
export function commentError(response: HttpResponse, now: Date): PublishError {
  const rules = [...COMMENT_RULES, ...ERROR_RULES];
  const notFound = response.status === 404 && linkedinAnswer(response, now) !== null;
  return linkedinError(response, now, notFound ? 'not armed' : 'armed', rules);
}

/** What LinkedIn's support asks for. */
export function traceIdOf(response: HttpResponse): string | undefined {
  return response.headers['x-li-uuid'] ?? response.headers['x-li-request-id'];
}

const notTheirs = (response: HttpResponse) =>
  notDescribed(
    response,
    "LinkedIn's documentation",
    'If it happens again, look for a proxy in between.',
    traceIdOf(response),
  );

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
