import { z } from 'zod';
import { aroundArm, type Moment, notDescribed } from '../../core/answer-errors.ts';
import { clip } from '../../core/clip.ts';
import { classify, type PlatformAnswer, type PublishError } from '../../core/errors.ts';
import type { HttpResponse } from '../../core/http.ts';
import { redactText } from '../../core/redact-text.ts';
import { ERROR_RULES, SENTENCES } from './error-table.ts';

/** Said of a file in so many words: nothing was published. */
const ABOUT_FILES: readonly string[] = ['MEDIA_NOT_READY', 'MEDIA_LOST'];

// https://docs.joinmastodon.org/entities/Error/
const errorBody = z.object({ error: z.string(), error_description: z.string().optional().catch(undefined) });

/** An answer in Mastodon's own error shape, or null: HTML, a proxy's page, a success. */
function mastodonAnswer(response: HttpResponse, now: Date): PlatformAnswer | null {
  const body = errorBody.safeParse(response.json);
  if (!body.success || response.status < 400) return null;
  const said = body.data.error_description ?? body.data.error;
  const known = SENTENCES.find(
    ([status, sentence]) =>
      status === response.status && (sentence.test(said) || sentence.test(body.data.error)),
  );
  const code = known?.[2] ?? `HTTP_${response.status}`;
  return {
    keys: known === undefined ? [] : [code],
    platformCode: code,
    platformMessage: clip(redactText(said.trim()), 500),
    traceId: response.headers['x-request-id'],
    retryAt: response.status === 429 ? resetAt(response.headers['x-ratelimit-reset'], now) : undefined,
  };
}

/**
 * The error that an answer other than the expected one stands for. `armed`: only a known refusal is definite, or that a
 * file is missing. Not armed: nothing became visible, so what we do not know is `temporary` and is tried again.
 */
export function mastodonError(response: HttpResponse, now: Date, moment: Moment): PublishError {
  const answer = mastodonAnswer(response, now);
  const error = answer === null ? notTheirs(response) : classify(ERROR_RULES, answer, now);
  return aroundArm(error, response, moment, ABOUT_FILES);
}

const notTheirs = (response: HttpResponse) =>
  notDescribed(
    response,
    "Mastodon's documentation",
    'If it happens again, look whether the server of the account is well and really runs Mastodon.',
    response.headers['x-request-id'],
  );

/** ISO 8601 here, where others send seconds; a time that is past says nothing. */
function resetAt(value: string | undefined, now: Date): Date | undefined {
  const at = Date.parse(value ?? '');
  return at > now.getTime() ? new Date(at) : undefined;
}
