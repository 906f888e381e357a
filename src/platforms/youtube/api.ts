/** The only place of YouTube's paths, headers and answers. https://developers.google.com/youtube/v3/docs */
import { z } from 'zod';
import type { Arm, HttpRequest, HttpResponse, HttpSource } from '../../core/http.ts';
import type { Account, PlatformContext } from '../../core/platform.ts';
import { Secret } from '../../core/secret.ts';
import type { VideoResource } from './resource.ts';
import { type SessionAnswer, sessionAnswer, type VideoStatus, videoStatus } from './session-answer.ts';

const API = 'https://www.googleapis.com';
const TOKEN_URL = 'https://oauth2.googleapis.com/token';
const TOKEN_INFO_URL = 'https://oauth2.googleapis.com/tokeninfo';
const DEFAULT_VERSION = 'v3';

/** Who asks. */
export interface Caller {
  readonly context: Pick<PlatformContext, 'http' | 'settings'>;
  readonly token: Secret;
}

export function callerOf(context: PlatformContext, account: Account): Caller {
  return { context, token: account.token };
}

interface SessionRequest {
  readonly resource: VideoResource;
  readonly notifySubscribers: boolean;
  readonly bytes: number;
  readonly mime: string;
}

const tokenInfoAnswer = z.object({ scope: z.string() });
const channels = z.object({
  items: z
    .array(
      z.object({
        id: z.string().min(1),
        snippet: z.object({ title: z.string() }).optional(),
        contentDetails: z.object({ relatedPlaylists: z.object({ uploads: z.string().min(1) }) }).optional(),
      }),
    )
    .default([]),
});
export type Channel = z.infer<typeof channels>['items'][number];

const uploadsPage = z.object({
  items: z.array(
    z.object({
      snippet: z.object({
        publishedAt: z.iso.datetime({ offset: true }),
        title: z.string(),
        description: z.string(),
        resourceId: z.object({ videoId: z.string().min(1) }),
      }),
    }),
  ),
  nextPageToken: z.string().min(1).optional(),
});
export type UploadsPage = z.infer<typeof uploadsPage>;

const count = z.string().regex(/^\d+$/).transform(Number).optional();
const statistics = z.object({
  items: z.array(
    z.object({ statistics: z.object({ viewCount: count, likeCount: count, commentCount: count }) }),
  ),
});

const snippets = z.object({
  items: z
    .array(
      z.object({
        snippet: z.object({
          publishedAt: z.iso.datetime({ offset: true }),
          channelId: z.string().min(1),
          channelTitle: z.string().catch(''),
        }),
      }),
    )
    .default([]),
});

const commentThreads = z.object({
  items: z.array(
    z.object({
      id: z.string().min(1),
      snippet: z.object({
        topLevelComment: z.object({
          snippet: z.object({
            publishedAt: z.iso.datetime({ offset: true }),
            textDisplay: z.string().catch(''),
            /** Only of own comments. */
            textOriginal: z.string().optional().catch(undefined),
            authorChannelId: z.object({ value: z.string() }).optional().catch(undefined),
          }),
        }),
      }),
    }),
  ),
  nextPageToken: z.string().min(1).optional(),
});

const created = z.object({ id: z.string().min(1) });
const entries = z.object({ items: z.array(created) });
const thumbnailSet = z.object({ kind: z.literal('youtube#thumbnailSetResponse') });

const statuses = z.object({ items: z.array(z.object({ status: videoStatus })) });

const tokens = z.object({ access_token: z.string().min(1), expires_in: z.number().positive() });

/** Opens a resumable upload session; the answer's Location is its address. Nothing is visible by it. */
export function openSession(caller: Caller, request: SessionRequest): Promise<HttpResponse> {
  return ask(caller, {
    method: 'POST',
    url: `${API}/upload/youtube/${version(caller)}/videos`,
    query: {
      uploadType: 'resumable',
      part: 'snippet,status',
      // true is the default.
      notifySubscribers: request.notifySubscribers ? undefined : 'false',
    },
    headers: {
      'x-upload-content-length': String(request.bytes),
      'x-upload-content-type': request.mime,
    },
    body: { json: request.resource },
  });
}

/**
 * Sends the bytes that begin at `start`; with `arm` those that complete the video.
 * @param source yields exactly these bytes
 */
export async function sendRange(
  caller: Caller,
  upload: { readonly session: string; readonly mime: string; readonly total: number },
  start: number,
  source: HttpSource,
  arm?: Arm,
): Promise<SessionAnswer> {
  const last = start + source.length - 1;
  const response = await ask(caller, {
    method: 'PUT',
    url: new Secret(upload.session),
    headers: { 'content-range': `bytes ${start}-${last}/${upload.total}` },
    body: { source, type: upload.mime },
    ...(arm === undefined ? {} : { arm }),
  });
  return sessionAnswer(response, upload.total);
}

/** Asks how far a session is. Completes nothing, unless every byte is there already. */
export async function askSession(
  caller: Caller,
  upload: { readonly session: string; readonly mime: string; readonly total: number },
  arm?: Arm,
): Promise<SessionAnswer> {
  const response = await ask(caller, {
    method: 'PUT',
    url: new Secret(upload.session),
    headers: { 'content-range': `bytes */${upload.total}` },
    body: { source: NOTHING, type: upload.mime },
    ...(arm === undefined ? {} : { arm }),
  });
  return sessionAnswer(response, upload.total);
}

export function listOwnChannels(caller: Caller, part: 'snippet' | 'contentDetails'): Promise<HttpResponse> {
  return ask(caller, { method: 'GET', url: `${data(caller)}/channels`, query: { part, mine: 'true' } });
}

export function listUploads(
  caller: Caller,
  playlistId: string,
  pageToken: string | undefined,
): Promise<HttpResponse> {
  return ask(caller, {
    method: 'GET',
    url: `${data(caller)}/playlistItems`,
    query: { part: 'snippet', playlistId, maxResults: 50, pageToken },
  });
}

export function getVideo(
  caller: Caller,
  part: 'snippet' | 'status' | 'statistics',
  id: string,
  timeoutMs?: number,
): Promise<HttpResponse> {
  return ask(caller, {
    method: 'GET',
    url: `${data(caller)}/videos`,
    query: { part, id },
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
}

/** Visible. https://developers.google.com/youtube/v3/docs/commentThreads/insert */
export function createComment(
  caller: Caller,
  json: {
    readonly snippet: {
      readonly channelId: string;
      readonly videoId: string;
      readonly topLevelComment: { readonly snippet: { readonly textOriginal: string } };
    };
  },
  arm: Arm,
): Promise<HttpResponse> {
  return ask(caller, {
    method: 'POST',
    url: `${data(caller)}/commentThreads`,
    query: { part: 'snippet' },
    body: { json },
    arm,
  });
}

export function listComments(
  caller: Caller,
  videoId: string,
  moderationStatus: 'published' | 'heldForReview' | 'likelySpam',
  pageToken: string | undefined,
): Promise<HttpResponse> {
  return ask(caller, {
    method: 'GET',
    url: `${data(caller)}/commentThreads`,
    query: {
      part: 'snippet',
      videoId,
      moderationStatus,
      order: 'time',
      textFormat: 'plainText',
      maxResults: 100,
      pageToken,
    },
  });
}

/** Visible. https://developers.google.com/youtube/v3/docs/playlistItems/insert */
export function addToPlaylist(
  caller: Caller,
  playlistId: string,
  videoId: string,
  arm: Arm,
): Promise<HttpResponse> {
  const resourceId = { kind: 'youtube#video', videoId };
  return ask(caller, {
    method: 'POST',
    url: `${data(caller)}/playlistItems`,
    query: { part: 'snippet' },
    body: { json: { snippet: { playlistId, resourceId } } },
    arm,
  });
}

/** Entries of that one video. */
export function listPlaylist(caller: Caller, playlistId: string, videoId: string): Promise<HttpResponse> {
  return ask(caller, {
    method: 'GET',
    url: `${data(caller)}/playlistItems`,
    query: { part: 'id', playlistId, videoId },
  });
}

/** Visible. https://developers.google.com/youtube/v3/docs/thumbnails/set */
export function setThumbnail(
  caller: Caller,
  videoId: string,
  body: { readonly source: HttpSource; readonly type: string },
  arm: Arm,
): Promise<HttpResponse> {
  return ask(caller, {
    method: 'POST',
    url: `${API}/upload/youtube/${version(caller)}/thumbnails/set`,
    query: { videoId, uploadType: 'media' },
    body,
    arm,
  });
}

export function exchangeRefreshToken(
  context: Pick<PlatformContext, 'http'>,
  client: { readonly id: string; readonly secret: Secret },
  refreshToken: Secret,
): Promise<HttpResponse> {
  return askForTokens(context, client, { grant_type: 'refresh_token', refresh_token: refreshToken });
}

export function askForTokens(
  context: Pick<PlatformContext, 'http'>,
  client: { readonly id: string; readonly secret: Secret },
  grant: Readonly<Record<string, string | Secret>>,
): Promise<HttpResponse> {
  const form = { ...grant, client_id: client.id, client_secret: client.secret };
  return context.http.request({ method: 'POST', url: TOKEN_URL, body: { form } });
}

/** https://developers.google.com/identity/protocols/oauth2: the token stands in the address, nowhere else is it taken. */
export function tokenInfo(context: Pick<PlatformContext, 'http'>, token: Secret): Promise<HttpResponse> {
  const url = new Secret(`${TOKEN_INFO_URL}?access_token=${encodeURIComponent(token.reveal())}`);
  return context.http.request({ method: 'GET', url });
}

/** Each returns null for an answer that is not what was asked for. */
export const parse = {
  scopes: (response: HttpResponse): string[] | null =>
    read(tokenInfoAnswer, response)?.scope.split(' ').filter(Boolean) ?? null,
  location: (response: HttpResponse): string | null =>
    response.status === 200 ? (response.headers['location'] ?? null) : null,
  channels: (response: HttpResponse): Channel[] | null => read(channels, response)?.items ?? null,
  uploads: (response: HttpResponse): UploadsPage | null => read(uploadsPage, response),
  snippets: (response: HttpResponse) => read(snippets, response)?.items ?? null,
  statistics: (response: HttpResponse) => read(statistics, response)?.items ?? null,
  status: (response: HttpResponse): VideoStatus | null => read(statuses, response)?.items[0]?.status ?? null,
  created: (response: HttpResponse) => read(created, response),
  entries: (response: HttpResponse) => read(entries, response)?.items ?? null,
  thumbnail: (response: HttpResponse) => read(thumbnailSet, response),
  comments: (response: HttpResponse) => read(commentThreads, response),
  tokens: (response: HttpResponse) => read(tokens, response),
};

const NOTHING: HttpSource = {
  length: 0,
  async *open() {},
};

function ask(caller: Caller, request: HttpRequest): Promise<HttpResponse> {
  const authorization = new Secret(`Bearer ${caller.token.reveal()}`);
  return caller.context.http.request({ ...request, headers: { ...request.headers, authorization } });
}

function data(caller: Caller): string {
  return `${API}/youtube/${version(caller)}`;
}

function version(caller: Caller): string {
  return caller.context.settings.version ?? DEFAULT_VERSION;
}

function read<T extends z.ZodType>(schema: T, response: HttpResponse): z.infer<T> | null {
  if (response.status !== 200) return null;
  const parsed = schema.safeParse(response.json);
  return parsed.success ? parsed.data : null;
}
