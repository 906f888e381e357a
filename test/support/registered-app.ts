import type { PlatformContext } from '../../src/core/platform.ts';
import { Secret } from '../../src/core/secret.ts';

/** The credentials of our app as a context hands them out. */
export function registeredApp(clientId?: string, clientSecret?: string): PlatformContext['app'] {
  const secret = clientSecret === undefined ? undefined : new Secret(clientSecret);
  return async () => ({ clientId, clientSecret: secret, mend: 'Set them in .env.' });
}
