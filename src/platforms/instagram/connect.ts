import { z } from 'zod';
import { GRANTED_SCOPES } from '../../core/access.ts';
import { authorizeUrl, givenTokens, wholeApp } from '../../core/oauth.ts';
import type { Connecting, GivenAccount, PlatformContext } from '../../core/platform.ts';
import { Secret } from '../../core/secret.ts';
import { agreedTo, type GraphLogin, longLived, mayPost, pagesOf } from '../../http/graph-pages.ts';
import { exchangeToken } from '../../http/graph-token.ts';
import { accountOfToken } from './api.ts';
import { DEFAULT_VERSION, loginWorld } from './call.ts';
import { requestError } from './errors.ts';

// developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/business-login
const AUTHORIZE = 'https://www.instagram.com/oauth/authorize';
const TOKEN = 'https://api.instagram.com/oauth/access_token';
const LONG_LIVED = 'https://graph.instagram.com/access_token';
const SCOPES = [
  'instagram_business_basic',
  'instagram_business_content_publish',
  'instagram_business_manage_comments',
];
/** Some answers have it in a list. */
const wrapped = z.object({ data: z.tuple([z.unknown()]) });
const permissions = z.object({
  permissions: z.union([z.array(z.string()), z.string().transform((list) => list.split(','))]),
});

export const connecting: Connecting = {
  oauth: {
    redirect: 'https',
    async begin(context, { redirectUri, state, moreScopes }) {
      const app = await wholeApp('Instagram', () => context.app());
      const url = authorizeUrl(AUTHORIZE, {
        response_type: 'code',
        client_id: app.id,
        redirect_uri: redirectUri,
        state,
        scope: [...SCOPES, ...moreScopes].join(','),
      });
      return {
        url,
        async finish(code) {
          const form = {
            client_id: app.id,
            client_secret: app.secret,
            grant_type: 'authorization_code',
            redirect_uri: redirectUri,
            code,
          };
          const answer = await context.http.request({ method: 'POST', url: TOKEN, body: { form } });
          const inList = wrapped.safeParse(answer.json);
          const response = inList.success ? { ...answer, json: inList.data.data[0] } : answer;
          const { token } = givenTokens('Instagram', response, context.now());
          const agreed = permissions.safeParse(response.json);
          const scopes = agreed.success ? agreed.data.permissions : null;
          return [
            await ownAccount(context, await exchangeToken(context, LASTING, app.secret, token), scopes),
          ];
        },
      };
    },
  },
  pasted: {
    question:
      'Token of the account (from the dashboard of the app) or of a person who manages its Page (developers.facebook.com/tools/explorer)',
    async accounts(context, { secret }) {
      if (loginWorld(secret) === 'facebook') return await throughPages(context, secret);
      return [await ownAccount(context, { token: secret, expiresAt: null }, null)];
    },
  },
};

const LASTING = { label: 'Instagram', address: LONG_LIVED, grant: 'ig_exchange_token' };

interface Lasting {
  readonly token: Secret;
  readonly expiresAt: Date | null;
}

async function ownAccount(
  context: PlatformContext,
  { token, expiresAt }: Lasting,
  scopes: readonly string[] | null,
): Promise<GivenAccount> {
  const { id, name } = await accountOfToken(context, token);
  return instagramAccount(id, name, token, expiresAt, true, scopes);
}

export function loginOf(context: PlatformContext): GraphLogin {
  return {
    http: context.http,
    now: () => context.now(),
    label: 'Instagram',
    url: (path) => `https://graph.facebook.com/${context.settings.version ?? DEFAULT_VERSION}/${path}`,
    error: (response) => requestError(response, context.now()),
  };
}

/** The accounts behind the Pages that a person may post to, with the Pages' tokens. */
async function throughPages(context: PlatformContext, person: Secret): Promise<readonly GivenAccount[]> {
  const login = loginOf(context);
  const { clientId: id, clientSecret } = await context.app();
  const through =
    id === undefined || clientSecret === undefined
      ? { token: person, expiresAt: null }
      : await longLived(login, { id, secret: clientSecret }, person);
  const scopes = await agreedTo(login, through.token);
  const pages = (await pagesOf(login, through.token)).filter(mayPost);
  return pages.flatMap((page): GivenAccount[] => {
    const account = page.instagram_business_account;
    if (account === undefined || page.access_token === undefined) return [];
    const token = new Secret(page.access_token);
    return [
      instagramAccount(account.id, account.username ?? page.name, token, through.expiresAt, false, scopes),
    ];
  });
}

function instagramAccount(
  id: string,
  name: string,
  token: Secret,
  expiresAt: Date | null,
  expiryIsItsOwn: boolean,
  scopes: readonly string[] | null,
): GivenAccount {
  return {
    accountId: id,
    name,
    username: name,
    columns: { page_id: id, account_type: 'business' },
    metadata: scopes === null ? {} : { [GRANTED_SCOPES]: scopes },
    token,
    refreshToken: null,
    expiresAt,
    expiryIsItsOwn,
  };
}
