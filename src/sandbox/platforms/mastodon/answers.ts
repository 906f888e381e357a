import { Refusal } from '../refusal.ts';
import type { SimResponse } from '../simulator.ts';

/** Mastodon's errors are a status and a sentence. */
export function answerError(status: number, error: string): SimResponse {
  return { status, json: { error } };
}

export function refuse(status: number, error: string): never {
  throw new Refusal(answerError(status, error));
}

export const INVALID_TOKEN = answerError(401, 'The access token is invalid');

/** config/initializers/rack_attack.rb */
export function throttled(now: Date): SimResponse {
  const reset = new Date(now.getTime() + 5 * 60_000).toISOString();
  return {
    ...answerError(429, 'Too many requests'),
    headers: { 'x-ratelimit-limit': '300', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset },
  };
}
