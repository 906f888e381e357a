import { createConsent, isLoopbackAddress, isSecureAddress } from '../consent.ts';
import { Refusal, refuse } from '../refusal.ts';
import type { MakeSimulator, SimRequest, SimResponse } from '../simulator.ts';
import { invalidRequest, notFound, serviceUnavailable, tooManyRequests, unauthorized } from './answers.ts';
import { authenticate, checkQuery } from './gate.ts';
import { append, finalize, initialize, ownMedia, setMetadata, status } from './media.ts';
import { createPost, usernameOf } from './posts.ts';
import { listPosts, lookUpPosts } from './reads.ts';
import { SCOPES } from './spec.ts';
import { emptyState } from './state.ts';
import { exchangeToken } from './token.ts';

/**
 * Accounts: `id` is the user's number. Facts in `extra`: premium (25,000 characters), naming 'tweet' (answers in the
 * names of OpenAPI 2.159), noCredits, clientSecret.
 */
export const makeXSimulator: MakeSimulator = (world) => {
  const state = emptyState();
  const consent = createConsent(world, {
    client: 'client_id',
    separator: ' ',
    scopes: ['tweet.read', 'tweet.write', 'users.read', 'media.write', 'offline.access', 'like.read'],
    challenge: 'base64url',
    redirect: (uri) => isLoopbackAddress(uri) || isSecureAddress(uri),
  });

  async function route(request: SimRequest): Promise<SimResponse> {
    const { method, path } = request;
    const as = (scopes: readonly string[]) => authenticate(request, world, scopes);
    const [, mediaId, action] = /^\/2\/media\/upload\/(\d+)\/(append|finalize)$/.exec(path) ?? [];
    if (method === 'POST' && mediaId !== undefined) {
      const media = ownMedia(mediaId, as(SCOPES.media), state, world);
      return action === 'append' ? append(request, media) : await finalize(media, world);
    }
    const [, userId] = /^\/2\/users\/(\d+)\/tweets$/.exec(path) ?? [];
    if (method === 'GET' && userId !== undefined)
      return listPosts(request, userId, as(SCOPES.read), state, world);
    switch (`${method} ${path}`) {
      case 'POST /2/oauth2/token':
        return exchangeToken(request, world, consent);
      case 'GET /i/oauth2/authorize':
        return consent.authorize(request);
      case 'POST /2/tweets':
        return createPost(request, as(SCOPES.write), state, world);
      case 'GET /2/tweets':
        return lookUpPosts(request, as(SCOPES.read), state, world);
      case 'GET /2/users/me': {
        const account = as(SCOPES.read);
        checkQuery(request, ['user.fields']);
        const { id, name } = account;
        return { status: 200, json: { data: { id, name, username: usernameOf(account) } } };
      }
      case 'POST /2/media/upload/initialize':
        return initialize(request, as(SCOPES.media), state, world);
      case 'GET /2/media/upload':
        return status(request, as(SCOPES.media), state, world);
      case 'POST /2/media/metadata':
        return setMetadata(request, as(SCOPES.media), state, world);
      default:
        return refuse(notFound());
    }
  }

  const traced = (response: SimResponse): SimResponse => ({
    ...response,
    headers: { 'x-transaction-id': String(world.nextNumber()), ...response.headers },
  });
  const inFifteenMinutes = (): number => Math.floor(world.now().getTime() / 1000) + 900;

  return {
    platform: 'x',
    async handle(request) {
      try {
        return traced(await route(request));
      } catch (error) {
        if (error instanceof Refusal) return traced(error.response);
        throw error;
      }
    },
    faults: {
      refused: () => traced(invalidRequest('$.text: is invalid')),
      rateLimited: () => traced(tooManyRequests(inFifteenMinutes())),
      serverError: () => traced(serviceUnavailable()),
      tokenExpired: () => traced(unauthorized()),
    },
  };
};
