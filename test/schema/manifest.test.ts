import { describe, expect, it } from 'vitest';
import { SCHEMA_VERSION } from '../../src/core/store.ts';
import { applyMigrations } from '../../src/sandbox/migrations.ts';
import { APP_COLUMNS, readCatalog } from '../../src/store/migrations/catalog.ts';
import { compareCatalogs } from '../../src/store/migrations/compare.ts';
import { readManifest } from '../../src/store/migrations/manifest.ts';
import { openTestSupabase, useSupabase } from '../support/supabase.ts';
import { SCHEMA_FOLDER, VERSIONS } from './schema.ts';

const HINT = 'run "npx tsx scripts/make-manifest.ts"';

describe.each(VERSIONS)('supabase/manifest.json on PostgreSQL %s', (version) => {
  const empty = useSupabase({ version, app: 'none' });
  const existing = useSupabase({ version, app: 'old' });

  it('is what the migrations make of an empty project', async () => {
    expect(await readCatalog(empty().sql), HINT).toEqual(await readManifest(SCHEMA_FOLDER));
  });

  it('is what they make beside the tables of the app, too', async () => {
    expect(await readCatalog(existing().sql), HINT).toEqual(await readManifest(SCHEMA_FOLDER));
  });
});

describe('supabase/manifest.json', () => {
  it('has the version that this program speaks', async () => {
    expect((await readManifest(SCHEMA_FOLDER))['schema version']).toBe(String(SCHEMA_VERSION));
  });

  it('names every column that the migrations add to the tables of the app', async () => {
    const { sql, stop } = await openTestSupabase();
    for (const [table, columns] of Object.entries(APP_COLUMNS)) {
      if (table === 'content_campaigns') continue;
      for (const column of columns) {
        await sql`alter table ${sql(`public.${table}`)} drop column ${sql(column)} cascade`;
      }
    }
    expect(compareCatalogs(await readManifest(SCHEMA_FOLDER), await readCatalog(sql))).toHaveLength(21);
    await applyMigrations(sql);
    expect(await readCatalog(sql)).toEqual(await readManifest(SCHEMA_FOLDER));
    await stop();
  });
});
