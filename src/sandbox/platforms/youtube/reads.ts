import type { SimAccount, SimRequest, SimResponse, SimWorld } from '../simulator.ts';
import { apiError, badRequest } from './answers.ts';
import { MAX_RESULTS } from './spec.ts';
import type { SimVideo } from './state.ts';
import { googleTime, videoView } from './video.ts';

/** YouTube's own default page. */
const DEFAULT_RESULTS = 5;

export function listChannels(
  request: SimRequest,
  account: SimAccount,
  parts: readonly string[],
): SimResponse {
  if (request.query.get('mine') !== 'true') {
    return apiError(400, 'missingRequiredParameter', 'No filter selected. Expected one of: mine', {
      location: 'parameters.',
    });
  }
  // Google leaves `items` out for a Google account without a channel.
  if (account.extra?.['noChannel'] === true)
    return { status: 200, json: { kind: 'youtube#channelListResponse' } };
  const channel = {
    kind: 'youtube#channel',
    id: account.id,
    ...(parts.includes('snippet') ? { snippet: { title: account.name } } : {}),
    ...(parts.includes('contentDetails')
      ? { contentDetails: { relatedPlaylists: { likes: 'LL', uploads: uploadsPlaylist(account) } } }
      : {}),
  };
  return {
    status: 200,
    json: {
      kind: 'youtube#channelListResponse',
      pageInfo: { totalResults: 1, resultsPerPage: 1 },
      items: [channel],
    },
  };
}

/** The channel's uploads, newest first, as far as listings show them already. */
export function listUploads(
  request: SimRequest,
  account: SimAccount,
  parts: readonly string[],
  videos: ReadonlyMap<string, SimVideo>,
  world: SimWorld,
): SimResponse {
  if (request.query.get('playlistId') !== uploadsPlaylist(account)) {
    return apiError(
      404,
      'playlistNotFound',
      'The playlist identified with the request’s <code>playlistId</code> parameter cannot be found.',
      {
        domain: 'youtube.playlistItem',
        location: 'playlistId',
      },
    );
  }
  const size = Number(request.query.get('maxResults') ?? DEFAULT_RESULTS);
  if (!Number.isInteger(size) || size < 0 || size > MAX_RESULTS)
    return badRequest(`Invalid value '${size}'. Values must be within the range: [0, ${MAX_RESULTS}]`);
  const start = readPageToken(request.query.get('pageToken'));
  if (start === null)
    return apiError(400, 'invalidPageToken', 'The request specifies an invalid page token.', {
      domain: 'youtube.parameter',
    });

  const listed = world.visible(account.id).flatMap(({ id }) => videos.get(id) ?? []);
  const end = start + size;
  const items = listed
    .slice(start, end)
    .map((video, index) => uploadItem(video, start + index, account, parts));
  return {
    status: 200,
    json: {
      kind: 'youtube#playlistItemListResponse',
      ...(end < listed.length ? { nextPageToken: `PAGE_${end}` } : {}),
      items,
      pageInfo: { totalResults: listed.length, resultsPerPage: size },
    },
  };
}

export function listVideos(
  request: SimRequest,
  account: SimAccount,
  parts: readonly string[],
  videos: ReadonlyMap<string, SimVideo>,
  world: SimWorld,
): SimResponse {
  // Google's libraries repeat the parameter instead of joining its values.
  const ids = request.query
    .getAll('id')
    .flatMap((list) => list.split(','))
    .filter((id) => id !== '');
  if (ids.length === 0 || ids.length > MAX_RESULTS)
    return badRequest('The id parameter names no video, or too many.');
  const own = ids.flatMap((id) => videos.get(id) ?? []).filter((video) => video.account === account.id);
  const items = own.map((video) => videoView(video, account, parts, world));
  return {
    status: 200,
    json: {
      kind: 'youtube#videoListResponse',
      items,
      pageInfo: { totalResults: items.length, resultsPerPage: items.length },
    },
  };
}

function uploadItem(
  video: SimVideo,
  position: number,
  account: SimAccount,
  parts: readonly string[],
): object {
  const { title, description = '' } = video.metadata.snippet;
  const publishedAt = googleTime(video.uploadedAt);
  const resourceId = { kind: 'youtube#video', videoId: video.id };
  const playlistId = uploadsPlaylist(account);
  const snippet = {
    publishedAt,
    channelId: video.account,
    title,
    description,
    thumbnails: {},
    channelTitle: account.name,
    playlistId,
    position,
    resourceId,
  };
  return {
    kind: 'youtube#playlistItem',
    id: `${playlistId}.${video.id}`,
    ...(parts.includes('snippet') ? { snippet } : {}),
    ...(parts.includes('contentDetails')
      ? { contentDetails: { videoId: video.id, videoPublishedAt: publishedAt } }
      : {}),
    ...(parts.includes('status') ? { status: { privacyStatus: video.privacy } } : {}),
  };
}

function uploadsPlaylist(account: SimAccount): string {
  return account.id.replace(/^UC/, 'UU');
}

function readPageToken(token: string | null): number | null {
  if (token === null) return 0;
  const [, start] = /^PAGE_(\d+)$/.exec(token) ?? [];
  return start === undefined ? null : Number(start);
}
