import type { SimResponse } from '../simulator.ts';

/** TikTok's envelope. https://developers.tiktok.com/doc/tiktok-api-v2-error-handling */
export function ok(data: object): SimResponse {
  return { status: 200, json: { data, error: { code: 'ok', message: '', log_id: logId() } } };
}

/** 64-bit numbers stand in the text as they are, which JSON.stringify cannot write. */
export function okWithIds(data: object, ids: readonly string[]): SimResponse {
  const error = { code: 'ok', message: '', log_id: logId() };
  const text = JSON.stringify({ data: { ...data, publicaly_available_post_id: '@ids' }, error });
  return {
    status: 200,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    text: text.replace('"@ids"', `[${ids.join(',')}]`),
  };
}

export function apiError(status: number, code: string, message: string): SimResponse {
  return { status, json: { data: {}, error: { code, message, log_id: logId() } } };
}

export function invalidParams(message: string): SimResponse {
  return apiError(400, 'invalid_params', message);
}

export function tokenInvalid(): SimResponse {
  return apiError(401, 'access_token_invalid', 'The access token is invalid or not found in the request.');
}

export function scopeMissing(scope: string): SimResponse {
  return apiError(
    401,
    'scope_not_authorized',
    `The user did not authorize the scope required for completing this request: ${scope}.`,
  );
}

export function rateLimited(): SimResponse {
  return apiError(429, 'rate_limit_exceeded', 'The API rate limit was exceeded. Please try again later.');
}

/** Answered with 200, as TikTok's reference of creator_info says. */
export function tooManyPosts(status: 200 | 403): SimResponse {
  return apiError(
    status,
    'spam_risk_too_many_posts',
    'The daily post cap from the API is reached for the current user.',
  );
}

export function internalError(): SimResponse {
  return apiError(500, 'internal_error', 'Something is wrong. Please try again later.');
}

/** The upload servers say everything by the status. */
export function uploadAnswer(status: number, headers: Readonly<Record<string, string>> = {}): SimResponse {
  return { status, headers, text: '' };
}

let logs = 0;
function logId(): string {
  logs += 1;
  return `20261121000000SIM${String(logs).padStart(12, '0')}`;
}
