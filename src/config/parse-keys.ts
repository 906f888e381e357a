import { EncryptionKey } from '../core/encryption.ts';
import { asObject, asText, tryJson } from '../core/json-value.ts';
import { Secret } from '../core/secret.ts';
import type { Parse, Parsed } from './variable.ts';

/** Any key that is not the service role's would see no rows and report "nothing due" for ever, so it is refused. */
export const serviceRoleKey: Parse<Secret> = (text): Parsed<Secret> => {
  const hint =
    'Copy the secret key (sb_secret_…) or the legacy service_role key from Project Settings → API Keys.';
  if (/^sb_secret_[\w-]+$/.test(text)) return { value: new Secret(text) };
  if (text.startsWith('sb_publishable_'))
    return { problem: 'holds the publishable key, which may not publish', hint };
  const role = roleOf(text);
  if (role === 'service_role') return { value: new Secret(text) };
  return role === null
    ? { problem: 'is no key of a Supabase project', hint }
    : { problem: `holds the ${role} key, which may not publish`, hint };
};

/** The role a JWT claims; whether it is genuine is the server's to say. */
function roleOf(text: string): string | null {
  const [header, payload, signature, ...rest] = text.split('.');
  if (!header || !payload || !signature || rest.length > 0) return null;
  const claims = asObject(tryJson(Buffer.from(payload, 'base64url').toString('utf8')));
  const role = asText(claims?.['role']);
  return role === null || /^\w{1,40}$/.test(role) ? role : 'wrong';
}

const KEY_HINT =
  'Copy the value from the .env of the app that stored the tokens: 44 characters of url-safe base64. A new key cannot read them.';

export const encryptionKey: Parse<EncryptionKey> = (text) => {
  const value = EncryptionKey.parse(text);
  return value === null ? { problem: 'is no Fernet key', hint: KEY_HINT } : { value };
};

/** Several are separated by commas. */
export const encryptionKeys: Parse<readonly EncryptionKey[]> = (text) => {
  const keys = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => EncryptionKey.parse(part));
  const value = keys.filter((key) => key !== null);
  return value.length < keys.length
    ? { problem: `holds no Fernet key in place ${keys.indexOf(null) + 1}`, hint: KEY_HINT }
    : { value };
};
