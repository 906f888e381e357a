import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { Refusal } from '../refusal.ts';
import type { SimAccount, SimRequest, SimResponse, SimWorld } from '../simulator.ts';
import { answerError, invalid, refuse } from './answers.ts';
import { cidOfRecord } from './cid.ts';
import { readPost } from './record.ts';
import type { State, StoredRecord } from './state.ts';

const COLLECTION = 'app.bsky.feed.post';
const TID = /^[2-7a-j][2-7a-z]{12}$/;

/** Names as in the lexicons (spec.test.ts). */
export const putRequest = z.strictObject({
  repo: z.string(),
  collection: z.literal(COLLECTION),
  rkey: z.string().regex(TID),
  validate: z.boolean().optional(),
  record: z.looseObject({}),
});
export const createRequest = putRequest.extend({ rkey: putRequest.shape.rkey.optional() });
export const LIST_PARAMETERS = ['repo', 'collection', 'limit', 'cursor', 'reverse'];

/** com.atproto.repo.putRecord: the same record again changes nothing, another one replaces it. */
export function putRecord(
  request: SimRequest,
  account: SimAccount,
  state: State,
  world: SimWorld,
): SimResponse {
  const { repo, rkey, record } = readBody(request, putRequest);
  return write(repo, rkey, record, account, state, world);
}

/** com.atproto.repo.createRecord: a key that is taken is a fault of the server, in its own words. */
export function createRecord(
  request: SimRequest,
  account: SimAccount,
  state: State,
  world: SimWorld,
): SimResponse {
  const { repo, rkey = nextTid(world), record } = readBody(request, createRequest);
  if (state.records.has(uriOf(account.id, rkey)))
    throw new Refusal(answerError(500, 'InternalServerError', 'Internal Server Error'));
  return write(repo, rkey, record, account, state, world);
}

function readBody<T>(request: SimRequest, schema: z.ZodType<T>): T {
  if (!/^application\/json\b/.test(request.headers['content-type'] ?? ''))
    return invalid('Wrong request encoding (Content-Type)');
  const parsed = schema.safeParse(request.body.json());
  return parsed.success ? parsed.data : invalid(`Input/${z.prettifyError(parsed.error)}`);
}

function write(
  repo: string,
  rkey: string,
  value: Readonly<Record<string, unknown>>,
  account: SimAccount,
  state: State,
  world: SimWorld,
): SimResponse {
  if (repo !== account.id && repo !== account.name)
    refuse(401, 'AuthenticationRequired', 'Authentication Required');
  const uri = uriOf(account.id, rkey);
  const cid = cidOfRecord(value);
  const there = state.records.get(uri);
  if (there !== undefined && isDeepStrictEqual(there.value, value))
    return { status: 200, json: { uri, cid: there.cid, validationStatus: 'valid' } };
  const { text, kind, blobs } = readPost(value, account.id, state, world);
  for (const blob of blobs) blob.referenced = true;
  state.records.set(uri, { did: account.id, rkey, cid, value, indexedAt: world.now().toISOString() });
  // What was public once stays in the ledger; a record that is replaced is the same post.
  if (there === undefined) {
    const media = blobs.map(({ sha256 }) => sha256);
    const url = `https://bsky.app/profile/${account.id}/post/${rkey}`;
    world.publish({ account: account.id, id: uri, kind, text, media, url });
  }
  const commit = { cid: cidOfRecord([uri, cid]), rev: nextTid(world) };
  return { status: 200, json: { uri, cid, commit, validationStatus: 'valid' } };
}

/** com.atproto.repo.getRecord: of anybody on this server, at once. */
export function getRecord({ query }: SimRequest, state: State, world: SimWorld): SimResponse {
  const did = didOf(query.get('repo'), world);
  if (query.get('collection') !== COLLECTION) invalid('Params must have the property "collection"');
  const record = state.records.get(uriOf(did, query.get('rkey') ?? ''));
  if (record === undefined)
    return refuse(400, 'RecordNotFound', `Could not locate record: ${uriOf(did, query.get('rkey') ?? '')}`);
  return { status: 200, json: view(record) };
}

/** com.atproto.repo.listRecords: newest keys first. */
export function listRecords({ query }: SimRequest, state: State, world: SimWorld): SimResponse {
  const strange = [...query.keys()].find((name) => !LIST_PARAMETERS.includes(name));
  if (strange !== undefined) invalid(`Unknown parameter ${strange}`);
  const did = didOf(query.get('repo'), world);
  const limit = Number(query.get('limit') ?? 50);
  if (!Number.isInteger(limit) || limit < 1 || limit > 100)
    invalid('Error: limit can not be greater than 100');
  const cursor = query.get('cursor');
  const shown = world
    .visible(did)
    .flatMap(({ id }) => state.records.get(id) ?? [])
    .sort((one, other) => (one.rkey < other.rkey ? 1 : -1))
    .filter(({ rkey }) => cursor === null || rkey < cursor)
    .slice(0, limit);
  const last = shown.at(-1);
  const next = shown.length === limit && last !== undefined ? { cursor: last.rkey } : {};
  return { status: 200, json: { records: shown.map(view), ...next } };
}

/** app.bsky.feed.getPosts; a sandbox has no audience. */
export function getPosts({ query }: SimRequest, state: State, world: SimWorld): SimResponse {
  if (query.getAll('uris').length > 25) invalid('Error: uris must not have more than 25 elements');
  const posts = query.getAll('uris').flatMap((uri) => {
    const record = state.records.get(uri);
    if (record === undefined) return [];
    const counts = { likeCount: 0, repostCount: 0, replyCount: 0, quoteCount: 0, bookmarkCount: 0 };
    const { cid, did, value, indexedAt } = record;
    const author = { did, handle: world.accounts.find(({ id }) => id === did)?.name ?? 'handle.invalid' };
    return [{ uri, cid, author, record: value, indexedAt, ...counts }];
  });
  return { status: 200, json: { posts } };
}

function view({ did, rkey, cid, value }: StoredRecord): object {
  return { uri: uriOf(did, rkey), cid, value };
}

function didOf(repo: string | null, world: SimWorld): string {
  const account = world.accounts.find(({ id, name }) => id === repo || name === repo);
  return account?.id ?? refuse(400, 'RepoNotFound', `Could not find repo: ${repo}`);
}

function uriOf(did: string, rkey: string): string {
  return `at://${did}/${COLLECTION}/${rkey}`;
}

function nextTid(world: SimWorld): string {
  const digits = '234567abcdefghijklmnopqrstuvwxyz';
  let left = (BigInt(world.now().getTime()) * 1000n) << 10n;
  left |= BigInt(world.nextNumber() % 1024);
  let tid = '';
  for (let digit = 0; digit < 13; digit += 1) {
    tid = digits.charAt(Number(left & 31n)) + tid;
    left >>= 5n;
  }
  return tid;
}
