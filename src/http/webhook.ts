import { createHmac } from 'node:crypto';
import type { Secret } from '../core/secret.ts';
import { callOut } from './call-out.ts';

export interface Webhook {
  readonly url: Secret;
  /** Without it nothing is signed. */
  readonly secret: Secret | undefined;
  readonly timeoutMs: number;
  readonly userAgent: string;
  now(): Date;
}

/** Posts JSON, signed as Standard Webhooks says; null when it was answered with 2xx, else why not. */
export function postToWebhook(webhook: Webhook, id: string, body: string): Promise<string | null> {
  const timestamp = Math.floor(webhook.now().getTime() / 1_000);
  const { secret } = webhook;
  return callOut(webhook.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'user-agent': webhook.userAgent,
      'webhook-id': id,
      'webhook-timestamp': String(timestamp),
      ...(secret === undefined ? {} : { 'webhook-signature': signature(secret, id, timestamp, body) }),
    },
    body,
    timeoutMs: webhook.timeoutMs,
  });
}

/**
 * HMAC-SHA256 over id, time and body: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md.
 * A secret 'whsec_…' is base64 as there; any other is taken as it is written.
 */
export function signature(secret: Secret, id: string, timestamp: number, body: string): string {
  const text = secret.reveal();
  const key = text.startsWith('whsec_') ? Buffer.from(text.slice(6), 'base64') : Buffer.from(text);
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
}
