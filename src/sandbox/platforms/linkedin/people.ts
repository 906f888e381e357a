import { isClientSecret } from '../client-secret.ts';
import type { Consent } from '../consent.ts';
import { refuse } from '../refusal.ts';
import type { SimAccount, SimRequest, SimResponse, SimWorld } from '../simulator.ts';
import { accessDenied, badRequest, notFound } from './answers.ts';
import { type Caller, isOrganization } from './gate.ts';
import type { State } from './state.ts';

/** 60 days. */
const TOKEN_LIFE_S = 5_184_000;

/** GET /v2/userinfo, of the openid product: no version header. */
export function userinfo(caller: Caller): SimResponse {
  const member = caller.accounts.find(({ id }) => id.startsWith('urn:li:person:'));
  if (member === undefined || !member.scopes.includes('openid') || !member.scopes.includes('profile')) {
    return refuse(accessDenied('userinfo.GET.NO_VERSION'));
  }
  return {
    status: 200,
    json: { sub: member.id.replace('urn:li:person:', ''), name: member.name, locale: 'en_US' },
  };
}

/** GET /rest/organizationAcls?q=roleAssignee: the pages of the member. `extra.role` of an account replaces its role. */
export function organizationAcls(request: SimRequest, caller: Caller): SimResponse {
  if (request.query.get('q') !== 'roleAssignee') {
    return refuse(badRequest('INVALID_VALUE_FOR_FIELD', 'There is no such finder'));
  }
  if (
    !caller.has(
      'rw_organization_admin',
      'r_organization_admin',
      'r_organization_social',
      'w_organization_social',
    )
  ) {
    return refuse(accessDenied('organizationAcls.FINDER-roleAssignee'));
  }
  const wanted = request.query.get('role');
  const elements = caller.accounts
    .filter(({ id }) => isOrganization(id))
    .map(({ id, extra }) => ({
      role: extra?.['role'] ?? 'ADMINISTRATOR',
      organization: id,
      roleAssignee: 'urn:li:person:assignee',
      state: 'APPROVED',
    }))
    .filter(({ role }) => wanted === null || role === wanted);
  return { status: 200, json: { paging: { start: 0, count: 10, links: [] }, elements } };
}

/** GET /rest/organizations/{id}: for who manages the page. */
export function showOrganization(id: string, caller: Caller): SimResponse {
  const page = caller.accounts.find((account) => account.id === `urn:li:organization:${id}`);
  if (page === undefined) return refuse(accessDenied('organizations.GET'));
  return { status: 200, json: { id: Number(id), localizedName: page.name, vanityName: `page-${id}` } };
}

const CLIENT = ['grant_type', 'client_id', 'client_secret'];
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  refresh_token: [...CLIENT, 'refresh_token'],
  authorization_code: [...CLIENT, 'code', 'redirect_uri'],
};

/** POST /oauth/v2/accessToken. Only partners (`extra.partner`) are given refresh tokens; they stay the same. */
export function accessToken(request: SimRequest, world: SimWorld, consent: Consent): SimResponse {
  const form = request.body.form();
  const grant = form.get('grant_type') ?? '';
  const fields = FIELDS[grant] ?? CLIENT;
  const missing = fields.find((name) => !form.get(name));
  if (missing !== undefined) {
    return oauthError(400, 'invalid_request', `A required parameter "${missing}" is missing`);
  }
  if (FIELDS[grant] === undefined) {
    return oauthError(400, 'unsupported_grant_type', 'The grant type is not supported');
  }
  const accounts =
    grant === 'authorization_code'
      ? agreedAccounts(form, world, consent)
      : world.accounts.filter(({ refreshToken }) => refreshToken === form.get('refresh_token'));
  if (accounts.length === 0) {
    const message = 'The provided authorization grant or refresh token is invalid, expired or revoked.';
    return oauthError(400, 'invalid_request', message);
  }
  const token = `AQX${world.nextNumber()}sandbox`;
  const tokenExpiresAt = world.now().getTime() + TOKEN_LIFE_S * 1000;
  for (const account of accounts) world.replaceAccount({ ...account, token, tokenExpiresAt });
  const [{ refreshToken: refresh_token } = { refreshToken: undefined }] = accounts;
  return {
    status: 200,
    json: {
      access_token: token,
      expires_in: TOKEN_LIFE_S,
      ...(refresh_token === undefined ? {} : { refresh_token, refresh_token_expires_in: 31_536_000 }),
      scope: [...new Set(accounts.flatMap(({ scopes }) => scopes))].join(','),
    },
  };
}

/** The member and the pages: one token is for all of them. */
function agreedAccounts(form: URLSearchParams, world: SimWorld, consent: Consent): readonly SimAccount[] {
  const agreed = consent.redeem(form, form.get('client_id') ?? '');
  if (typeof agreed === 'string') return [];
  const { token, extra } = agreed.account;
  const refresh = extra?.['partner'] === true ? { refreshToken: `AQR${world.nextNumber()}` } : {};
  return world.accounts
    .filter((account) => account.token === token)
    .map((account) => ({ ...account, ...refresh, scopes: agreed.scopes }));
}

/** POST /oauth/v2/introspectToken, learn.microsoft.com/en-us/linkedin/shared/authentication/token-introspection */
export function introspectToken(request: SimRequest, world: SimWorld): SimResponse {
  const form = request.body.form();
  const missing = ['client_id', 'client_secret', 'token'].find((name) => !form.get(name));
  if (missing !== undefined)
    return oauthError(400, 'invalid_request', `A required parameter "${missing}" is missing`);
  if (!isClientSecret(world, form.get('client_secret')))
    return oauthError(401, 'invalid_client', 'Client authentication failed');
  const accounts = world.accounts.filter(({ token }) => token === form.get('token'));
  const now = world.now().getTime();
  const active =
    accounts.length > 0 && accounts.every(({ tokenExpiresAt = Infinity }) => tokenExpiresAt > now);
  if (!active) return { status: 200, json: { active: false, status: 'revoked' } };
  const scope = [...new Set(accounts.flatMap(({ scopes }) => scopes))].join(',');
  return { status: 200, json: { active, status: 'active', scope, auth_type: '3L' } };
}

function oauthError(status: number, error: string, error_description: string): SimResponse {
  return { status, json: { error, error_description } };
}

/** Of one post of a page; a sandbox has no audience. */
export function shareStatistics(request: SimRequest, caller: Caller, state: State): SimResponse {
  const organization = request.query.get('organizationalEntity') ?? '';
  const scope = 'rw_organization_admin';
  caller.as(organization, 'organizationalEntityShareStatistics.FINDER', { member: '', organization: scope });
  const list = request.query.get('shares') ?? request.query.get('ugcPosts') ?? '';
  const urn = /^List\((urn:li:(?:share|ugcPost):\d+)\)$/.exec(list)?.[1] ?? '';
  const post = state.posts.get(urn);
  if (post?.author !== organization) return refuse(notFound(list));
  const totalShareStatistics = {
    impressionCount: 0,
    uniqueImpressionsCount: 0,
    clickCount: 0,
    likeCount: 0,
    commentCount: 0,
    shareCount: 0,
    engagement: 0,
  };
  return { status: 200, json: { elements: [{ organizationalEntity: organization, totalShareStatistics }] } };
}

/** One count of one post of a member. */
export function creatorAnalytics(request: SimRequest, caller: Caller, state: State): SimResponse {
  if (!caller.has('r_member_postAnalytics'))
    return refuse(accessDenied('memberCreatorPostAnalytics.FINDER-entity'));
  const entity = /^\((share|ugc):(urn:li:(?:share|ugcPost):\d+)\)$/.exec(request.query.get('entity') ?? '');
  const queryType = request.query.get('queryType') ?? '';
  if (!['IMPRESSION', 'MEMBERS_REACHED', 'RESHARE', 'REACTION', 'COMMENT'].includes(queryType)) {
    return refuse(badRequest('INVALID_VALUE_FOR_FIELD', 'queryType'));
  }
  const post = state.posts.get(entity?.[2] ?? '');
  if (post === undefined || !caller.accounts.some(({ id }) => id === post.author))
    return refuse(notFound('entity'));
  return {
    status: 200,
    json: { elements: [{ count: 0, metricType: queryType }], paging: { start: 0, count: 10 } },
  };
}
