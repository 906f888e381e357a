import { makeComments } from '../comments.ts';
import { debugToken } from '../debug-token.ts';
import { bodyParameters, onlyQuery, pick, requestedFields } from '../graph-fields.ts';
import { accountOfToken, versionedPath } from '../graph-gate.ts';
import { createLogin } from '../graph-login.ts';
import { createGraphPeople } from '../graph-people.ts';
import { badParameter, graphRefusal, refuse } from '../graph-refusal.ts';
import type { MakeSimulator, SimAccount, SimRequest, SimResponse, SimWorld } from '../simulator.ts';
import { addComment, listComments } from './comments.ts';
import { Containers, containerStatus, statusText } from './containers.ts';
import { COMMENT_SCOPES, INSTAGRAM_LOGIN_SCOPES, requireScopes, worldOf } from './gate.ts';
import { MediaShelf } from './media.ts';
import { ERRORS } from './refusals.ts';

const DAY_MS = 24 * 3_600_000;
const DAY_SECONDS = 86_400;
const REFRESHED_SECONDS = 60 * DAY_SECONDS;
/** The guide's number; an account's `extra.quotaTotal` replaces it. */
const QUOTA_TOTAL = 100;

/**
 * Instagram's content publishing, both worlds (Instagram Login and Facebook Login) under one address.
 *
 * Accounts: `id` is the Instagram user id, `name` the username; a token that begins with 'IG' is of the Instagram
 * Login. `extra.pageId`: the Facebook Page it is linked to; `extra.quotaTotal`: posts in 24 hours.
 */
export const makeInstagramSimulator: MakeSimulator = (world) => {
  const containers = new Containers(world);
  const login = createLogin(world, {
    scopes: [...INSTAGRAM_LOGIN_SCOPES, COMMENT_SCOPES['instagram login']],
    grant: 'ig_exchange_token',
    token: (long) => `IGAA${long ? 'long' : 'short'}${world.nextNumber()}`,
    answer: (token, { account, scopes }) => ({
      data: [{ access_token: token, user_id: account.id, permissions: scopes.join(',') }],
    }),
  });
  const people = createGraphPeople(world, (account) => ({
    id: String(account.extra?.['pageId'] ?? ''),
    name: `Page of ${account.name}`,
    instagram_business_account: { id: account.id, username: account.name },
  }));
  const shelf = new MediaShelf(world);
  const comments = makeComments(world);

  async function answer(request: SimRequest): Promise<SimResponse> {
    if (request.path === '/refresh_access_token') return refreshToken(world, request);
    if (request.path === '/oauth/authorize') return login.authorize(request);
    if (request.path === '/oauth/access_token') return login.shortLived(request);
    if (request.path === '/access_token') return login.longLived(request);
    const [node = '', edge, ...more] = versionedPath(request.path);
    const person = people.answer(request, [node, ...(edge === undefined ? [] : [edge]), ...more]);
    if (person !== null) return person;
    if (node === 'debug_token' && edge === undefined)
      return debugToken(request, world, false) ?? refuse(ERRORS.badToken);
    const account = accountOfToken(world, request);
    if (more.length > 0) return refuse(ERRORS.objectMissing);
    if (request.method === 'POST') return write(account, node, edge, request);
    if (request.method === 'GET') return read(account, node, edge, request);
    return refuse({ code: 100, message: 'Unsupported method' });
  }

  async function write(
    account: SimAccount,
    node: string,
    edge: string | undefined,
    request: SimRequest,
  ): Promise<SimResponse> {
    const parameters = bodyParameters(request);
    if (edge === 'comments') return addComment(world, comments, account, node, parameters);
    if (node !== account.id) return refuse(ERRORS.objectMissing);
    requireScopes(account, true);
    if (edge === 'media')
      return { status: 200, json: { id: (await containers.create(account, parameters)).id } };
    if (edge === 'media_publish') return publish(account, parameters);
    return refuse(ERRORS.objectMissing);
  }

  function publish(account: SimAccount, parameters: ReadonlyMap<string, string>): SimResponse {
    for (const name of parameters.keys()) {
      if (name !== 'creation_id') badParameter(`Param ${name} is not a known parameter`);
    }
    const id = parameters.get('creation_id') ?? '';
    if (!/^\d+$/.test(id)) badParameter('The parameter creation_id is required');
    const container = containers.get(id, account);
    if (container === undefined) return refuse(ERRORS.containerMissing);
    if (container.kind.startsWith('carousel '))
      return badParameter('A carousel item is published through its carousel');
    const status = containerStatus(container, world.now());
    // Meta does not document this answer; that nothing is doubled is what counts here.
    if (status === 'PUBLISHED') return badParameter('The media has already been published');
    if (status === 'IN_PROGRESS') return refuse(ERRORS.notReady);
    if (status !== 'FINISHED') return refuse(ERRORS.containerMissing);
    if (shelf.publishedSince(account, world.now().getTime() - DAY_MS) >= quotaTotal(account))
      return refuse(ERRORS.dailyCap);
    return { status: 200, json: { id: shelf.publish(account, container).id } };
  }

  function read(
    account: SimAccount,
    node: string,
    edge: string | undefined,
    request: SimRequest,
  ): SimResponse {
    const { query } = request;
    requireScopes(account, false);
    if (node === account.id && edge !== undefined) return readEdge(account, edge, request);
    if (edge === 'comments') return listComments(world, comments, account, node, request);
    if (edge === 'insights') return shelf.insights(account, node, query);
    if (edge !== undefined) return refuse(ERRORS.objectMissing);
    if (node === 'me' || node === account.id) return readUser(account, node, query);
    if (node === account.extra?.['pageId'] && worldOf(account) === 'facebook login') {
      const names = requestedFields(query, ['id', 'name', 'instagram_business_account'], ['id', 'name']);
      const page = { id: node, name: account.name, instagram_business_account: { id: account.id } };
      return { status: 200, json: pick(page, ['id', ...names]) };
    }
    const container = containers.get(node, account);
    if (container === undefined) return shelf.read(account, node, query) ?? refuse(ERRORS.objectMissing);
    onlyQuery(query, ['fields']);
    const names = requestedFields(query, ['id', 'status', 'status_code'], ['id']);
    const values = {
      id: container.id,
      status: statusText(container, world.now()),
      status_code: containerStatus(container, world.now()),
    };
    return { status: 200, json: pick(values, ['id', ...names]) };
  }

  function readEdge(account: SimAccount, edge: string, request: SimRequest): SimResponse {
    const { query } = request;
    if (edge === 'media' || edge === 'stories') return shelf.list(account, edge, request);
    if (edge !== 'content_publishing_limit') return refuse(ERRORS.objectMissing);
    requireScopes(account, true);
    onlyQuery(query, ['fields', 'since']);
    const names = requestedFields(query, ['quota_usage', 'config'], ['quota_usage']);
    const now = world.now().getTime();
    const since = query.get('since') === null ? now - DAY_MS : Number(query.get('since')) * 1000;
    if (!(since >= now - DAY_MS - 60_000))
      badParameter('Param since must be a Unix timestamp no older than 24 hours');
    const values = {
      quota_usage: shelf.publishedSince(account, since),
      config: { quota_total: quotaTotal(account), quota_duration: DAY_SECONDS },
    };
    return { status: 200, json: { data: [pick(values, names)] } };
  }

  return {
    platform: 'instagram',
    handle: answer,
    faults: {
      refused: () => graphRefusal(ERRORS.imageRatio),
      rateLimited: () => graphRefusal(ERRORS.callLimit),
      serverError: () => graphRefusal(ERRORS.serverError),
      tokenExpired: () => graphRefusal(ERRORS.tokenExpired),
    },
  };
};

// `user_id` is the id to publish with; `id` of /me is app-scoped in the Instagram Login world.
function readUser(account: SimAccount, node: string, query: URLSearchParams): SimResponse {
  onlyQuery(query, ['fields']);
  if (worldOf(account) === 'facebook login') {
    if (node === 'me') {
      const names = requestedFields(query, ['id', 'name'], ['id', 'name']);
      const page = { id: account.extra?.['pageId'] ?? '0', name: account.name };
      return { status: 200, json: pick(page, ['id', ...names]) };
    }
    const names = requestedFields(query, ['id', 'username', 'name'], ['id']);
    return {
      status: 200,
      json: pick({ id: account.id, username: account.name, name: account.name }, ['id', ...names]),
    };
  }
  const names = requestedFields(query, ['id', 'user_id', 'username', 'name', 'account_type'], ['id']);
  const user = {
    id: `9${account.id.slice(1)}`,
    user_id: account.id,
    username: account.name,
    name: account.name,
    account_type: 'BUSINESS',
  };
  return { status: 200, json: pick(user, ['id', ...names]) };
}

// https://developers.facebook.com/docs/instagram-platform/reference/refresh_access_token: no version, token in the query.
function refreshToken(world: SimWorld, request: SimRequest): SimResponse {
  if (request.method !== 'GET') refuse({ code: 100, message: 'Unsupported method' });
  onlyQuery(request.query, ['grant_type']);
  if (request.query.get('grant_type') !== 'ig_refresh_token')
    badParameter('The parameter grant_type is required');
  if (request.query.get('access_token') === null) refuse(ERRORS.noToken);
  const account = accountOfToken(world, request);
  if (worldOf(account) === 'facebook login') return refuse(ERRORS.badToken);
  const token = `IGAA${world.nextNumber()}refreshed${account.id}`;
  world.replaceAccount({
    ...account,
    token,
    tokenExpiresAt: world.now().getTime() + REFRESHED_SECONDS * 1000,
  });
  return {
    status: 200,
    json: {
      access_token: token,
      token_type: 'bearer',
      expires_in: REFRESHED_SECONDS,
      permissions: account.scopes.join(','),
    },
  };
}

function quotaTotal(account: SimAccount): number {
  return Number(account.extra?.['quotaTotal'] ?? QUOTA_TOTAL);
}
