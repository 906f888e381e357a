/** The only place of Facebook's addresses, version, headers and answers. */
import type { z } from 'zod';
import type { Arm, HttpBody, HttpResponse, HttpSource, MultipartField } from '../../core/http.ts';
import type { Account, MediaFile, PlatformContext } from '../../core/platform.ts';
import { Secret } from '../../core/secret.ts';
import { bearer } from '../../http/graph.ts';
import * as answers from './answers.ts';
import { commentError, facebookError } from './errors.ts';

/** https://developers.facebook.com/docs/graph-api/changelog: since 2026-07-29. FACEBOOK_API_VERSION replaces it. */
export const DEFAULT_VERSION = 'v26.0';

const GRAPH = 'https://graph.facebook.com';
const GRAPH_VIDEO = 'https://graph-video.facebook.com';

/** What every call needs; a Job is one. */
export type Caller = Pick<PlatformContext, 'http' | 'settings' | 'now'> & { readonly account: Account };

type Edge = 'video_reels' | 'video_stories';
type Query = Readonly<Record<string, string | number | undefined>>;

export function caller(context: PlatformContext, account: Account): Caller {
  return { http: context.http, settings: context.settings, now: () => context.now(), account };
}

export function readMe(from: Caller): Promise<answers.Me> {
  return get(from, '/me', { fields: 'id,name' }, answers.me);
}

/** An unpublished photo; it shows up nowhere until a post or story takes it. */
export async function uploadPhoto(from: Caller, file: MediaFile): Promise<string> {
  const fields: MultipartField[] = [{ name: 'published', value: 'false' }];
  if (file.altText !== undefined) fields.push({ name: 'alt_text_custom', value: file.altText });
  fields.push(fileField('source', file.source(), 'photo', file.info.mime));
  const answer = await post(from, `/${from.account.id}/photos`, { multipart: fields }, answers.created);
  return answer.id;
}

export interface FeedPost {
  readonly message: string;
  readonly link: string | null;
  readonly photoIds: readonly string[];
  readonly place: string | null;
}

/** Visible. */
export async function createPost(
  from: Caller,
  arm: Arm,
  { message, link, photoIds, place }: FeedPost,
): Promise<string> {
  const form = {
    ...(message === '' ? {} : { message }),
    ...(link === null ? {} : { link }),
    ...(place === null ? {} : { place }),
    ...(photoIds.length === 0
      ? {}
      : { attached_media: JSON.stringify(photoIds.map((id) => ({ media_fbid: id }))) }),
  };
  return (await post(from, `/${from.account.id}/feed`, { form }, answers.created, arm)).id;
}

/** Visible. */
export async function createPhotoStory(from: Caller, arm: Arm, photoId: string): Promise<string> {
  const body = { form: { photo_id: photoId } };
  return (await post(from, `/${from.account.id}/photo_stories`, body, answers.storyCreated, arm)).post_id;
}

export function startVideo(from: Caller, bytes: number): Promise<answers.VideoStart> {
  const form = { upload_phase: 'start', file_size: String(bytes) };
  return post(from, videos(from), { form }, answers.videoStart);
}

/** The bytes from `start` on. Answers with those that Facebook wants next, also when it wanted others than these. */
export async function transferVideo(
  from: Caller,
  sessionId: string,
  start: number,
  chunk: HttpSource,
): Promise<answers.Offsets> {
  const multipart: MultipartField[] = [
    { name: 'upload_phase', value: 'transfer' },
    { name: 'upload_session_id', value: sessionId },
    { name: 'start_offset', value: String(start) },
    fileField('video_file_chunk', chunk, 'chunk', 'application/octet-stream'),
  ];
  const response = await ask(from, 'POST', videos(from), { body: { multipart } });
  const wanted = answers.wantedOffsets(response.json);
  if (response.status !== 200 && wanted !== null) return wanted;
  return expect(from, response, answers.offsets, 'not armed');
}

/** Visible, as soon as Facebook has processed the video. */
export async function finishVideo(from: Caller, arm: Arm, sessionId: string, text: string): Promise<void> {
  const form = {
    upload_phase: 'finish',
    upload_session_id: sessionId,
    ...(text === '' ? {} : { description: text }),
  };
  await post(from, videos(from), { form }, answers.finished, arm);
}

export function startClip(from: Caller, edge: Edge): Promise<answers.ClipStart> {
  const body = { form: { upload_phase: 'start' } };
  return post(from, `/${from.account.id}/${edge}`, body, answers.clipStart);
}

export async function uploadClip(
  from: Caller,
  uploadUrl: string,
  file: MediaFile,
  offset: number,
): Promise<void> {
  const response = await from.http.request({
    method: 'POST',
    url: new Secret(uploadUrl),
    headers: {
      authorization: new Secret(`OAuth ${from.account.token.reveal()}`),
      offset: String(offset),
      file_size: String(file.info.bytes),
    },
    body: { source: file.source(offset), type: 'application/octet-stream' },
  });
  expect(from, response, answers.finished, 'not armed');
}

/** Visible, as soon as Facebook has processed the video. Returns the id of the story's post, which reels lack. */
export async function finishClip(
  from: Caller,
  arm: Arm,
  edge: Edge,
  videoId: string,
  text: string,
): Promise<string | undefined> {
  const form = {
    upload_phase: 'finish',
    video_id: videoId,
    ...(edge === 'video_reels' ? { video_state: 'PUBLISHED' } : {}),
    ...(edge === 'video_reels' && text !== '' ? { description: text } : {}),
  };
  return (await post(from, `/${from.account.id}/${edge}`, { form }, answers.finished, arm)).post_id;
}

export function readVideo(from: Caller, videoId: string): Promise<answers.Video> {
  return get(from, `/${videoId}`, { fields: 'status,published,post_id,permalink_url' }, answers.video);
}

/** The post that shows the photo; undefined while none does. */
export async function readPhotoPost(from: Caller, photoId: string): Promise<string | undefined> {
  return (await get(from, `/${photoId}`, { fields: 'page_story_id' }, answers.photo)).page_story_id;
}

const POST_FIELDS =
  'id,message,created_time,permalink_url,attachments{media_type,type,url,unshimmed_url,target,subattachments{media_type,type,target}}';

/** Newest first. */
export function readPosts(
  from: Caller,
  limit: number,
  after: string | undefined,
): Promise<answers.Page<answers.ListedPost>> {
  const query = { fields: POST_FIELDS, limit, after };
  return get(from, `/${from.account.id}/published_posts`, query, answers.posts);
}

export function readStories(
  from: Caller,
  since: Date,
  after: string | undefined,
): Promise<answers.Page<answers.ListedStory>> {
  const query = {
    fields: 'post_id,status,creation_time,media_type,media_id,url',
    since: Math.floor(since.getTime() / 1000),
    after,
  };
  return get(from, `/${from.account.id}/stories`, query, answers.stories);
}

/** Visible. */
export async function createComment(
  from: Caller,
  arm: Arm,
  postId: string,
  message: string,
): Promise<string> {
  const response = await ask(from, 'POST', `/${postId}/comments`, { body: { form: { message } }, arm });
  const parsed = answers.created.safeParse(response.json);
  if (response.status === 200 && parsed.success) return parsed.data.id;
  throw commentError(response, from.now());
}

/** All of them, answers to others included. */
export function readComments(
  from: Caller,
  postId: string,
  after: string | undefined,
): Promise<answers.Page<answers.ListedComment>> {
  const query = {
    fields: 'id,message,created_time,from',
    filter: 'stream',
    order: 'reverse_chronological',
    limit: 100,
    after,
  };
  return get(from, `/${postId}/comments`, query, answers.comments);
}

export function readCounts(from: Caller, id: string): Promise<answers.Counts> {
  const post = 'shares,reactions.summary(true).limit(0),comments.summary(true).limit(0)';
  const video = 'views,likes.summary(true).limit(0),comments.summary(true).limit(0)';
  return get(from, `/${id}`, { fields: id.includes('_') ? post : video }, answers.counts);
}

export function readInsights(from: Caller, postId: string): Promise<answers.Insights> {
  const query = { metric: 'post_media_view,post_total_media_view_unique' };
  return get(from, `/${postId}/insights`, query, answers.insights);
}

export function graphUrl({ settings }: Pick<PlatformContext, 'settings'>, path: string): string {
  return `${GRAPH}/${settings.version ?? DEFAULT_VERSION}${path}`;
}

function videos({ account }: Caller): string {
  return `/${account.id}/videos`;
}

function fileField(name: string, file: HttpSource, filename: string, type: string): MultipartField {
  return { name, value: { file, filename, type } };
}

async function get<T>(from: Caller, path: string, query: Query, schema: z.ZodType<T>): Promise<T> {
  return expect(from, await ask(from, 'GET', path, { query }), schema, 'not armed');
}

async function post<T>(
  from: Caller,
  path: string,
  body: HttpBody,
  schema: z.ZodType<T>,
  arm?: Arm,
): Promise<T> {
  const response = await ask(from, 'POST', path, arm === undefined ? { body } : { body, arm });
  return expect(from, response, schema, arm === undefined ? 'not armed' : 'armed');
}

function ask(
  { http, settings, account }: Caller,
  method: 'GET' | 'POST',
  path: string,
  rest: { readonly query?: Query; readonly body?: HttpBody; readonly arm?: Arm },
): Promise<HttpResponse> {
  // Meta takes videos on a host of their own only; reading them back is an ordinary call.
  const host = method === 'POST' && path.endsWith('/videos') ? GRAPH_VIDEO : GRAPH;
  return http.request({
    method,
    url: `${host}/${settings.version ?? DEFAULT_VERSION}${path}`,
    headers: bearer(account.token),
    ...rest,
  });
}

function expect<T>(
  from: Caller,
  response: HttpResponse,
  schema: z.ZodType<T>,
  moment: 'armed' | 'not armed',
): T {
  const parsed = schema.safeParse(response.json);
  if (response.status === 200 && parsed.success) return parsed.data;
  throw facebookError(response, from.now(), moment);
}
