import { authorizeUrl, createPkce, givenTokens, wholeApp } from '../../core/oauth.ts';
import type { Connecting } from '../../core/platform.ts';
import { askForTokens, whoAmI } from './api.ts';

// developers.tiktok.com/doc/login-kit-desktop
const AUTHORIZE = 'https://www.tiktok.com/v2/auth/authorize/';
const SCOPES = ['user.info.basic', 'video.publish', 'video.upload', 'video.list'];

export const connecting: Connecting = {
  oauth: {
    // Of desktop apps; it may be registered with any port: http://127.0.0.1:*/callback/
    redirect: 'any port',
    async begin(context, { redirectUri, state, moreScopes }) {
      const { id: key, secret } = await wholeApp('TikTok', () => context.app());
      const pkce = createPkce();
      const url = authorizeUrl(AUTHORIZE, {
        client_key: key,
        response_type: 'code',
        scope: [...SCOPES, ...moreScopes].join(','),
        redirect_uri: redirectUri,
        state,
        // TikTok wants the hash in hexadecimal.
        code_challenge: pkce.hexChallenge,
        code_challenge_method: 'S256',
      });
      return {
        url,
        async finish(code) {
          const response = await askForTokens(
            context,
            { key, secret },
            {
              grant_type: 'authorization_code',
              code,
              redirect_uri: redirectUri,
              code_verifier: pkce.verifier,
            },
          );
          const { scopes: _scopes, ...given } = givenTokens('TikTok', response, context.now());
          const user = await whoAmI({ context, token: given.token });
          return [
            {
              ...given,
              accountId: user.open_id,
              name: user.display_name || user.open_id,
              username: null,
              columns: { page_id: user.open_id },
              expiryIsItsOwn: true,
            },
          ];
        },
      };
    },
  },
};
