import { type Consent, createConsent, isLoopbackAddress, isSecureAddress } from '../consent.ts';
import type { SimRequest, SimResponse, SimWorld } from '../simulator.ts';
import { answerError } from './answers.ts';

interface App {
  readonly id: string;
  readonly secret: string;
  readonly redirectUri: string;
  readonly scopes: readonly string[];
}

export interface Apps {
  /** POST /api/v1/apps, https://docs.joinmastodon.org/methods/apps/ */
  register(request: SimRequest): SimResponse;
  authorize(request: SimRequest): SimResponse;
  /** POST /oauth/token, https://docs.joinmastodon.org/methods/oauth/ */
  token(request: SimRequest): SimResponse;
}

const SCOPES = [
  'read',
  'write',
  'profile',
  'read:accounts',
  'read:statuses',
  'write:statuses',
  'write:media',
];

export function createApps(world: SimWorld): Apps {
  const apps = new Map<string, App>();
  const consent: Consent = createConsent(world, {
    client: 'client_id',
    separator: ' ',
    scopes: SCOPES,
    challenge: 'base64url',
    redirect: (uri) => isLoopbackAddress(uri) || isSecureAddress(uri),
    knows: (client, redirectUri) => apps.get(client)?.redirectUri === redirectUri,
  });
  return {
    register(request) {
      const form = request.body.form();
      const scopes = (form.get('scopes') ?? 'read').split(' ');
      const redirectUri = form.get('redirect_uris') ?? '';
      if (!form.get('client_name') || redirectUri === '')
        return answerError(422, "Validation failed: Application name can't be blank");
      if (scopes.some((scope) => !SCOPES.includes(scope)))
        return answerError(422, 'Validation failed: Scopes do not match configured on the server.');
      const app = {
        id: `app-${world.nextNumber()}`,
        secret: `app-secret-${world.nextNumber()}`,
        redirectUri,
        scopes,
      };
      apps.set(app.id, app);
      const { id, secret } = app;
      return {
        status: 200,
        json: { id: '1', name: form.get('client_name'), client_id: id, client_secret: secret, scopes },
      };
    },
    authorize(request) {
      const app = apps.get(request.query.get('client_id') ?? '');
      const wanted = (request.query.get('scope') ?? '').split(' ');
      if (app !== undefined && wanted.some((scope) => !app.scopes.includes(scope)))
        return { status: 400, text: 'The requested scope is invalid, unknown, or malformed.' };
      return consent.authorize(request);
    },
    token(request) {
      const form = request.body.form();
      const app = apps.get(form.get('client_id') ?? '');
      if (app === undefined || app.secret !== form.get('client_secret'))
        return oauthError(401, 'invalid_client', 'Client authentication failed.');
      if (form.get('grant_type') !== 'authorization_code')
        return oauthError(400, 'unsupported_grant_type', 'The grant type is not supported.');
      const agreed = consent.redeem(form, app.id);
      if (typeof agreed === 'string')
        return oauthError(400, agreed, 'The provided authorization grant is invalid, expired or revoked.');
      const token = `mastodon-sim-${world.nextNumber()}`;
      const { tokenExpiresAt: _end, ...account } = agreed.account;
      world.replaceAccount({ ...account, token, scopes: agreed.scopes });
      const created_at = Math.floor(world.now().getTime() / 1000);
      const scope = agreed.scopes.join(' ');
      return { status: 200, json: { access_token: token, token_type: 'Bearer', scope, created_at } };
    },
  };
}

function oauthError(status: number, error: string, error_description: string): SimResponse {
  return { status, json: { error, error_description } };
}
