import { authorizeUrl, givenTokens, wholeApp } from '../../core/oauth.ts';
import type { Connecting, GivenAccount, PlatformContext } from '../../core/platform.ts';
import { Secret } from '../../core/secret.ts';
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
          return [await accountOf(context, await lasting(context, app.secret, token))];
        },
      };
    },
  },
  pasted: {
    question: 'Long-lived token of the account (User Token Generator in the dashboard of the app)',
    accounts: async (context, { secret }) => [await accountOf(context, { token: secret, expiresAt: null })],
  },
};

interface Lasting {
  readonly token: Secret;
  readonly expiresAt: Date | null;
}

/** 60 days instead of an hour. The parameters stand in the address, as documented, so the whole of it is a secret. */
async function lasting(context: PlatformContext, appSecret: Secret, short: Secret): Promise<Lasting> {
  const query = new URLSearchParams({
    grant_type: 'th_exchange_token',
    client_secret: appSecret.reveal(),
    access_token: short.reveal(),
  });
  const url = new Secret(`${ORIGIN}/access_token?${query}`);
  return givenTokens('Threads', await context.http.request({ method: 'GET', url }), context.now());
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
