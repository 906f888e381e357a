import type { MakeSimulator, SimRequest, SimResponse } from '../simulator.ts';
import { answerError, EXPIRED, rateLimited, refuse } from './answers.ts';
import { uploadBlob, uploadLimit } from './blobs.ts';
import { createRecord, getPosts, getRecord, listRecords, putRecord } from './repo.ts';
import { authenticate, createSession, refreshSession, sessionView } from './sessions.ts';
import { emptyState } from './state.ts';

/**
 * One server for everybody. Accounts: `id` is the DID, `name` the handle, `refreshToken` the app password.
 * `extra.uploadLimit`: what the server of that account takes.
 */
export const makeBlueskySimulator: MakeSimulator = (world) => {
  const state = emptyState();

  async function route(request: SimRequest): Promise<SimResponse> {
    const owner = () => authenticate(request, state, world);
    switch (`${request.method} ${request.path.replace(/^\/xrpc\//, '')}`) {
      case 'POST com.atproto.server.createSession':
        return createSession(request, state, world);
      case 'POST com.atproto.server.refreshSession':
        return refreshSession(request, state, world);
      case 'GET com.atproto.server.getSession':
        return { status: 200, json: sessionView(owner()) };
      case 'GET com.atproto.server.describeServer':
        return { status: 200, json: describeServer(uploadLimit(owner())) };
      case 'GET com.atproto.identity.resolveHandle':
        return resolveHandle(request.query.get('handle') ?? '');
      case 'POST com.atproto.repo.uploadBlob':
        return await uploadBlob(request, owner(), state, world);
      case 'POST com.atproto.repo.putRecord':
        return putRecord(request, owner(), state, world);
      case 'POST com.atproto.repo.createRecord':
        return createRecord(request, owner(), state, world);
      case 'GET com.atproto.repo.getRecord':
        return getRecord(request, state, world);
      case 'GET com.atproto.repo.listRecords':
        return listRecords(request, state, world);
      case 'GET app.bsky.feed.getPosts':
        owner();
        return getPosts(request, state, world);
      default:
        return refuse(501, 'MethodNotImplemented', 'Method Not Implemented');
    }
  }

  function resolveHandle(handle: string): SimResponse {
    const account = world.accounts.find(({ name }) => name === handle);
    if (account === undefined) return refuse(400, 'HandleNotFound', 'Unable to resolve handle');
    return { status: 200, json: { did: account.id } };
  }

  return {
    platform: 'bluesky',
    handle: route,
    faults: {
      refused: () => answerError(400, 'InvalidRequest', 'Invalid app.bsky.feed.post record: not liked here'),
      rateLimited: () => rateLimited(world.now()),
      serverError: () => answerError(500, 'InternalServerError', 'Internal Server Error'),
      tokenExpired: () => EXPIRED,
    },
  };
};

function describeServer(blobUploadLimit: number): object {
  return {
    did: 'did:web:pds.example',
    availableUserDomains: ['.pds.example'],
    inviteCodeRequired: true,
    blobUploadLimit,
  };
}
