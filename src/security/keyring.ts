import type { EncryptionKey, Keyring } from '../core/encryption.ts';
import { decryptFernet, encryptFernet } from './fernet.ts';

/** Encrypts with the current key and decrypts with any, so that a key can be replaced while old rows remain. */
export function createKeyring(current: EncryptionKey, previous: readonly EncryptionKey[]): Keyring {
  return {
    encrypt: (text) => encryptFernet(current, text),
    decrypt: (ciphertext) => {
      for (const key of [current, ...previous]) {
        const text = decryptFernet(key, ciphertext);
        if (text !== null) return text;
      }
      return null;
    },
  };
}
