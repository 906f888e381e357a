import { z } from 'zod';
import { aroundArm, type Moment, notDescribed } from '../../core/answer-errors.ts';
import { clip } from '../../core/clip.ts';
import { classify, type ErrorRule, type PlatformAnswer, type PublishError } from '../../core/errors.ts';
import type { HttpResponse } from '../../core/http.ts';
import { redactText } from '../../core/redact-text.ts';
import { ERROR_RULES, FOLLOW_UP_RULES } from './error-rules.ts';
import { nextPacificMidnight } from './pacific.ts';

// At midnight Pacific the platform itself says until when.
const UNTIL_MIDNIGHT = ['quotaExceeded', 'dailyLimitExceeded'];

const apiBody = z.object({
  error: z.object({
    code: z.number(),
    message: z.string().catch(''),
    status: z.string().optional().catch(undefined),
    errors: z
      .array(z.object({ reason: z.string() }))
      .optional()
      .catch(undefined),
  }),
});
const oauthBody = z.object({ error: z.string(), error_description: z.string().catch('') });

/** An answer in Google's own error shape, or null: HTML, UploadServer's plain text, a proxy's page, a success. */
function youtubeAnswer(response: HttpResponse, now: Date): PlatformAnswer | null {
  const traceId = response.headers['x-guploader-uploadid'];
  const api = apiBody.safeParse(response.json);
  if (api.success) {
    const { message, status, errors } = api.data.error;
    const reason = errors?.[0]?.reason;
    const keys = [reason, status].filter((key) => key !== undefined);
    const untilMidnight = reason !== undefined && UNTIL_MIDNIGHT.includes(reason);
    return {
      keys,
      platformCode: keys[0] ?? `HTTP_${response.status}`,
      platformMessage: plain(message),
      traceId,
      retryAt: untilMidnight ? nextPacificMidnight(now) : retryAfter(response.headers['retry-after'], now),
    };
  }
  const oauth = oauthBody.safeParse(response.json);
  if (!oauth.success) return null;
  const { error, error_description } = oauth.data;
  return { keys: [error], platformCode: error, platformMessage: plain(error_description), traceId };
}

/**
 * The error that an answer other than the expected one stands for.
 *
 * `armed`: only a known refusal is definite; every 'temporary' code, 408, 5xx and whatever is not Google's shape is
 * `unknown`. Not armed: nothing became visible, so what we do not know is `temporary` and is tried again.
 */
export function youtubeError(
  response: HttpResponse,
  now: Date,
  moment: Moment,
  table: readonly ErrorRule[] = ERROR_RULES,
): PublishError {
  const answer = youtubeAnswer(response, now);
  const error = answer === null ? notTheirs(response) : classify(table, answer, now);
  return aroundArm(error, response, moment);
}

/**
 * Of what follows a video. What it lacks is no reason to give the account up; and what YouTube does not find has surely
 * not been changed.
 */
export function followUpError(
  response: HttpResponse,
  now: Date,
  moment: Moment,
  own: readonly ErrorRule[],
): PublishError {
  const rules = [...own, ...FOLLOW_UP_RULES, ...ERROR_RULES];
  const notFound = response.status === 404 && youtubeAnswer(response, now) !== null;
  return youtubeError(response, now, notFound ? 'not armed' : moment, rules);
}

const notTheirs = (response: HttpResponse) =>
  notDescribed(
    response,
    "YouTube's documentation",
    'If it happens again, look for a proxy in between.',
    response.headers['x-guploader-uploadid'],
  );

/** Messages carry links as HTML. */
function plain(message: string): string {
  return clip(redactText(message.replace(/<[^>]*>/g, '')), 500);
}

/** https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3: seconds or a date. */
function retryAfter(value: string | undefined, now: Date): Date | undefined {
  if (value === undefined) return undefined;
  const time = /^\d+$/.test(value) ? now.getTime() + Number(value) * 1000 : Date.parse(value);
  return Number.isNaN(time) ? undefined : new Date(time);
}
