import { GRANTED_SCOPES } from '../../core/access.ts';
import { PublishError } from '../../core/errors.ts';
import { authorizeUrl, wholeApp } from '../../core/oauth.ts';
import type { Connecting, GivenAccount, PlatformContext } from '../../core/platform.ts';
import { Secret } from '../../core/secret.ts';
import {
  agreedTo,
  type GraphLogin,
  longLived,
  mayPost,
  type PersonToken,
  pagesOf,
  tokenForCode,
} from '../../http/graph-pages.ts';
import { caller, DEFAULT_VERSION, graphUrl, readMe } from './api.ts';
import { facebookError } from './errors.ts';

// developers.facebook.com/docs/facebook-login/guides/advanced/manual-flow
const SCOPES = ['pages_show_list', 'pages_manage_posts', 'pages_read_engagement', 'pages_manage_engagement'];

export const connecting: Connecting = {
  oauth: {
    redirect: 'https',
    async begin(context, { redirectUri, state, moreScopes }) {
      const app = await wholeApp('Facebook', () => context.app());
      const version = context.settings.version ?? DEFAULT_VERSION;
      const url = authorizeUrl(`https://www.facebook.com/${version}/dialog/oauth`, {
        response_type: 'code',
        client_id: app.id,
        redirect_uri: redirectUri,
        state,
        scope: [...SCOPES, ...moreScopes].join(','),
      });
      return {
        url,
        async finish(code) {
          const login = loginOf(context);
          const { token } = await tokenForCode(login, app, code, redirectUri);
          return await pagesThrough(login, await longLived(login, app, token));
        },
      };
    },
  },
  pasted: {
    question: 'Token of a person or of a Page (developers.facebook.com/tools/explorer)',
    async accounts(context, { secret }) {
      const login = loginOf(context);
      const { clientId: id, clientSecret } = await context.app();
      try {
        // Without our app the token cannot be made to last, and its Page tokens end with it.
        const app = id === undefined || clientSecret === undefined ? null : { id, secret: clientSecret };
        await pagesOf(login, secret);
        const person =
          app === null ? { token: secret, expiresAt: null } : await longLived(login, app, secret);
        return await pagesThrough(login, person);
      } catch (error) {
        // "Nonexisting field (accounts)": Pages have none.
        if (!(error instanceof PublishError) || !/^100\b/.test(error.code)) throw error;
        return [await pageItself(context, secret)];
      }
    },
  },
};

export function loginOf(context: PlatformContext): GraphLogin {
  return {
    http: context.http,
    now: () => context.now(),
    label: 'Facebook',
    url: (path) => graphUrl(context, `/${path}`),
    error: (response) => facebookError(response, context.now(), 'not armed'),
  };
}

/** The Pages that the person may post to; their tokens are their own. */
async function pagesThrough(login: GraphLogin, person: PersonToken): Promise<readonly GivenAccount[]> {
  const scopes = await agreedTo(login, person.token);
  const pages = (await pagesOf(login, person.token)).filter(mayPost);
  return pages.flatMap(({ id, name, access_token: token }): GivenAccount[] =>
    token === undefined ? [] : [pageAccount(id, name, new Secret(token), person.expiresAt, scopes)],
  );
}

async function pageItself(context: PlatformContext, token: Secret): Promise<GivenAccount> {
  const account = { platform: 'facebook', id: 'me', name: '', connectionId: '' } as const;
  const me = await readMe(caller(context, { ...account, token, refreshToken: null, tokenExpiresAt: null }));
  return pageAccount(me.id, me.name, token, null, null);
}

function pageAccount(
  id: string,
  name: string,
  token: Secret,
  personUntil: Date | null,
  scopes: readonly string[] | null,
): GivenAccount {
  return {
    accountId: id,
    name: name === '' ? id : name,
    username: null,
    columns: { page_id: id },
    metadata: scopes === null ? {} : { [GRANTED_SCOPES]: scopes },
    token,
    refreshToken: null,
    expiresAt: personUntil,
    expiryIsItsOwn: false,
  };
}
