import { StoreError } from '../core/store.ts';

export interface DataApiError {
  readonly code?: string;
  readonly message: string;
  readonly details?: string | null;
  readonly hint?: string | null;
}

const MIGRATE = 'Run "content-publisher migrate" to bring the database up to date.';

// docs.postgrest.org/en/stable/references/errors.html and PostgreSQL's appendix A.
const MISSING = new Set(['PGRST202', 'PGRST205', '42P01', '42883', '42703', '3F000']);
const RIGHTS = new Set(['42501', 'PGRST301', 'PGRST302', 'PGRST303', '28000', '28P01']);
const NO_DATABASE = new Set([
  'PGRST000',
  'PGRST001',
  'PGRST002',
  'PGRST003',
  '57P01',
  '57P03',
  '53300',
  '08006',
]);
/** Serialization failure, deadlock, lock not available, statement timed out: the same call may succeed a moment later. */
const AGAIN = new Set(['40001', '40P01', '55P03', '57014']);

/** What an error answer of the Data API means for a tick. */
export function storeError(name: string, status: number, error: DataApiError): StoreError {
  const code = error.code ?? '';
  const said = [error.message, error.details].filter(Boolean).join(' ');
  if (code === 'CPLST') return new StoreError('lost', error.message, 'Another tick took it over.');
  if (code === 'CPVER') return new StoreError('config', error.message, error.hint ?? MIGRATE);
  if (MISSING.has(code) || (status === 404 && code === '')) {
    return new StoreError('config', `The database lacks something that ${name} needs: ${said}`, MIGRATE);
  }
  if (RIGHTS.has(code) || status === 401 || status === 403) {
    return new StoreError(
      'config',
      `The database refused the key or its rights on ${name}: ${said}`,
      'SUPABASE_SERVICE_ROLE_KEY must be the service_role (or sb_secret_…) key of this project; then run "content-publisher migrate", which sets the rights.',
    );
  }
  if (status === 0 || status >= 500 || NO_DATABASE.has(code) || AGAIN.has(code) || code === '') {
    // details is a stack here (postgrest-js): the first line of the message says what a person needs.
    const why = error.message.split('\n')[0]?.trim() || `HTTP ${status}`;
    return new StoreError(
      'unreachable',
      `The database did not answer ${name}: ${why}`,
      'Check SUPABASE_URL, the network, and whether the project is paused.',
      error,
    );
  }
  return new StoreError(
    'fault',
    `The database refused ${name} (${code}): ${said}`,
    'This is a fault of content-publisher or of a trigger in the database; please report it with this line.',
    error,
  );
}
