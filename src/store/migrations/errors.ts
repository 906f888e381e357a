/** config: exit 78; unreachable: 69; again: 75, the same call may succeed a moment later; fault: 70. */
export type MigrationErrorKind = 'config' | 'unreachable' | 'again' | 'fault';

export class MigrationError extends Error {
  override readonly name = 'MigrationError';
  readonly kind: MigrationErrorKind;
  readonly hint: string;

  constructor(kind: MigrationErrorKind, message: string, hint: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.kind = kind;
    this.hint = hint;
  }
}

interface Rule {
  /** Tried on "code message": codes of PostgreSQL (appendix A), of Node's sockets and TLS, and of the driver. */
  readonly matches: RegExp;
  readonly kind: MigrationErrorKind;
  readonly message: (said: string) => string;
  /** Where the database gives none of its own. */
  readonly hint: string;
}

const RULES: readonly Rule[] = [
  {
    matches: /^(55P03|40P01|40001) /,
    kind: 'again',
    message: (said) =>
      `Somebody else holds a lock that is needed (${said}). Nothing of this file was changed.`,
    hint: 'Try again in a moment; look for long transactions if it stays so.',
  },
  {
    matches: /^CPOPN /,
    kind: 'again',
    message: (said) => said,
    hint: 'Let "content-publisher run" follow them to their end first; --force forgets them.',
  },
  {
    matches: /^(42P07|42809|42P16) /,
    kind: 'config',
    message: (said) => said,
    hint: 'Rename what is not ours, then run "content-publisher migrate" again.',
  },
  {
    // The pooler's word for a user without the project's reference.
    matches: /^(28000|28P01) |Tenant or user not found/,
    kind: 'config',
    message: (said) => `The database refused the user or password of DATABASE_URL: ${said}`,
    hint: 'Copy it again from Connect → Session pooler in the Supabase dashboard, with the database password in it.',
  },
  {
    matches: /^3D000 /,
    kind: 'config',
    message: (said) => `DATABASE_URL names a database that is not there: ${said}`,
    hint: 'On Supabase it is called postgres.',
  },
  {
    matches: /^(42501|2BP01|3F000) /,
    kind: 'config',
    message: (said) => `The database refused it: ${said}`,
    hint: 'Connect as the user postgres of a Supabase project; what depends on tables of ours must go first.',
  },
  {
    matches: /^(57P0\d|53300|08\w{3}|E[A-Z]+|CONNECT(ION)?_\w+|\w*CERT\w*) /,
    kind: 'unreachable',
    message: (said) => `The database did not answer: ${said}`,
    hint: 'Check host and port of DATABASE_URL and the network, and whether the project is paused. A database without TLS needs ?sslmode=disable.',
  },
];

/** What an error of the driver means for a person. The URL and its password are in none of them. */
export function migrationError(error: unknown): MigrationError {
  if (error instanceof MigrationError) return error;
  const code = textOf(error, 'code');
  const said = error instanceof Error && error.message !== '' ? error.message : code;
  const rule = RULES.find(({ matches }) => matches.test(`${code} ${said}`));
  if (rule === undefined) {
    return new MigrationError(
      'fault',
      `The database refused it (${code}): ${said}`,
      'This is a fault of content-publisher or something unusual in the database; please report it with this line.',
      error,
    );
  }
  return new MigrationError(rule.kind, rule.message(said), textOf(error, 'hint') || rule.hint, error);
}

function textOf(error: unknown, key: string): string {
  const value: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, key) : undefined;
  return typeof value === 'string' ? value : '';
}
