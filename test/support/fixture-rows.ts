import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Supabase } from '../../src/sandbox/supabase/start-supabase.ts';

const FILE = new URL('../fixtures/rows.json', import.meta.url);

/** The origin that the fixture's media URLs have. */
const FIXTURE_ORIGIN = 'https://abcd1234.supabase.co';

const Fixture = z.object({
  rows: z.array(z.object({ table: z.string(), note: z.string(), row: z.record(z.string(), z.unknown()) })),
});

export type FixtureRow = z.infer<typeof Fixture>['rows'][number];

export interface FixtureOptions {
  /** Makes the ciphertext of a token, with the key that the publisher will get. */
  readonly encrypt: (plaintext: string) => string;
  /** Replaces the origin of the media URLs: the project's own url. */
  readonly storageOrigin: string;
}

/** The fixture's rows with tokens encrypted and media URLs mapped, in an order that satisfies the foreign keys. */
async function readFixtureRows(options: FixtureOptions): Promise<FixtureRow[]> {
  const text = (await readFile(FILE, 'utf8')).replaceAll(FIXTURE_ORIGIN, options.storageOrigin);
  const marker = '@FERNET:';
  const filled: unknown = JSON.parse(text, (_key, value: unknown) =>
    typeof value === 'string' && value.startsWith(marker)
      ? options.encrypt(value.slice(marker.length))
      : value,
  );
  return Fixture.parse(filled).rows;
}

/** Loads the fixture's users and rows into a project that has the app's tables; returns what was loaded. */
export async function loadFixtureRows(
  { sql }: Pick<Supabase, 'sql'>,
  options: FixtureOptions,
): Promise<FixtureRow[]> {
  const rows = await readFixtureRows(options);
  const users = rows.filter(({ table }) => table === 'profiles').map(({ row }) => String(row['id']));
  await sql.begin(async (transaction) => {
    for (const id of users)
      await transaction`insert into auth.users (id, email) values (${id}, ${`${id}@example.test`})`;
    for (const { table, row } of rows) {
      const columns = transaction(Object.keys(row));
      // The table's own row type converts: arrays, jsonb, dates, and NULL where the fixture says null.
      await transaction`
        insert into ${transaction(`public.${table}`)} (${columns})
        select ${columns}
        from json_populate_record(null::${transaction(`public.${table}`)}, ${JSON.stringify(row)}::text::json)`;
    }
  });
  return rows;
}
