import { inspect } from 'node:util';

export const MASK = '[secret]';

/** Shorter ones might be words that a text may hold. */
const SHORTEST_KNOWN = 12;
const known = new Set<string>();
/** Longest first: one that begins another must not leave the rest of it. */
let inOrder: readonly string[] | undefined;

/**
 * A value that shows itself only to who asks for it by name; logs, templates and JSON get '[secret]'. Other texts that
 * hold it (a platform that repeats a token in its answer) are masked by `maskKnownSecrets`, for which it is remembered.
 */
export class Secret {
  #value: string;

  constructor(value: string) {
    this.#value = value;
    rememberSecret(value);
  }

  /** Hidden as the others, but not remembered: what may be a secret and mostly is none, e.g. the address of a file. */
  static unknown(value: string): Secret {
    const secret = new Secret('');
    secret.#value = value;
    return secret;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return MASK;
  }

  toJSON(): string {
    return MASK;
  }

  [inspect.custom](): string {
    return MASK;
  }
}

/** From now on every text that is masked is free of it. */
export function rememberSecret(value: string): void {
  if (value.length < SHORTEST_KNOWN || known.has(value)) return;
  known.add(value);
  inOrder = undefined;
}

/** The text without any secret that this process has had in its hands, as it is and percent-encoded. */
export function maskKnownSecrets(text: string): string {
  inOrder ??= [...known].sort((one, other) => other.length - one.length);
  return maskValues(text, inOrder);
}

export function maskValues(text: string, secrets: Iterable<string>): string {
  let masked = text;
  for (const secret of secrets) {
    if (secret === '') continue;
    masked = masked.replaceAll(secret, MASK).replaceAll(encodeURIComponent(secret), MASK);
  }
  return masked;
}
