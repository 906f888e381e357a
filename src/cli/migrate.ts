import { join } from 'node:path';
import type { Secret } from '../core/secret.ts';
import { applyFiles, recordedByCli, takeDown } from '../store/migrations/apply.ts';
import { readCatalog } from '../store/migrations/catalog.ts';
import { compareCatalogs } from '../store/migrations/compare.ts';
import { MigrationError, type MigrationErrorKind } from '../store/migrations/errors.ts';
import { readDown, readMigrations } from '../store/migrations/files.ts';
import { readManifest } from '../store/migrations/manifest.ts';
import { withDatabase } from '../store/migrations/session.ts';
import { EXIT } from './exit-codes.ts';
import { CommandError, type Io } from './io.ts';
import { PROJECT_ROOT } from './project.ts';
import { readConfig } from './wire.ts';

const FOLDER = join(PROJECT_ROOT, 'supabase');

export interface MigrateOptions {
  /** Remove what is ours. */
  readonly down: boolean;
  /** With down: also while posts may be on their way. */
  readonly force: boolean;
  /** Compare only. */
  readonly check: boolean;
}

/** `migrate`: brings the database up to date, or removes what is ours (--down), or compares (--check). */
export async function runMigrate(options: MigrateOptions, io: Io): Promise<number> {
  if (options.down && options.check) {
    throw new CommandError(EXIT.usage, '--down and --check exclude each other.', 'Use one of them.');
  }
  const url = databaseUrl(io);
  if (url === undefined) return options.check ? nothingToCheck() : printSql(options, io);
  const run = options.check ? check : options.down ? down : up;
  try {
    return await run(url, options, io);
  } catch (error) {
    if (!(error instanceof MigrationError)) throw error;
    throw new CommandError(EXITS[error.kind], error.message, error.hint);
  }
}

const EXITS = {
  config: EXIT.config,
  unreachable: EXIT.unreachable,
  again: EXIT.again,
  fault: EXIT.fault,
} as const satisfies Record<MigrationErrorKind, number>;

function databaseUrl(io: Io): Secret | undefined {
  if ((io.env['DATABASE_URL'] ?? '').trim() === '') return undefined;
  return readConfig(io, ['database'], false).database.url;
}

async function up(url: Secret, _options: MigrateOptions, io: Io): Promise<number> {
  const files = await readMigrations(FOLDER);
  await withDatabase(
    url,
    () => undefined,
    (sql) => applyFiles(sql, files, (name) => io.out(`applied ${name}\n`)),
  );
  io.out('The database is up to date. Next: content-publisher run --dry-run\n');
  return EXIT.ok;
}

async function down(url: Secret, { force }: MigrateOptions, io: Io): Promise<number> {
  const [file, files] = await Promise.all([readDown(FOLDER), readMigrations(FOLDER)]);
  const recorded = await withDatabase(
    url,
    (notice) => io.err(`${notice}\n`),
    async (sql) => {
      await takeDown(sql, file, force);
      return recordedByCli(sql, files);
    },
  );
  io.out('Everything of content-publisher was removed; the tables of the app are as they were.\n');
  if (recorded.length > 0) {
    io.err(
      `The Supabase CLI still counts our migrations as applied. Before the next "supabase db push" run: supabase migration repair --status reverted ${recorded.join(' ')}\n`,
    );
  }
  return EXIT.ok;
}

async function check(url: Secret, _options: MigrateOptions, io: Io): Promise<number> {
  const expected = await readManifest(FOLDER);
  const found = await withDatabase(url, () => undefined, readCatalog);
  const differences = compareCatalogs(expected, found);
  if (differences.length === 0) {
    io.out('The database is as the migrations make it.\n');
    return EXIT.ok;
  }
  for (const difference of differences) io.out(`${difference}\n`);
  throw new CommandError(
    EXIT.config,
    `The database differs from the migrations in ${differences.length} ${differences.length === 1 ? 'point' : 'points'}.`,
    'Run "content-publisher migrate"; what stays different afterwards was made by hand.',
  );
}

function nothingToCheck(): never {
  throw new CommandError(
    EXIT.config,
    'DATABASE_URL is not set, so there is no database to compare with.',
    'Copy it from Connect → Session pooler in the Supabase dashboard.',
  );
}

async function printSql(options: MigrateOptions, io: Io): Promise<number> {
  const files = options.down ? [await readDown(FOLDER)] : await readMigrations(FOLDER);
  for (const { text } of files) io.out(`${text.trimEnd()}\n\n`);
  io.err(
    [
      'DATABASE_URL is not set, so nothing was changed: this is the SQL. Bring it to the database in one of these ways:',
      '  - paste it into the SQL editor of the Supabase dashboard and press Run',
      ...(options.down
        ? []
        : ['  - supabase db push, after copying the files of supabase/migrations into your own project']),
      '  - content-publisher migrate' +
        (options.down ? ' --down' : '') +
        ' | psql "<connection string from Connect in the dashboard>"',
      'Or set DATABASE_URL in .env and call it again.\n',
    ].join('\n'),
  );
  return EXIT.ok;
}
