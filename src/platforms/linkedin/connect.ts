import { authorizeUrl, type GivenTokens, givenTokens, wholeApp } from '../../core/oauth.ts';
import type { Connecting, GivenAccount, PlatformContext } from '../../core/platform.ts';
import { mayPublish } from './account.ts';
import { askForTokens, createApi } from './api.ts';

// learn.microsoft.com/en-us/linkedin/shared/authentication/authorization-code-flow
const AUTHORIZE = 'https://www.linkedin.com/oauth/v2/authorization';
/** Those that every app can have; for pages and comments LinkedIn admits apps one by one. */
const SCOPES = ['openid', 'profile', 'w_member_social'];

export const connecting: Connecting = {
  oauth: {
    // http://127.0.0.1 is for native apps that LinkedIn has admitted by hand (authorization-code-flow-native).
    redirect: 'https',
    async begin(context, { redirectUri, state, moreScopes }) {
      const app = await wholeApp('LinkedIn', () => context.app());
      const url = authorizeUrl(AUTHORIZE, {
        response_type: 'code',
        client_id: app.id,
        redirect_uri: redirectUri,
        state,
        scope: [...SCOPES, ...moreScopes].join(' '),
      });
      return {
        url,
        async finish(code) {
          const response = await askForTokens(context, {
            grant_type: 'authorization_code',
            code,
            client_id: app.id,
            client_secret: app.secret,
            redirect_uri: redirectUri,
          });
          return await authors(context, givenTokens('LinkedIn', response, context.now()));
        },
      };
    },
  },
  pasted: {
    question: 'Access token (linkedin.com/developers/tools/oauth/token-generator)',
    accounts: (context, { secret }) =>
      authors(context, { token: secret, refreshToken: null, expiresAt: null, metadata: {}, scopes: null }),
  },
};

/** The member, and the pages that the member may publish for where the token permits that. */
async function authors(context: PlatformContext, given: GivenTokens): Promise<readonly GivenAccount[]> {
  const { scopes, ...tokens } = given;
  const api = createApi(context, { token: given.token });
  const { sub, name } = await api.userinfo();
  const member: GivenAccount = {
    ...tokens,
    accountId: `urn:li:person:${sub}`,
    name: name === '' ? sub : name,
    username: null,
    columns: { page_id: sub, linkedin_id: sub, account_type: 'personal', is_organization: false },
    expiryIsItsOwn: true,
  };
  if (scopes !== null && !scopes.includes('w_organization_social')) return [member];
  // A token that was pasted does not say what it permits.
  const roles = await api.organizationRoles().catch((error: unknown) => {
    if (scopes === null) return [];
    throw error;
  });
  const pages = new Set(roles.filter(mayPublish).map(({ organization }) => organization));
  const organizations = await Promise.all(
    [...pages].map(async (urn): Promise<GivenAccount> => {
      const id = urn.replace(/^urn:li:organization:/, '');
      return {
        ...member,
        accountId: urn,
        name: (await api.organizationName(id)) ?? id,
        columns: {
          page_id: id,
          linkedin_id: sub,
          organization_id: id,
          account_type: 'organization',
          is_organization: true,
        },
      };
    }),
  );
  return [member, ...organizations];
}
