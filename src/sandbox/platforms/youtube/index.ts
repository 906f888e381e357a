import { makeComments } from '../comments.ts';
import { createConsent, isLoopbackAddress, isSecureAddress } from '../consent.ts';
import type { MakeSimulator, SimRequest, SimResponse, SimWorld } from '../simulator.ts';
import {
  apiError,
  backendError,
  badRequest,
  invalidCredentials,
  invalidMetadata,
  notFoundPage,
  quotaExceeded,
  signupRequired,
  uploadRateLimitExceeded,
} from './answers.ts';
import { makeAuth } from './auth.ts';
import { insertThread, listThreads } from './comments.ts';
import { makeExtras } from './extras.ts';
import { makeQuota } from './quota.ts';
import { listChannels, listUploads, listVideos } from './reads.ts';
import { makeSessions } from './sessions.ts';
import { METHODS, type Method } from './spec.ts';
import type { Limits, SimVideo } from './state.ts';
import { exchangeToken, tokenInfo } from './token.ts';

/** Of a project as Google makes it (developers.google.com/youtube/data/determine_quota_cost). */
const DEFAULT_LIMITS: Limits = {
  insertsPerDay: 100,
  unitsPerDay: 10_000,
  uploadsPerChannelAndDay: 100,
  storesAtMost: Number.POSITIVE_INFINITY,
};

/** Of a project with a raised quota, so that a sandbox can be run all day. */
const SANDBOX_LIMITS: Limits = {
  ...DEFAULT_LIMITS,
  insertsPerDay: 1_000_000,
  unitsPerDay: 10_000_000,
  uploadsPerChannelAndDay: 1_000_000,
};

/** Facts of an account in `extra`: unaudited (uploads become private), noChannel, clientSecret. */
export const makeYoutubeSimulator: MakeSimulator = (world) => simulate(world, SANDBOX_LIMITS);

export function makeYoutubeSimulatorWith(limits: Partial<Limits>): MakeSimulator {
  return (world) => simulate(world, { ...DEFAULT_LIMITS, ...limits });
}

function simulate(world: SimWorld, limits: Limits): ReturnType<MakeSimulator> {
  const videos = new Map<string, SimVideo>();
  const auth = makeAuth(world);
  const consent = createConsent(world, {
    client: 'client_id',
    separator: ' ',
    scopes: ['youtube', 'youtube.upload', 'youtube.readonly', 'youtube.force-ssl'].map(
      (name) => `https://www.googleapis.com/auth/${name}`,
    ),
    challenge: 'base64url',
    more: { access_type: 'offline', prompt: 'consent' },
    redirect: (uri) => isLoopbackAddress(uri) || isSecureAddress(uri),
  });
  const extras = makeExtras(world, videos);
  const comments = makeComments(world);
  const quota = makeQuota(() => world.now());
  const sessions = makeSessions(world, videos, quota, limits);

  async function handle(request: SimRequest): Promise<SimResponse> {
    if (request.path === '/tokeninfo') return tokenInfo(request, auth);
    if (request.path === '/token') return exchangeToken(request, world, auth, consent);
    if (request.path === '/o/oauth2/v2/auth') return consent.authorize(request);
    if (request.method === 'PUT' && request.path === METHODS.insert.path) {
      // A session's own requests cost nothing.
      const checked = auth.check(request, METHODS.insert.scopes);
      return 'refusal' in checked ? checked.refusal : await sessions.put(request, checked.account);
    }
    const method = Object.values<Method>(METHODS).find(
      ({ httpMethod, path }) => httpMethod === request.method && path === request.path,
    );
    return method === undefined ? notFoundPage() : await call(method, request);
  }

  async function call(method: Method, request: SimRequest): Promise<SimResponse> {
    const inserts = method.id === METHODS.insert.id;
    const checked = auth.check(request, method.scopes);
    if ('refusal' in checked) return checked.refusal;
    if (
      !quota.take(
        inserts ? 'inserts' : 'units',
        method.cost ?? 1,
        inserts ? limits.insertsPerDay : limits.unitsPerDay,
      )
    ) {
      return quotaExceeded();
    }
    const parts = readParts(method, request);
    if ('refusal' in parts) return parts.refusal;
    const { account } = checked;
    if (method.httpMethod === 'POST' && account.extra?.['noChannel'] === true) return signupRequired();
    switch (method.id) {
      case METHODS.insert.id:
        return await sessions.insert(request, account, parts.parts);
      case METHODS.channels.id:
        return listChannels(request, account, parts.parts);
      case METHODS.comment.id:
        return insertThread(request, account, videos, comments, world);
      case METHODS.comments.id:
        return listThreads(request, account, videos, comments);
      case METHODS.entry.id:
        return extras.addEntry(request, account);
      case METHODS.thumbnail.id:
        return extras.setThumbnail(request, account);
      case METHODS.uploads.id:
        return extras.listEntries(request) ?? listUploads(request, account, parts.parts, videos, world);
      default:
        return listVideos(request, account, parts.parts, videos, world);
    }
  }

  return {
    platform: 'youtube',
    handle,
    faults: {
      refused: () => invalidMetadata('invalidVideoMetadata', 'invalid video metadata'),
      rateLimited: uploadRateLimitExceeded,
      serverError: backendError,
      tokenExpired: invalidCredentials,
    },
  };
}

function readParts(
  method: Method,
  request: SimRequest,
): { readonly parts: string[] } | { readonly refusal: SimResponse } {
  const allowed = method.path.startsWith('/upload/')
    ? ['uploadType', ...method.parameters]
    : method.parameters;
  const strange = [...request.query.keys()].find((name) => !allowed.includes(name));
  if (strange !== undefined) {
    return {
      refusal: badRequest(
        `Invalid JSON payload received. Unknown name "${strange}": Cannot bind query parameter.`,
      ),
    };
  }
  const notify = request.query.get('notifySubscribers');
  if (notify !== null && !/^(true|false)$/.test(notify))
    return { refusal: badRequest("Invalid value at 'notifySubscribers'") };
  const parts = request.query.getAll('part').flatMap((part) => part.split(','));
  const unknown = parts.find((part) => !method.parts.includes(part));
  const enough = parts.length > 0 || method.parts.length === 0;
  if (enough && unknown === undefined) return { parts };
  const reason = unknown === undefined ? 'missingRequiredParameter' : 'unknownPart';
  return {
    refusal: apiError(400, reason, unknown === undefined ? 'Required parameter: part' : `'${unknown}'`, {
      domain: 'youtube.part',
      location: 'part',
    }),
  };
}
