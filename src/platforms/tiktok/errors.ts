import { z } from 'zod';
import { aroundArm, type Moment, notDescribed } from '../../core/answer-errors.ts';
import { clip } from '../../core/clip.ts';
import {
  classify,
  type ErrorRule,
  type PlatformAnswer,
  type Problem,
  type PublishError,
} from '../../core/errors.ts';
import type { HttpResponse } from '../../core/http.ts';
import { redactText } from '../../core/redact-text.ts';
import { saidIn } from './answers.ts';
import { ERROR_RULES, FAIL_RULES, TOKEN_RULES } from './error-rules.ts';

const oauthBody = z.object({
  error: z.string(),
  error_description: z.string().catch(''),
  log_id: z.string().optional().catch(undefined),
});

/** An answer in TikTok's own error shape, or null: HTML, a proxy's page, a success. The status says nothing: 200 too. */
function tiktokAnswer(response: HttpResponse, now: Date): PlatformAnswer | null {
  const said = saidIn(response);
  if (said === null || said.code === 'ok') return null;
  return {
    keys: [said.code],
    platformCode: said.code,
    platformMessage: clip(redactText(said.message), 500),
    traceId: said.log_id,
    retryAt: retryAfter(response.headers['retry-after'], now),
  };
}

/**
 * The error that an answer other than the expected one stands for.
 *
 * `armed`: only a known refusal is definite; 'temporary' ones, 408, 5xx and whatever is not TikTok's shape (what its
 * upload servers answer has none) are `unknown`. Not armed: nothing became visible, so what we do not know is tried again.
 */
export function tiktokError(response: HttpResponse, now: Date, moment: Moment): PublishError {
  return settled(tiktokAnswer(response, now), response, now, moment, ERROR_RULES);
}

/** The token endpoint answers in OAuth's shape. */
export function tokenError(response: HttpResponse, now: Date): PublishError {
  const oauth = oauthBody.safeParse(response.json);
  if (!oauth.success) return tiktokError(response, now, 'not armed');
  const { error, error_description, log_id } = oauth.data;
  // The documentation says invalid_grant; X, whose documentation says so too, answers invalid_request.
  const refused = /refresh.?token.*(invalid|expired|revoked)/i.test(error_description)
    ? ['refresh token']
    : [];
  const answer = {
    keys: [...refused, error],
    platformCode: error,
    platformMessage: clip(redactText(error_description), 500),
    traceId: log_id,
  };
  return settled(answer, response, now, 'not armed', TOKEN_RULES);
}

/** TikTok had the post and gave it up for this reason: that is definite, also where nobody knows the reason. */
export function failure(reason: string, now: Date): Problem {
  const code = reason === '' ? 'FAILED' : reason;
  const answer = { keys: [code], platformCode: code, platformMessage: '' };
  const { kind, message, hint } = classify(FAIL_RULES, answer, now);
  return { kind: kind === 'auth' ? kind : 'rejected', code, message, hint };
}

function settled(
  answer: PlatformAnswer | null,
  response: HttpResponse,
  now: Date,
  moment: Moment,
  table: readonly ErrorRule[],
): PublishError {
  const error = answer === null ? notTheirs(response) : classify(table, answer, now);
  return aroundArm(error, response, moment);
}

const notTheirs = (response: HttpResponse) =>
  notDescribed(
    response,
    "TikTok's documentation",
    'If it happens again, look for a proxy in between.',
    saidIn(response)?.log_id,
  );

/** TikTok documents no header; a server in front of it may send the usual one. */
function retryAfter(value: string | undefined, now: Date): Date | undefined {
  if (value === undefined || !/^\d{1,9}$/.test(value)) return undefined;
  return new Date(now.getTime() + Number(value) * 1000);
}
