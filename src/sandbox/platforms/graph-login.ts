import { type Agreement, createConsent, isSecureAddress } from './consent.ts';
import { graphRefusal } from './graph-refusal.ts';
import type { SimRequest, SimResponse, SimWorld } from './simulator.ts';

/** The login that Instagram and Threads have of their own: a code, a token of an hour, one of 60 days. */
interface GraphOwnLogin {
  authorize(request: SimRequest): SimResponse;
  shortLived(request: SimRequest): SimResponse;
  longLived(request: SimRequest): SimResponse;
}

interface GraphOwnLoginRules {
  readonly scopes: readonly string[];
  /** Name of the exchange. */
  readonly grant: string;
  token(long: boolean): string;
  answer(token: string, agreed: Agreement): object;
}

const LONG_SECONDS = 60 * 86_400;
const FORM = ['client_id', 'client_secret', 'grant_type', 'redirect_uri', 'code'];

export function createLogin(world: SimWorld, rules: GraphOwnLoginRules): GraphOwnLogin {
  const consent = createConsent(world, {
    client: 'client_id',
    separator: ',',
    scopes: rules.scopes,
    challenge: null,
    redirect: isSecureAddress,
  });
  const short = new Map<string, Agreement>();
  return {
    authorize: consent.authorize,
    shortLived(request) {
      const form = request.body.form();
      const wrong = [...form.keys()].length !== FORM.length || FORM.some((name) => !form.get(name));
      if (request.method !== 'POST' || wrong || form.get('grant_type') !== 'authorization_code')
        return refused('Invalid parameters');
      const agreed = consent.redeem(form, form.get('client_id') ?? '');
      if (typeof agreed === 'string') return refused('This authorization code has expired or was used');
      const token = rules.token(false);
      short.set(token, agreed);
      return { status: 200, json: rules.answer(token, agreed) };
    },
    longLived({ query, method }) {
      const agreed = short.get(query.get('access_token') ?? '');
      const wrong = query.get('grant_type') !== rules.grant || !query.get('client_secret');
      if (method !== 'GET' || wrong || agreed === undefined)
        return graphRefusal({ code: 190, message: 'Invalid OAuth access token' });
      const token = rules.token(true);
      const tokenExpiresAt = world.now().getTime() + LONG_SECONDS * 1000;
      world.replaceAccount({ ...agreed.account, token, scopes: agreed.scopes, tokenExpiresAt });
      return { status: 200, json: { access_token: token, token_type: 'bearer', expires_in: LONG_SECONDS } };
    },
  };
}

/** Instagram's own shape, developers.facebook.com/docs/instagram-platform/reference/oauth-access-token */
function refused(error_message: string): SimResponse {
  return { status: 400, json: { error_type: 'OAuthException', code: 400, error_message } };
}
