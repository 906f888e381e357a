/** What PostgREST tells of a database error; SQLSTATE in `code`. */
export interface PostgrestError {
  readonly code: string;
  readonly details: string | null;
  readonly hint: string | null;
  readonly message: string;
}

/**
 * HTTP status by SQLSTATE, most specific first: the table of PostgREST 14.
 * https://docs.postgrest.org/en/v14/references/errors.html#http-status-codes
 */
const STATUSES: readonly (readonly [prefix: string, status: number])[] = [
  ['23503', 409],
  ['23505', 409],
  ['25006', 405],
  ['42883', 404],
  ['42P01', 404],
  ['42P17', 500],
  ['53400', 500],
  ['P0001', 400],
  ['08', 503],
  ['09', 500],
  ['0L', 403],
  ['0P', 403],
  ['25', 500],
  ['28', 403],
  ['2D', 500],
  ['38', 500],
  ['39', 500],
  ['3B', 500],
  ['40', 500],
  ['53', 503],
  ['54', 500],
  ['55', 500],
  ['57', 500],
  ['58', 500],
  ['F0', 500],
  ['HV', 500],
  ['P0', 500],
  ['XX', 500],
  ['PGRST00', 503],
];

/** Missing rights answer 401 to who has not signed in, since signing in may help. */
export function httpStatusOf(sqlState: string, role: string): number {
  if (sqlState === '42501') return role === 'anon' ? 401 : 403;
  const asked = /^PT([2-5]\d\d)$/.exec(sqlState);
  if (asked) return Number(asked[1]);
  return STATUSES.find(([prefix]) => sqlState.startsWith(prefix))?.[1] ?? 400;
}

/** The answer's body for an error that PostgreSQL itself sent; undefined for any other. */
export function postgrestErrorOf(error: unknown): PostgrestError | undefined {
  if (!(error instanceof Error) || error.name !== 'PostgresError') return undefined;
  const read = (key: string): string | null => {
    const value: unknown = Reflect.get(error, key);
    return typeof value === 'string' ? value : null;
  };
  const code = read('code');
  if (code === null) return undefined;
  return { code, details: read('detail'), hint: read('hint'), message: error.message };
}

/** What PostgREST says when it has lost the database. */
export function connectionErrorOf(error: unknown): PostgrestError {
  const details = error instanceof Error ? error.message : String(error);
  return {
    code: 'PGRST001',
    details,
    hint: null,
    message: 'Database client error. Retrying the connection.',
  };
}
