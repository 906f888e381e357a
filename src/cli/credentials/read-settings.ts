import type { ConfigWith } from '../../config/config.ts';
import { APP_PLACES, type AppPlace } from '../../config/platform-env.ts';
import type { Keyring } from '../../core/encryption.ts';
import { foldPlatform } from '../../core/platform-name.ts';
import type { AppSettings, Store } from '../../core/store.ts';
import { createKeyring } from '../../security/keyring.ts';
import { EXIT } from '../exit-codes.ts';
import { CommandError, type Io } from '../io.ts';
import { openStore, readConfig } from '../wire.ts';

/** Of a Page that serves the whole installation. */
export const PAGE = { id: 'page_id', token: 'page_access_token' } as const;

interface Settings {
  readonly config: ConfigWith<'supabase' | 'encryption'>;
  readonly store: Store;
  readonly settings: AppSettings;
  readonly keyring: Keyring;
}

export async function readSettings(io: Io): Promise<Settings> {
  const config = readConfig(io, ['supabase', 'encryption'], false);
  const { store } = openStore(config);
  const { current, previous } = config.encryption;
  return { config, store, settings: await store.appSettings(), keyring: createKeyring(current, previous) };
}

export const appPlaces: readonly AppPlace[] = Object.values(APP_PLACES).filter((place) => place !== null);

/** @throws CommandError (usage) */
export function placeOf(named: string): AppPlace {
  const folded = foldPlatform(named);
  const place = 'platform' in folded ? APP_PLACES[folded.platform] : null;
  if (place !== null) return place;
  throw new CommandError(
    EXIT.usage,
    'platform' in folded
      ? `${folded.platform} needs no app of ours: its accounts bring all that is needed.`
      : `“${named}” is no platform.`,
    `Name one of: ${appPlaces.map(({ platform }) => platform).join(', ')}.`,
  );
}
