import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Secret } from '../src/core/secret.ts';
import { urlFor } from '../src/sandbox/supabase/postgres-address.ts';
import { startPostgres } from '../src/sandbox/supabase/postgres-server.ts';
import { DEFAULT_DATABASE, makeProject, makeRoles } from '../src/sandbox/supabase/project.ts';
import { applyFiles } from '../src/store/migrations/apply.ts';
import { readCatalog } from '../src/store/migrations/catalog.ts';
import { readMigrations } from '../src/store/migrations/files.ts';
import { manifestPath } from '../src/store/migrations/manifest.ts';
import { withDatabase } from '../src/store/migrations/session.ts';

// Writes supabase/manifest.json, what `content-publisher migrate --check` compares with. Run it after every change of
// supabase/migrations; test/schema/manifest.test.ts fails until then.
const folder = fileURLToPath(new URL('../supabase', import.meta.url));
const server = await startPostgres();
try {
  await makeRoles(server);
  await makeProject(server, DEFAULT_DATABASE);
  const url = new Secret(urlFor(server, 'postgres', DEFAULT_DATABASE));
  const catalog = await withDatabase(
    url,
    () => undefined,
    async (sql) => {
      await applyFiles(sql, await readMigrations(folder), () => undefined);
      return readCatalog(sql);
    },
  );
  await writeFile(manifestPath(folder), `${JSON.stringify(catalog, null, 2)}\n`);
} finally {
  await server.stop();
}
