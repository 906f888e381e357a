import type { AppPlace } from '../../config/platform-env.ts';
import { appCredentials, readSetting, type Setting } from '../../core/app-credentials.ts';
import type { Secret } from '../../core/secret.ts';
import { EXIT } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { appPlaces, PAGE, readSettings } from './read-settings.ts';

/** Which credentials there are, masked, and where each comes from. */
export async function listCredentials(io: Io): Promise<number> {
  const { config, settings, keyring } = await readSettings(io);
  for (const place of appPlaces) {
    const { clientId, clientSecret } = config.platforms[place.platform];
    const stored = (field: string) => readSetting(settings, place.key, field, keyring.decrypt);
    const used = appCredentials(place, { clientId, clientSecret }, settings, keyring.decrypt);
    const unused = used.clientSecret === undefined && stored(place.secret.field).kind === 'value';
    io.out(`${place.platform}\n`);
    io.out(line(place.id.variable, clientId, stored(place.id.field), place, masked));
    io.out(line(place.secret.variable, clientSecret, stored(place.secret.field), place, () => 'set'));
    if (unused) {
      io.out(
        `  The stored secret is not used: it belongs to another id than ${place.id.variable} of the environment.\n`,
      );
    }
    if (used.clientId === undefined || used.clientSecret === undefined) io.out(`  ${used.mend}\n`);
    const page = stored(PAGE.id);
    if (page.kind === 'value') {
      const token = stored(PAGE.token).kind === 'value' ? 'with its token' : 'without a readable token';
      io.out(
        `  a Page: ${masked(page.value.reveal())}, ${token}; "content-publisher connections connect ${place.platform} --from-settings" makes it an account\n`,
      );
    }
  }
  return EXIT.ok;
}

function line<T extends string | Secret>(
  name: string,
  own: T | undefined,
  stored: Setting,
  { key }: AppPlace,
  show: (text: string) => string,
): string {
  const there = `platform_settings, ${key}`;
  if (own !== undefined) {
    const hidden = stored.kind === 'value' ? ` (instead of the one in ${there})` : '';
    return `  ${name}: ${show(typeof own === 'string' ? own : '')}, from the environment${hidden}\n`;
  }
  switch (stored.kind) {
    case 'none':
      return `  ${name}: missing\n`;
    case 'unreadable':
      return `  ${name}: stored in ${there}, but cannot be read\n`;
    case 'value':
      return `  ${name}: ${show(stored.value.reveal())}, from ${there}, ${stored.encrypted ? 'encrypted' : 'in clear'}\n`;
  }
}

/** Ids are no secrets, but somebody may have put one there. */
function masked(text: string): string {
  return text.length < 12 ? 'set' : `${text.slice(0, 4)}…${text.slice(-2)}`;
}
