import { debugToken } from '../debug-token.ts';
import { bodyParameters, onlyQuery, pick, requestedFields } from '../graph-fields.ts';
import { accountOfToken } from '../graph-gate.ts';
import { createLogin } from '../graph-login.ts';
import { badParameter, graphRefusal, refuse } from '../graph-refusal.ts';
import type { MakeSimulator, SimAccount, SimRequest, SimResponse, SimWorld } from '../simulator.ts';
import { Containers, containerStatus } from './containers.ts';
import { FULL_SCOPES, pathParts, requireScopes } from './gate.ts';
import { Posts } from './posts.ts';
import { ERRORS } from './refusals.ts';

const DAY_MS = 24 * 3_600_000;
const DAY_SECONDS = 86_400;
const REFRESHED_SECONDS = 60 * DAY_SECONDS;
/** The guide's numbers; an account's `extra.quotaTotal` and `extra.replyTotal` replace them. */
const QUOTA_TOTAL = 250;
const REPLY_TOTAL = 1000;

/** The Threads API. Accounts: `id` is the Threads user id, `name` the username. */
export const makeThreadsSimulator: MakeSimulator = (world) => {
  const containers = new Containers(world);
  const login = createLogin(world, {
    scopes: [...FULL_SCOPES],
    grant: 'th_exchange_token',
    token: (long) => `THAA${long ? 'long' : 'short'}${world.nextNumber()}`,
    answer: (token, { account }) => ({ access_token: token, user_id: account.id }),
  });
  const posts = new Posts(world);
  /** When a token was made here; the first ones are old. */
  const madeAt = new Map<string, number>();

  async function answer(request: SimRequest): Promise<SimResponse> {
    if (request.path === '/refresh_access_token') return refreshToken(world, request, madeAt);
    if (request.path === '/oauth/authorize') return login.authorize(request);
    if (request.path === '/oauth/access_token') return login.shortLived(request);
    if (request.path === '/access_token') return login.longLived(request);
    const [node = '', edge, ...more] = pathParts(request.path);
    if (node === 'debug_token' && edge === undefined)
      return debugToken(request, world, true) ?? refuse(ERRORS.badToken);
    const account = accountOfToken(world, request);
    requireScopes(account, 'threads_basic');
    if (more.length > 0) return refuse(ERRORS.objectMissing);
    const own = node === 'me' || node === account.id;
    if (request.method === 'POST') return own ? write(account, edge, request) : refuse(ERRORS.objectMissing);
    if (request.method !== 'GET') return refuse({ code: 100, message: 'Unsupported method' });
    return own ? readUser(account, edge, request) : readNode(account, node, edge, request.query);
  }

  async function write(
    account: SimAccount,
    edge: string | undefined,
    request: SimRequest,
  ): Promise<SimResponse> {
    requireScopes(account, 'threads_content_publish');
    const given = bodyParameters(request);
    if (edge === 'threads_publish') return publish(account, given);
    if (edge !== 'threads') return refuse(ERRORS.objectMissing);
    if (given.has('reply_to_id')) requireScopes(account, 'threads_manage_replies');
    if (given.has('location_id')) requireScopes(account, 'threads_location_tagging');
    const { id } = await containers.create(account, given, (post) => posts.has(post));
    return { status: 200, json: { id } };
  }

  function publish(account: SimAccount, given: ReadonlyMap<string, string>): SimResponse {
    for (const name of given.keys())
      if (name !== 'creation_id') badParameter(`Param ${name} is not a known parameter`);
    const container = containers.get(given.get('creation_id') ?? '', account);
    if (container === undefined) return refuse(ERRORS.containerMissing);
    if (container.kind.startsWith('carousel '))
      return badParameter('A carousel item is published through its carousel');
    const status = containerStatus(container, world.now());
    // Meta does not document this answer; that nothing is doubled is what counts here.
    if (status === 'PUBLISHED') return badParameter('The media has already been published');
    if (status !== 'FINISHED') return refuse(ERRORS.containerMissing);
    const reply = container.replyTo !== null;
    const since = world.now().getTime() - DAY_MS;
    if (posts.usedSince(account, since, reply) >= quota(account, reply)) return refuse(ERRORS.dailyCap);
    return { status: 200, json: { id: posts.publish(account, container).id } };
  }

  function readUser(account: SimAccount, edge: string | undefined, request: SimRequest): SimResponse {
    const { query } = request;
    switch (edge) {
      case undefined: {
        onlyQuery(query, ['fields']);
        const user = { id: account.id, username: account.name, name: account.name };
        return {
          status: 200,
          json: pick(user, ['id', ...requestedFields(query, Object.keys(user), ['id'])]),
        };
      }
      case 'replies':
        requireScopes(account, 'threads_read_replies');
        return posts.list(account, edge, request);
      case 'threads':
        return posts.list(account, edge, request);
      case 'threads_publishing_limit':
        return readQuotas(account, query);
      default:
        return refuse(ERRORS.objectMissing);
    }
  }

  function readQuotas(account: SimAccount, query: URLSearchParams): SimResponse {
    requireScopes(account, 'threads_content_publish');
    onlyQuery(query, ['fields']);
    const since = world.now().getTime() - DAY_MS;
    const limit = (reply: boolean) => ({ quota_total: quota(account, reply), quota_duration: DAY_SECONDS });
    const values = {
      quota_usage: posts.usedSince(account, since, false),
      config: limit(false),
      reply_quota_usage: posts.usedSince(account, since, true),
      reply_config: limit(true),
    };
    const names = requestedFields(query, Object.keys(values), ['quota_usage']);
    if (names.some((name) => name.startsWith('reply_'))) requireScopes(account, 'threads_manage_replies');
    return { status: 200, json: { data: [pick(values, names)] } };
  }

  function readNode(
    account: SimAccount,
    node: string,
    edge: string | undefined,
    query: URLSearchParams,
  ): SimResponse {
    if (edge === 'insights') {
      requireScopes(account, 'threads_manage_insights');
      return posts.insights(account, node, query);
    }
    if (edge !== undefined) return refuse(ERRORS.objectMissing);
    const container = containers.get(node, account);
    if (container === undefined) return posts.read(account, node, query) ?? refuse(ERRORS.objectMissing);
    onlyQuery(query, ['fields']);
    const names = requestedFields(query, ['id', 'status', 'error_message'], ['id']);
    const status = containerStatus(container, world.now());
    const error = status === 'ERROR' ? { error_message: container.fault } : {};
    return { status: 200, json: pick({ id: container.id, status, ...error }, ['id', ...names]) };
  }

  return {
    platform: 'threads',
    handle: answer,
    faults: {
      refused: () => graphRefusal(ERRORS.textTooLong),
      rateLimited: () => graphRefusal(ERRORS.callLimit),
      serverError: () => graphRefusal(ERRORS.serverError),
      tokenExpired: () => graphRefusal(ERRORS.tokenExpired),
    },
  };
};

// https://developers.facebook.com/docs/threads/get-started/long-lived-tokens: no version, token in the query, not before
// the token is a day old.
function refreshToken(world: SimWorld, request: SimRequest, madeAt: Map<string, number>): SimResponse {
  if (request.method !== 'GET') refuse({ code: 100, message: 'Unsupported method' });
  onlyQuery(request.query, ['grant_type']);
  if (request.query.get('grant_type') !== 'th_refresh_token')
    badParameter('The parameter grant_type is required');
  if (request.query.get('access_token') === null) refuse(ERRORS.noToken);
  const account = accountOfToken(world, request);
  requireScopes(account, 'threads_basic');
  const now = world.now().getTime();
  if (now - (madeAt.get(account.token) ?? 0) < DAY_MS) refuse(ERRORS.tokenTooYoung);
  const token = `THAA${world.nextNumber()}refreshed${account.id}`;
  madeAt.set(token, now);
  world.replaceAccount({ ...account, token, tokenExpiresAt: now + REFRESHED_SECONDS * 1000 });
  return {
    status: 200,
    json: { access_token: token, token_type: 'bearer', expires_in: REFRESHED_SECONDS },
  };
}

function quota(account: SimAccount, reply: boolean): number {
  const { quotaTotal = QUOTA_TOTAL, replyTotal = REPLY_TOTAL } = account.extra ?? {};
  return Number(reply ? replyTotal : quotaTotal);
}
