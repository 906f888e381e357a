import type { AppPlace } from '../../config/platform-env.ts';
import { PublishError } from '../../core/errors.ts';
import { HttpFailure } from '../../core/http.ts';
import type { Platform } from '../../core/platform.ts';
import type { Publishing } from '../../tick/deps.ts';
import { EXIT } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { newIdentity } from '../wire.ts';
import { withTick } from '../with-tick.ts';
import { appPlaces, placeOf } from './read-settings.ts';

/** Asks each platform whether it takes the credentials of our app. */
export function verifyCredentials(io: Io, named: string | undefined): Promise<number> {
  const places = named === undefined ? appPlaces : [placeOf(named)];
  const quiet = { includeOverdue: false, showLog: false };
  return withTick(io, newIdentity(), quiet, async ({ deps }) => {
    const publishing = await deps.publishing();
    const codes: number[] = [];
    for (const place of places) {
      const module = publishing.platforms[place.platform];
      if (module === undefined) continue;
      const { said, code } = await verdict(publishing, module, place, named !== undefined);
      io.out(`${module.capabilities.label}: ${said}\n`);
      codes.push(code);
    }
    return codes.includes(EXIT.failed) ? EXIT.failed : codes.includes(EXIT.again) ? EXIT.again : EXIT.ok;
  });
}

interface Verdict {
  readonly said: string;
  readonly code: number;
}

async function verdict(
  publishing: Publishing,
  { capabilities: { label }, verifyApp }: Platform,
  { platform, id, secret, at }: AppPlace,
  asked: boolean,
): Promise<Verdict> {
  const context = publishing.context(platform);
  const { clientId, clientSecret, mend } = await context.app();
  const names = `${id.variable} and ${secret.variable}`;
  if (clientId === undefined) {
    return { said: `no app is set. ${mend}`, code: asked ? EXIT.failed : EXIT.ok };
  }
  if (verifyApp === undefined || clientSecret === undefined) {
    const what = clientSecret === undefined ? `without ${secret.variable} its id` : 'they';
    return {
      said: `${what} cannot be verified: ${label} tells about an app only together with an account. "content-publisher connections refresh" does that.`,
      code: EXIT.ok,
    };
  }
  try {
    await verifyApp(context, { clientId, clientSecret });
    return { said: `takes ${names}.`, code: EXIT.ok };
  } catch (error) {
    if (error instanceof PublishError && (error.kind === 'auth' || error.kind === 'config')) {
      const code = error.platformCode === undefined ? '' : ` (its code: ${error.platformCode})`;
      return {
        said: `does not take ${names}${code}. Compare them with ${at}, then: content-publisher credentials set ${platform}`,
        code: EXIT.failed,
      };
    }
    if (!(error instanceof PublishError) && !(error instanceof HttpFailure)) throw error;
    return { said: `gave no answer that tells: ${error.message} Try again later.`, code: EXIT.again };
  }
}
