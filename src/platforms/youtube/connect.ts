import { authorizeUrl, createPkce, givenTokens, wholeApp } from '../../core/oauth.ts';
import type { Connecting } from '../../core/platform.ts';
import { ownChannels } from './account.ts';
import { askForTokens } from './api.ts';

// developers.google.com/identity/protocols/oauth2/native-app
const AUTHORIZE = 'https://accounts.google.com/o/oauth2/v2/auth';
const SCOPES = ['youtube.upload', 'youtube.readonly', 'youtube.force-ssl'].map(
  (name) => `https://www.googleapis.com/auth/${name}`,
);

export const connecting: Connecting = {
  oauth: {
    // For clients of type "Desktop app"; those of type "Web application" want the address registered.
    redirect: 'any port',
    async begin(context, { redirectUri, state, moreScopes }) {
      const app = await wholeApp('YouTube', () => context.app());
      const pkce = createPkce();
      const url = authorizeUrl(AUTHORIZE, {
        response_type: 'code',
        client_id: app.id,
        redirect_uri: redirectUri,
        scope: [...SCOPES, ...moreScopes].join(' '),
        state,
        code_challenge: pkce.challenge,
        code_challenge_method: 'S256',
        // Only both bring a refresh token each time.
        access_type: 'offline',
        prompt: 'consent',
      });
      return {
        url,
        async finish(code) {
          const response = await askForTokens(context, app, {
            grant_type: 'authorization_code',
            code,
            redirect_uri: redirectUri,
            code_verifier: pkce.verifier,
          });
          const { scopes: _scopes, ...given } = givenTokens('YouTube', response, context.now());
          const channels = await ownChannels(context, { context, token: given.token }, 'snippet');
          return channels.map(({ id, snippet }) => ({
            ...given,
            accountId: id,
            name: snippet?.title ?? id,
            username: null,
            columns: { page_id: id },
            expiryIsItsOwn: true,
          }));
        },
      };
    },
  },
};
