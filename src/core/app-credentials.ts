import { CIPHERTEXT } from './encryption.ts';
import { asFilledText, asObject, tryJson } from './json-value.ts';
import type { AppCredentials } from './platform.ts';
import { Secret } from './secret.ts';
import type { AppSettings } from './store.ts';

export type Setting =
  | { readonly kind: 'none' }
  | { readonly kind: 'value'; readonly value: Secret; readonly encrypted: boolean }
  /** Ciphertext that no key of ours reads, or no text. */
  | { readonly kind: 'unreadable' };

type Decrypt = (ciphertext: string) => string | null;

/** One field of a key of platform_settings. Fields may be encrypted, or the whole of them. */
export function readSetting(settings: AppSettings, key: string, field: string, decrypt: Decrypt): Setting {
  const stored = settings.rows[key];
  if (typeof stored !== 'string') return readField(asObject(stored)?.[field], decrypt);
  const text = stored.trim();
  if (text === '') return { kind: 'none' };
  const object = CIPHERTEXT.test(text) ? asObject(tryJson(decrypt(text) ?? '')) : null;
  if (object === null) return { kind: 'unreadable' };
  const setting = readField(object[field], decrypt);
  return setting.kind === 'value' ? { ...setting, encrypted: true } : setting;
}

function readField(stored: unknown, decrypt: Decrypt): Setting {
  if (stored === undefined || stored === null || stored === '') return { kind: 'none' };
  const text = asFilledText(stored);
  if (text === null) return { kind: typeof stored === 'string' ? 'none' : 'unreadable' };
  const encrypted = CIPHERTEXT.test(text);
  const plain = encrypted ? (decrypt(text)?.trim() ?? null) : text;
  if (plain === '') return { kind: 'none' };
  // What goes into a header or a form as it is; ciphertext must not go out, nor what was encrypted twice.
  return plain === null || CIPHERTEXT.test(plain) || !/^[\x21-\x7e]+$/.test(plain)
    ? { kind: 'unreadable' }
    : { kind: 'value', value: new Secret(plain), encrypted };
}

/** Where the credentials of our app stand: two variables, or two fields of one key of platform_settings. */
interface Place {
  readonly platform: string;
  readonly id: { readonly variable: string; readonly field: string };
  readonly secret: { readonly variable: string; readonly field: string };
  readonly key: string;
}

interface Named {
  readonly clientId: string | undefined;
  readonly clientSecret: Secret | undefined;
}

/** Who names both in the environment needs no look into the database. */
export const isWhole = ({ clientId, clientSecret }: Named): boolean =>
  clientId !== undefined && clientSecret !== undefined;

/** The environment wins; a stored secret is never put beside the id of another app. */
export function appCredentials(
  place: Place,
  env: Named,
  settings: AppSettings,
  decrypt: Decrypt,
): AppCredentials {
  const id = readSetting(settings, place.key, place.id.field, decrypt);
  const secret = readSetting(settings, place.key, place.secret.field, decrypt);
  const storedId = id.kind === 'value' ? id.value.reveal() : undefined;
  const storedSecret = secret.kind === 'value' ? secret.value : undefined;
  const same = env.clientId === undefined || env.clientId === storedId;
  return {
    clientId: env.clientId ?? storedId,
    clientSecret: env.clientSecret ?? (same ? storedSecret : undefined),
    mend: mend(place, settings.place, id.kind === 'unreadable' || secret.kind === 'unreadable'),
  };
}

function mend(
  { platform, id, secret, key }: Place,
  place: AppSettings['place'],
  unreadable: boolean,
): string {
  const variables = `Set ${id.variable} and ${secret.variable} in .env`;
  const set = `"content-publisher credentials set ${platform}"`;
  if (unreadable) {
    return `What stands under ${key} in platform_settings cannot be read: put the key it was encrypted with into ENCRYPTION_KEY_PREVIOUS, or set it again with ${set}.`;
  }
  switch (place) {
    case 'ok':
      return `${variables}, or run ${set}, which stores them under ${key} in platform_settings.`;
    case 'no_table':
      return `${variables}; or run "content-publisher migrate", which makes the missing table platform_settings, and then ${set}.`;
    case 'no_columns':
      return `${variables} (platform_settings of this database holds other settings, without the columns key and value).`;
  }
}
