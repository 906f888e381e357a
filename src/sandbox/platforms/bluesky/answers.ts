import { Refusal } from '../refusal.ts';
import type { SimResponse } from '../simulator.ts';

/** The protocol's only error shape. */
export function answerError(status: number, error: string, message: string): SimResponse {
  return { status, json: { error, message } };
}

export function refuse(status: number, error: string, message: string): never {
  throw new Refusal(answerError(status, error, message));
}

export function invalid(message: string): never {
  return refuse(400, 'InvalidRequest', message);
}

export const EXPIRED = answerError(400, 'ExpiredToken', 'Token has expired');

export function rateLimited(now: Date): SimResponse {
  const reset = Math.floor(now.getTime() / 1000) + 300;
  return {
    ...answerError(429, 'RateLimitExceeded', 'Rate Limit Exceeded'),
    headers: {
      'ratelimit-limit': '3000',
      'ratelimit-remaining': '0',
      'ratelimit-reset': String(reset),
      'ratelimit-policy': '3000;w=300',
    },
  };
}
