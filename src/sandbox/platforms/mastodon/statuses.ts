import { z } from 'zod';
import type { SimAccount, SimRequest, SimResponse, SimWorld } from '../simulator.ts';
import { refuse } from './answers.ts';
import { LIMITS, maxCharacters, perUrl } from './configuration.ts';
import { addressOf } from './gate.ts';
import { usable, view } from './media.ts';
import type { Media, State, StoredStatus } from './state.ts';

/** redis: SETEX … 3600 */
const KEY_LIFE_MS = 60 * 60_000;
const MAX_PAGE = 40;

/** Its names stand in the specification (spec.test.ts). */
export const createRequest = z.strictObject({
  status: z.string().optional(),
  media_ids: z.array(z.string()).optional(),
  visibility: z.enum(['public', 'unlisted', 'private', 'direct']).optional(),
  spoiler_text: z.string().optional(),
  sensitive: z.boolean().optional(),
  language: z.string().optional(),
  in_reply_to_id: z.string().optional(),
});
export const LIST_PARAMETERS = [
  'limit',
  'max_id',
  'since_id',
  'min_id',
  'exclude_reblogs',
  'exclude_replies',
];

/** POST /api/v1/statuses */
export function createStatus(
  request: SimRequest,
  account: SimAccount,
  state: State,
  world: SimWorld,
): SimResponse {
  const now = world.now().getTime();
  const sent = request.headers['idempotency-key'];
  const key = sent === undefined ? null : `${account.id} ${sent}`;
  const earlier = key === null ? undefined : state.keys.get(key);
  const first = earlier && now - earlier.at < KEY_LIFE_MS ? state.statuses.get(earlier.id) : undefined;
  if (first !== undefined) return { status: 200, json: statusView(first, account) };

  if (!/^application\/json\b/.test(request.headers['content-type'] ?? '')) refuse(400, 'The body is no JSON');
  const parsed = createRequest.safeParse(request.body.json());
  if (!parsed.success)
    return refuse(422, `The simulator knows no such parameter: ${z.prettifyError(parsed.error)}`);
  const body = parsed.data;
  const text = body.status ?? '';
  const media = attach(body.media_ids ?? [], account, state, world);
  if (text.trim() === '' && media.length === 0) refuse(422, "Validation failed: Text can't be blank");
  const most = maxCharacters(account);
  if (lengthOf(`${body.spoiler_text ?? ''}${text}`, account) > most)
    refuse(422, `Validation failed: Text character limit of ${most} exceeded`);
  const replyTo = body.in_reply_to_id ?? null;
  if (replyTo !== null && !state.statuses.has(replyTo)) refuse(404, 'Record not found');

  // As in Mastodon's ids, the time stands above the lowest 16 bits.
  const id = String((BigInt(now) << 16n) | BigInt(world.nextNumber() % 65_536));
  const { host } = addressOf(account);
  const status: StoredStatus = {
    id,
    owner: account.id,
    createdAt: now,
    text,
    spoilerText: body.spoiler_text ?? '',
    visibility: body.visibility ?? 'public',
    sensitive: body.sensitive ?? false,
    language: body.language ?? null,
    replyTo,
    media,
    url: `https://${host}/@${nameOf(account)}/${id}`,
  };
  state.statuses.set(id, status);
  for (const one of media) one.statusId = id;
  if (key !== null) state.keys.set(key, { id, at: now });
  world.publish({
    account: account.id,
    id,
    kind: replyTo === null ? kindOf(media) : 'reply',
    text,
    media: media.map(({ sha256 }) => sha256),
    url: status.url,
  });
  return { status: 200, json: statusView(status, account) };
}

function attach(ids: readonly string[], account: SimAccount, state: State, world: SimWorld): Media[] {
  if (ids.length > LIMITS.maxMedia) refuse(422, `Cannot attach more than ${LIMITS.maxMedia} files`);
  const media = ids.map((id) => usable(id, account, state, world));
  const lost = ids.filter((_id, index) => media[index] === undefined);
  if (lost.length > 0) refuse(422, `Media ${lost.join(', ')} not found or already attached to another post`);
  const found = media.filter((one) => one !== undefined);
  if (found.length > 1 && found.some(({ type }) => type === 'video'))
    refuse(422, 'Cannot attach a video to a post that already contains images');
  if (found.some(({ readyAt }) => world.now().getTime() < readyAt))
    refuse(422, 'Cannot attach files that have not finished processing. Try again in a moment!');
  return found;
}

function kindOf(media: readonly Media[]): string {
  if (media.length > 1) return 'carousel';
  return media[0]?.type ?? 'text';
}

/** GET /api/v1/accounts/{id}/statuses of the own account. */
export function listStatuses(
  request: SimRequest,
  account: SimAccount,
  state: State,
  world: SimWorld,
): SimResponse {
  const { query } = request;
  const strange = [...query.keys()].find((name) => !LIST_PARAMETERS.includes(name));
  if (strange !== undefined) refuse(422, `Unknown parameter ${strange}`);
  const limit = Math.min(Number(query.get('limit') ?? 20), MAX_PAGE);
  const before = query.get('max_id');
  const shown = world
    .visible(account.id)
    .filter(({ id }) => before === null || BigInt(id) < BigInt(before))
    .slice(0, limit);
  return {
    status: 200,
    json: shown.flatMap(({ id }) => {
      const status = state.statuses.get(id);
      return status === undefined ? [] : [statusView(status, account)];
    }),
  };
}

/** GET /api/v1/statuses/{id} and /source; only the own ones have a source. */
export function showStatus(
  id: string,
  what: 'source' | undefined,
  account: SimAccount,
  state: State,
  world: SimWorld,
): SimResponse {
  const status = state.statuses.get(id);
  if (status === undefined) return refuse(404, 'Record not found');
  const owner = world.accounts.find((known) => known.id === status.owner) ?? account;
  if (what === undefined) return { status: 200, json: statusView(status, owner) };
  if (owner.id !== account.id) return refuse(403, 'This action is not allowed');
  return { status: 200, json: { id, text: status.text, spoiler_text: status.spoilerText } };
}

function statusView(status: StoredStatus, owner: SimAccount): object {
  return {
    id: status.id,
    created_at: new Date(status.createdAt).toISOString(),
    in_reply_to_id: status.replyTo,
    in_reply_to_account_id: status.replyTo === null ? null : addressOf(owner).number,
    sensitive: status.sensitive,
    spoiler_text: status.spoilerText,
    visibility: status.visibility,
    language: status.language,
    uri: status.url.replace('/@', '/users/').replace(/\/(\d+)$/, '/statuses/$1'),
    url: status.url,
    replies_count: 0,
    reblogs_count: 0,
    favourites_count: 0,
    content: `<p>${status.text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('\n', '<br />')}</p>`,
    account: accountView(owner),
    media_attachments: status.media.map((media) => view(media, Number.POSITIVE_INFINITY)),
    mentions: [],
    tags: [],
    emojis: [],
  };
}

export function accountView(account: SimAccount): object {
  const { number, host } = addressOf(account);
  const username = nameOf(account);
  return {
    id: number,
    username,
    acct: username,
    display_name: account.name,
    url: `https://${host}/@${username}`,
  };
}

function nameOf({ name }: SimAccount): string {
  return name.toLowerCase().replaceAll(/\W+/g, '_');
}

/** Every address counts the same, of a mention only the local part, the rest as graphemes. */
function lengthOf(text: string, account: SimAccount): number {
  const counted = text
    .replace(/https?:\/\/[^\s<>"“”]+/gi, 'x'.repeat(perUrl(account)))
    .replace(/(^|[^\w/])@(\w+)@[\w.-]+\w/g, '$1@$2');
  return [...new Intl.Segmenter('en').segment(counted)].length;
}
