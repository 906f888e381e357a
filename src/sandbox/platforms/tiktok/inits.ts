import { z } from 'zod';
import { refuse } from '../refusal.ts';
import type { SimAccount, SimRequest, SimResponse, SimWorld } from '../simulator.ts';
import { units } from '../units.ts';
import { apiError, invalidParams, ok, rateLimited } from './answers.ts';
import { checkDirectPost } from './creator.ts';
import { limit, parseBody } from './gate.ts';
import { inspectPhoto } from './inspect.ts';
import type { Limits, Publication, State, Upload } from './state.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 3_600_000;
// As generous as either reading of "MB" allows; the module keeps both.
const MIN_CHUNK = 5_000_000;
const MAX_CHUNK = 64 * 1024 * 1024;
const MAX_LAST = 128 * 1024 * 1024;
const MAX_VIDEO = 4 * 1024 * 1024 * 1024;
const MAX_PHOTOS = 35;

const size = z.int().positive();
const videoSource = z.strictObject({
  source: z.literal('FILE_UPLOAD'),
  video_size: size,
  chunk_size: size,
  total_chunk_count: size,
});
const videoInfo = z.strictObject({
  privacy_level: z.string(),
  title: units(2200).optional(),
  disable_duet: z.boolean().optional(),
  disable_comment: z.boolean().optional(),
  disable_stitch: z.boolean().optional(),
  video_cover_timestamp_ms: z.int().nonnegative().optional(),
  brand_content_toggle: z.boolean().optional(),
  brand_organic_toggle: z.boolean().optional(),
  is_aigc: z.boolean().optional(),
});
const directVideo = z.strictObject({ post_info: videoInfo, source_info: videoSource });
const draftVideo = z.strictObject({ source_info: videoSource });

const photoSource = z.strictObject({
  source: z.literal('PULL_FROM_URL'),
  photo_images: z.array(z.string()).min(1).max(MAX_PHOTOS),
  photo_cover_index: z.int().nonnegative(),
});
const words = { title: units(90).optional(), description: units(4000).optional() };
const photos = z.discriminatedUnion('post_mode', [
  z.strictObject({
    media_type: z.literal('PHOTO'),
    post_mode: z.literal('DIRECT_POST'),
    post_info: z.strictObject({
      ...words,
      privacy_level: z.string(),
      disable_comment: z.boolean().optional(),
      auto_add_music: z.boolean().optional(),
      brand_content_toggle: z.boolean().optional(),
      brand_organic_toggle: z.boolean().optional(),
    }),
    source_info: photoSource,
  }),
  z.strictObject({
    media_type: z.literal('PHOTO'),
    post_mode: z.literal('MEDIA_UPLOAD'),
    post_info: z.strictObject(words),
    source_info: photoSource,
  }),
]);

export interface Desk {
  readonly state: State;
  readonly world: SimWorld;
  readonly limits: Limits;
}

/** https://developers.tiktok.com/doc/content-posting-api-reference-direct-post and …-upload-video */
export function openVideo(request: SimRequest, account: SimAccount, draft: boolean, desk: Desk): SimResponse {
  const body = draft
    ? { ...parseBody(request, draftVideo), post_info: null }
    : parseBody(request, directVideo);
  countInit(account, draft, desk);
  const { video_size: total, chunk_size: chunk, total_chunk_count: count } = body.source_info;
  const wrong = wrongChunks(total, chunk, count);
  if (wrong !== null) return invalidParams(wrong);
  const privacy = body.post_info?.privacy_level ?? null;
  take(account, privacy, desk);
  const { world, state } = desk;
  const number = world.nextNumber();
  const upload: Upload = {
    id: String(number),
    token: `upload-token-${number}`,
    total,
    chunk,
    count,
    openedAt: world.now().getTime(),
    file: null,
    chunks: 0,
    stored: 0,
    type: null,
  };
  const publication = enter(desk, account, {
    publishId: draft ? `v_inbox_file~v2.${number}` : `v_pub_file~v2-1.${number}`,
    draft,
    title: '',
    description: body.post_info?.title ?? '',
    privacy,
    upload,
  });
  state.uploads.set(upload.id, publication);
  const query = new URLSearchParams({ upload_id: upload.id, upload_token: upload.token });
  return ok({ publish_id: publication.publishId, upload_url: `${world.base}/video/?${query}` });
}

/** https://developers.tiktok.com/doc/content-posting-api-reference-photo-post */
export async function openPhotos(request: SimRequest, account: SimAccount, desk: Desk): Promise<SimResponse> {
  const { post_info: info, source_info: source, post_mode } = parseBody(request, photos);
  const draft = post_mode === 'MEDIA_UPLOAD';
  countInit(account, draft, desk);
  const { photo_images: urls, photo_cover_index: cover } = source;
  if (cover >= urls.length) return invalidParams('photo_cover_index is out of range');
  const verified = account.extra?.['verifiedPrefix'];
  if (typeof verified === 'string' && !urls.every((url) => url.startsWith(verified)))
    return apiError(403, 'url_ownership_unverified', 'Please verify the URL ownership of the pictures.');
  const privacy = 'privacy_level' in info ? info.privacy_level : null;
  take(account, privacy, desk);
  const { world } = desk;
  const publication = enter(desk, account, {
    publishId: `p_pub_url~v2.${world.nextNumber()}`,
    draft,
    title: info.title ?? '',
    description: info.description ?? '',
    privacy,
    upload: null,
  });
  const files = await Promise.all(urls.map((url) => world.fetchMedia(url)));
  const bytes = files.flatMap((file) => (file === null ? [] : [file.bytes]));
  const flaws = await Promise.all(bytes.map(inspectPhoto));
  publication.media = bytes.map((one) => world.sha256(one));
  publication.flaw =
    bytes.length < urls.length ? 'photo_pull_failed' : (flaws.find((flaw) => flaw !== null) ?? null);
  publication.completeAt = world.now().getTime();
  return ok({ publish_id: publication.publishId });
}

function countInit({ id, token }: SimAccount, draft: boolean, { state, world, limits }: Desk): void {
  limit(state, world, `init ${token}`, limits.initsPerMinute, MINUTE_MS, rateLimited);
  if (!draft) return;
  const message = 'There may be at most 5 pending shares within any 24-hour period.';
  limit(state, world, `draft ${id}`, limits.draftsPerDay, DAY_MS, () =>
    apiError(403, 'spam_risk_too_many_pending_share', message),
  );
}

function take(account: SimAccount, privacy: string | null, { state, world, limits }: Desk): void {
  if (account.extra?.['banned'] === true)
    refuse(apiError(403, 'spam_risk_user_banned_from_posting', 'The user is banned from making new posts.'));
  if (privacy === null) return;
  checkDirectPost(account, privacy, state, world, limits);
  state.asked.delete(account.id);
}

function enter(
  { state, world }: Desk,
  { id }: SimAccount,
  of: Pick<Publication, 'publishId' | 'draft' | 'title' | 'description' | 'privacy' | 'upload'>,
): Publication {
  const publication: Publication = {
    ...of,
    account: id,
    createdAt: world.now().getTime(),
    media: [],
    seconds: 0,
    flaw: null,
    completeAt: null,
    end: null,
    postId: null,
    postedAt: null,
  };
  state.publications.set(of.publishId, publication);
  return publication;
}

/** Null, or which rule of the media transfer guide is broken. */
function wrongChunks(total: number, chunk: number, count: number): string | null {
  if (total > MAX_VIDEO) return 'video_size is over 4 GB';
  if (count !== Math.floor(total / chunk)) return 'The total chunk count is invalid';
  if (count < 1 || count > 1000) return 'The total chunk count is invalid';
  if (total < MIN_CHUNK ? chunk !== total : chunk < MIN_CHUNK) return 'The chunk size is invalid';
  if (chunk > MAX_CHUNK) return 'The chunk size is invalid';
  return total - (count - 1) * chunk > MAX_LAST ? 'The last chunk is too large' : null;
}
