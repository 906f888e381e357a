/** The only place of TikTok's paths and bodies. https://developers.tiktok.com/doc/content-posting-api-get-started */
import type { z } from 'zod';
import type { Arm, HttpBody, HttpRequest, HttpResponse, HttpSource } from '../../core/http.ts';
import type { Account, PlatformContext } from '../../core/platform.ts';
import { Secret } from '../../core/secret.ts';
import {
  type CreatorInfo,
  clientToken,
  creatorInfo,
  dataIn,
  figuresFound,
  type ListedVideo,
  owner,
  type PublishStatus,
  photosTaken,
  statusIn,
  tokens,
  uploadOpened,
  videoList,
  videosFound,
} from './answers.ts';
import type { PhotosBody, PostInfo, SourceInfo } from './content.ts';
import { tiktokError } from './errors.ts';

const API = 'https://open.tiktokapis.com/v2';
const LISTED_FIELDS = 'id,create_time,title,video_description,share_url,duration';
const PAGE = 20;

/** Who asks. */
export interface Caller {
  readonly context: Pick<PlatformContext, 'http' | 'now'>;
  readonly token: Secret;
}

export function callerOf(context: PlatformContext, account: Pick<Account, 'token'>): Caller {
  return { context, token: account.token };
}

/** What the account may post at this moment. TikTok wants it asked before each direct post. */
export function askCreator(caller: Caller): Promise<CreatorInfo> {
  return ask(caller, post('/post/publish/creator_info/query/', null), creatorInfo);
}

/** Opens an upload. Nothing is posted before its last byte, so that a lost answer costs nothing. */
export async function openUpload(
  caller: Caller,
  source_info: SourceInfo,
  post_info: PostInfo | null,
): Promise<{ readonly publishId: string; readonly uploadUrl: string }> {
  const path = post_info === null ? '/post/publish/inbox/video/init/' : '/post/publish/video/init/';
  const body = post_info === null ? { source_info } : { post_info, source_info };
  const opened = await ask(caller, post(path, body), uploadOpened);
  return { publishId: opened.publish_id, uploadUrl: opened.upload_url };
}

/** The address is the permission: no token goes along. Every answer is returned. */
export function putChunk(
  { context }: Pick<Caller, 'context'>,
  upload: { readonly uploadUrl: string; readonly mime: string; readonly total: number },
  start: number,
  source: HttpSource,
  arm?: Arm,
): Promise<HttpResponse> {
  return context.http.request({
    method: 'PUT',
    url: new Secret(upload.uploadUrl),
    headers: { 'content-range': `bytes ${start}-${start + source.length - 1}/${upload.total}` },
    body: { source, type: upload.mime },
    ...(arm === undefined ? {} : { arm }),
  });
}

/** The visible request of a post of photos: TikTok fetches them itself. Every answer is returned. */
export function postPhotos(caller: Caller, arm: Arm, body: PhotosBody): Promise<HttpResponse> {
  return send(caller, { ...post('/post/publish/content/init/', body), arm });
}

export function photosPublishId(response: HttpResponse): string | null {
  return dataIn(response, photosTaken)?.publish_id ?? null;
}

/** The platform's own word about a post of ours. */
export async function askStatus(caller: Caller, publishId: string): Promise<PublishStatus> {
  const response = await send(caller, post('/post/publish/status/fetch/', { publish_id: publishId }));
  const status = statusIn(response);
  if (status === null) throw tiktokError(response, caller.context.now(), 'not armed');
  return status;
}

/** Public posts, newest first. `cursor`: older than this moment, in milliseconds. */
export function listVideos(caller: Caller, cursor: number | undefined): Promise<z.infer<typeof videoList>> {
  const body = { max_count: PAGE, ...(cursor === undefined ? {} : { cursor }) };
  return ask(caller, { ...post('/video/list/', body), query: { fields: LISTED_FIELDS } }, videoList);
}

/** undefined: no public post of this account. */
export async function lookUpVideo(caller: Caller, id: string): Promise<ListedVideo | undefined> {
  const request = { ...post('/video/query/', byId(id)), query: { fields: LISTED_FIELDS } };
  return (await ask(caller, request, videosFound)).videos.find((video) => video.id === id);
}

/** undefined: no public post of this account. */
export async function lookUpFigures(
  caller: Caller,
  id: string,
): Promise<z.infer<typeof figuresFound>['videos'][number] | undefined> {
  const fields = 'id,like_count,comment_count,share_count,view_count';
  const request = { ...post('/video/query/', byId(id)), query: { fields } };
  return (await ask(caller, request, figuresFound)).videos.find((video) => video.id === id);
}

export async function whoAmI(caller: Caller): Promise<z.infer<typeof owner>['user']> {
  const query = { fields: 'open_id,display_name' };
  return (await ask(caller, { method: 'GET', url: `${API}/user/info/`, query }, owner)).user;
}

/** Every answer but tokens is returned as it is. */
export async function requestTokens(
  context: Pick<PlatformContext, 'http'>,
  client: { readonly key: string; readonly secret: Secret },
  refreshToken: Secret,
): Promise<z.infer<typeof tokens> | HttpResponse> {
  const grant = { grant_type: 'refresh_token', refresh_token: refreshToken };
  const response = await askForTokens(context, client, grant);
  const parsed = tokens.safeParse(response.json);
  return response.status === 200 && parsed.success ? parsed.data : response;
}

/** @returns null, or the answer that is no token of the app */
export async function requestClientToken(
  context: Pick<PlatformContext, 'http'>,
  client: { readonly key: string; readonly secret: Secret },
): Promise<HttpResponse | null> {
  const response = await askForTokens(context, client, { grant_type: 'client_credentials' });
  return response.status === 200 && clientToken.safeParse(response.json).success ? null : response;
}

/** Every answer is returned. */
export function askForTokens(
  context: Pick<PlatformContext, 'http'>,
  client: { readonly key: string; readonly secret: Secret },
  grant: Readonly<Record<string, string | Secret>>,
): Promise<HttpResponse> {
  const form = { client_key: client.key, client_secret: client.secret, ...grant };
  return context.http.request({ method: 'POST', url: `${API}/oauth/token/`, body: { form } });
}

function byId(id: string): object {
  return { filters: { video_ids: [id] } };
}

function post(path: string, body: object | null): HttpRequest & { readonly body: HttpBody } {
  const bytes = Buffer.from(body === null ? '' : JSON.stringify(body));
  return {
    method: 'POST',
    url: `${API}${path}`,
    // With the charset, as TikTok's reference demands it.
    body: {
      source: {
        length: bytes.length,
        async *open() {
          yield bytes;
        },
      },
      type: 'application/json; charset=UTF-8',
    },
  };
}

function send({ context, token }: Caller, request: HttpRequest): Promise<HttpResponse> {
  const authorization = new Secret(`Bearer ${token.reveal()}`);
  return context.http.request({ ...request, headers: { authorization } });
}

async function ask<T>(caller: Caller, request: HttpRequest, schema: z.ZodType<T>): Promise<T> {
  const response = await send(caller, request);
  const data = dataIn(response, schema);
  if (data === null) throw tiktokError(response, caller.context.now(), 'not armed');
  return data;
}
