import { clip } from './clip.ts';
import { redactText } from './redact-text.ts';

/**
 * What went wrong, in the few kinds that decide what happens next.
 *
 * | kind | what happens |
 * |---|---|
 * | rejected | final: the post becomes 'draft' with reason and next action |
 * | auth | one refresh, then the account is inactive; its posts are held |
 * | rate_limited | held until the platform's reset, for the scope it names |
 * | temporary | backoff with jitter, then final after MAX_ATTEMPTS |
 * | unknown | after the arm: it may be out; find decides, never a re-send |
 * | config | the operator's: the platform is held, exit 78 |
 * | unusable | this post cannot be published as it stands: reason, 'draft' |
 */
export const ERROR_KINDS = [
  'rejected',
  'auth',
  'rate_limited',
  'temporary',
  'unknown',
  'config',
  'unusable',
] as const;
export type ErrorKind = (typeof ERROR_KINDS)[number];

/** Whose limit it is: this remote account's, our registered app's, or the whole platform's. */
const HOLD_SCOPES = ['account', 'app', 'platform'] as const;
export type HoldScope = (typeof HOLD_SCOPES)[number];

/** One reason, as it is written to the row and shown to a person. */
export interface Problem {
  readonly kind: ErrorKind;
  /** Stable and upper case for ours (NO_ACCOUNT), the platform's own otherwise (190/463). */
  readonly code: string;
  /** A whole sentence in plain words. */
  readonly message: string;
  /** The next action, a whole sentence. */
  readonly hint: string;
}

export interface PublishErrorDetails extends Problem {
  /** The platform's code as it sent it. */
  readonly platformCode?: string | undefined;
  /** What the platform's support asks for (fbtrace_id, x-li-uuid). */
  readonly traceId?: string | undefined;
  /** Not before this moment, when the platform said so. */
  readonly retryAt?: Date | undefined;
  readonly scope?: HoldScope | undefined;
  readonly cause?: unknown;
}

/** The only error that platform modules throw on purpose. */
export class PublishError extends Error {
  override readonly name = 'PublishError';
  readonly kind: ErrorKind;
  readonly code: string;
  readonly hint: string;
  readonly platformCode: string | undefined;
  readonly traceId: string | undefined;
  readonly retryAt: Date | undefined;
  readonly scope: HoldScope;

  // Masked here, whoever made it: a platform may repeat a token in any part of its answer, also in what should be a code.
  constructor(details: PublishErrorDetails) {
    super(redactText(details.message), details.cause === undefined ? undefined : { cause: details.cause });
    this.kind = details.kind;
    this.code = shortCode(details.code);
    this.hint = redactText(details.hint);
    this.platformCode = details.platformCode === undefined ? undefined : shortCode(details.platformCode);
    this.traceId = details.traceId === undefined ? undefined : shortCode(details.traceId);
    this.retryAt = details.retryAt;
    this.scope = details.scope ?? 'account';
  }
}

const shortCode = (code: string) => clip(redactText(code), 200);

/** The same error but for what is changed. */
export function changed(error: PublishError, change: Partial<PublishErrorDetails>): PublishError {
  const { kind, code, message, hint, platformCode, traceId, retryAt, scope, cause } = error;
  const same = { kind, code, message, hint, platformCode, traceId, retryAt, scope, cause };
  return new PublishError({ ...same, ...change });
}

export const withKind = (error: PublishError, kind: ErrorKind): PublishError => changed(error, { kind });

/** The platform would refuse the post as it stands. */
export function rejected(code: string, message: string, hint: string): Problem {
  return { kind: 'rejected', code, message, hint };
}

/** One line of a platform's error table. `key` is what the platform's own parser makes of an answer, most specific first. */
export interface ErrorRule {
  readonly key: string;
  readonly kind: ErrorKind;
  readonly message: string;
  readonly hint: string;
  readonly scope?: HoldScope;
  /** Wait this long when the answer names no time of its own, milliseconds. */
  readonly waitMs?: number;
}

/** A platform's answer, reduced to what its error table is asked with. */
export interface PlatformAnswer {
  /** Most specific first, e.g. ['190/463', '190'] or ['quotaExceeded', '403']. */
  readonly keys: readonly string[];
  readonly platformCode: string;
  readonly platformMessage: string;
  readonly traceId?: string | undefined;
  readonly retryAt?: Date | undefined;
}

/**
 * Looks an answer up in a platform's error table. An answer that no rule knows is `unknown`:
 * after the arm only a known refusal is definite (docs/guarantees.md).
 */
export function classify(rules: readonly ErrorRule[], answer: PlatformAnswer, now: Date): PublishError {
  const rule = answer.keys
    .map((key) => rules.find((candidate) => candidate.key === key))
    .find((candidate) => candidate !== undefined);
  const said = answer.platformMessage === '' ? '' : ` The platform said: “${answer.platformMessage}”.`;
  if (rule === undefined) {
    return new PublishError({
      kind: 'unknown',
      code: answer.platformCode,
      message: `The platform answered with something we do not know (${answer.platformCode}).${said}`,
      hint: 'Look at the account to see whether the post is there; report the code so that it can be added to the error table.',
      platformCode: answer.platformCode,
      traceId: answer.traceId,
      retryAt: answer.retryAt,
    });
  }
  const waitUntil = rule.waitMs === undefined ? undefined : new Date(now.getTime() + rule.waitMs);
  return new PublishError({
    kind: rule.kind,
    code: answer.platformCode,
    message: `${rule.message}${said}`,
    hint: rule.hint,
    scope: rule.scope,
    platformCode: answer.platformCode,
    traceId: answer.traceId,
    retryAt: answer.retryAt ?? waitUntil,
  });
}
