import type { Secret } from '../core/secret.ts';

export interface CallOut {
  readonly method: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly timeoutMs: number;
}

/**
 * Calls an address of the operator's own, which gives access by being known: it stands in no message. Not createHttp,
 * which would cost each idle tick with a heartbeat the loading of undici; fetch is there for the database.
 *
 * @returns null when it was answered with 2xx, else why not
 */
export async function callOut(url: Secret, call: CallOut): Promise<string | null> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), call.timeoutMs);
  try {
    const { ok, status, body } = await fetch(url.reveal(), {
      method: call.method,
      ...(call.headers === undefined ? {} : { headers: call.headers }),
      ...(call.body === undefined ? {} : { body: call.body }),
      redirect: 'manual',
      signal: controller.signal,
    });
    await body?.cancel();
    return ok ? null : `it was answered with HTTP ${status}.`;
  } catch (error) {
    if (controller.signal.aborted) return `no answer within ${call.timeoutMs / 1_000} s.`;
    return `no answer (${reasonOf(error)}).`;
  } finally {
    clearTimeout(timer);
  }
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause ? String(cause.code) : 'the connection failed';
}
