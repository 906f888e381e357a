import { z } from 'zod';
import { GRANTED_SCOPES } from '../../core/access.ts';
import { authorizeUrl, createPkce, givenTokens } from '../../core/oauth.ts';
import type { Connecting, GivenAccount, PlatformContext } from '../../core/platform.ts';
import { Secret } from '../../core/secret.ts';
import { globalId } from './account.ts';
import { createApi } from './api.ts';
import { mastodonError } from './errors.ts';

// docs.joinmastodon.org/methods/apps, /methods/oauth
const SCOPES = ['read:accounts', 'read:statuses', 'write:statuses', 'write:media'];
const registered = z.object({ client_id: z.string().min(1), client_secret: z.string().min(1) });

export const connecting: Connecting = {
  server: { question: 'Server of the account, such as mastodon.social', usual: null },
  oauth: {
    // Each attempt registers an app of its own, with the address it has.
    redirect: 'any port',
    async begin(context, { redirectUri, state, moreScopes, server }) {
      const home = server ?? '';
      const scope = [...SCOPES, ...moreScopes].join(' ');
      const response = await context.http.request({
        method: 'POST',
        url: `${home}/api/v1/apps`,
        server: home,
        body: { form: { client_name: 'content-publisher', redirect_uris: redirectUri, scopes: scope } },
      });
      const app = registered.safeParse(response.json);
      if (response.status !== 200 || !app.success) throw mastodonError(response, context.now(), 'not armed');
      const { client_id, client_secret } = app.data;
      const pkce = createPkce();
      const url = authorizeUrl(`${home}/oauth/authorize`, {
        response_type: 'code',
        client_id,
        redirect_uri: redirectUri,
        scope,
        state,
        // Servers before 4.3 take no notice of it.
        code_challenge: pkce.challenge,
        code_challenge_method: 'S256',
      });
      return {
        url,
        async finish(code) {
          const answer = await context.http.request({
            method: 'POST',
            url: `${home}/oauth/token`,
            server: home,
            body: {
              form: {
                grant_type: 'authorization_code',
                code,
                client_id,
                client_secret: new Secret(client_secret),
                redirect_uri: redirectUri,
                code_verifier: pkce.verifier,
              },
            },
          });
          const { token, scopes } = givenTokens('Mastodon', answer, context.now());
          return [await ownerOf(context, token, home, scopes)];
        },
      };
    },
  },
  pasted: {
    question: 'Access token (on the server: Preferences, Development, your application)',
    accounts: async (context, { secret, server }) => [await ownerOf(context, secret, server ?? '', null)],
  },
};

async function ownerOf(
  context: PlatformContext,
  token: Secret,
  server: string,
  scopes: readonly string[] | null,
): Promise<GivenAccount> {
  const { id, username, display_name } = await createApi(context, { token, server }).owner();
  return {
    accountId: globalId(id, server),
    name: display_name === '' ? username : display_name,
    username,
    columns: { page_id: id },
    metadata: { instance_url: server, ...(scopes === null ? {} : { [GRANTED_SCOPES]: scopes }) },
    token,
    refreshToken: null,
    expiresAt: null,
    expiryIsItsOwn: true,
  };
}
