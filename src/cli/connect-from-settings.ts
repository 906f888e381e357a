import { readSetting } from '../core/app-credentials.ts';
import { type ConnectOptions, connectAccount } from './connections/connect.ts';
import { PAGE, placeOf, readSettings } from './credentials/read-settings.ts';
import { EXIT } from './exit-codes.ts';
import { type AskingIo, CommandError } from './io.ts';

/** Makes an account of the Page that serves the whole installation, as if its token had been pasted. */
export async function connectFromSettings(
  io: AskingIo,
  named: string,
  options: ConnectOptions,
): Promise<number> {
  const { platform, key } = placeOf(named);
  const { settings, keyring } = await readSettings(io);
  const stored = (field: string) => {
    const setting = readSetting(settings, key, field, keyring.decrypt);
    if (setting.kind === 'value') return setting.value;
    throw new CommandError(
      EXIT.config,
      setting.kind === 'none'
        ? `There is no ${field} under ${key} in platform_settings.`
        : `The ${field} under ${key} in platform_settings cannot be read: it was encrypted with another key.`,
      `Store id and token of the Page: content-publisher credentials set ${platform} --page`,
    );
  };
  const id = stored(PAGE.id);
  const token = stored(PAGE.token);
  const asks = { line: async () => token.reveal() };
  const pasted = { ...options, token: true, account: [id.reveal()], all: false };
  return await connectAccount({ ...io, asks }, platform, pasted);
}
