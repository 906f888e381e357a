import { z } from 'zod';
import type { SimAccount, SimRequest, SimResponse, SimWorld } from '../simulator.ts';
import { accountView, nameOf } from './accounts.ts';
import { refuse } from './answers.ts';
import { LIMITS, maxCharacters, POLL, perUrl } from './configuration.ts';
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
  poll: z
    .strictObject({
      options: z.array(z.string()),
      expires_in: z.int(),
      multiple: z.boolean().optional(),
      hide_totals: z.boolean().optional(),
    })
    .optional(),
});
type Poll = NonNullable<z.infer<typeof createRequest>['poll']>;
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
  if (body.poll !== undefined) checkPoll(body.poll, media);
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
    poll: body.poll ?? null,
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

/** app/validators/poll_options_validator.rb, poll_expiration_validator.rb */
function checkPoll({ options, expires_in }: Poll, media: readonly Media[]): void {
  const refused = (why: string): never => refuse(422, `Validation failed: ${why}`);
  if (media.length > 0) refused('Cannot attach a poll to a post that has files');
  if (options.length < POLL.minOptions) refused('Options must be more than one');
  if (options.length > POLL.maxOptions) refused(`Options can't contain more than ${POLL.maxOptions} items`);
  if (options.some((option) => option.trim() === '')) refused("Options can't be blank");
  if (options.some((option) => [...new Intl.Segmenter('en').segment(option)].length > POLL.optionLength))
    refused(`Options can't be longer than ${POLL.optionLength} characters each`);
  if (new Set(options).size !== options.length) refused('Options contain duplicate items');
  if (expires_in < POLL.minSeconds) refused('Expires at is too soon');
  if (expires_in > POLL.maxSeconds) refused('Expires at is too far into the future');
}

function kindOf(media: readonly Media[]): string {
  return media.length > 1 ? 'carousel' : (media[0]?.type ?? 'text');
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
  const older = world.visible(account.id).filter(({ id }) => before === null || BigInt(id) < BigInt(before));
  const shown = older.slice(0, limit);
  const rest = new URLSearchParams(query);
  rest.set('max_id', shown.at(-1)?.id ?? '');
  const next = `<${world.base}${request.path}?${rest}>; rel="next"`;
  return {
    status: 200,
    headers: older.length > shown.length ? { link: next } : {},
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
    content: htmlOf(status.text),
    account: accountView(owner),
    media_attachments: status.media.map((media) => view(media, Number.POSITIVE_INFINITY)),
    poll: status.poll === null ? null : pollView(status, status.poll),
    mentions: [],
    tags: [],
    emojis: [],
  };
}

/** app/lib/text_formatter.rb, without what it makes of addresses and names. */
function htmlOf(text: string): string {
  const signs: Readonly<Record<string, string>> = {
    '&': 'amp',
    '<': 'lt',
    '>': 'gt',
    '"': 'quot',
    "'": '#39',
  };
  const escaped = text.replace(/[&<>"']/g, (sign) => `&${signs[sign]};`);
  return escaped
    .split(/\n{2,}/)
    .map((paragraph) => `<p>${paragraph.replaceAll('\n', '<br />')}</p>`)
    .join('');
}

function pollView({ id, createdAt }: StoredStatus, poll: NonNullable<StoredStatus['poll']>): object {
  const { options, expires_in, multiple = false } = poll;
  return {
    id,
    expires_at: new Date(createdAt + expires_in * 1000).toISOString(),
    expired: false,
    multiple,
    votes_count: 0,
    voters_count: 0,
    options: options.map((title) => ({ title, votes_count: 0 })),
    emojis: [],
    voted: true,
    own_votes: [],
  };
}

/** Every address counts the same, of a mention only the local part, the rest as graphemes. */
function lengthOf(text: string, account: SimAccount): number {
  const counted = text
    .replace(/https?:\/\/[^\s<>"“”]+/gi, 'x'.repeat(perUrl(account)))
    .replace(/(^|[^\w/])@(\w+)@[\w.-]+\w/g, '$1@$2');
  return [...new Intl.Segmenter('en').segment(counted)].length;
}
