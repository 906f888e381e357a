import { CIPHERTEXT, type Keyring } from '../core/encryption.ts';
import { Secret } from '../core/secret.ts';

export type StoredToken =
  | { readonly kind: 'none' }
  /** `clear`: it is stored without encryption, as in rows from before that. */
  | { readonly kind: 'token'; readonly token: Secret; readonly clear?: true }
  | { readonly kind: 'undecryptable'; readonly reason: string };

// Rows from before encryption hold Meta's (EAA) and LinkedIn's (AQA) tokens in clear.
const LEGACY_PLAINTEXT = /^(?:EAA|AQA)[\x21-\x7e]*$/;
/** What fits into an HTTP header as it is. */
const HEADER_SAFE = /^[\x21-\x7e]+$/;

export const isPlaintextToken = (stored: string): boolean => LEGACY_PLAINTEXT.test(stored.trim());

/**
 * What a column access_token_encrypted or refresh_token_encrypted says. Ciphertext never comes out as a token,
 * and no reason repeats what was stored.
 */
export function readStoredToken(keyring: Keyring, stored: string | null): StoredToken {
  const text = stored?.trim() ?? '';
  if (text === '') return { kind: 'none' };
  if (isPlaintextToken(text)) return { kind: 'token', token: new Secret(text), clear: true };
  const plain = keyring.decrypt(text)?.trim();
  if (plain === undefined) return undecryptable(CIPHERTEXT.test(text) ? WRONG_KEY : NOT_ENCRYPTED);
  if (plain === '') return { kind: 'none' };
  return CIPHERTEXT.test(plain) ? undecryptable(ENCRYPTED_TWICE) : token(plain);
}

const WRONG_KEY =
  'The stored token was encrypted with another key: put that key into ENCRYPTION_KEY_PREVIOUS, or reconnect the account in the app.';
const NOT_ENCRYPTED =
  'What is stored as the token is neither encrypted nor a token in clear that we know: reconnect the account in the app.';
const ENCRYPTED_TWICE = 'The stored token was encrypted twice: reconnect the account in the app.';
const NO_TOKEN =
  'What is stored as the token holds characters that no token has: reconnect the account in the app.';

function token(text: string): StoredToken {
  return HEADER_SAFE.test(text) ? { kind: 'token', token: new Secret(text) } : undecryptable(NO_TOKEN);
}

function undecryptable(reason: string): StoredToken {
  return { kind: 'undecryptable', reason };
}
