import { tokenServiceSilent } from '../../core/answer-errors.ts';
import { PublishError } from '../../core/errors.ts';
import type {
  Account,
  ConnectionRow,
  PlatformContext,
  Refreshed,
  RegisteredApp,
  Verified,
} from '../../core/platform.ts';
import { Secret } from '../../core/secret.ts';
import { type Caller, type Channel, callerOf, exchangeRefreshToken, listOwnChannels, parse } from './api.ts';
import { TOKEN_RULES } from './error-rules.ts';
import { youtubeError } from './errors.ts';

/** The channel id; a row whose page_id is something else must be asked for it. */
export function accountId(connection: ConnectionRow): string | null {
  const id = connection.pageId?.trim() ?? '';
  return /^UC[\w-]{22}$/.test(id) ? id : null;
}

/** The channel that the token is for, or null when there is none. */
export async function lookUpAccountId(
  context: PlatformContext,
  _connection: ConnectionRow,
  token: Secret,
): Promise<string | null> {
  const [channel] = await ownChannels(context, { context, token }, 'snippet');
  return channel?.id ?? null;
}

export async function verify(context: PlatformContext, account: Account): Promise<Verified> {
  const channels = await ownChannels(context, callerOf(context, account), 'snippet');
  const channel = channels.find(({ id }) => id === account.id);
  if (channel !== undefined) return { id: channel.id, name: channel.snippet?.title ?? account.name };
  const [other] = channels;
  throw new PublishError({
    kind: 'auth',
    code: other === undefined ? 'NO_CHANNEL' : 'OTHER_CHANNEL',
    message:
      other === undefined
        ? 'The Google account has no YouTube channel.'
        : `The connection is for the channel ${other.snippet?.title ?? other.id}, not for ${account.name}.`,
    hint: 'Connect the YouTube channel again in the app and choose the right channel when Google asks.',
  });
}

/** Google's refresh tokens stay the same. null: the connection has none. */
export async function refresh(context: PlatformContext, account: Account): Promise<Refreshed | null> {
  if (account.refreshToken === null) return null;
  const { clientId, clientSecret, mend } = await context.app();
  if (clientId === undefined || clientSecret === undefined) throw clientMissing(mend);
  const response = await exchangeRefreshToken(
    context,
    { id: clientId, secret: clientSecret },
    account.refreshToken,
  ).catch(tokenServiceSilent("Google's"));
  const tokens = parse.tokens(response);
  if (tokens === null) throw youtubeError(response, context.now(), 'not armed', TOKEN_RULES);
  return {
    token: new Secret(tokens.access_token),
    refreshToken: null,
    expiresAt: new Date(context.now().getTime() + tokens.expires_in * 1000),
  };
}

/** Google looks at the client before the token: a wrong one is invalid_client, a made-up token of a right one invalid_grant. */
export async function verifyApp(
  context: PlatformContext,
  { clientId, clientSecret }: RegisteredApp,
): Promise<void> {
  const client = { id: clientId, secret: clientSecret };
  const response = await exchangeRefreshToken(context, client, new Secret('no-token-of-anybody'));
  const error = youtubeError(response, context.now(), 'not armed', TOKEN_RULES);
  if (error.platformCode !== 'invalid_grant') throw error;
}

export async function ownChannels(
  context: PlatformContext,
  caller: Caller,
  part: 'snippet',
): Promise<Channel[]> {
  const response = await listOwnChannels(caller, part);
  const channels = parse.channels(response);
  if (channels === null) throw youtubeError(response, context.now(), 'not armed');
  return channels;
}

function clientMissing(mend: string): PublishError {
  return new PublishError({
    kind: 'config',
    code: 'YOUTUBE_CLIENT_MISSING',
    message:
      'YouTube tokens live for an hour and cannot be refreshed without the Google client id and secret.',
    hint: `${mend} They must be those of the Google project that the channel was connected with.`,
  });
}
