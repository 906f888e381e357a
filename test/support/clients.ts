import { createClient, type SupabaseClient } from '@supabase/supabase-js';
import type { Supabase } from '../../src/sandbox/supabase/start-supabase.ts';

type Keys = Pick<Supabase, 'url' | 'anonKey' | 'serviceRoleKey' | 'signUserJwt'>;

/** supabase-js as the publisher uses it. */
export function serviceClient(project: Keys, key: string = project.serviceRoleKey): SupabaseClient {
  return clientWith(project.url, key, {});
}

/** supabase-js as the web app uses it before anyone has signed in. */
export function anonClient(project: Keys): SupabaseClient {
  return clientWith(project.url, project.anonKey, {});
}

/** supabase-js as the web app uses it for a signed-in user. */
export function userClient(project: Keys, userId: string): SupabaseClient {
  return clientWith(project.url, project.anonKey, { Authorization: `Bearer ${project.signUserJwt(userId)}` });
}

function clientWith(url: string, key: string, headers: Record<string, string>): SupabaseClient {
  return createClient(url, key, {
    auth: { persistSession: false, autoRefreshToken: false },
    global: { headers },
    // Node 20 has no WebSocket, without one createClient throws from 2.106 on, and nothing here listens to changes.
    realtime: { transport: class {} as never },
  });
}
