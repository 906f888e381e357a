import type { Publisher } from './publisher.ts';

/** Runs `work` in an installation whose platform_settings holds keys and values; undefined: that has no such table. */
export async function withPlatformSettings<T>(
  { supabase }: Pick<Publisher, 'supabase'>,
  type: 'json' | 'jsonb' | 'text' | undefined,
  rows: Readonly<Record<string, unknown>>,
  work: () => Promise<T>,
): Promise<T> {
  const { sql } = supabase;
  await sql`alter table public.platform_settings rename to platform_settings_of_connections`;
  try {
    if (type !== undefined) {
      await sql.unsafe(
        `create table public.platform_settings (id bigint generated always as identity, key text unique, value ${type})`,
      );
      for (const [key, value] of Object.entries(rows)) {
        const text =
          value === null
            ? null
            : typeof value === 'string' && type === 'text'
              ? value
              : JSON.stringify(value);
        await sql.unsafe(
          `insert into public.platform_settings (key, value) values ($1, ($2::text)::${type})`,
          [key, text],
        );
      }
    }
    return await work();
  } finally {
    await sql`drop table if exists public.platform_settings`;
    await sql`alter table public.platform_settings_of_connections rename to platform_settings`;
  }
}
