import postgres from 'postgres';
import { isLoopback } from '../../core/loopback.ts';
import type { Secret } from '../../core/secret.ts';
import { migrationError } from './errors.ts';

const CONNECT_SECONDS = 10;

/**
 * One connection for `use`. The password goes over TLS, except to this machine or where the URL says otherwise with
 * sslmode. Nothing is prepared: poolers in transaction mode do not know prepared statements.
 * @throws MigrationError
 */
export async function withDatabase<T>(
  databaseUrl: Secret,
  onNotice: (text: string) => void,
  use: (sql: postgres.Sql) => Promise<T>,
): Promise<T> {
  const url = new URL(databaseUrl.reveal());
  const saysItself = url.searchParams.has('sslmode') || url.searchParams.has('ssl');
  const sql = postgres(databaseUrl.reveal(), {
    max: 1,
    prepare: false,
    fetch_types: false,
    connect_timeout: CONNECT_SECONDS,
    connection: { application_name: 'content-publisher migrate' },
    onnotice: (notice) => onNotice(notice['message'] ?? ''),
    ...(saysItself || isLoopback(url.hostname) ? {} : { ssl: 'require' as const }),
  });
  try {
    return await use(sql);
  } catch (error) {
    throw migrationError(error);
  } finally {
    await sql.end({ timeout: 1 });
  }
}
