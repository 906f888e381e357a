import type { Config } from '../config/config.ts';
import { APP_PLACES } from '../config/platform-env.ts';
import { appCredentials, isWhole } from '../core/app-credentials.ts';
import type { Keyring } from '../core/encryption.ts';
import type { AppCredentials } from '../core/platform.ts';
import type { PlatformName } from '../core/platform-name.ts';
import type { AppSettings, Store } from '../core/store.ts';

type AppCredentialsOf = (platform: PlatformName) => Promise<AppCredentials>;

/** The one place that finds the credentials of our apps. The database is asked at most once, and only when it must be. */
export function createAppCredentials(
  platforms: Config['platforms'],
  store: Pick<Store, 'appSettings'>,
  keyring: Keyring,
): AppCredentialsOf {
  let settings: Promise<AppSettings> | undefined;
  return async (platform) => {
    const place = APP_PLACES[platform];
    const { clientId, clientSecret } = platforms[platform];
    if (place === null || isWhole({ clientId, clientSecret })) return { clientId, clientSecret, mend: '' };
    settings ??= store.appSettings();
    return appCredentials(place, { clientId, clientSecret }, await settings, keyring.decrypt);
  };
}
