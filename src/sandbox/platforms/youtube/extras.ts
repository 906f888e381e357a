/** What is done with a video that is there: its thumbnail, its playlists. */
import { z } from 'zod';
import type { SimAccount, SimRequest, SimResponse, SimWorld } from '../simulator.ts';
import { apiError, badRequest } from './answers.ts';
import type { SimVideo } from './state.ts';

const MAX_THUMBNAIL = 2_097_152;

const entry = z.strictObject({
  snippet: z.strictObject({
    playlistId: z.string(),
    resourceId: z.strictObject({ kind: z.literal('youtube#video'), videoId: z.string() }),
    position: z.int().nonnegative().optional(),
  }),
});

export interface Extras {
  setThumbnail(request: SimRequest, account: SimAccount): SimResponse;
  addEntry(request: SimRequest, account: SimAccount): SimResponse;
  /** null: it is no playlist of this kind, but that of the uploads. */
  listEntries(request: SimRequest): SimResponse | null;
}

/** `extra.unverified` of an account: it may not set thumbnails. Playlists whose id begins with PL are the caller's own. */
export function makeExtras(world: SimWorld, videos: ReadonlyMap<string, SimVideo>): Extras {
  const thumbnails = new Map<string, string>();
  const entries: { readonly id: string; readonly playlist: string; readonly video: string }[] = [];

  const own = (id: string, account: SimAccount) => {
    const video = videos.get(id);
    return video?.account === account.id ? video : undefined;
  };
  const shown = () => {
    const visible = new Set(world.accounts.flatMap(({ id }) => world.visible(id)).map(({ id }) => id));
    return entries.filter(({ id }) => visible.has(id));
  };

  return {
    setThumbnail(request, account) {
      // Every address below /upload/ needs it: https://developers.google.com/workspace/drive/api/guides/manage-uploads
      if (request.query.get('uploadType') !== 'media')
        return badRequest('Only uploadType=media is simulated.');
      const type = request.headers['content-type'] ?? '';
      if (!/^image\/(jpeg|png)$|^application\/octet-stream$/.test(type))
        return badRequest(
          `Media type '${type}' is not supported. Valid media types: [image/jpeg, image/png]`,
        );
      const id = request.query.get('videoId') ?? '';
      if (own(id, account) === undefined) return missing('videoNotFound', 'video', 'youtube.thumbnail');
      if (account.extra?.['unverified'] === true) {
        const message =
          "The authenticated user doesn't have permissions to upload and set custom video thumbnails.";
        return apiError(403, 'forbidden', message, { domain: 'youtube.thumbnail' });
      }
      const bytes = request.body.length > MAX_THUMBNAIL ? null : request.body.bytes();
      const isPicture =
        bytes?.subarray(0, 3).toString('hex') === 'ffd8ff' || bytes?.toString('latin1', 1, 4) === 'PNG';
      if (!isPicture || bytes === null)
        return apiError(400, 'invalidImage', 'The provided image content is invalid.', {
          domain: 'youtube.thumbnail',
        });
      const sha256 = world.sha256(bytes);
      // The same picture again is nothing that anybody could see.
      if (thumbnails.get(id) !== sha256) publish(account, `${id}:thumbnail`, 'thumbnail', [sha256]);
      thumbnails.set(id, sha256);
      const url = `https://i.ytimg.com/vi/${id}/default.jpg`;
      return {
        status: 200,
        json: { kind: 'youtube#thumbnailSetResponse', items: [{ default: { url, width: 120, height: 90 } }] },
      };
    },

    addEntry(request, account) {
      const parsed = entry.safeParse(request.body.json());
      if (!parsed.success) return badRequest('Invalid JSON payload received.');
      const { playlistId, resourceId } = parsed.data.snippet;
      if (!playlistId.startsWith('PL'))
        return missing('playlistNotFound', 'playlist', 'youtube.playlistItem');
      if (!videos.has(resourceId.videoId)) return missing('videoNotFound', 'video', 'youtube.playlistItem');
      const id = `UEw${world.nextNumber()}`;
      entries.push({ id, playlist: playlistId, video: resourceId.videoId });
      publish(account, id, 'playlist', []);
      return { status: 200, json: view(id) };
    },

    listEntries(request) {
      const playlist = request.query.get('playlistId') ?? '';
      if (!playlist.startsWith('PL')) return null;
      const video = request.query.get('videoId');
      const found = shown().filter(
        (one) => one.playlist === playlist && (video === null || one.video === video),
      );
      return {
        status: 200,
        json: {
          kind: 'youtube#playlistItemListResponse',
          items: found.map(({ id }) => view(id)),
          pageInfo: { totalResults: found.length, resultsPerPage: 5 },
        },
      };
    },
  };

  function publish(account: SimAccount, id: string, kind: string, media: readonly string[]): void {
    world.publish({ account: account.id, id, kind, text: '', media, url: 'https://www.youtube.com/' });
  }
}

const view = (id: string) => ({ kind: 'youtube#playlistItem', etag: `etag-${id}`, id });

function missing(reason: string, what: string, domain: string): SimResponse {
  return apiError(404, reason, `The ${what} identified by the request cannot be found.`, { domain });
}
