import type { MakeSimulator, SimRequest, SimResponse } from '../simulator.ts';
import { ownerView } from './accounts.ts';
import { answerError, INVALID_TOKEN, refuse, throttled } from './answers.ts';
import { createApps } from './apps.ts';
import { instance } from './configuration.ts';
import { addressOf, application, authenticate, tokenOwner } from './gate.ts';
import { showMedia, upload } from './media.ts';
import { emptyState } from './state.ts';
import { createStatus, listStatuses, showStatus } from './statuses.ts';

/**
 * One program for every server. Accounts: `id` is '<number>@<server>', `name` the display name. `extra.maxCharacters`:
 * what the server of that account allows.
 */
export const makeMastodonSimulator: MakeSimulator = (world) => {
  const state = emptyState();
  const apps = createApps(world);

  async function route(request: SimRequest): Promise<SimResponse> {
    const { method, path } = request;
    const as = (scope: string) => authenticate(request, world, scope);
    const [, id = '', more] = /^\/api\/v1\/(?:statuses|accounts|media)\/(\w+)(?:\/(\w+))?$/.exec(path) ?? [];
    switch (`${method} ${path.replace(/(\/(?:statuses|accounts|media))\/\d+/, '$1/{id}')}`) {
      case 'GET /api/v2/instance':
        return { status: 200, json: instance(as('read:statuses')) };
      case 'GET /api/v1/accounts/verify_credentials':
        return { status: 200, json: ownerView(as('read:accounts')) };
      case 'POST /api/v1/apps':
        return apps.register(request);
      case 'GET /oauth/authorize':
        return apps.authorize(request);
      case 'POST /oauth/token':
        return apps.token(request);
      case 'GET /api/v1/apps/verify_credentials':
        return { status: 200, json: application(tokenOwner(request, world)) };
      case 'POST /api/v2/media':
        return await upload(request, as('write:media'), state, world);
      case 'GET /api/v1/media/{id}':
        return showMedia(id, as('write:media'), state, world);
      case 'POST /api/v1/statuses':
        return createStatus(request, as('write:statuses'), state, world);
      case 'GET /api/v1/accounts/{id}/statuses': {
        const account = as('read:statuses');
        if (addressOf(account).number !== id) return refuse(404, 'Record not found');
        return listStatuses(request, account, state, world);
      }
      case 'GET /api/v1/statuses/{id}':
      case 'GET /api/v1/statuses/{id}/source':
        return showStatus(id, more === 'source' ? more : undefined, as('read:statuses'), state, world);
      default:
        return refuse(404, 'Not Found');
    }
  }

  return {
    platform: 'mastodon',
    handle: route,
    faults: {
      refused: () => answerError(422, 'Validation failed: Text is not liked here'),
      rateLimited: () => throttled(world.now()),
      serverError: () => ({
        status: 500,
        text: '<!doctype html><title>We’re sorry, but something went wrong.</title>',
      }),
      tokenExpired: () => INVALID_TOKEN,
    },
  };
};
