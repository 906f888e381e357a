import type { Config, ConfigWith } from '../config/config.ts';
import { StoreError } from '../core/store.ts';
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

/** Whose access ends soon, at 14, 7, 3 and 1 days: in cron's mail, and for NOTIFY_WEBHOOK_URL. */
export async function warnOfEnds(
  config: ConfigWith<'supabase' | 'encryption'>,
  { store, notice, log }: TickDeps,
): Promise<void> {
  try {
    await noteEnds(config, store, notice);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    log.error('Whose access ends soon could not be read; it is looked for again in some hours.', {
      error: error.message,
    });
  }
}

async function noteEnds(
  config: ConfigWith<'supabase' | 'encryption'>,
  store: TickDeps['store'],
  notice: TickDeps['notice'],
): Promise<void> {
  const { readAccounts } = await import('./connections/read-accounts.ts');
  const { accounts } = await readAccounts(config);
  const ending = accounts.flatMap(({ connection, accountId, warning }) =>
    warning === null || warning.level === 0
      ? []
      : [{ connectionId: connection.id, accountId, level: warning.level, warning }],
  );
  if (ending.length === 0) return;
  const fresh = await store.noteExpiring(
    ending.map(({ warning, ...note }) => ({
      ...note,
      problem: { kind: 'auth', code: 'ACCESS_ENDS', message: warning.sentence, hint: warning.hint },
    })),
  );
  for (const { connectionId, warning } of ending) {
    if (fresh.includes(connectionId)) notice(`${warning.sentence} ${warning.hint}`);
  }
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
