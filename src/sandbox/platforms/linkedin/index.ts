import { makeComments } from '../comments.ts';
import { createConsent, isSecureAddress } from '../consent.ts';
import { Refusal, refuse } from '../refusal.ts';
import type { MakeSimulator, SimRequest, SimResponse } from '../simulator.ts';
import { badRequest, expiredToken, internalServerError, notFound, throttled } from './answers.ts';
import { createComment, listComments } from './comments.ts';
import { authenticate, checkVersion } from './gate.ts';
import {
  accessToken,
  creatorAnalytics,
  introspectToken,
  organizationAcls,
  shareStatistics,
  showOrganization,
  userinfo,
} from './people.ts';
import { createPost, listPosts } from './posts.ts';
import { emptyState } from './state.ts';
import { actOnAssets, receive, showAsset } from './uploads.ts';

const SCOPES = [
  'openid',
  'profile',
  'w_member_social',
  'w_member_social_feed',
  'w_organization_social',
  'w_organization_social_feed',
  'r_organization_social',
  'rw_organization_admin',
];
const ASSETS = { images: 'image', videos: 'video', documents: 'document' } as const;

/**
 * Accounts: `id` is the author's URN; one token may belong to a member and several organizations.
 * `extra.role`: the member's role on an organization's page.
 */
export const makeLinkedinSimulator: MakeSimulator = (world) => {
  const state = emptyState();
  const consent = createConsent(world, {
    client: 'client_id',
    separator: ' ',
    scopes: SCOPES,
    challenge: null,
    redirect: isSecureAddress,
  });
  const comments = makeComments(world);

  async function route(request: SimRequest): Promise<SimResponse> {
    const { method, path } = request;
    if (path.startsWith('/dms-uploads/') && method === 'PUT') return await receive(request, state, world);
    if (path === '/oauth/v2/accessToken' && method === 'POST') return accessToken(request, world, consent);
    if (path === '/oauth/v2/authorization' && method === 'GET') return consent.authorize(request);
    if (path === '/oauth/v2/introspectToken' && method === 'POST') return introspectToken(request, world);
    const caller = authenticate(request, world);
    if (path === '/v2/userinfo' && method === 'GET') return userinfo(caller);
    if (!path.startsWith('/rest/')) return refuse(notFound(path));
    checkVersion(request);

    const [, entity] = /^\/rest\/socialActions\/([^/]+)\/comments$/.exec(path) ?? [];
    if (entity !== undefined) {
      if (entity.includes(':'))
        return refuse(badRequest('INVALID_VALUE_FOR_FIELD', 'The key is not encoded'));
      const urn = decodeURIComponent(entity);
      if (method === 'POST') return createComment(request, urn, caller, comments, world);
      if (method === 'GET') return listComments(request, urn, caller, comments, world);
    }
    const [, organization] = /^\/rest\/organizations\/(\d+)$/.exec(path) ?? [];
    if (organization !== undefined && method === 'GET') return showOrganization(organization, caller);
    const [, collection = '', key] = /^\/rest\/(\w+)(?:\/([^/]+))?$/.exec(path) ?? [];
    const what = collection in ASSETS ? ASSETS[collection as keyof typeof ASSETS] : null;
    if (what !== null && key === undefined && method === 'POST') {
      return await actOnAssets(request, what, caller, state, world);
    }
    if (what !== null && key !== undefined && method === 'GET') {
      // Rest.li wants URNs in a path percent-encoded.
      if (key.includes(':')) return refuse(badRequest('INVALID_VALUE_FOR_FIELD', 'The key is not encoded'));
      return showAsset(decodeURIComponent(key), what, caller, state, world);
    }
    switch (`${method} ${collection}${key === undefined ? '' : '/…'}`) {
      case 'POST posts':
        return createPost(request, caller, state, world);
      case 'GET posts':
        return listPosts(request, caller, state, world);
      case 'GET organizationAcls':
        return organizationAcls(request, caller);
      case 'GET organizationalEntityShareStatistics':
        return shareStatistics(request, caller, state);
      case 'GET memberCreatorPostAnalytics':
        return creatorAnalytics(request, caller, state);
      default:
        return refuse(notFound(path));
    }
  }

  const traced = (response: SimResponse): SimResponse => ({
    ...response,
    headers: {
      'x-li-uuid': `AAY${world.nextNumber()}`,
      'x-li-fabric': 'prod-sandbox',
      'x-li-request-id': `${world.nextNumber()}`,
      ...response.headers,
    },
  });

  return {
    platform: 'linkedin',
    async handle(request) {
      try {
        return traced(await route(request));
      } catch (error) {
        if (error instanceof Refusal) return traced(error.response);
        throw error;
      }
    },
    faults: {
      refused: () => traced(badRequest('INVALID_VALUE_FOR_FIELD', 'Invalid value for field /commentary')),
      rateLimited: () => traced(throttled()),
      serverError: () => traced(internalServerError()),
      tokenExpired: () => traced(expiredToken()),
    },
  };
};
