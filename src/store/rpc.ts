import { createClient, type SupabaseClient } from '@supabase/supabase-js';
import type { Secret } from '../core/secret.ts';
import { StoreError } from '../core/store.ts';
import { storeError } from './errors.ts';

export interface Connection {
  readonly url: string;
  readonly serviceRoleKey: Secret;
  readonly timeoutMs: number;
}

/** Asked again after these pauses when the answer was lost: every function repeats harmlessly under its arguments. */
const PAUSES_MS = [200, 1_000, 3_000] as const;

/** supabase-js without what a command that exits does not need; Node 20 has no WebSocket for realtime. */
export function connect(connection: Connection): SupabaseClient {
  return createClient(connection.url, connection.serviceRoleKey.reveal(), {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
    realtime: { transport: class {} as never },
    global: { fetch: fetchWithin(connection.timeoutMs) },
  });
}

/**
 * fetch that gives up after so many milliseconds, the body included. Not AbortSignal.any over AbortSignal.timeout:
 * the time-out is lost when garbage is collected meanwhile (nodejs/node#57736), and a tick that waits never ends.
 */
function fetchWithin(timeoutMs: number): typeof fetch {
  return (input, init) => {
    const controller = new AbortController();
    const stop = () =>
      controller.abort(new DOMException(`No answer within ${timeoutMs} ms.`, 'TimeoutError'));
    setTimeout(stop, timeoutMs).unref();
    init?.signal?.addEventListener('abort', stop);
    return fetch(input, { ...init, signal: controller.signal });
  };
}

/** `onFailure` is called when the first attempt failed, before it is repeated or given up. */
export type Rpc = (
  name: string,
  args: Readonly<Record<string, unknown>>,
  onFailure?: () => void,
) => Promise<unknown>;

export function createRpc(client: SupabaseClient, pauses: readonly number[] = PAUSES_MS): Rpc {
  return async (name, args, onFailure) => {
    for (let attempt = 0; ; attempt += 1) {
      const failure = await once(client, name, args);
      if ('data' in failure) return failure.data;
      const pause = pauses[attempt];
      if (attempt === 0) onFailure?.();
      if (failure.error.kind !== 'unreachable' || pause === undefined) throw failure.error;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  };
}

async function once(
  client: SupabaseClient,
  name: string,
  args: Readonly<Record<string, unknown>>,
): Promise<{ readonly data: unknown } | { readonly error: StoreError }> {
  try {
    const { data, error, status } = await client.rpc(name, args);
    return error === null ? { data } : { error: storeError(name, status, error) };
  } catch (cause) {
    return {
      error: new StoreError(
        'unreachable',
        `The database did not answer ${name}.`,
        'Check SUPABASE_URL, the network, and whether the project is paused.',
        cause,
      ),
    };
  }
}
