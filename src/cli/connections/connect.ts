import { randomBytes, randomUUID } from 'node:crypto';
import type { ConfigWith } from '../../config/config.ts';
import type { AccountStore } from '../../core/account-store.ts';
import { clip } from '../../core/clip.ts';
import { knownAccounts } from '../../core/known-accounts.ts';
import type { GivenAccount, Platform } from '../../core/platform.ts';
import { foldPlatform } from '../../core/platform-name.ts';
import { Secret } from '../../core/secret.ts';
import { serverOrigin } from '../../core/server-origin.ts';
import type { Store } from '../../core/store.ts';
import { platforms } from '../../platforms/index.ts';
import type { PublishDeps } from '../../tick/deps.ts';
import { tokenMd5 } from '../../tick/tokens.ts';
import { askSecrets } from '../ask-secrets.ts';
import { EXIT } from '../exit-codes.ts';
import { type AskingIo, CommandError } from '../io.ts';
import { newIdentity } from '../wire.ts';
import { withTick } from '../with-tick.ts';
import { chooseGiven } from './choose-given.ts';
import { commandError } from './errors.ts';
import { openDeps } from './open-deps.ts';
import { openAccounts } from './read-accounts.ts';
import { loopbackRedirect, pastedRedirect, type Redirect } from './redirect.ts';

export interface ConnectOptions {
  readonly user?: string | undefined;
  readonly port?: number | undefined;
  readonly redirect?: string | undefined;
  readonly server?: string | undefined;
  readonly scope?: readonly string[] | undefined;
  /** A token or an app password is pasted. */
  readonly token: boolean;
  readonly account?: readonly string[] | undefined;
  readonly all: boolean;
}

/** Registered with the apps of platforms that want the very port. */
const DEFAULT_PORT = 8723;

/** Adds accounts of a platform for one user, or gives those that are there a new access. */
export function connectAccount(io: AskingIo, named: string, options: ConnectOptions): Promise<number> {
  const quiet = { includeOverdue: false, showLog: false };
  return withTick(io, newIdentity(), quiet, async ({ config, deps: tickDeps }) => {
    const module = platformOf(named);
    const { label } = module.capabilities;
    const accounts = openAccounts(config);
    const userId = await userOf(tickDeps.store, config, options.user);
    const deps = await openDeps(tickDeps, (await accounts.connections(userId)).now);
    const given = await give(io, deps, module, config, options).catch((error: unknown) => {
      throw commandError(error, label, (message) => `No ${label} account was connected: ${message}`);
    });
    for (const account of await chooseGiven(io, label, given, options)) {
      const { created } = await store(deps, accounts, module, userId, account);
      const title = `${label} account ${clip(account.name, 300)} (${clip(account.accountId, 300)})`;
      io.out(
        created
          ? `Connected: the ${title}, for user ${userId}.\n`
          : `Connected again: the ${title}, for user ${userId}. Posts that waited for it go out with the next run.\n`,
      );
    }
    return EXIT.ok;
  });
}

function platformOf(named: string): Platform {
  const folded = foldPlatform(named);
  const found =
    'platform' in folded
      ? Object.entries<Platform>(platforms).find(([name]) => name === folded.platform)?.[1]
      : undefined;
  if (found !== undefined) return found;
  throw new CommandError(
    EXIT.usage,
    `“${clip(named, 60)}” is not a platform that posts can be published to.`,
    `Write one of ${Object.keys(platforms).join(', ')}.`,
  );
}

async function userOf(
  store: Store,
  { testUser }: ConfigWith<'supabase'>,
  named: string | undefined,
): Promise<string> {
  const asked = named ?? testUser.id;
  if (asked === undefined) {
    const hint = 'Name the user with --user <e-mail or id>.';
    throw new CommandError(EXIT.usage, 'Nobody is named whose account it is to be.', hint);
  }
  const [user] = await store.findUser(asked);
  if (user === undefined) {
    const hint = 'Look under Authentication → Users in the Supabase dashboard.';
    throw new CommandError(EXIT.failed, `No user has the e-mail or id “${clip(asked, 100)}”.`, hint);
  }
  if (testUser.id !== undefined && user.id !== testUser.id) {
    throw new CommandError(
      EXIT.usage,
      `${clip(asked, 100)} is another user than TEST_USER_ID (${testUser.id}), whose accounts are left alone.`,
      'Remove the two TEST_USER_ lines from .env to work on the accounts of all users.',
    );
  }
  return user.id;
}

async function give(
  io: AskingIo,
  deps: PublishDeps,
  module: Platform,
  config: ConfigWith<'supabase'>,
  options: ConnectOptions,
): Promise<readonly GivenAccount[]> {
  const { connecting, capabilities } = module;
  const { label, platform } = capabilities;
  const { oauth, pasted } = connecting;
  const server = await serverOf(io, module, options.server);
  const context = deps.context(platform);
  if (pasted !== undefined && (options.token || oauth === undefined)) {
    const name = pasted.nameQuestion === undefined ? null : await ask(io, pasted.nameQuestion);
    const [secret] = await askSecrets(io, [pasted.question]);
    return secret === undefined ? [] : await pasted.accounts(context, { secret, name, server });
  }
  if (oauth === undefined || options.token) {
    const hint = `Leave out --token: ${label} asks you in the browser.`;
    throw new CommandError(EXIT.usage, `${label} has no token that could be pasted here.`, hint);
  }
  const redirect = await redirectOf(module, options);
  try {
    const state = randomBytes(24).toString('base64url');
    const moreScopes = options.scope ?? [];
    const begun = await oauth.begin(context, { redirectUri: redirect.uri, state, moreScopes, server });
    const { apiUrl } = config.platforms[platform];
    io.out(`Open this address in a browser and agree there:\n\n${at(begun.url, apiUrl)}\n\n`);
    if (oauth.redirect === 'registered port' && options.redirect === undefined)
      io.out(`${redirect.uri} must be registered as a redirect address of our app at ${label}.\n`);
    const query = await redirect.query(io, state, deps.signal);
    return await begun.finish(codeIn(query, label));
  } finally {
    redirect.close();
  }
}

/** Like every address of the platform, the one of its consent screen can be replaced. */
function at(url: string, apiUrl: string | undefined): string {
  if (apiUrl === undefined) return url;
  const { pathname, search } = new URL(url);
  return `${apiUrl}${pathname}${search}`;
}

async function redirectOf(
  { connecting, capabilities }: Platform,
  options: ConnectOptions,
): Promise<Redirect> {
  const { redirect, port } = options;
  if (redirect !== undefined) {
    const url = URL.canParse(redirect) ? new URL(redirect) : null;
    if (url?.protocol === 'https:' && url.search === '' && url.hash === '') return pastedRedirect(redirect);
    const hint =
      'Write an https address that is registered with our app, such as https://app.example/callback';
    throw new CommandError(EXIT.usage, '--redirect is no plain https address.', hint);
  }
  const rule = connecting.oauth?.redirect;
  if (rule === 'https') {
    throw new CommandError(
      EXIT.usage,
      `${capabilities.label} sends the browser back to https addresses only.`,
      'Name one that is registered with our app, --redirect https://…: it need not do anything, the address that the browser shows in the end is pasted here.',
    );
  }
  return await loopbackRedirect(port ?? (rule === 'any port' ? 0 : DEFAULT_PORT));
}

/** RFC 6749, 4.1.2.1: what the person or the platform said instead of a code. */
function codeIn(query: URLSearchParams, label: string): Secret {
  const code = query.get('code') ?? '';
  if (code !== '') return new Secret(code);
  const error = clip(query.get('error') ?? '', 100);
  const said = clip(query.get('error_description') ?? query.get('error_message') ?? '', 300);
  if (error === 'access_denied' || error === 'user_cancelled_authorize' || error === 'user_cancelled_login') {
    throw new CommandError(
      EXIT.failed,
      `Access to the ${label} account was not agreed to.`,
      'Nothing was changed.',
    );
  }
  throw new CommandError(
    EXIT.failed,
    error === ''
      ? `${label} sent the browser back without a code.`
      : `${label} refused: ${error}${said === '' ? '' : ` (${said})`}.`,
    'Look at the app on the platform: its permissions, and the redirect addresses that are registered.',
  );
}

async function serverOf(
  io: AskingIo,
  { connecting }: Platform,
  named: string | undefined,
): Promise<string | null> {
  const { server } = connecting;
  if (server === undefined) {
    if (named === undefined) return null;
    const hint = 'Leave out --server.';
    throw new CommandError(EXIT.usage, 'Accounts of this platform have no server of their own.', hint);
  }
  const text = named ?? (server.usual === null ? await ask(io, server.question) : server.usual);
  const origin = serverOrigin(text);
  if (origin !== null) return origin;
  throw new CommandError(
    EXIT.usage,
    `“${clip(text, 100)}” is no server that a token may go to.`,
    'Write its public name, such as social.example; it must be reached by https at the usual port.',
  );
}

async function ask(io: AskingIo, question: string): Promise<string> {
  const line = (await io.asks.line(`${question}: `))?.trim() ?? '';
  if (line !== '') return line;
  const hint = 'Type it when you are asked, or write it to the standard input of the command.';
  throw new CommandError(EXIT.usage, `Nothing was given for: ${question}.`, hint);
}

/** Encrypted before it leaves memory; into the row that reaches the account already, if one does. */
async function store(
  deps: PublishDeps,
  accounts: AccountStore,
  { connecting, capabilities }: Platform,
  userId: string,
  given: GivenAccount,
): Promise<{ readonly created: boolean }> {
  const read = await accounts.connections(userId);
  const known = knownAccounts(read, {
    platforms: deps.platforms,
    readToken: deps.readToken,
    tokenMd5: (accessToken) => tokenMd5({ connection: { accessToken } }),
  }).find(({ platform, accountId }) => platform === capabilities.platform && accountId === given.accountId);
  const answer = await accounts.connect({
    userId,
    platform: capabilities.platform,
    rowPlatform: connecting.rowPlatform ?? capabilities.platform,
    accountId: given.accountId,
    connectionId: known?.connection.id ?? null,
    newId: randomUUID(),
    names: { page_name: given.name, page_username: given.username },
    columns: given.columns,
    metadata: given.metadata,
    accessToken: deps.keyring.encrypt(given.token.reveal()),
    refreshToken: given.refreshToken === null ? null : deps.keyring.encrypt(given.refreshToken.reveal()),
    expiresAt: given.expiresAt,
    goodUntil: given.expiryIsItsOwn ? given.expiresAt : null,
  });
  if (answer.ok) return answer;
  const hint = 'The user signs in to the app once; that makes it.';
  throw new CommandError(EXIT.failed, `User ${userId} has no profile, so no account can belong to it.`, hint);
}
