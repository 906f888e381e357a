import { z } from 'zod';
import type { SimAccount, SimRequest, SimResponse, SimWorld } from '../simulator.ts';
import { apiError, ok, okWithIds, rateLimited } from './answers.ts';
import { fieldsOf, limit, parseBody } from './gate.ts';
import type { Limits, Publication, State } from './state.ts';

const MINUTE_MS = 60_000;
const MAX_SHOWN = 150;
const USER_FIELDS = ['open_id', 'union_id', 'avatar_url', 'display_name'];
const VIDEO_FIELDS = [
  'id',
  'create_time',
  'cover_image_url',
  'share_url',
  'video_description',
  'duration',
  'height',
  'width',
  'title',
  'embed_html',
  'embed_link',
  'like_count',
  'comment_count',
  'share_count',
  'view_count',
];

const statusBody = z.strictObject({ publish_id: z.string() });
const listBody = z.strictObject({
  max_count: z.int().min(1).max(20).default(10),
  cursor: z.int().nonnegative().optional(),
});
const queryBody = z.strictObject({
  filters: z.strictObject({ video_ids: z.array(z.string()).min(1).max(20) }),
});

export function userInfo(request: SimRequest, account: SimAccount): SimResponse {
  const all: Readonly<Record<string, string>> = {
    open_id: account.id,
    union_id: `union-${account.id}`,
    avatar_url: 'https://p16-sign.tiktokcdn.example/avatar.jpeg',
    display_name: account.name,
  };
  const fields = fieldsOf(request, USER_FIELDS);
  return ok({ user: Object.fromEntries(fields.map((field) => [field, all[field]])) });
}

/** https://developers.tiktok.com/doc/content-posting-api-reference-get-video-status */
export function fetchStatus(
  request: SimRequest,
  account: SimAccount,
  state: State,
  world: SimWorld,
  limits: Limits,
): SimResponse {
  const { publish_id: id } = parseBody(request, statusBody);
  limit(state, world, `status ${account.token}`, limits.statusesPerMinute, MINUTE_MS, rateLimited);
  const publication = state.publications.get(id);
  const now = world.now().getTime();
  if (publication === undefined || now > publication.createdAt + limits.statusLifeMs)
    return apiError(400, 'invalid_publish_id', 'The publish_id does not exist.');
  if (publication.account !== account.id)
    return apiError(
      400,
      'token_not_authorized_for_specified_publish_id',
      'The publish_id does not belong to this user.',
    );
  const { upload } = publication;
  const bytes = upload === null ? { downloaded_bytes: 0 } : { uploaded_bytes: upload.stored };
  const data = { status: statusNow(publication), ...bytes };
  if (publication.end === 'failed') return ok({ ...data, fail_reason: publication.flaw });
  if (publication.end !== 'posted') return ok(data);
  const moderated = now >= (publication.postedAt ?? now) + Number(account.extra?.['moderationMs'] ?? 0);
  const shown = moderated && publication.privacy === 'PUBLIC_TO_EVERYONE';
  return okWithIds(data, shown && publication.postId !== null ? [publication.postId] : []);
}

/** The public ones, newest first. */
export function listVideos(
  request: SimRequest,
  account: SimAccount,
  state: State,
  world: SimWorld,
): SimResponse {
  const { max_count, cursor = Number.POSITIVE_INFINITY } = parseBody(request, listBody);
  const fields = fieldsOf(request, VIDEO_FIELDS);
  const shown = publicOf(account, state, world).filter(({ postedAt }) => (postedAt ?? 0) < cursor);
  const page = shown.slice(0, max_count);
  return ok({
    videos: page.map((one) => view(one, account, fields, world)),
    cursor: page.at(-1)?.postedAt ?? 0,
    has_more: shown.length > page.length,
  });
}

export function queryVideos(
  request: SimRequest,
  account: SimAccount,
  state: State,
  world: SimWorld,
): SimResponse {
  const { filters } = parseBody(request, queryBody);
  const fields = fieldsOf(request, VIDEO_FIELDS);
  const found = publicOf(account, state, world).filter(({ postId }) =>
    filters.video_ids.includes(postId ?? ''),
  );
  return ok({ videos: found.map((one) => view(one, account, fields, world)) });
}

function publicOf({ id }: SimAccount, { publications }: State, world: SimWorld): Publication[] {
  const posted = [...publications.values()].filter(
    ({ account, privacy, end }) => account === id && privacy === 'PUBLIC_TO_EVERYONE' && end === 'posted',
  );
  return world.visible(id).flatMap((post) => posted.find(({ postId }) => postId === post.id) ?? []);
}

function view(
  one: Publication,
  { id }: SimAccount,
  fields: readonly string[],
  world: SimWorld,
): Record<string, unknown> {
  const text = [...one.description].slice(0, MAX_SHOWN).join('');
  const address = world.visible(id).find((post) => post.id === one.postId)?.url ?? '';
  const all: Readonly<Record<string, unknown>> = {
    id: one.postId,
    create_time: Math.floor((one.postedAt ?? 0) / 1000),
    share_url: `${address}?utm_campaign=tt4d_open_api&utm_source=simulated`,
    title: one.title === '' ? text : one.title,
    video_description: text,
    duration: Math.round(one.seconds),
    like_count: 3,
    comment_count: 2,
    share_count: 1,
    view_count: 40,
  };
  return Object.fromEntries(fields.map((field) => [field, all[field] ?? '']));
}

function statusNow({ end, upload }: Publication): string {
  if (end === 'failed') return 'FAILED';
  if (end === 'inbox') return 'SEND_TO_USER_INBOX';
  if (end === 'posted') return 'PUBLISH_COMPLETE';
  return upload === null ? 'PROCESSING_DOWNLOAD' : 'PROCESSING_UPLOAD';
}
