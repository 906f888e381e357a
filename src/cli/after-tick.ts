import type { Config } from '../config/config.ts';
import type { TickDeps } from '../tick/deps.ts';
import { USER_AGENT } from './project.ts';

const CALL_MS = 5_000;

/** What somebody must hear of goes to NOTIFY_WEBHOOK_URL. */
export async function tellOthers({ notify, testUser }: Config, { store, log, now }: TickDeps): Promise<void> {
  const { webhookUrl: url, webhookSecret: secret } = notify;
  if (url === undefined) return;
  const [{ tell }, { noticeBody }, { postToWebhook }] = await Promise.all([
    import('../tick/tell.ts'),
    import('../core/notice.ts'),
    import('../http/webhook.ts'),
  ]);
  const webhook = { url, secret, timeoutMs: CALL_MS, userAgent: USER_AGENT, now };
  await tell({ store, log }, testUser.id ?? null, (notice) =>
    postToWebhook(webhook, notice.id, noticeBody(notice)),
  );
}

/** After a good tick only: whoever waits for it learns that cron, the configuration or the database is broken. */
export async function beat({ notify }: Config, { log }: TickDeps): Promise<void> {
  if (notify.heartbeatUrl === undefined) return;
  const { callOut } = await import('../http/call-out.ts');
  const failure = await callOut(notify.heartbeatUrl, {
    method: 'GET',
    headers: { 'user-agent': USER_AGENT },
    timeoutMs: CALL_MS,
  });
  if (failure !== null) log.warn(`HEARTBEAT_URL did not take the call: ${failure}`);
}
