import { appId, authorizeUrl, createPkce, givenTokens } from '../../core/oauth.ts';
import type { Connecting } from '../../core/platform.ts';
import { askForTokens, whoAmI } from './api.ts';

// docs.x.com/fundamentals/authentication/oauth-2-0/authorization-code
const AUTHORIZE = 'https://x.com/i/oauth2/authorize';
const SCOPES = ['tweet.read', 'tweet.write', 'users.read', 'media.write', 'offline.access'];

export const connecting: Connecting = {
  rowPlatform: 'twitter',
  oauth: {
    // docs.x.com/resources/fundamentals/developer-apps: exact match, http://127.0.0.1 but not localhost.
    redirect: 'registered port',
    async begin(context, { redirectUri, state, moreScopes }) {
      const id = await appId('X', () => context.app());
      const { clientSecret: secret } = await context.app();
      const pkce = createPkce();
      const url = authorizeUrl(AUTHORIZE, {
        response_type: 'code',
        client_id: id,
        redirect_uri: redirectUri,
        scope: [...SCOPES, ...moreScopes].join(' '),
        state,
        code_challenge: pkce.challenge,
        code_challenge_method: 'S256',
      });
      return {
        url,
        async finish(code) {
          const response = await askForTokens(
            context,
            { id, secret },
            {
              grant_type: 'authorization_code',
              code,
              redirect_uri: redirectUri,
              code_verifier: pkce.verifier,
            },
          );
          const { scopes: _scopes, ...given } = givenTokens('X', response, context.now());
          const user = await whoAmI({ context, token: given.token });
          return [
            {
              ...given,
              accountId: user.id,
              name: user.name || user.username || user.id,
              username: user.username ?? null,
              columns: { page_id: user.id },
              expiryIsItsOwn: true,
            },
          ];
        },
      };
    },
  },
};
