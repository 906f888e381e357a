import { createConsent, isLoopbackAddress, isSecureAddress } from '../consent.ts';
import { refuse } from '../refusal.ts';
import type { MakeSimulator, SimRequest, SimResponse, SimWorld } from '../simulator.ts';
import { apiError, internalError, invalidParams, rateLimited, tokenInvalid } from './answers.ts';
import { creatorInfo } from './creator.ts';
import { authenticate } from './gate.ts';
import { openPhotos, openVideo } from './inits.ts';
import { process } from './processing.ts';
import { fetchStatus, listVideos, queryVideos, userInfo } from './reads.ts';
import { emptyState, type Limits } from './state.ts';
import { exchangeToken } from './token.ts';
import { putChunk } from './uploads.ts';

const DAY_MS = 24 * 3_600_000;

/** https://developers.tiktok.com/doc/content-sharing-guidelines and the references of each endpoint. */
const REAL_LIMITS: Limits = {
  initsPerMinute: 6,
  creatorInfosPerMinute: 20,
  statusesPerMinute: 30,
  postsPerDay: 15,
  draftsPerDay: 5,
  // Not documented; about a day.
  statusLifeMs: DAY_MS,
};

/** So that a sandbox can be run all day. */
const SANDBOX_LIMITS: Limits = {
  ...REAL_LIMITS,
  initsPerMinute: 1_000_000,
  creatorInfosPerMinute: 1_000_000,
  statusesPerMinute: 1_000_000,
  postsPerDay: 1_000_000,
  draftsPerDay: 1_000_000,
};

/**
 * Accounts: `id` is the open_id. Facts in `extra`: username, private, unaudited, banned, privacyOptions (a list),
 * commentDisabled, duetDisabled, stitchDisabled, maxSeconds, moderationMs (until a public post has its id),
 * verifiedPrefix (of pictures' addresses; otherwise this machine's are), clientSecret.
 */
export const makeTiktokSimulator: MakeSimulator = (world) => simulate(world, SANDBOX_LIMITS);

export function makeTiktokSimulatorWith(limits: Partial<Limits>): MakeSimulator {
  return (world) => simulate(world, { ...REAL_LIMITS, ...limits });
}

function simulate(world: SimWorld, limits: Limits): ReturnType<MakeSimulator> {
  const consent = createConsent(world, {
    client: 'client_key',
    separator: ',',
    scopes: ['user.info.basic', 'user.info.profile', 'video.publish', 'video.upload', 'video.list'],
    challenge: 'hex',
    // Of desktop apps: this machine, any port; of web apps: https.
    redirect: (uri) => isLoopbackAddress(uri) || isSecureAddress(uri),
  });
  const state = emptyState();
  const desk = { state, world, limits };

  async function route(request: SimRequest): Promise<SimResponse> {
    const as = (...scopes: string[]) => authenticate(request, world, scopes);
    switch (`${request.method} ${request.path}`) {
      case 'PUT /video/':
        return await putChunk(request, state, world);
      case 'POST /v2/oauth/token/':
        return exchangeToken(request, world, consent);
      case 'GET /v2/auth/authorize/':
        return consent.authorize(request);
      case 'GET /v2/user/info/':
        return userInfo(request, as('user.info.basic'));
      case 'POST /v2/post/publish/creator_info/query/':
        return creatorInfo(request, as('video.publish'), state, world, limits);
      case 'POST /v2/post/publish/video/init/':
        return openVideo(request, as('video.publish'), false, desk);
      case 'POST /v2/post/publish/inbox/video/init/':
        return openVideo(request, as('video.upload'), true, desk);
      case 'POST /v2/post/publish/content/init/':
        return await openPhotos(request, as('video.publish', 'video.upload'), desk);
      case 'POST /v2/post/publish/status/fetch/':
        return fetchStatus(request, as('video.publish', 'video.upload'), state, world, limits);
      case 'POST /v2/video/list/':
        return listVideos(request, as('video.list'), state, world);
      case 'POST /v2/video/query/':
        return queryVideos(request, as('video.list'), state, world);
      default:
        return refuse(apiError(404, 'unsupported_path', 'Unsupported path(Janus)'));
    }
  }

  return {
    platform: 'tiktok',
    async handle(request) {
      process(state, world);
      try {
        return await route(request);
      } finally {
        process(state, world);
      }
    },
    faults: {
      refused: () => invalidParams('One or more fields in request is invalid.'),
      rateLimited,
      serverError: internalError,
      tokenExpired: tokenInvalid,
    },
  };
}
