import type { PostgresVersion } from './postgres-binaries.ts';

/** The superuser of a hosted project. The role named postgres is not one there, and so it is not one here. */
export const SUPERUSER = 'supabase_admin';

/** What another process needs to use a running server; plain data. */
export interface PostgresAddress {
  readonly version: PostgresVersion;
  /** On 127.0.0.1. */
  readonly port: number;
  /** One for all roles that may log in. */
  readonly password: string;
  /** Removed when the server stops; other parts of the sandbox keep their files here too. */
  readonly directory: string;
}

export function urlFor(server: PostgresAddress, role: string, database: string): string {
  return `postgres://${role}:${server.password}@127.0.0.1:${server.port}/${database}`;
}
