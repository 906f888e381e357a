import { makeComments } from '../comments.ts';
import { debugToken } from '../debug-token.ts';
import { accountOfToken } from '../graph-gate.ts';
import { createGraphPeople } from '../graph-people.ts';
import { graphRefusal, refuse } from '../graph-refusal.ts';
import type { MakeSimulator, SimAccount, SimRequest, SimResponse } from '../simulator.ts';
import { receiveBytes, receivePart, uploadClip } from './clips.ts';
import { addComment, listComments } from './comments.ts';
import { publishPost } from './feed.ts';
import { accountOfUpload, pathParts, requireScopes } from './gate.ts';
import { publishPhotoStory, uploadPhoto } from './photos.ts';
import { showProcessed } from './processing.ts';
import { readEdge, readNode } from './reads.ts';
import { ERRORS, missingObject } from './refusals.ts';
import { emptyState } from './state.ts';
import { uploadVideo } from './videos.ts';

/**
 * Facebook Pages: graph, graph-video and rupload under one address.
 *
 * Accounts: `id` is the Page's id, the token is the Page's own; scopes pages_manage_posts and
 * pages_read_engagement, for comments pages_manage_engagement too.
 */
export const makeFacebookSimulator: MakeSimulator = (world) => {
  const state = emptyState();
  const comments = makeComments(world);
  const people = createGraphPeople(world, ({ id, name }) => ({ id, name }));
  /** Text and link of the last post of each Page, for code 506. */
  const lastOf = new Map<string, string>();

  async function answer(request: SimRequest): Promise<SimResponse> {
    showProcessed(world, state);
    const path = pathParts(request.path);
    if (request.path.startsWith('/video-upload/')) {
      if (request.method !== 'POST' || path.length !== 1) return missingObject(request.path);
      const account = accountOfUpload(world, request);
      return await receiveBytes(state, account, path[0] ?? '', request);
    }
    const person = people.answer(request, path);
    if (person !== null) return person;
    if (path.length === 1 && path[0] === 'debug_token')
      return debugToken(request, world, false) ?? refuse(ERRORS.badToken);
    const account = accountOfToken(world, request);
    if (request.method === 'POST') return await write(account, path, request);
    if (request.method !== 'GET') return refuse({ code: 100, message: 'Unsupported method' });
    if (path.length === 1 && path[0] === 'me') return readNode(world, state, account, 'me', request.query);
    requireScopes(account, 'read');
    if (path.length === 1) return readNode(world, state, account, path[0] ?? '', request.query);
    if (path.length === 2 && path[1] === 'comments')
      return listComments(world, state, comments, path[0] ?? '', request);
    return readEdge(world, state, account, path, request);
  }

  async function write(
    account: SimAccount,
    path: readonly string[],
    request: SimRequest,
  ): Promise<SimResponse> {
    const [id = '', edge, ...more] = path;
    if (edge === 'comments' && more.length === 0)
      return addComment(world, state, comments, account, id, request);
    if (id !== account.id || more.length > 0) return missingObject(path.join('/'));
    requireScopes(account, 'publish');
    switch (edge) {
      case 'feed':
        return publishPost(world, state, account, request, lastOf);
      case 'photos':
        return await uploadPhoto(world, state, account, request);
      case 'videos':
        return await uploadVideo(world, state, account, request);
      case 'video_reels':
      case 'video_stories':
        return await uploadClip(world, state, account, edge, request);
      case 'photo_stories':
        return publishPhotoStory(world, state, account, request);
      default:
        return missingObject(path.join('/'));
    }
  }

  return {
    platform: 'facebook',
    handle: answer,
    async cutOff(request) {
      const id = /^\/video-upload\/[^/]+\/(\d+)$/.exec(request.path)?.[1];
      if (id !== undefined) await receivePart(state, id, request);
    },
    faults: {
      refused: () => graphRefusal({ code: 100, message: '(#100) Invalid parameter' }),
      rateLimited: () => graphRefusal(ERRORS.rateLimit),
      serverError: () => graphRefusal(ERRORS.unknown),
      tokenExpired: () => graphRefusal(ERRORS.tokenExpired),
    },
  };
};
