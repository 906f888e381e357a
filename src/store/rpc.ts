import { inspect } from 'node:util';
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
  const client = createClient(connection.url, connection.serviceRoleKey.reveal(), {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
    realtime: { transport: class {} as never },
    global: { fetch: fetchWithin(connection.timeoutMs) },
  });
  // It carries the key in a dozen members: whoever dumps it, or what holds it, sees none of them.
  const shown = () => `SupabaseClient(${connection.url})`;
  return Object.defineProperties(client, {
    [inspect.custom]: { value: shown },
    toJSON: { value: shown },
  });
}

/**
 * fetch that gives up after so many milliseconds, the body included. Not AbortSignal.any over AbortSignal.timeout:
 * the time-out is lost when garbage is collected meanwhile (nodejs/node#57736), and a tick that waits never ends.
 * The timer keeps the process alive: were it the connection alone, a fetch that never settles after its connection has
 * gone would let the process run empty and end in the middle of a tick.
 */
function fetchWithin(timeoutMs: number): typeof fetch {
  return async (input, init) => {
    const controller = new AbortController();
    const late = new DOMException(`No answer within ${timeoutMs} ms.`, 'TimeoutError');
    init?.signal?.addEventListener('abort', () => controller.abort(late));
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        controller.abort(late);
        reject(late);
      }, timeoutMs);
    });
    const whole = async (): Promise<Response> => {
      const answer = await fetch(input, { ...init, signal: controller.signal });
      const { status, statusText, headers } = answer;
      const body = await answer.arrayBuffer();
      return new Response(body.byteLength === 0 ? null : body, { status, statusText, headers });
    };
    try {
      return await Promise.race([whole(), timeout]);
    } finally {
      clearTimeout(timer);
    }
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
