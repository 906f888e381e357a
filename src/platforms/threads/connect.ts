import { authorizeUrl, givenTokens, wholeApp } from '../../core/oauth.ts';
import type { Connecting, GivenAccount, PlatformContext } from '../../core/platform.ts';
import type { Secret } from '../../core/secret.ts';
import { exchangeToken } from '../../http/graph-token.ts';
import { ORIGIN, whoAmI } from './api.ts';

// developers.facebook.com/docs/threads/get-started/get-access-tokens-and-permissions, /long-lived-tokens
const AUTHORIZE = 'https://threads.net/oauth/authorize';
const SCOPES = ['threads_basic', 'threads_content_publish', 'threads_manage_replies', 'threads_read_replies'];

export const connecting: Connecting = {
  oauth: {
    redirect: 'https',
    async begin(context, { redirectUri, state, moreScopes }) {
      const app = await wholeApp('Threads', () => context.app());
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
          const request = { method: 'POST', url: `${ORIGIN}/oauth/access_token`, body: { form } } as const;
          const { token } = givenTokens('Threads', await context.http.request(request), context.now());
          return [await accountOf(context, await exchangeToken(context, LASTING, app.secret, token))];
        },
      };
    },
  },
  pasted: {
    question: 'Long-lived token of the account (User Token Generator in the dashboard of the app)',
    accounts: async (context, { secret }) => [await accountOf(context, { token: secret, expiresAt: null })],
  },
};

const LASTING = { label: 'Threads', address: `${ORIGIN}/access_token`, grant: 'th_exchange_token' };

interface Lasting {
  readonly token: Secret;
  readonly expiresAt: Date | null;
}

async function accountOf(context: PlatformContext, { token, expiresAt }: Lasting): Promise<GivenAccount> {
  const { id, username } = await whoAmI(context, token);
  return {
    accountId: id,
    name: username,
    username,
    columns: { page_id: id },
    metadata: {},
    token,
    refreshToken: null,
    expiresAt,
    expiryIsItsOwn: true,
  };
}
