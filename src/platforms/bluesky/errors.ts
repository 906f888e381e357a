import { z } from 'zod';
import { aroundArm, type Moment, notDescribed } from '../../core/answer-errors.ts';
import { clip } from '../../core/clip.ts';
import { classify, type PlatformAnswer, type PublishError } from '../../core/errors.ts';
import type { HttpResponse } from '../../core/http.ts';
import { redactText } from '../../core/redact-text.ts';
import { ERROR_RULES } from './error-table.ts';

const xrpcError = z.object({ error: z.string().min(1), message: z.string().catch('') });

/** An answer in the protocol's own error shape, or null: HTML, a proxy's page, a success. */
function blueskyAnswer(response: HttpResponse, now: Date): PlatformAnswer | null {
  const body = xrpcError.safeParse(response.json);
  if (!body.success || response.status < 400) return null;
  const { error, message } = body.data;
  // Missing files have no name of their own: packages/pds/src/actor-store/blob/transactor.ts
  const code = error === 'InvalidRequest' && /^Could not find blob/i.test(message) ? 'BlobNotFound' : error;
  return {
    keys: [code],
    platformCode: code,
    platformMessage: clip(redactText(message.trim()), 500),
    traceId: response.headers['x-request-id'],
    retryAt: response.status === 429 ? retryAt(response.headers, now) : undefined,
  };
}

/**
 * The error that an answer other than the expected one stands for. `armed`: only a known refusal is definite, or that a
 * file is missing. Not armed: nothing became visible, so what we do not know is `temporary` and is tried again.
 */
export function blueskyError(response: HttpResponse, now: Date, moment: Moment): PublishError {
  const answer = blueskyAnswer(response, now);
  const error = answer === null ? notTheirs(response) : classify(ERROR_RULES, answer, now);
  return aroundArm(error, response, moment, ['BlobNotFound']);
}

const notTheirs = (response: HttpResponse) =>
  notDescribed(
    response,
    'the AT Protocol',
    'If it happens again, look whether the server of the account is well.',
    response.headers['x-request-id'],
  );

/** `Retry-After` in seconds, else `RateLimit-Reset` in seconds since the epoch. */
function retryAt(headers: HttpResponse['headers'], now: Date): Date | undefined {
  const after = headers['retry-after'];
  if (after !== undefined && /^\d+$/.test(after)) return new Date(now.getTime() + Number(after) * 1000);
  const reset = Number(headers['ratelimit-reset']) * 1000;
  return reset > now.getTime() ? new Date(reset) : undefined;
}
