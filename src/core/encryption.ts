import { rememberSecret } from './secret.ts';

/**
 * A Fernet key: 16 bytes to sign and 16 bytes to encrypt (github.com/fernet/spec, "Key Format").
 * The bytes sit in a private field: neither JSON nor inspect shows them.
 */
export class EncryptionKey {
  readonly #bytes: Buffer;

  private constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /**
   * Takes what Python's `Fernet(key)` takes: 44 characters of base64 with its padding, url-safe as generate_key()
   * writes it, or with + and / as `openssl rand -base64 32` does. Null for anything else.
   */
  static parse(text: string): EncryptionKey | null {
    if (!/^[\w+/-]{43}=$/.test(text)) return null;
    const bytes = Buffer.from(text, 'base64');
    if (bytes.length !== 32) return null;
    rememberSecret(text);
    return new EncryptionKey(bytes);
  }

  signingBytes(): Uint8Array {
    return this.#bytes.subarray(0, 16);
  }

  cipherBytes(): Uint8Array {
    return this.#bytes.subarray(16);
  }
}

/** Encrypts what is stored: tokens as the app does, checkpoints because they hold session and upload URLs. */
export interface Keyring {
  encrypt(text: string): string;
  /** Null when no key fits or the text is no ciphertext. */
  decrypt(ciphertext: string): string | null;
}

/** How Fernet's ciphertext begins: its version, and four bytes of its time that are 0 until the year 2106. */
export const CIPHERTEXT = /^gAAAAA/;
