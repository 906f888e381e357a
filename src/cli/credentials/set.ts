import type { AppPlace } from '../../config/platform-env.ts';
import { appCredentials, readSetting } from '../../core/app-credentials.ts';
import { CIPHERTEXT, type Keyring } from '../../core/encryption.ts';
import { asObject, asText, type JsonObject, tryJson } from '../../core/json-value.ts';
import type { Secret } from '../../core/secret.ts';
import type { Store } from '../../core/store.ts';
import { askSecrets } from '../ask-secrets.ts';
import { EXIT } from '../exit-codes.ts';
import { type AskingIo, CommandError } from '../io.ts';
import { PAGE, placeOf, readSettings } from './read-settings.ts';

export interface SetOptions {
  readonly only?: string | undefined;
  readonly page: boolean;
}

interface Field {
  readonly field: string;
  /** What a person is asked for. */
  readonly label: string;
  /** Ids stand in clear unless the app encrypts them. */
  readonly secret: boolean;
}

/** Stores the credentials of one platform where the app keeps them. Values never come as arguments. */
export async function setCredentials(io: AskingIo, named: string, options: SetOptions): Promise<number> {
  const place = placeOf(named);
  const fields = fieldsOf(place, options);
  const { config, store, settings, keyring } = await readSettings(io);
  if (settings.place !== 'ok') {
    const { mend } = appCredentials(
      place,
      { clientId: undefined, clientSecret: undefined },
      settings,
      keyring.decrypt,
    );
    throw new CommandError(
      EXIT.config,
      'There is no table platform_settings that holds keys and values.',
      mend,
    );
  }
  const values = await askSecrets(
    io,
    fields.map(({ label }) => label),
  );
  const stored = settings.rows[place.key];
  if (typeof stored === 'string') await putWhole(store, keyring, place, stored, fields, values);
  else await putFields(store, keyring, place, asObject(stored) ?? {}, fields, values);

  const after = await store.appSettings();
  const forms = fields.map(({ field }) => {
    const now = readSetting(after, place.key, field, keyring.decrypt);
    return `${field} (${now.kind === 'value' && now.encrypted ? 'encrypted' : 'in clear, as the app keeps it'})`;
  });
  io.out(`Stored under ${place.key} in platform_settings, for all users: ${forms.join(', ')}.\n`);
  const { clientId, clientSecret } = config.platforms[place.platform];
  for (const [own, variable, field] of [
    [clientId, place.id.variable, place.id.field],
    [clientSecret, place.secret.variable, place.secret.field],
  ] as const) {
    if (own !== undefined && fields.some((one) => one.field === field)) {
      io.err(
        `${variable} stands in the environment, and that is what counts: remove it there to use this.\n`,
      );
    }
  }
  return EXIT.ok;
}

function fieldsOf(place: AppPlace, { only, page }: SetOptions): readonly Field[] {
  if (page) {
    return [
      { field: PAGE.id, label: 'id of the Page', secret: false },
      { field: PAGE.token, label: 'access token of the Page', secret: true },
    ];
  }
  const id = { field: place.id.field, label: place.id.variable, secret: false };
  const secret = { field: place.secret.field, label: place.secret.variable, secret: true };
  if (only === undefined) return [id, secret];
  if (only === 'id') return [id];
  if (only === 'secret') return [secret];
  throw new CommandError(
    EXIT.usage,
    `“${only}” is neither id nor secret.`,
    'Write --only id or --only secret.',
  );
}

/** Each field by itself, so that what others write beside it stays. */
async function putFields(
  store: Store,
  keyring: Keyring,
  { key }: AppPlace,
  stored: JsonObject,
  fields: readonly Field[],
  values: readonly Secret[],
): Promise<void> {
  for (const [index, { field, secret }] of fields.entries()) {
    const value = values[index]?.reveal() ?? '';
    const was = asText(stored[field]);
    // The app reads these as well: what it keeps in clear it could not read as ciphertext.
    const encrypted =
      was === null || was === '' ? secret && !keepsSecretsInClear(stored) : CIPHERTEXT.test(was);
    await put(store, { key, path: [field], was, text: encrypted ? keyring.encrypt(value) : value });
  }
}

function keepsSecretsInClear(stored: JsonObject): boolean {
  return Object.entries(stored).some(
    ([field, value]) =>
      /_(?:secret|token)$/.test(field) &&
      typeof value === 'string' &&
      value !== '' &&
      !CIPHERTEXT.test(value),
  );
}

/** The app encrypts the whole object. */
async function putWhole(
  store: Store,
  keyring: Keyring,
  { key }: AppPlace,
  stored: string,
  fields: readonly Field[],
  values: readonly Secret[],
): Promise<void> {
  const object = stored.trim() === '' ? {} : asObject(tryJson(keyring.decrypt(stored.trim()) ?? ''));
  if (object === null) {
    throw new CommandError(
      EXIT.config,
      `What stands under ${key} in platform_settings cannot be read, so nothing was added to it.`,
      'Put the key it was encrypted with into ENCRYPTION_KEY_PREVIOUS, or remove that row.',
    );
  }
  const added = fields.map(({ field }, index) => [field, values[index]?.reveal()]);
  const text = keyring.encrypt(JSON.stringify({ ...object, ...Object.fromEntries(added) }));
  await put(store, { key, path: [], was: stored, text });
}

async function put(store: Store, setting: Parameters<Store['putSetting']>[0]): Promise<void> {
  const answer = await store.putSetting(setting);
  if (answer.done) return;
  if (answer.why === 'changed') {
    throw new CommandError(
      EXIT.again,
      `Somebody changed ${setting.key} in platform_settings at this moment, so it was left.`,
      'Run the command again.',
    );
  }
  throw new CommandError(
    EXIT.failed,
    `The table platform_settings does not take it${answer.detail === null ? '' : `: ${answer.detail}`}.`,
    'Put the variables into .env instead.',
  );
}
