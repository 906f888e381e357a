import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { GRANTED_SCOPES, REFRESH_TOKEN_ENDS } from './access.ts';
import { clip } from './clip.ts';
import { PublishError } from './errors.ts';
import type { HttpResponse } from './http.ts';
import type { JsonObject } from './json-value.ts';
import type { AppCredentials } from './platform.ts';
import { redactText } from './redact-text.ts';
import { Secret } from './secret.ts';

/** Proof that whoever brings the code is who asked for it (RFC 7636): only the hash of it goes through the browser. */
export interface Pkce {
  readonly verifier: Secret;
  /** As RFC 7636 writes it. */
  readonly challenge: string;
  /** As one platform wants it instead. */
  readonly hexChallenge: string;
}

export function createPkce(): Pkce {
  // 43 characters, the fewest that are allowed: 256 bits.
  const verifier = randomBytes(32).toString('base64url');
  const hash = createHash('sha256').update(verifier);
  const digest = hash.digest();
  return {
    verifier: new Secret(verifier),
    challenge: digest.toString('base64url'),
    hexChallenge: digest.toString('hex'),
  };
}

export function authorizeUrl(base: string, parameters: Readonly<Record<string, string | undefined>>): string {
  const url = new URL(base);
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) url.searchParams.set(name, value);
  }
  return url.href;
}

/** Tokens that a platform gave for a code. */
export interface GivenTokens {
  readonly token: Secret;
  readonly refreshToken: Secret | null;
  readonly expiresAt: Date | null;
  /** Of a connection: what is told now and never again. */
  readonly metadata: JsonObject;
  readonly scopes: readonly string[] | null;
}

const seconds = z.coerce.number().positive().optional().catch(undefined);
// RFC 6749, 5.1; the lives of refresh tokens are in no standard and have two names.
const tokenAnswer = z.object({
  access_token: z.string().min(1),
  refresh_token: z.string().min(1).optional().catch(undefined),
  expires_in: seconds,
  refresh_token_expires_in: seconds,
  refresh_expires_in: seconds,
  scope: z.string().optional().catch(undefined),
});
// RFC 6749, 5.2, and the two shapes of Meta's.
const refusal = z.union([
  z.object({ error: z.string(), error_description: z.string().catch('') }),
  z
    .object({ error: z.object({ message: z.string(), code: z.coerce.string() }) })
    .transform(({ error }) => ({ error: error.code, error_description: error.message })),
  z
    .object({ error_type: z.string(), error_message: z.string() })
    .transform(({ error_type, error_message }) => ({ error: error_type, error_description: error_message })),
]);
const OF_OUR_APP = ['invalid_client', 'unauthorized_client', 'redirect_uri_mismatch', '101', '191'];

/** The tokens in an answer to a code. @throws PublishError for every other answer */
export function givenTokens(label: string, response: HttpResponse, now: Date): GivenTokens {
  const parsed = tokenAnswer.safeParse(response.json);
  if (response.status !== 200 || !parsed.success) throw notGiven(label, response);
  const { access_token, refresh_token, expires_in, scope } = parsed.data;
  const { refresh_token_expires_in: refreshEnds = parsed.data.refresh_expires_in } = parsed.data;
  const scopes = scopeList(scope);
  const after = (life: number) => new Date(now.getTime() + life * 1000);
  return {
    token: new Secret(access_token),
    refreshToken: refresh_token === undefined ? null : new Secret(refresh_token),
    expiresAt: expires_in === undefined ? null : after(expires_in),
    scopes,
    metadata: {
      ...(scopes === null ? {} : { [GRANTED_SCOPES]: scopes }),
      ...(refreshEnds === undefined ? {} : { [REFRESH_TOKEN_ENDS]: after(refreshEnds).toISOString() }),
    },
  };
}

function notGiven(label: string, response: HttpResponse): PublishError {
  const parsed = refusal.safeParse(response.json);
  if (!parsed.success || response.status >= 500) {
    return new PublishError({
      kind: 'temporary',
      code: `HTTP_${response.status}`,
      message: `${label} answered with something that is no token and no refusal (HTTP ${response.status}).`,
      hint: 'Repeat the command; if it happens again, look for a proxy in between.',
    });
  }
  const { error, error_description: said } = parsed.data;
  const ours = OF_OUR_APP.includes(error);
  return new PublishError({
    kind: ours ? 'config' : 'auth',
    code: error,
    message: `${label} gave no token: ${clip(error, 100)}${said === '' ? '' : ` (${clip(redactText(said), 300)})`}.`,
    hint: ours
      ? 'Check the id and the secret of our app there, and the redirect addresses that are registered with it.'
      : 'Repeat the command: a code serves once and for minutes at most.',
  });
}

/** Space or comma between them; platforms are not constant in it. */
export function scopeList(scope: string | undefined): readonly string[] | null {
  const list = scope?.split(/[\s,]+/).filter((one) => one !== '') ?? [];
  return list.length === 0 ? null : list;
}

/** The id of our app at the platform, without which nobody can agree to anything. */
export async function appId(label: string, app: () => Promise<AppCredentials>): Promise<string> {
  const { clientId, mend } = await app();
  if (clientId !== undefined) return clientId;
  throw new PublishError({
    kind: 'config',
    code: 'APP_MISSING',
    message: `Nobody can give access to a ${label} account before our app there is known.`,
    hint: mend,
  });
}

/** Both, where the platform gives tokens only to who knows the secret. */
export async function wholeApp(
  label: string,
  app: () => Promise<AppCredentials>,
): Promise<{ readonly id: string; readonly secret: Secret }> {
  const id = await appId(label, app);
  const { clientSecret, mend } = await app();
  if (clientSecret !== undefined) return { id, secret: clientSecret };
  throw new PublishError({
    kind: 'config',
    code: 'APP_SECRET_MISSING',
    message: `${label} gives tokens only to who knows the secret of our app there.`,
    hint: mend,
  });
}
