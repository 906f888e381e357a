import type { EncryptionKey } from '../core/encryption.ts';
import { decryptFernet } from './fernet.ts';
import { isPlaintextToken } from './stored-token.ts';

/** Under which key a secret is stored. Its text is null where nobody needs it, or nobody can read it. */
export type Under =
  | { readonly kind: 'current' }
  /** Counted from 1, in the order of ENCRYPTION_KEY_PREVIOUS. */
  | { readonly kind: 'previous'; readonly number: number; readonly text: string }
  /** A token in clear. */
  | { readonly kind: 'clear'; readonly text: string }
  | { readonly kind: 'unreadable' };

export function keyOf(stored: string, current: EncryptionKey, previous: readonly EncryptionKey[]): Under {
  const text = stored.trim();
  if (decryptFernet(current, text) !== null) return { kind: 'current' };
  for (const [index, key] of previous.entries()) {
    const plain = decryptFernet(key, text);
    if (plain !== null) return { kind: 'previous', number: index + 1, text: plain };
  }
  return isPlaintextToken(text) ? { kind: 'clear', text } : { kind: 'unreadable' };
}
