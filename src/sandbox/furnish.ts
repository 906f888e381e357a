import type { SupabaseClient } from '@supabase/supabase-js';
import type postgres from 'postgres';
import type { Keyring } from '../core/encryption.ts';
import { accounts } from './accounts.ts';
import { insertRows, type Row } from './insert-rows.ts';
import { campaigns, people } from './people.ts';
import { BUCKETS, type SeedMedia, uploadSeedMedia } from './seed-media.ts';

/** Puts people, their accounts, campaigns and files into a project that has the app's tables and our migrations. */
export async function furnish(
  sql: postgres.Sql,
  client: SupabaseClient,
  keyring: Pick<Keyring, 'encrypt'>,
): Promise<SeedMedia> {
  // Whole minutes are the app's way to schedule, so a post that was due in this one must not count as older than we are.
  await sql`update public.publish_install set installed_at = installed_at - interval '2 minutes'`;
  await insertRows(
    sql,
    'storage.buckets',
    BUCKETS.map((name) => ({ id: name, name, public: true })),
  );
  await insertRows(
    sql,
    'auth.users',
    people.map(({ id, email }) => ({ id, email })),
  );
  await insertRows(
    sql,
    'public.profiles',
    people.map(({ id, name, shop, timezone }) => ({ id, name, business_name: shop, timezone })),
  );
  await insertRows(
    sql,
    'public.platform_connections',
    accounts.map(({ connection }) => encrypted(connection, keyring)),
  );
  await insertRows(sql, 'public.content_campaigns', campaigns);
  return uploadSeedMedia(client);
}

/** As the app stores tokens; the oldest ones, told by their prefix, lie there in clear. */
function encrypted(connection: Row, keyring: Pick<Keyring, 'encrypt'>): Row {
  const seal = (name: string) => ({ [name]: keyring.encrypt(String(connection[name])) });
  return {
    ...connection,
    ...(connection['token_source'] === 'manual' ? {} : seal('access_token_encrypted')),
    ...seal('refresh_token_encrypted'),
  };
}
